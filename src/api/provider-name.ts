import { z } from 'zod'
import { connectors } from '../connectors/index.ts'
import { notAvailable } from '../connectors/not-available.ts'
import { likest } from '../platform/spelling.ts'

const names = [...connectors.map(({ id }) => id), ...notAvailable.map(({ id }) => id)]

/** Any source that is known by name, whether or not it can be read. */
export const ProviderName = z
  .string()
  .max(60)
  .transform((name) => name.toUpperCase())
  .refine((name) => names.includes(name), {
    error: ({ input }) => {
      const like = likest(String(input), names)
      return `is no source${like === null ? '' : `; did you mean ${like}?`}`
    },
  })
