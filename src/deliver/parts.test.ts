import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { divide, partBytes, partLength } from './parts.ts'

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
const read = (body: Uint8Array): { data: unknown[] } => JSON.parse(Buffer.from(body).toString())

test('parts hold every record once, in order, and keep to both limits', () => {
  const event = fc.record({
    before: fc.jsonValue(),
    data: fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 2, maxLength: 20 }),
    after: fc.record({ data: fc.array(fc.string()), text: fc.string() }),
  })
  fc.assert(
    fc.property(event, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 60, max: 800 }), (value, records, most) => {
      const body = bytes(value)
      const parts = divide(body, { bytes: most, records })
      if (parts === null) return
      const sent = parts.map((part) => partBytes(body, part))
      sent.forEach((each, i) => {
        assert.ok(each.byteLength <= most)
        assert.equal(each.byteLength, partLength(parts[i]!, body.byteLength))
        assert.ok(read(each).data.length <= records)
        assert.deepEqual({ ...read(each), data: null }, { ...read(body), data: null })
      })
      assert.deepEqual(
        sent.flatMap((each) => read(each).data),
        read(body).data,
      )
    }),
  )
})

test('cuts at records alone, whatever their text looks like', () => {
  const records = [{ note: 'a "],[" b\\' }, { note: '},{', data: [1, 2] }, { note: 'ä🚴' }]
  const body = bytes({ type: 'activity', user: { data: [0] }, data: records, version: '1' })
  const parts = divide(body, { bytes: 1000, records: 1 })!
  assert.deepEqual(
    parts.map((part) => read(partBytes(body, part))),
    records.map((record) => ({ type: 'activity', user: { data: [0] }, data: [record], version: '1' })),
  )
})

test('what cannot be divided is not', () => {
  const limits = { bytes: 100, records: 1000 }
  assert.equal(divide(bytes({ type: 'athlete', athlete: { text: 'x'.repeat(200) } }), limits), null)
  assert.equal(divide(bytes({ data: ['x'.repeat(200), 'y'] }), limits), null)
  assert.equal(divide(bytes({ data: ['x'] }), limits), null)
  assert.equal(divide(bytes({ data: [] }), limits), null)
})
