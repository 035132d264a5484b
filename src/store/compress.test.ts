import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOf, pack, packSync, unpackSync, unpackText } from './compress.ts'

const record = bytesOf(
  JSON.stringify({ samples: Array.from({ length: 200 }, (_, i) => ({ at: i, bpm: 50 + (i % 9) })) }),
)

test('a body in pieces is what its pieces say, and shorter', () => {
  const pieces = [bytesOf('{"data":['), record, bytesOf(','), record, bytesOf(']}')]
  const packed = pack({ toPack: pieces })
  assert.equal(unpackText(packed), Buffer.concat(pieces).toString('utf8'))
  assert.ok(packed.length < record.length)
})

test('pieces that are small by themselves are packed as one', () => {
  const pieces = Array.from({ length: 40 }, (_, i) => bytesOf(`{"a rather long name":"and what it says","n":${i}}`))
  const packed = pack({ toPack: pieces })
  assert.equal(unpackText(packed), Buffer.concat(pieces).toString('utf8'))
  assert.ok(packed.length < 1000)
})

test('what two bodies have in common is packed once', () => {
  const alone = pack({ toPack: [record] })
  assert.equal(pack({ toPack: [record] }), alone)
  const around = Buffer.from(pack({ toPack: [bytesOf('['), record, bytesOf(']')] }))
  assert.ok(around.includes(Buffer.from(alone)))
})

test('a body that was cut off, or is written in another way, is refused', () => {
  const packed = pack({ toPack: [bytesOf('['), record, bytesOf(']')] })
  assert.throws(() => unpackSync(packed.subarray(0, -3)), /cut off/)
  assert.throws(() => unpackSync(Uint8Array.of(9, 1, 2)), /unknown encoding 9/)
  assert.equal(unpackText(packSync('plain')), 'plain')
})
