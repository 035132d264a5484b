// The fields of Eight Sleep's answers that we read. A missing value may be the text "None".
import { z } from 'zod'
import { isRecordDay } from '../../model/local-day.ts'
import { isRecordTime, parseTimestamp } from '../../model/timestamps.ts'

const orNone = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === 'None' ? null : value), schema.nullish())

const number = orNone(z.number())
const string = orNone(z.string())
const flag = orNone(z.boolean())
const time = z.string().refine(isInstant, 'expected a time with an offset, ISO 8601')
const maybeTime = orNone(time)
const day = z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD')
/** `[time, value]`; one without a value says nothing. */
const TimedValue = z
  .tuple([time, number], 'expected a time and a value')
  .rest(z.unknown())
  .transform(([text, value]) => ({ at: parseTimestamp(text).epochMs!, value: value ?? null }))
const series = orNone(z.array(TimedValue).transform((pairs) => pairs.filter(hasValue)))

/** Of what nobody who lives has none: a reading of 0 is one that failed. */
const living = orNone(z.array(TimedValue).transform((pairs) => pairs.filter(hasValue).filter(({ value }) => value > 0)))

/** Of what follows one upon the other: how long each lasts says when the next begins. */
const stages = orNone(z.array(z.object({ stage: string, duration: z.number() })))
const snoring = orNone(z.array(z.object({ intensity: string, duration: z.number() })))

const SERIES = { heartRate: living, hrv: living, rmssd: living, respiratoryRate: living, tempRoomC: series }

export const Session = z.object({
  id: z.union([z.string().min(1), z.int()]).transform(String),
  ts: time,
  presenceEnd: maybeTime,
  duration: number,
  score: number,
  timezone: string,
  device: orNone(z.object({ specialization: string })),
  processing: flag,
  incomplete: flag,
  stages,
  snoring,
  stageSummary: orNone(
    z.object({
      totalDuration: number,
      sleepDuration: number,
      awakeDuration: number,
      lightDuration: number,
      deepDuration: number,
      remDuration: number,
      awakeBeforeSleepDuration: number,
      awakeAfterSleepDuration: number,
      wasoDuration: number,
    }),
  ),
  timeseries: orNone(z.object(SERIES)),
})
export type Session = z.infer<typeof Session>

/** What of a session may be odd and takes no more with it. */
export const SESSION = {
  schema: Session,
  series: Object.fromEntries(Object.keys(SERIES).map((name) => [`timeseries.${name}`, TimedValue])),
  wholes: { stages, snoring },
}

const current = orNone(z.object({ current: number }))
const mean = orNone(
  z.object({ current: number.transform((value) => (typeof value === 'number' && value <= 0 ? null : value)) }),
)

export const TrendDay = z.object({
  day,
  processing: flag,
  incomplete: flag,
  score: number,
  presenceStart: maybeTime,
  presenceEnd: maybeTime,
  presenceDuration: number,
  sleepDuration: number,
  lightDuration: number,
  deepDuration: number,
  remDuration: number,
  mainSessionId: orNone(z.union([z.string().min(1), z.int()]).transform(String)),
  sessionIds: orNone(z.array(z.unknown())),
  sleepQualityScore: orNone(z.object({ heartRate: mean, hrv: mean, respiratoryRate: mean })),
  sleepRoutineScore: orNone(z.object({ latencyAsleepSeconds: current, latencyOutSeconds: current })),
  sessions: orNone(z.array(z.unknown())),
})
export type TrendDay = z.infer<typeof TrendDay>

export const Profile = z.object({
  userId: z.string().min(1),
  email: string,
  firstName: string,
  lastName: string,
  gender: string,
  dob: string,
  timezone: string,
  currentDevice: orNone(z.object({ timeZone: string })),
})

export interface Pair {
  at: number
  value: number
}

function hasValue(pair: { at: number; value: number | null }): pair is Pair {
  return pair.value !== null
}

function isInstant(text: string): boolean {
  return isRecordTime(text) && parseTimestamp(text).epochMs !== null
}
