// The fields of iHealth's answers that we read. 0 stands for missing in everything that a body cannot have none of.
import { z } from 'zod'

const number = z.number().nullish()
/** 0 is missing. */
const measured = z
  .number()
  .nullish()
  .transform((value) => (value === 0 ? null : (value ?? null)))
const string = z.string().nullish()
/** Wall clock written as if it were seconds since 1970 in UTC, up to the year 9999: milliseconds are none. */
const SECONDS = 'expected a time, in seconds'
const wall = z.int(SECONDS).positive(SECONDS).max(253_370_764_800, SECONDS)
const zone = z.union([z.string(), z.number()]).nullish()

const id = z.union([z.string().min(1), z.int()], 'expected an id').transform(String)

const common = { DataID: id.nullish(), DataSource: string, LastChangeTime: number, TimeZone: zone }

export const BloodPressure = z.object({ ...common, MDate: wall, HP: measured, LP: measured, HR: measured })
export const Weight = z.object({
  ...common,
  MDate: wall,
  WeightValue: measured,
  BMI: measured,
  FatValue: measured,
  WaterValue: measured,
  MuscaleValue: measured,
  MuscleValue: measured,
  BoneValue: measured,
  DCI: measured,
  VFR: measured,
})
export const Glucose = z.object({ ...common, MDate: wall, BG: measured })
export const Oxygen = z.object({ ...common, MDate: wall, BO: measured, HR: measured })
export const Activity = z.object({
  ...common,
  MDate: wall,
  Steps: number,
  Calories: measured,
  DistanceTraveled: number,
})
export const Sleep = z.object({
  ...common,
  DataID: id,
  StartTime: wall,
  EndTime: wall.nullish(),
  HoursSlept: measured,
  FallSleep: number,
  Fallsleep: number,
  Awaken: number,
  SleepEfficiency: measured,
})
export const Sport = z.object({
  ...common,
  DataID: id,
  SportName: string,
  SportStartTime: wall,
  SportEndTime: wall.nullish(),
  Calories: measured,
})
export const UserInfo = z.object({
  userid: string,
  UserID: string,
  nickname: string,
  gender: string,
  dateofbirth: z.union([z.number(), z.string()]).nullish(),
})
