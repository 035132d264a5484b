// The few kinds of field that records are made of. Absent is null, never 0.
import { z } from 'zod'

export const num = (description: string) => z.number().nullable().describe(description)
/** A count or a code of an enumeration. Codes that we do not know pass: providers and Terra add them. */
export const int = (description: string) => z.int().nullable().describe(description)
export const text = (description: string) => z.string().nullable().describe(description)
export const flag = (description: string) => z.boolean().nullable().describe(description)
export const list = <Item extends z.ZodType>(item: Item, description: string) => z.array(item).describe(description)

/** A named object of a record. Names are those of the published API, so that generated clients call them the same. */
export const group = <Shape extends z.ZodRawShape>(id: string, description: string, shape: Shape) =>
  z.object(shape).meta({ id, description })

export const timestamp = text(
  'ISO 8601 with microseconds and the offset; without an offset it is the local wall clock.',
)
export const timer = num('Seconds since the start, pauses left out; null outside workouts.')

/**
 * What stands where nobody said, in members that published clients require: a typed client fails on null there, and
 * with it the whole answer.
 */
export const whenUnknown = z.registry<{ value: number | string }>()
export const requiredCode = (value: number, description: string) =>
  z.int().describe(description).register(whenUnknown, { value })
export const requiredText = (value: string, description: string) =>
  z.string().describe(description).register(whenUnknown, { value })

export const localization = int('TimestampLocalization: 0 when times are in UTC, 1 when they are local.')
export const uploadType = requiredCode(
  0,
  'UploadType: 0 unknown, 1 automatic, 2 manual, 3 update, 4 delete, 5 pending, 6 third party.',
)

/** Metadata of the records that there are one of per local day. */
export const dayMetadata = {
  start_time: z.string().describe('First instant of the local day, with the offset when it is known.'),
  end_time: z.string().describe('First instant of the next local day: 23 to 25 hours later.'),
  timestamp_localization: localization,
}

/** What made up a score: a list of named parts, or a map from name to score; null unless computed. */
export const contributors = z
  .union([
    z.array(z.object({ contributor_name: z.string(), contributor_score: z.number() })),
    z.record(z.string(), z.number()),
    z.null(),
  ])
  .describe('What made up the score; null unless it was computed.')
