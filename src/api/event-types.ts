import { z } from 'zod'
import { EVENT_TYPES } from '../model/events.ts'

/** Types that Terra has and we never send: a list written for Terra is accepted as it is. */
const NEVER_SENT = ['processing', 's3_upload', 'hormone', 'health_observation', 'route', 'lab_report']

/** What a destination's `event_types` may name. */
export const eventTypeNames: readonly string[] = [...EVENT_TYPES, ...NEVER_SENT]

/** What a list is narrowed by: a misspelled one would find nothing, and nobody would know why. */
export const EventTypeName = z.string().refine((name) => eventTypeNames.includes(name), {
  error: ({ input }) => `there is no ${String(input)}; there are ${eventTypeNames.join(', ')}`,
})
