import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAboutEvents, problemOf } from './problem.ts'

test('a connection that is lost is told so by every call that used it', () => {
  for (const name of ['MongoNetworkError', 'MongoPoolClearedError', 'MongoClientClosedError']) {
    const result = problemOf(Object.assign(new Error('lost'), { name }), 'db:27017')
    assert.equal(result.next, 'retry')
    assert.match(JSON.stringify(result), /"db:27017 closed the connection: check that TLS/, name)
  }
})

test('a validator that the collection was given refuses for now, and one event alone may fare better', () => {
  const error = Object.assign(new Error('Document failed validation'), { writeErrors: [{ code: 121 }], code: 121 })
  assert.ok(isAboutEvents(error))
  const result = problemOf(error, 'db:27017')
  assert.equal(result.next, 'retry')
  assert.match(
    JSON.stringify(result),
    /"db:27017 refused \(121\): a validator of the collection does not take this event/,
  )
})
