// How a destination is sent to, whatever its kind: pace, patience and limits. Kinds have settings of their own besides.
import { z } from 'zod'

/** Quick at first (a deploy, a blip), then doubling, for a little over a day. */
export const RETRY_DELAYS_SECONDS: readonly number[] = [
  5,
  30,
  60,
  120,
  240,
  480,
  960,
  1920,
  3840,
  7680,
  15_360,
  8 * 3600,
  8 * 3600,
]

const slots = z.int().min(1).max(1000)
const rate = z.number().positive().max(100_000).nullable()

/** Descriptions stand inside the defaults, so that a change (without defaults) has them too. */
const members = {
  concurrency: slots.describe('Requests in flight at a time.').default(16),
  backfill_concurrency: slots.describe('The same for history, which has slots of its own.').default(4),
  rate_per_second: rate.describe('Events per second at most; no limit unless set.').default(null),
  rate_per_minute: rate.describe('Events per minute at most, for slow receivers; no limit unless set.').default(null),
  timeout_seconds: z
    .number()
    .min(1)
    // Shorter than a lease: what is still under way must not be taken for lost.
    .max(90)
    .nullable()
    .describe(
      "How long one request may take before it is given up and sent again. Unless set, the kind's own: 8 for a webhook.",
    )
    .default(null),
  retry_delays_seconds: z
    .array(z.number().min(1).max(604_800))
    .max(50)
    .describe('Seconds between attempts, each spread by 20 % either way. After the last one the event has failed.')
    .default([...RETRY_DELAYS_SECONDS]),
  max_bytes: z
    .int()
    .min(1024)
    .nullable()
    .describe('Larger events do not go in one piece, see `oversize`; no limit unless set.')
    .default(null),
  max_records: z
    .int()
    .min(1)
    .nullable()
    .describe('Events with more records in `data` do not go in one piece, see `oversize`; no limit unless set.')
    .default(null),
  oversize: z
    .enum(['chunk', 'ping', 'fail'])
    .describe(
      'What becomes of an event that is too large. chunk: parts with some of its records each, or a ping where one ' +
        'record alone is too large. ping: an `s3_payload` with a URL that answers with the event. fail: it is not sent.',
    )
    .default('chunk'),
  expires_in: z
    .int()
    .min(10)
    .max(604_800)
    .nullable()
    .describe('Seconds that URLs of payloads are good. Unless set: 300 for a webhook, 600 for other kinds.')
    .default(null),
  strict_order: z
    .boolean()
    .describe("A user's next event waits until the one before is delivered or has failed for good.")
    .default(false),
  pause_on_gone: z
    .boolean()
    .describe('When the receiver says that it is gone (HTTP 410), pause and hold events instead of trying on.')
    .default(true),
  disable_after_hours: z
    .number()
    .min(1)
    .max(8760)
    .nullable()
    .describe('Stop sending after this long without a success; events are held. Never unless set.')
    .default(null),
}

export const DeliverySettings = z
  .object(members)
  .refine((given) => given.rate_per_second === null || given.rate_per_minute === null, {
    path: ['rate_per_minute'],
    error: 'cannot be set together with rate_per_second; set one of them to null',
  })
  .meta({ id: 'DeliverySettings', description: 'How a destination is sent to, whatever its kind.' })
export type DeliverySettings = z.infer<typeof DeliverySettings>

const optional = <Inner extends z.ZodType>(schema: z.ZodDefault<Inner>) => schema.unwrap().optional()

/** As it may be given: what is left out keeps its value. */
export const DeliveryChange = z
  .strictObject({
    concurrency: optional(members.concurrency),
    backfill_concurrency: optional(members.backfill_concurrency),
    rate_per_second: optional(members.rate_per_second),
    rate_per_minute: optional(members.rate_per_minute),
    timeout_seconds: optional(members.timeout_seconds),
    retry_delays_seconds: optional(members.retry_delays_seconds),
    max_bytes: optional(members.max_bytes),
    max_records: optional(members.max_records),
    oversize: optional(members.oversize),
    expires_in: optional(members.expires_in),
    strict_order: optional(members.strict_order),
    pause_on_gone: optional(members.pause_on_gone),
    disable_after_hours: optional(members.disable_after_hours),
  })
  .meta({ id: 'DeliveryChange', description: 'What is left out keeps its value.' })
export type DeliveryChange = z.infer<typeof DeliveryChange>

/** Of settings as they are stored: asked for every event, so without checking all of them. */
export function isStrict(stored: string): boolean {
  return stored.includes('"strict_order":true')
}
