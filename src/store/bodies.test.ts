import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyInRow, nameOfBody } from './bodies.ts'
import { pack } from './compress.ts'

test('the first byte of a packed body tells what it is: none is taken for the name of an object', () => {
  const long = new TextEncoder().encode('x'.repeat(2000))
  for (const pieces of [[new Uint8Array(3)], [long], [long, long]])
    assert.equal(keyInRow(pack({ toPack: pieces })), null)
  assert.equal(keyInRow(nameOfBody('nobody/events/1')), 'nobody/events/1')
})
