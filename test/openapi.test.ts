// The documents in docs/ are what the code says, and the OpenAPI document holds together.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { ERROR_CODES } from '../src/api/http/error-codes.ts'
import type { Json, JsonObject } from '../src/api/openapi.ts'
import { allOperations } from '../src/api/operations.ts'
import { DATA_TYPES } from '../src/model/data-type.ts'
import { dataEvent, eventSchemas } from '../src/model/events.ts'
import { generateRecords } from '../src/simulator/payloads.ts'
import { ERRORS_FILE, errorsText, OPENAPI_FILE, openApi, openApiText } from './generated-docs.ts'

const HOW = 'run: node test/write-openapi.ts'
const document = openApi() as {
  paths: Record<string, Record<string, JsonObject>>
  webhooks: Record<string, JsonObject>
  components: { schemas: Record<string, JsonObject> }
}

test('docs/openapi.json and docs/errors.md are current', () => {
  assert.ok(readFileSync(OPENAPI_FILE, 'utf8') === openApiText(), `docs/openapi.json is not current; ${HOW}`)
  assert.ok(readFileSync(ERRORS_FILE, 'utf8') === errorsText(), `docs/errors.md is not current; ${HOW}`)
})

test('every error code that the code throws is documented, and none besides', () => {
  const thrown = new Set<string>()
  for (const file of globSync('src/**/*.ts', { cwd: new URL('..', import.meta.url) })) {
    const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
    for (const [, code] of source.matchAll(/new ApiError\(\s*'([^']+)'/g)) thrown.add(code!)
  }
  assert.deepEqual([...thrown].sort(), Object.keys(ERROR_CODES).sort())
})

test('every reference leads somewhere', () => {
  const check = (value: Json): void => {
    if (Array.isArray(value)) return value.forEach(check)
    if (typeof value !== 'object' || value === null) return
    if (typeof value.$ref === 'string') {
      const parts = value.$ref.slice(2).split('/')
      const found = parts.reduce<Json | undefined>(
        (at, part) => (at as JsonObject | undefined)?.[part],
        document as never,
      )
      assert.ok(found !== undefined, `${value.$ref} leads nowhere`)
    }
    Object.values(value).forEach(check)
  }
  check(document as never)
})

test('operations: unique ids, described answers, every path parameter declared', () => {
  const ids = new Set<string>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const id = String(operation.operationId)
      assert.ok(!ids.has(id), `${id} stands twice`)
      ids.add(id)
      const parameters = (operation.parameters ?? []) as { name: string; in: string; required: boolean }[]
      const declared = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
      assert.deepEqual(declared.sort(), inPath.sort(), `${method} ${path}`)
      assert.ok(parameters.every((parameter) => parameter.in !== 'path' || parameter.required))
      const responses = operation.responses as Record<string, JsonObject>
      assert.ok(responses.default !== undefined)
      assert.ok(
        Object.values(responses).every((response) => '$ref' in response || typeof response.description === 'string'),
      )
    }
  }
  assert.equal(ids.size, allOperations().length)
})

test('the admin API names every member that a body may have', () => {
  const open: string[] = []
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!path.startsWith('/admin/')) continue
    for (const [method, operation] of Object.entries(methods)) {
      const schema = namedBody(operation)
      if (schema !== null && schema.additionalProperties !== false) open.push(`${method} ${path}`)
    }
  }
  assert.deepEqual(open, [])
})

/** The schema of the JSON body; null where there is none that has a name. */
function namedBody(operation: JsonObject): JsonObject | null {
  const body = operation.requestBody as { content: Record<string, { schema: { $ref?: string } }> } | undefined
  const name = body?.content['application/json']?.schema.$ref?.split('/').at(-1)
  return name === undefined ? null : document.components.schemas[name]!
}

test('no schema lost its type on the way: nothing is an unexplained "anything"', () => {
  const vague: string[] = []
  const check = (value: Json, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach((item, i) => check(item, `${path}[${i}]`))
    for (const [name, member] of Object.entries((value.properties ?? {}) as Record<string, JsonObject>)) {
      const known = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'].some((key) => key in member)
      if (!known && member.description === undefined) vague.push(`${path}.${name}`)
      check(member, `${path}.${name}`)
    }
    if (value.items !== undefined) check(value.items, `${path}[]`)
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) check(schema, name)
  assert.deepEqual(vague, [])
})

test('every event is described as a webhook', () => {
  assert.equal(Object.keys(document.webhooks).length, eventSchemas.length)
})

const definitions = JSON.parse(
  JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
)
const user = {
  user_id: 'u',
  provider: 'OURA',
  last_webhook_update: null,
  created_at: '2026-03-01T00:00:00.000000+00:00',
  scopes: null,
  reference_id: null,
  active: true,
}

for (const type of DATA_TYPES) {
  test(`${type} events are what the document says`, () => {
    const name = `${type.slice(0, 1).toUpperCase()}${type.slice(1)}Event`
    const schema = z.fromJSONSchema({ $defs: definitions, $ref: `#/$defs/${name}` })
    const events = ['ada', 'grace', 'linus'].map((person) =>
      dataEvent(type, user, generateRecords(type, { provider: 'OURA', person, day: '2026-03-01', count: 3 })),
    )
    for (const event of events) {
      const result = schema.safeParse(JSON.parse(JSON.stringify(event)))
      assert.ok(result.success, `${name}: ${result.error?.message}`)
    }
    assert.ok(!schema.safeParse({ ...events[0], data: [{}], athlete: {} }).success)
  })
}
