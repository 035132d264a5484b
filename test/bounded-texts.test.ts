// Whatever text a caller can send has a documented end: a body is a megabyte at most, and a field of it should never be one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { openTestApi, type TestApi } from '../src/api/test-api.ts'
import { destinationTypes } from '../src/destinations/index.ts'

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  maxLength?: number
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

const document = JSON.parse(readFileSync(new URL('../docs/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>
  components: { schemas: Record<string, Schema> }
}

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('every text in a body that a caller can send has a longest length in the document', () => {
  const bodies = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema
      return schema === undefined ? [] : endless(schema, `${method} ${path}`)
    }),
  )
  assert.deepEqual(bodies, [])
})

test("every text of a destination's settings has a longest length", () => {
  const found = destinationTypes.flatMap(({ id, settings }) =>
    endless(z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Schema, id),
  )
  assert.deepEqual(found, [])
})

test('what is too long is refused by the name of its field', async () => {
  const long = 'n'.repeat(100_000)
  const headers = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, 'value']))
  const url = 'https://example.com/hook'
  const key = { access_key_id: 'id', secret_access_key: 'secret' }
  for (const [body, problem] of [
    [{ type: long }, 'type: must be at most 100 characters long'],
    [{ url: `https://example.com/${long}` }, 'url: must be at most 2048 characters long'],
    [{ url, event_types: [long] }, 'event_types.0: must be at most 100 characters long'],
    [{ url, providers: [long] }, 'providers.0: must be at most 100 characters long'],
    [{ settings: { url, headers } }, 'headers: must be at most 100 headers'],
    [
      { type: 'sqs', settings: { ...key, queue_url: `https://sqs.eu-central-1.amazonaws.com/1/${long}` } },
      'queue_url: must be at most 2048 characters long',
    ],
  ] as const) {
    const { status, json } = await api.asOperator('POST', '/admin/v1/destinations', { json: body })
    assert.equal(status, 400)
    assert.equal(json.message, problem)
  }
  const session = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', { json: { providers: [long] } })
  assert.equal(session.status, 400)
  assert.match(String(session.json.message), /^providers/)
})

/** Patterns and formats of days bound what they take; others do not. */
function endless(given: Schema, path: string): string[] {
  const schema = given.$ref === undefined ? given : document.components.schemas[given.$ref.split('/').at(-1)!]!
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  const isText = [schema.type].flat().includes('string')
  const isBounded =
    schema.maxLength !== undefined ||
    schema.enum !== undefined ||
    schema.const !== undefined ||
    schema.format === 'date' ||
    /\{\d+,\d+\}/.test(schema.pattern ?? '')
  const more = schema.additionalProperties
  return [
    ...(isText && !isBounded ? [path] : []),
    ...choices.flatMap((choice) => endless(choice, path)),
    ...(schema.items === undefined ? [] : endless(schema.items, `${path}[]`)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => endless(each, `${path}.${name}`)),
    ...(typeof more === 'object' ? endless(more, `${path}.*`) : []),
  ]
}
