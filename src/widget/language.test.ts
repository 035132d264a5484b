import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedLanguages, chooseLanguage, lookUp } from './language.ts'
import { catalogues } from './locales/index.ts'

test('lookup takes parts away from the end until it knows the tag', () => {
  assert.equal(lookUp('de'), 'de')
  assert.equal(lookUp('de-CH-1996'), 'de')
  assert.equal(lookUp('DE_at'), 'de')
  assert.equal(lookUp('fr-x-old'), 'fr')
  assert.equal(lookUp('pt-PT'), 'pt-BR')
  assert.equal(lookUp('zh-CN'), 'zh-Hans')
  assert.equal(lookUp('tlh'), null)
  assert.equal(lookUp(''), null)
  assert.equal(lookUp('-'.repeat(5000)), null)
})

test('the session speaks first, then the browser, and English is the end', () => {
  assert.equal(chooseLanguage(['es', 'de']).tag, 'es')
  assert.equal(chooseLanguage([null, 'tlh', ...acceptedLanguages('fr-CA;q=0.4, de;q=0.9, *;q=0.1')]).tag, 'de')
  assert.equal(chooseLanguage(['<script>', undefined]).tag, 'en')
})

test('a header is read by weight; zero means not wanted', () => {
  assert.deepEqual(acceptedLanguages('da, en-gb;q=0.8, en;q=0.7, fr;q=0, x;q=nonsense'), ['da', 'en-gb', 'en'])
  assert.deepEqual(acceptedLanguages(undefined), [])
})

test('every catalogue fills every sentence, and puts the name where the sentence needs it', () => {
  for (const [tag, text] of Object.entries(catalogues)) {
    for (const [key, value] of Object.entries(text)) {
      if (typeof value === 'string') assert.notEqual(value.trim(), '', `${tag}.${key} is empty`)
      if (typeof value === 'function') assert.match(value('Qwxyz'), /Qwxyz/, `${tag}.${key} lacks its name`)
    }
    for (const [name, cause] of Object.entries(text.causes)) {
      assert.notEqual(cause.title('Qwxyz'), '', `${tag}.causes.${name}`)
      assert.notEqual(cause.text, '', `${tag}.causes.${name}`)
    }
    assert.equal(new Intl.Locale(tag).toString(), tag)
  }
})
