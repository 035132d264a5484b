import { createHash, randomFillSync, randomUUID } from 'node:crypto'

let lastMs = 0
let sequence = 0

/** UUIDv7: sorts by the time at which it was made, also within one millisecond of one process. */
export function newId(): string {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    sequence = draw(2).readUInt16BE() & 0x7ff
  } else {
    sequence++
    if (sequence > 0xfff) {
      sequence = 0
      lastMs++
    }
  }
  const time = lastMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${randomTail()}`
}

/** Less than every id that is made from then on, and more than those made before. */
export function firstIdAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}`
}

/** When an id of `newId` was made, in epoch milliseconds. */
export function timeOfId(id: string): number {
  return Number.parseInt(`${id.slice(0, 8)}${id.slice(9, 13)}`, 16)
}

/** Drawn for many ids at once: asking the system for a few bytes costs more than everything else here. */
const drawn = Buffer.alloc(10 * 256)
let used = drawn.length

/** Random bytes, each given out once; valid until the next call. */
function draw(length: number): Buffer {
  if (used + length > drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += length
  return drawn.subarray(used - length, used)
}

function randomTail(): string {
  const bytes = draw(8)
  bytes[0] = (bytes[0]! & 0x3f) | 0x80
  const tail = bytes.toString('hex')
  return `${tail.slice(0, 4)}-${tail.slice(4)}`
}

/** For ids that must not tell when they were made. */
export function uuidV4(): string {
  return randomUUID()
}

/** Our own namespace for name-based ids. */
const NAMESPACE = Buffer.from('5a1f6e2c4b7d4f0e9c3a8d2b6e5f7a90', 'hex')

/** UUIDv5 over the parts: the same parts give the same id, on every machine, for ever. */
export function nameBasedUuid(...parts: readonly string[]): string {
  const hash = createHash('sha1').update(NAMESPACE)
  // Length-prefixed: no two lists of parts read the same.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`)
  const bytes = hash.digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** `metadata.summary_id`: unique across users, stable for ever. */
export function summaryId(userId: string, provider: string, type: string, providerId: string): string {
  return nameBasedUuid('summary', userId, provider, type, providerId)
}
