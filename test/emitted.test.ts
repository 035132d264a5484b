// What is emitted is what docs/openapi.json says: the document is read back as JSON Schema, by nobody who knows our types.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { connectors } from '../src/connectors/index.ts'
import { DATA_TYPES } from '../src/model/data-type.ts'
import { dataEvent } from '../src/model/events.ts'
import { generateRecords } from '../src/simulator/payloads.ts'
import { goldenCases, resultOf } from './golden.ts'

const text = readFileSync(new URL('../docs/openapi.json', import.meta.url), 'utf8')
const document = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as {
  components: { schemas: Record<string, object> }
}
const $defs = document.components.schemas

function schemaNamed(name: string): z.ZodType {
  assert.ok($defs[name], `the document has no schema ${name}`)
  return z.fromJSONSchema({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $ref: `#/$defs/${name}`,
    $defs,
  } as never)
}

const schemas = Object.fromEntries(
  DATA_TYPES.map((type) => [type, schemaNamed(type.replace(/^./, (c) => c.toUpperCase()))]),
)
const user = {
  user_id: '40f7b0e1-89e2-43ac-a5b8-1e29c8d47cad',
  provider: 'OURA',
  last_webhook_update: null,
  created_at: '2026-01-01T00:00:00.000000+00:00',
  scopes: null,
  reference_id: null,
  active: true,
}

function check(type: string, record: unknown, where: string): void {
  const result = schemas[type]!.safeParse(record)
  const problem = result.success ? '' : z.prettifyError(result.error)
  assert.ok(result.success, `${where}: ${problem.slice(0, 500)}`)
}

test('the schemas can fail', () => {
  assert.equal(schemas.sleep!.safeParse({ metadata: {} }).success, false)
})

test('every generated record and its event', () => {
  for (const type of DATA_TYPES) {
    const records = generateRecords(type, { provider: 'OURA', person: 'sam', day: '2026-05-04' })
    for (const record of records) check(type, record, `generated ${type}`)
    const event = schemaNamed(`${type.replace(/^./, (c) => c.toUpperCase())}Event`).safeParse(
      dataEvent(type, user, records),
    )
    assert.ok(event.success, event.success ? '' : z.prettifyError(event.error).slice(0, 500))
  }
})

test('every record of every sample page', () => {
  let checked = 0
  for (const golden of connectors.flatMap(goldenCases)) {
    for (const { type, record } of resultOf(golden).records) {
      check(type, record, golden.name)
      checked++
    }
  }
  assert.ok(checked > 30)
})
