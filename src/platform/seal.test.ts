import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createSealer } from './seal.ts'

const one = randomBytes(32).toString('base64')
const two = randomBytes(32).toString('hex')

test('what was sealed opens again, in its own place only', () => {
  const sealer = createSealer(one)
  const sealed = sealer.seal('a secret ✓', 'connection:1')
  assert.ok(!sealed.includes('secret'))
  assert.equal(sealer.open(sealed, 'connection:1'), 'a secret ✓')
  assert.throws(() => sealer.open(sealed, 'connection:2'))
})

test('a changed text does not open', () => {
  const sealer = createSealer(one)
  const sealed = sealer.seal('x', 'p')
  assert.throws(() => sealer.open(`${sealed.slice(0, -2)}AA`, 'p'))
  assert.throws(() => sealer.open('nonsense', 'p'), /damaged/)
})

test('a text with a short tag does not open: of four bytes one in 2^32 would', () => {
  const sealer = createSealer(one)
  const [version, id, iv, body] = sealer.seal('', 'p').split('.')
  const whole = Buffer.from(body!, 'base64url')
  assert.equal(sealer.open([version, id, iv, whole.toString('base64url')].join('.'), 'p'), '')
  for (const length of [0, 4, 8, 12, 15]) {
    const short = whole.subarray(0, length).toString('base64url')
    assert.throws(() => sealer.open([version, id, iv, short].join('.'), 'p'), `${length} bytes`)
  }
})

test('rotation: the new key seals, the old one still opens, without it the error names the key', () => {
  const old = createSealer(one).seal('x', 'p')
  const rotated = createSealer(`${two},${one}`)
  assert.equal(rotated.open(old, 'p'), 'x')
  assert.ok(!old.startsWith(rotated.current))
  assert.ok(rotated.seal('x', 'p').startsWith(rotated.current))
  assert.throws(
    () => createSealer(two).open(old, 'p'),
    /needs the key [0-9a-f]{8}, here is [0-9a-f]{8}: add it to LOAM_ENCRYPTION_KEY/,
  )
})

test('a key of the wrong length is refused', () => {
  assert.throws(() => createSealer('c2hvcnQ='), /32 bytes/)
})
