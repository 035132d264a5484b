// The few kinds of field that records are made of. Absent is null, never 0.
import { z } from 'zod'

export const num = (description: string) => z.number().nullable().describe(description)
/** A count or a code of an enumeration. Codes that we do not know pass: providers and Terra add them. */
export const int = (description: string) => z.int().nullable().describe(description)
export const text = (description: string) => z.string().nullable().describe(description)
export const flag = (description: string) => z.boolean().nullable().describe(description)
export const list = <Item extends z.ZodType>(item: Item, description: string) => z.array(item).describe(description)

export const timestamp = text(
  'ISO 8601 with microseconds and the offset; without an offset it is the local wall clock.',
)
export const timer = num('Seconds of active timer since the start; null outside workouts.')

/** What made up a score: a list of named parts, or a map from name to score; null unless computed. */
export const contributors = z
  .union([
    z.array(z.object({ contributor_name: z.string(), contributor_score: z.number() })),
    z.record(z.string(), z.number()),
    z.null(),
  ])
  .describe('What made up the score; null unless it was computed.')
