import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initials, monogram } from './monogram.ts'

test('initials come from the words, or from the only word', () => {
  assert.equal(initials('Oura'), 'Ou')
  assert.equal(initials('Apple Health'), 'AH')
  assert.equal(initials('eight sleep pod'), 'ES')
  assert.equal(initials('X'), 'X')
  assert.equal(initials('…'), '?')
  assert.equal(initials('Ölçü'), 'Öl')
})

test('the same id has the same mark everywhere, and a name is never markup', () => {
  assert.equal(monogram('OURA', 'Oura'), monogram('OURA', 'Oura'))
  assert.ok(!monogram('X', '</title><script>').includes('<script>'))
})
