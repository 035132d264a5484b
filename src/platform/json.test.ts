import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from './json.ts'

test('integers that a number cannot hold are strings, at any depth; the others stay numbers', () => {
  assert.deepEqual(
    parseJson('{"id":9007199254740993,"less":-9223372036854775808,"in":[{"id":12345678901234567890}],"n":12}'),
    { id: '9007199254740993', less: '-9223372036854775808', in: [{ id: '12345678901234567890' }], n: 12 },
  )
  assert.deepEqual(parseJson('[9007199254740991, 1700000000000000]'), [9007199254740991, 1700000000000000])
})

test('fractions, exponents and text are left alone', () => {
  const text = '{"f":0.8333333333333333333,"e":1e21,"s":"id 12345678901234567890","q":"12345678901234567890"}'
  assert.deepEqual(parseJson(text), JSON.parse(text))
  assert.deepEqual(parseJson('[12345678901234567890, "say 99999999999999999", 1.5e3]'), [
    '12345678901234567890',
    'say 99999999999999999',
    1500,
  ])
})

test('what is no JSON is a SyntaxError, with long digits or without', () => {
  assert.throws(() => parseJson('{"a":'), SyntaxError)
  assert.throws(() => parseJson('{"a":12345678901234567890'), SyntaxError)
})
