// The fields of Omron's measurements that we read. Those of weight and of hours are a guess: the document is not public.
import { z } from 'zod'
import { isRecordTime } from '../../model/timestamps.ts'

const number = z.number().nullish()
const string = z.string().nullish()
/** Nobody who lives has 0: the cuff did not feel it. */
const pulse = number.transform((bpm) => (typeof bpm === 'number' && bpm <= 0 ? null : bpm))
const time = z.string().refine(isRecordTime, 'expected a time, YYYY-MM-DDTHH:MM:SS').nullish()
const offset = z
  .string()
  .regex(/^(?:Z|[+-](?:0\d|1[0-8]):?[0-5]\d)$/, 'expected an offset, +HH:MM')
  .nullish()

const times = { dateTime: time, dateTimeLocal: time, dateTimeUtcOffset: offset }
const hasTime = ({ dateTime, dateTimeLocal }: Times): boolean => Boolean(dateTime ?? dateTimeLocal)
const WITHOUT_TIME = { error: 'expected dateTimeLocal or dateTime' }

export interface Times {
  /** UTC, without saying so. */
  dateTime?: string | null | undefined
  dateTimeLocal?: string | null | undefined
  dateTimeUtcOffset?: string | null | undefined
}

const common = { id: z.union([z.int(), z.string()]).transform(String).nullish(), ...times, deviceType: string }

export const BloodPressure = z
  .object({ ...common, systolic: number, diastolic: number, bloodPressureUnits: string, pulse })
  .refine(hasTime, WITHOUT_TIME)
export type BloodPressure = z.infer<typeof BloodPressure>

const Hour = z.object({ ...times, steps: number }).refine(hasTime, WITHOUT_TIME)
/** What was walked in each is added up. */
export const Hours = z.array(Hour).nullish()

export const Activity = z
  .object({
    ...common,
    steps: number,
    calories: number,
    caloriesUnits: string,
    distance: number,
    distanceUnits: string,
    aerobicWalkingTime: number,
    aerobicWalkingTimeUnits: string,
    hourlyActivity: Hours,
  })
  .refine(hasTime, WITHOUT_TIME)
export type Activity = z.infer<typeof Activity>

export const Weight = z
  .object({
    ...common,
    weight: number,
    weightUnits: string,
    bmi: number,
    bodyFatPercentage: number,
    restingMetabolism: number,
    visceralFatLevel: number,
  })
  .refine(hasTime, WITHOUT_TIME)
export type Weight = z.infer<typeof Weight>
