import { z } from 'zod'
import { isRecordTime } from '../../model/timestamps.ts'

const text = z.string().nullish()
const number = z.number().nullish()
/** A workout without a heart rate has 0 for each of its rates. */
const heartRate = number.transform((bpm) => (typeof bpm === 'number' && bpm <= 0 ? null : bpm))
const id = z.union([z.string(), z.number().transform(String)]).nullish()
const time = z.string().refine(isRecordTime, { error: 'expected a time, such as 2026-05-04T08:00:00.000+03:00' })
/** x is the longitude, y the latitude. */
const Position = z.object({ x: number, y: number }).nullish()

export const Tss = z.object({
  calculationMethod: text,
  trainingStressScore: number,
  intensityFactor: number,
  normalizedPower: number,
})

export const Workout = z.object({
  workoutKey: text,
  workoutId: id,
  activityId: number,
  startTime: z.number(),
  stopTime: number,
  totalTime: number,
  totalDistance: number,
  totalAscent: number,
  totalDescent: number,
  minAltitude: number,
  maxAltitude: number,
  avgSpeed: number,
  maxSpeed: number,
  avgPace: number,
  avgPower: number,
  maxPower: number,
  stepCount: number,
  estimatedFloorsClimbed: number,
  energyConsumption: number,
  timeOffsetInMinutes: number,
  isManuallyAdded: z.boolean().nullish(),
  lastModified: number,
  startPosition: Position,
  stopPosition: Position,
  centerPosition: Position,
  hrdata: z
    .object({
      workoutMaxHR: heartRate,
      workoutAvgHR: heartRate,
      userMaxHR: heartRate,
      hrmax: heartRate,
      avg: heartRate,
      max: heartRate,
    })
    .nullish(),
  cadence: z.object({ max: number, avg: number }).nullish(),
  tss: Tss.nullish(),
  tssList: z.array(Tss).nullish(),
  gear: z
    .object({
      manufacturer: text,
      name: text,
      displayName: text,
      serialNumber: id,
      hardwareVersion: id,
      softwareVersion: text,
    })
    .nullish(),
  description: text,
})
export type Workout = z.infer<typeof Workout>

/** Which one it is and when, whatever else of it can be read. */
export const Named = Workout.pick({ workoutKey: true, workoutId: true, startTime: true, timeOffsetInMinutes: true })
export type Named = z.infer<typeof Named>

export const SleepEntry = z.object({
  timestamp: time,
  entryData: z.object({
    BedtimeStart: time.nullish(),
    BedtimeEnd: time.nullish(),
    Duration: number,
    DeepSleepDuration: number,
    LightSleepDuration: number,
    REMSleepDuration: number,
    WakeAfterSleepOnsetDuration: number,
    WakeBeforeOffBedDuration: number,
    SleepOnsetLatencyDuration: number,
    HRAvg: number,
    HRMin: number,
    AvgHRV: number,
    MaxSpo2: number,
    SleepQualityScore: number,
    SleepId: id,
    IsNap: z.boolean().nullish(),
  }),
})
export type SleepEntry = z.infer<typeof SleepEntry>

export const ActivityEntry = z.object({
  timestamp: time,
  entryData: z.object({ HR: number, StepCount: number, EnergyConsumption: number, HRV: number, SpO2: number }),
})
export type ActivityEntry = z.infer<typeof ActivityEntry>

export const RecoveryEntry = z.object({
  timestamp: time,
  entryData: z.object({ Balance: number, StressState: number }),
})
export type RecoveryEntry = z.infer<typeof RecoveryEntry>

export const Total = z.object({ TimeISO8601: time, Value: number })
export const Statistic = z.object({
  Name: z.string(),
  Sources: z.array(z.object({ Name: text, Samples: z.array(Total).nullish() })).nullish(),
})
export type Statistic = z.infer<typeof Statistic>
