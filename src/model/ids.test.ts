import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nameBasedUuid, newId, summaryId, uuidV4 } from './ids.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([1-8])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function version(id: string): string | undefined {
  return UUID.exec(id)?.[1]
}

test('new ids are UUIDv7: unique, and sorted by the time at which they were made', () => {
  const before = Date.now()
  // More than one millisecond holds, so that the sequence runs over.
  const ids = Array.from({ length: 20_000 }, newId)
  assert.ok(ids.every((id) => version(id) === '7'))
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(ids, ids.toSorted())
  const madeAt = Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16)
  assert.ok(madeAt >= before && madeAt <= Date.now() + 1000)
})

test('random ids are UUIDv4', () => {
  assert.equal(version(uuidV4()), '4')
  assert.notEqual(uuidV4(), uuidV4())
})

test('a name-based id never changes: receivers have stored it', () => {
  assert.equal(nameBasedUuid('summary', 'u', 'OURA', 'sleep', 'abc'), summaryId('u', 'OURA', 'sleep', 'abc'))
  assert.equal(
    summaryId('40f7b0e1-89e2-43ac-a5b8-1e29c8d47cad', 'OURA', 'sleep', '8f9a5221'),
    'e4176856-0903-5e40-8173-b34dd12c8d7e',
  )
  assert.equal(version(summaryId('u', 'OURA', 'sleep', 'abc')), '5')
})

test('the same record of another user, provider or type has another id', () => {
  const ids = [
    summaryId('u', 'OURA', 'sleep', 'abc'),
    summaryId('v', 'OURA', 'sleep', 'abc'),
    summaryId('u', 'FITBIT', 'sleep', 'abc'),
    summaryId('u', 'OURA', 'activity', 'abc'),
    summaryId('u', 'OURA', 'sleep', 'abd'),
  ]
  assert.equal(new Set(ids).size, ids.length)
})

test('no two lists of parts run into each other', () => {
  const part = fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b', ':', '1', 'é') })
  const parts = fc.array(part, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      assert.equal(nameBasedUuid(...one) === nameBasedUuid(...other), JSON.stringify(one) === JSON.stringify(other))
    }),
  )
})
