// Google Fit's points: times in nanoseconds as text, values without names.
import { z } from 'zod'
import { text } from '../values.ts'

/** Nanoseconds exceed what a number holds. */
export const nanos = z
  .union([z.string().regex(/^\d{1,19}$/, 'expected nanoseconds as text'), z.int()])
  .transform((value) => Number(BigInt(value) / 1_000_000n))
export const millis = z
  .union([z.string().regex(/^\d{1,16}$/, 'expected milliseconds as text'), z.int()])
  .transform(Number)

export const FitPoint = z.object({
  startTimeNanos: nanos,
  endTimeNanos: nanos,
  dataTypeName: z.string(),
  originDataSourceId: text,
  value: z.array(z.object({ intVal: z.number().nullish(), fpVal: z.number().nullish() })),
})
export type FitPoint = z.infer<typeof FitPoint>

/** The value at that place, whichever of the two kinds of number it is. */
export function numberAt({ value }: FitPoint, place = 0): number | null {
  return value[place]?.intVal ?? value[place]?.fpVal ?? null
}

/** `com.google.step_count.delta` → `step_count.delta`. */
export function typeOf({ dataTypeName }: FitPoint): string {
  return dataTypeName.replace(/^com\.google\./, '')
}

export function enteredByHand(points: readonly FitPoint[]): boolean {
  return points.some(({ originDataSourceId }) => originDataSourceId?.endsWith('user_input') ?? false)
}
