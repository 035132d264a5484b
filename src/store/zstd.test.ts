import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { constants, createZstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { zstdPack, zstdUnpack } from './zstd.ts'

const FIRST = 7
/** Of every size that a frame's header tells in another way, as text and as what cannot be packed. */
const bodies = [1, 255, 256, 1024, 65_535, 65_791, 65_792, 128 * 1024, 128 * 1024 + 1, 600_000].flatMap((size) => [
  Buffer.from('{"bpm":61,"timestamp":"2026-03-01T00:00:00.000000+00:00"},'.repeat(size / 50 + 1)).subarray(0, size),
  randomBytes(size),
])

test('what is packed with a context that others used is what Node would have made, and comes out again', () => {
  for (const body of bodies) {
    const packed = zstdPack(body, FIRST)
    assert.equal(packed[0], FIRST)
    const frame = Buffer.from(packed.subarray(1))
    assert.deepEqual(zstdDecompressSync(frame), body)
    assert.deepEqual(zstdUnpack(frame), body)
    const alone = zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    assert.ok(frame.equals(alone), `${body.length} bytes`)
  }
})

test('a damaged frame throws and leaves nothing for the next', () => {
  const body = bodies.find(({ length }) => length === 65_535)!
  const frame = Buffer.from(zstdPack(body, FIRST).subarray(1))
  const damaged = [
    frame.subarray(0, -1),
    frame.subarray(0, 20),
    frame.subarray(0, 3),
    Buffer.concat([frame, Buffer.from('rest')]),
    Buffer.from(frame).fill(0xff, 7, 11),
    Buffer.alloc(40),
    // Says that it is one byte longer than it is.
    Buffer.from(frame).fill((frame[5]! + 1) & 0xff, 5, 6),
  ]
  for (const [i, each] of damaged.entries()) {
    assert.throws(() => zstdUnpack(each), Error, `damage ${i}`)
    assert.deepEqual(zstdUnpack(frame), body)
    assert.deepEqual(zstdPack(body, FIRST).subarray(1), frame)
  }
})

test('a frame that does not say how long it is comes out as well', async () => {
  const body = bodies.find(({ length }) => length === 65_535)!
  const stream = createZstdCompress()
  stream.write(body.subarray(0, 100))
  stream.end(body.subarray(100))
  const frame = Buffer.concat(await Array.fromAsync(stream))
  assert.deepEqual(zstdUnpack(frame), body)
})
