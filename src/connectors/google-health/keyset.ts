// Google's public keys, a Tink keyset: each key is a protocol buffer in base64, read here as far as needed.
import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'

const Keyset = z.object({
  key: z.array(z.object({ keyId: z.int(), status: z.string().optional(), keyData: z.object({ value: z.string() }) })),
})

const ENABLED = 'ENABLED'
/** Version of the signature: the key's id stands before it. */
const TINK_PREFIX = 1
const COORDINATE_BYTES = 32
const FIELD_X = 3
const FIELD_Y = 4

/**
 * `signature`: base64 of 0x01, the key's id in four bytes, and a DER signature, ECDSA on P-256 with SHA-256. Null: no such
 * key is in the set, and a fresher one may have it.
 */
export function signatureHolds(keyset: unknown, signature: string, body: Uint8Array): boolean | null {
  const bytes = Buffer.from(signature, 'base64')
  if (bytes.length < 6 || bytes[0] !== TINK_PREFIX) return false
  const keyId = bytes.readUInt32BE(1)
  const key = Keyset.parse(keyset).key.find((each) => each.keyId === keyId && (each.status ?? ENABLED) === ENABLED)
  if (key === undefined) return null
  const point = pointOf(Buffer.from(key.keyData.value, 'base64'))
  if (point === null) return false
  const jwk = { kty: 'EC', crv: 'P-256', x: point.x.toString('base64url'), y: point.y.toString('base64url') }
  return verify('sha256', body, createPublicKey({ key: jwk, format: 'jwk' }), bytes.subarray(5))
}

/** Fields 3 and 4 of EcdsaPublicKey, big endian, possibly with a zero byte in front. */
function pointOf(message: Buffer): { x: Buffer; y: Buffer } | null {
  const fields = new Map<number, Buffer>()
  let at = 0
  while (at < message.length) {
    const tag = message[at++]!
    const [field, wireType] = [tag >> 3, tag & 7]
    const length = message[at++] ?? 0
    if (length > 127) return null
    if (wireType === 2) {
      fields.set(field, message.subarray(at, at + length))
      at += length
    } else if (wireType !== 0) {
      return null
    }
  }
  const [x, y] = [coordinate(fields.get(FIELD_X)), coordinate(fields.get(FIELD_Y))]
  return x === null || y === null ? null : { x, y }
}

function coordinate(bytes: Buffer | undefined): Buffer | null {
  if (bytes === undefined) return null
  const bare = bytes.length > COORDINATE_BYTES && bytes[0] === 0 ? bytes.subarray(1) : bytes
  if (bare.length > COORDINATE_BYTES) return null
  return Buffer.concat([Buffer.alloc(COORDINATE_BYTES - bare.length), bare])
}
