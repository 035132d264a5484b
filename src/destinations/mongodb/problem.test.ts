import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemOf } from './problem.ts'

test('a connection that is lost is told so by every call that used it', () => {
  for (const name of ['MongoNetworkError', 'MongoPoolClearedError', 'MongoClientClosedError']) {
    const result = problemOf(Object.assign(new Error('lost'), { name }), 'db:27017')
    assert.equal(result.next, 'retry')
    assert.match(JSON.stringify(result), /"db:27017 closed the connection: check that TLS/, name)
  }
})
