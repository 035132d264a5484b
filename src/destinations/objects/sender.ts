// Events as objects of a bucket, whoever's it is: one for each, or many in one.
import { z } from 'zod'
import { delivered, type OutgoingEvent, type Sender, type SendResult } from '../destination.ts'
import { messageHeaders } from '../message.ts'
import { batchFormats } from './batch-file.ts'
import { collector } from './collector.ts'
import { batchKey, objectKey, prefixSetting } from './keys.ts'

/** Uploads of one call that run at a time. */
const AT_A_TIME = 8

export const objectSettings = {
  prefix: prefixSetting,
  objects: z
    .enum(['event', 'ndjson', 'parquet'])
    .default('event')
    .describe(
      'event: a JSON object for each event. ndjson, parquet: many events in one object (NDJSON with gzip, or Parquet).',
    ),
  keys: z
    .enum(['terra', 'unique'])
    .default('terra')
    .describe(
      "terra: Terra's keys, where an event replaces the one of the same person, type and start. unique: the event's id besides, so nothing is replaced. Of objects for one event.",
    ),
  batch_seconds: z
    .int()
    .min(1)
    .max(30)
    .default(10)
    .describe('How long events are collected for one object of many, within two fifths of the timeout.'),
  batch_bytes: z
    .int()
    .min(1000)
    .max(64_000_000)
    .default(8_000_000)
    .describe('So many bytes of events are stored at once, without waiting any longer.'),
}
const ObjectSettings = z.object(objectSettings)
export type ObjectSettings = z.infer<typeof ObjectSettings>

/** What every destination of objects has. */
export const objectDelivery = {
  batch: { events: 200, bytes: 8_000_000 },
  /** Collecting takes its share of it. */
  timeoutSeconds: 60,
}

export interface StoredObject {
  key: string
  body: Uint8Array
  contentType: string
  /** ASCII, names in lower case with hyphens. */
  metadata: Record<string, string>
}

/** Stores it, in place of one of the same key. Resolves when it is durable, or says what failed. */
export type PutObject = (object: StoredObject, timeoutMs: number) => Promise<SendResult>

export function objectSender(settings: ObjectSettings, put: PutObject): Sender {
  if (settings.objects !== 'event') return batchSender(settings, settings.objects, put)
  const unique = settings.keys === 'unique'
  return {
    async send(events, { timeoutMs }) {
      const deadline = performance.now() + timeoutMs
      // Of those that would replace each other the last one is what stays: it alone is sent, and its result is theirs.
      const byKey = Map.groupBy(events, (event) => objectKey(event, { prefix: settings.prefix, unique }))
      const results = new Map<OutgoingEvent, SendResult>()
      const waiting = [...byKey]
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [key, same] = next
          const object = {
            key,
            body: same.at(-1)!.body,
            contentType: 'application/json',
            metadata: about(same.at(-1)!),
          }
          const left = (): number => Math.max(1, deadline - performance.now())
          let result = await put(object, left())
          // A test of the destination, which shall say whether objects may be replaced, as those of other events are.
          if (result.next === 'delivered' && same[0]!.type === 'healthcheck' && !unique) {
            const again = await put(object, left())
            // Google takes an object once a second.
            if (again.next !== 'retry' || again.slowDown !== true) result = again
          }
          for (const event of same) results.set(event, result)
        }
      }
      await Promise.all(Array.from({ length: Math.min(AT_A_TIME, waiting.length) }, work))
      return events.map((event) => results.get(event)!)
    },
    // Its connections are those of the HTTP client, which all destinations share.
    close: async () => undefined,
  }
}

function batchSender(
  { prefix, batch_seconds, batch_bytes }: ObjectSettings,
  kind: 'ndjson' | 'parquet',
  put: PutObject,
) {
  const { ending, contentType, write } = batchFormats[kind]
  const collected = collector({
    seconds: batch_seconds,
    bytes: batch_bytes,
    async store(events, timeoutMs) {
      const startedAt = performance.now()
      const object = {
        key: batchKey(events, { prefix, ending }),
        body: await write(events),
        contentType,
        metadata: { events: String(events.length) },
      }
      return await put(object, Math.max(1, timeoutMs - (performance.now() - startedAt)))
    },
  })
  return {
    send: (events, { timeoutMs }) => collected.add(events, timeoutMs),
    close: () => collected.close(),
  } satisfies Sender
}

function about(event: OutgoingEvent): Record<string, string> {
  const { 'content-type': _, ...headers } = messageHeaders(event)
  return headers
}

export function stored(status: number, where: string): SendResult {
  return { ...delivered(where), status }
}
