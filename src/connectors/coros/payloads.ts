import { z } from 'zod'
import { isRecordDay } from '../../model/local-day.ts'

const text = z.string().nullish()
const number = z.number().nullish()
/** Nobody who lives has 0: the heart was not felt. */
const heartRate = number.transform((bpm) => (typeof bpm === 'number' && bpm <= 0 ? null : bpm))
/** Beyond 2^53: read as text. */
const id = z.union([z.string().min(1), z.number().transform(String)])

const timed = {
  mode: number,
  subMode: number,
  distance: number,
  calorie: number,
  totalCalories: number,
  duration: number,
  startTime: z.number(),
  endTime: number,
  startTimezone: number,
  endTimezone: number,
  avgSpeed: number,
  avgFrequency: number,
  avgCadence: number,
  step: number,
  fitUrl: text,
  deviceName: text,
  avgHeartRate: heartRate,
  maxHeartRate: heartRate,
  maxSpeed: number,
  avgPower: number,
  maxPower: number,
  totalAscent: number,
  totalDescent: number,
}
/** Its position is a part of its id. */
export const Leg = z.object(timed).nullable()
export const Sport = z.object({ ...timed, labelId: id, openId: text, triathlonItemList: z.array(Leg).nullish() })
export type Sport = z.infer<typeof Sport>
export type Leg = NonNullable<z.infer<typeof Leg>>

/** Which one it is, when it was and where its files are, whatever else of it can be read. */
export const Listed = Sport.pick({
  labelId: true,
  mode: true,
  subMode: true,
  startTime: true,
  startTimezone: true,
  fitUrl: true,
}).extend({ triathlonItemList: z.array(z.unknown()).nullish() })
export type Listed = z.infer<typeof Listed>

const Linked = z.object({ fitUrl: text })

/** Of a leg as it came; empty where it names none. */
export function fileUrlOf(leg: unknown): string {
  return Linked.safeParse(leg).data?.fitUrl ?? ''
}

export const FileDetail = z.object({ data: z.object({ fitUrl: text }).nullish() })

const WALL = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/
const wall = z.string().regex(WALL, { error: 'expected a local time, such as 2026-05-03 22:42:00' }).nullish()

export const Variability = z.object({ timestamp: z.number(), hrv: number, hr: heartRate })

export const Daily = z.object({
  happenDay: z
    .union([z.number().int(), z.string()])
    .transform((day) => String(day).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'))
    .refine(isRecordDay, { error: 'expected a day, such as 20260504' }),
  step: number,
  calorie: number,
  rhr: heartRate,
  ppgHrv: number,
  sleepAvgHr: heartRate,
  sleepStartTime: wall,
  sleepEndTime: wall,
  startTimezone: number,
  endTimezone: number,
  hrvList: z.array(Variability).nullish(),
})
export type Daily = z.infer<typeof Daily>
