// Secrets at rest: AES-256-GCM under a named key, bound to the place they belong to.
import { createCipheriv, createDecipheriv, createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** All of it: shorter ones would be taken, and can be guessed. */
const TAG_BYTES = 16

/** Encrypts and decrypts small secrets. `place` (such as `connection:<id>`) must be the same both times. */
export interface Sealer {
  seal(plain: string, place: string): string
  /** Throws when the key is unknown, the text was changed, or it was sealed for another place. */
  open(sealed: string, place: string): string
  /** What everything that is sealed under the newest key begins with. */
  readonly current: string
  /** What names each of them, the newest first. */
  readonly keys: readonly string[]
}

/**
 * `keys` as `LOAM_ENCRYPTION_KEY` holds them: one or more base64 or hex keys of 32 bytes, separated by commas. The first
 * seals; all open. To rotate, put the new one in front.
 */
export function createSealer(keys: string): Sealer {
  const ring = new Map<string, Buffer>()
  for (const text of keys.split(',').map((part) => part.trim())) {
    const key = readKey(text)
    ring.set(keyId(key), key)
  }
  const [currentId, currentKey] = ring.entries().next().value!
  return {
    seal(plain, place) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', currentKey, iv)
      cipher.setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return ['v1', currentId, iv.toString('base64url'), body.toString('base64url')].join('.')
    },
    open(sealed, place) {
      const [version, id, iv, body] = sealed.split('.')
      const key = id === undefined ? undefined : ring.get(id)
      if (version !== 'v1' || iv === undefined || body === undefined) throw new Error('a stored secret is damaged')
      if (key === undefined) {
        const here = [...ring.keys()].join(', ')
        throw new Error(`a stored secret needs the key ${id}, here is ${here}: add it to LOAM_ENCRYPTION_KEY`)
      }
      const bytes = Buffer.from(body, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(place))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    },
    current: `v1.${currentId}.`,
    keys: [...ring.keys()],
  }
}

/** Names the key that opens it. */
export function keyOf(sealed: string): string | null {
  return sealed.split('.')[1] ?? null
}

/** Reads a 32-byte key written as 64 hex digits or as base64. */
export function readKey(text: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (key.length !== 32) throw new Error('an encryption key is 32 bytes, written as base64 or as 64 hex digits')
  return key
}

function keyId(key: Buffer): string {
  return createHash('sha256').update('loam key id').update(key).digest('hex').slice(0, 8)
}

/** For tokens that are only ever compared: 256 random bits need no slow hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Unguessable, URL-safe. 32 bytes unless told. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
