import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toldError } from './told-error.ts'

test('a defect has its stack, and the messages of its causes', () => {
  const error = new TypeError('x is not a function', { cause: new Error('no page', { cause: 'nothing' }) })
  const { stack, ...told } = toldError(error)
  assert.deepEqual(told, { type: 'TypeError', message: 'x is not a function', causes: ['no page', 'nothing'] })
  assert.match(stack!, /told-error\.test/)
})

test('what is away has a code and no stack', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
  assert.deepEqual(toldError(refused), { type: 'Error', message: refused.message, errno: 'ECONNREFUSED' })
  const both = Object.assign(new AggregateError([refused, new Error('connect ENETUNREACH ::1')]), {
    code: 'ECONNREFUSED',
  })
  assert.deepEqual(toldError(both).causes, [refused.message, 'connect ENETUNREACH ::1'])
  for (const errno of ['57P01', '53300', '08006']) {
    assert.equal(toldError(Object.assign(new Error('ended'), { code: errno })).stack, undefined, errno)
  }
  assert.equal(
    toldError(Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })).errno,
    5,
  )
})

test('a row that the database quotes is not told', () => {
  const detail = 'Failing row contains (17, null, {"heart_rate": 61}).'
  const error = Object.assign(new Error('null value in column "day"'), { code: '23502', detail, where: detail })
  const told = toldError(error)
  assert.equal(told.errno, '23502')
  assert.ok(told.stack !== undefined)
  assert.doesNotMatch(JSON.stringify(told), /heart_rate/)
})

test('what is no JSON is not quoted', () => {
  for (const text of ['{"heart_rate": xx61}', 'heart_rate', '"heart_rate": 61', '']) {
    let thrown: unknown
    try {
      JSON.parse(text)
    } catch (error) {
      thrown = new Error('unreadable', { cause: error })
      const { type, message, stack } = toldError(error)
      assert.equal(type, 'SyntaxError')
      assert.match(message, /JSON/)
      assert.match(stack!, /told-error\.test/)
      assert.doesNotMatch(JSON.stringify([toldError(error), toldError(thrown)]), /heart_rate|61/)
    }
    assert.ok(thrown instanceof Error)
  }
})

test('what is thrown and is no error', () => {
  assert.deepEqual(toldError('full'), { type: 'string', message: 'full' })
  assert.deepEqual(toldError(undefined), { type: 'undefined', message: 'undefined' })
})
