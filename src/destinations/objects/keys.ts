// What objects are called in a bucket. Terra's names let whoever knows a record find its object.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isDataType } from '../../model/data-type.ts'
import { PAYLOAD_VERSION } from '../../model/event.ts'
import type { OutgoingEvent } from '../destination.ts'

/** Events that Terra has not, of which one moment may bring several for a person. */
const SEVERAL_AT_ONCE = new Set([
  'record_deleted',
  'destination_failing',
  'destination_disabled',
  'destination_recovered',
])

/**
 * `2022-03-16/sleep/<user>-<start of what it is about>.json`, and for events about no time the time at which they were
 * made. An event of the same person, type and start replaces the one before. With `unique` none does.
 */
export function objectKey(event: OutgoingEvent, { prefix, unique }: { prefix: string; unique: boolean }): string {
  // Events of nobody have no user to tell them apart.
  const who = event.userId ?? event.id
  const when = startOf(event) ?? new Date(event.createdAt).toISOString()
  const own = unique || SEVERAL_AT_ONCE.has(event.type) ? `-${event.id}` : ''
  return `${prefix}${PAYLOAD_VERSION}/${event.type}/${who}-${when}${own}.json`
}

/** The same events make the same name, so a repeat of them replaces it. Days are partitions, as query engines read them. */
export function batchKey(
  events: readonly OutgoingEvent[],
  { prefix, ending }: { prefix: string; ending: string },
): string {
  const ids = events.map((event) => event.id).sort()
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 16)
  const first = new Date(Math.min(...events.map((event) => event.createdAt))).toISOString()
  const time = first.slice(11, 19).replaceAll(':', '')
  return `${prefix}${PAYLOAD_VERSION}/batches/date=${first.slice(0, 10)}/${time}Z-${hash}.${ending}`
}

/** As the record spells it; null for events that carry no records with a time. */
function startOf(event: OutgoingEvent): string | null {
  if (!isDataType(event.type) && event.type !== 'planned_workout') return null
  const body = JSON.parse(Buffer.from(event.body).toString('utf8')) as { data?: unknown }
  if (!Array.isArray(body.data)) return null
  const starts = (body.data as { metadata?: { start_time?: unknown } }[])
    .map((record) => record.metadata?.start_time)
    .filter((time) => typeof time === 'string')
  return starts.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null
}

export const prefixSetting = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9!_.()=/-]*$/, { error: 'may have letters, digits and ! _ . ( ) = / -' })
  .refine(
    (text) =>
      text === '' ||
      text
        .replace(/\/$/, '')
        .split('/')
        .every((part) => !/^\.{0,2}$/.test(part)),
    {
      error: 'must not begin with a slash or have an empty part, `.` or `..`',
    },
  )
  .default('')
  .describe('Stands before every key, such as `health/`. Empty: nothing.')

/** For the path of a URL: everything but slashes is escaped that may be. */
export function keyInUrl(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
