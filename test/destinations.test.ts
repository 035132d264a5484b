// What holds for the catalogue of destinations as a whole. What each of them does: test/conformance.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { secretMembers } from '../src/destinations/destination.ts'
import { destinationTypes } from '../src/destinations/index.ts'
import {
  DELIVERY_FILE,
  deliveryTable,
  INDEX_FILE,
  indexTable,
  pageFile,
  settingsTable,
  withTable,
} from './destination-docs.ts'

const RUN = 'run: node test/destination-docs.ts --write'
const SRC = new URL('../src/destinations/', import.meta.url)

test('docs/destinations.md and a page for each type are current', () => {
  const index = readFileSync(INDEX_FILE, 'utf8')
  assert.ok(
    index === withTable(index, indexTable(), 'docs/destinations.md'),
    `docs/destinations.md is not current; ${RUN}`,
  )
  for (const type of destinationTypes) {
    assert.ok(existsSync(pageFile(type)), `docs/destinations/${type.id}.md is missing`)
    const page = readFileSync(pageFile(type), 'utf8')
    assert.ok(
      page === withTable(page, settingsTable(type), type.id),
      `docs/destinations/${type.id}.md is not current; ${RUN}`,
    )
  }
})

test('the settings in docs/delivery.md are current', () => {
  const page = readFileSync(DELIVERY_FILE, 'utf8')
  assert.ok(page === withTable(page, deliveryTable(), 'docs/delivery.md'), `docs/delivery.md is not current; ${RUN}`)
})

test('every type is in the conformance suite', () => {
  for (const { id } of destinationTypes) {
    const file = new URL(`conformance/${id}.test.ts`, import.meta.url)
    assert.ok(existsSync(file), `test/conformance/${id}.test.ts is missing`)
    assert.match(readFileSync(file, 'utf8'), new RegExp(`destinationSuite\\('${id}'`))
  }
})

test('secrets are marked as such', () => {
  for (const type of destinationTypes) {
    const secrets = secretMembers(type)
    const named = Object.keys(type.settings.shape).filter((name) =>
      /password|secret|_key$|token|service_account|^access$|sas_url/.test(name),
    )
    const open = named.filter((name) => !secrets.includes(name) && !/_key_id$|access_key$|^routing_key$/.test(name))
    assert.deepEqual(open, [], `${type.id}: not marked as secret`)
  }
})

test('no client library is loaded before a destination is used', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  assert.ok(files.length > 10)
  for (const name of files) {
    const text = readFileSync(new URL(name, SRC), 'utf8')
    const loaded = [...text.matchAll(/^(import|export)(?! type)[^'"]*? from '([^'.][^']*)'/gm)].map(
      (match) => match[2]!,
    )
    const foreign = loaded.filter((specifier) => !specifier.startsWith('node:') && specifier !== 'zod')
    assert.deepEqual(foreign, [], `${name} loads a library with the catalogue; import it where it connects`)
  }
})
