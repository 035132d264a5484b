// Where bodies of events and raw pages lie: in their row, or, when LOAM_BODIES says so and they are some minutes old, in a bucket.
// Then the row has the name of an object in place of the body.
import { unpackSync } from './compress.ts'

/** The first byte of what is packed tells how the rest is written (compress.ts); this one that it lies elsewhere. */
const ELSEWHERE = 3

/** A bucket, or a folder that serves as one. Whatever fails is a BodiesUnavailable. */
export interface BodyStore {
  /** As the setting says it. */
  place: string
  /** Resolves when it is durable. The same key again replaces what was there. */
  put(key: string, body: Uint8Array): Promise<void>
  /** Null when there is none. */
  get(key: string): Promise<Uint8Array | null>
  /** Resolves when they are gone; what is not there is gone. */
  delete(keys: readonly string[]): Promise<void>
  /** Those that begin so and come after a key, in the order of their keys, some at a time. */
  list(prefix: string, after?: string): AsyncIterable<StoredBody[]>
}

export interface StoredBody {
  key: string
  /** Epoch milliseconds. */
  writtenAt: number
}

/** Nothing is wrong with what was asked: the bucket is away, full or closed to us. */
export class BodiesUnavailable extends Error {
  override name = 'BodiesUnavailable'
}

export type BodyTable = 'events' | 'pages'

/** All of a person, so that it can be deleted without knowing what there was. */
export function userPath(userId: string): string {
  return `users/${userId}/`
}

export function bodyKey(table: BodyTable, userId: string | null, id: string): string {
  return `${userId === null ? 'nobody/' : userPath(userId)}${table}/${id}`
}

/** Which row a key is of; null for objects that are none of ours. */
export function rowOfKey(key: string): { table: BodyTable; id: string } | null {
  const found = /^(?:nobody|users\/[^/]+)\/(events|pages)\/([^/]+)$/.exec(key)
  return found === null ? null : { table: found[1] as BodyTable, id: found[2]! }
}

/** What a row has in place of its body. */
export function nameOfBody(key: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(ELSEWHERE), Buffer.from(key)])
}

/** In place of a body that somebody took away. */
export const NO_BODY = nameOfBody('')

/** Null: the body itself is there. */
export function keyInRow(packed: Uint8Array): string | null {
  return packed[0] === ELSEWHERE ? Buffer.from(packed.subarray(1)).toString('utf8') : null
}

/** Packed, wherever it lies; null when somebody took it away. */
export async function fetchBody(bodies: BodyStore | undefined, packed: Uint8Array): Promise<Uint8Array | null> {
  const key = keyInRow(packed)
  if (key === null) return packed
  if (key === '') return null
  if (bodies === undefined) throw new BodiesUnavailable('this body lies in a bucket, and LOAM_BODIES names none')
  return await bodies.get(key)
}

export async function readBody(bodies: BodyStore | undefined, packed: Uint8Array): Promise<Uint8Array | null> {
  const found = await fetchBody(bodies, packed)
  return found === null ? null : unpackSync(found)
}
