// The fields of Garmin's summaries that we read. Every one is optional but what its times need, and one that is not as
// documented counts as absent: Garmin adds and changes fields without notice.
import { z } from 'zod'
import { isRecordDay } from '../../model/local-day.ts'
import { isOnCalendar } from '../../model/timestamps.ts'
import { isObject } from './summaries.ts'

const number = z.number().nullish().catch(null)
/** Nobody who lives has 0: the heart was not felt. */
const heartRate = z.number().positive().nullish().catch(null)
const text = z.string().nullish().catch(null)
const flag = z.boolean().nullish().catch(null)
const id = z
  .union([z.string(), z.number()])
  .transform((value) => String(value))
  .nullish()
  .catch(null)
const calendarDate = z.string().refine(isRecordDay).nullish().catch(null)
/** Values by the seconds after the start. */
const series = z.custom<Record<string, unknown>>(isObject).nullish().catch(null)
const objects = z
  .array(z.unknown())
  .transform((list) => list.filter(isObject))
  .nullish()
  .catch(null)
const isInstant = (seconds: number): boolean => isOnCalendar(seconds * 1000)
const seconds = z.number('expected seconds of UTC').refine(isInstant, 'expected seconds of UTC')
const maybeSeconds = z.number().refine(isInstant).nullish().catch(null)
const YEAR_SECONDS = 366 * 86_400
/** Nothing of theirs lasts longer: milliseconds, or no duration at all. */
const duration = z
  .number('expected seconds')
  .min(-YEAR_SECONDS, 'expected seconds')
  .max(YEAR_SECONDS, 'expected seconds')
const lasting = duration.nullish().catch(null)

const timed = { startTimeInSeconds: seconds, startTimeOffsetInSeconds: number, calendarDate, summaryId: id }

const daily = {
  ...timed,
  durationInSeconds: lasting,
  steps: number,
  distanceInMeters: number,
  floorsClimbed: number,
  activeKilocalories: number,
  bmrKilocalories: number,
  consumedCalories: number,
  activeTimeInSeconds: number,
  moderateIntensityDurationInSeconds: number,
  vigorousIntensityDurationInSeconds: number,
  minHeartRateInBeatsPerMinute: heartRate,
  maxHeartRateInBeatsPerMinute: heartRate,
  restingHeartRateInBeatsPerMinute: heartRate,
  timeOffsetHeartRateSamples: series,
  averageStressLevel: number,
  averageStresslevel: number,
  maxStressLevel: number,
  stressDurationInSeconds: number,
  restStressDurationInSeconds: number,
  activityStressDurationInSeconds: number,
  lowStressDurationInSeconds: number,
  mediumStressDurationInSeconds: number,
  highStressDurationInSeconds: number,
  stressQualifier: text,
}
export const DailySummary = z.object(daily)
export type DailySummary = z.infer<typeof DailySummary>

export const StressDetails = z.object({
  ...timed,
  timeOffsetStressLevelValues: series,
  timeOffsetBodyBatteryValues: series,
})

export const PulseOx = z.object({ ...timed, timeOffsetSpo2Values: series, onDemand: flag })
export type PulseOx = z.infer<typeof PulseOx>

export const Respiration = z.object({ ...timed, durationInSeconds: lasting, timeOffsetEpochToBreaths: series })
export type Respiration = z.infer<typeof Respiration>

export const Epoch = z.object({
  ...timed,
  activityType: text,
  durationInSeconds: lasting,
  activeTimeInSeconds: number,
  steps: number,
  distanceInMeters: number,
  activeKilocalories: number,
  met: number,
  intensity: text,
  meanHeartRateInBeatsPerMinute: heartRate,
})
export type Epoch = z.infer<typeof Epoch>

export const SleepSummary = z.object({
  ...timed,
  durationInSeconds: lasting,
  deepSleepDurationInSeconds: lasting,
  lightSleepDurationInSeconds: lasting,
  remSleepInSeconds: lasting,
  awakeDurationInSeconds: lasting,
  unmeasurableSleepInSeconds: lasting,
  unmeasurableSleepDurationInSeconds: lasting,
  sleepLevelsMap: series,
  validation: text,
  overallSleepScore: z.object({ value: number }).nullish().catch(null),
  timeOffsetSleepRespiration: series,
  timeOffsetSleepSpo2: series,
  naps: objects,
})
export type SleepSummary = z.infer<typeof SleepSummary>

export const Nap = z.object({
  napStartTimeInSeconds: seconds,
  napDurationInSeconds: duration,
  napOffsetInSeconds: number,
  napValidation: text,
})

/** Of a night: named by the day, or by its start. */
const ofNight = {
  calendarDate,
  startTimeInSeconds: maybeSeconds,
  startTimeOffsetInSeconds: number,
  durationInSeconds: lasting,
}
const named = (night: { calendarDate?: string | null; startTimeInSeconds?: number | null }): boolean =>
  typeof night.calendarDate === 'string' || typeof night.startTimeInSeconds === 'number'
const NAMED = { path: ['startTimeInSeconds'], error: 'expected seconds of UTC, or a calendarDate' }

export const Hrv = z.object({ ...ofNight, lastNightAvg: heartRate, hrvValues: series }).refine(named, NAMED)
export type Hrv = z.infer<typeof Hrv>

export const SkinTemp = z
  .object({ ...ofNight, avgDeviationCelsius: number, skinTemperature: number })
  .refine(named, NAMED)

export const BodyComposition = z.object({
  summaryId: id,
  measurementTimeInSeconds: seconds,
  measurementTimeOffsetInSeconds: number,
  weightInGrams: number,
  bodyFatInPercent: number,
  bodyWaterInPercent: number,
  muscleMassInGrams: number,
  boneMassInGrams: number,
  bodyMassIndex: number,
})

export const BloodPressure = z
  .object({
    summaryId: id,
    measurementTimeInSeconds: maybeSeconds,
    measurementTimeOffsetInSeconds: number,
    startTimeInSeconds: maybeSeconds,
    startTimeOffsetInSeconds: number,
    systolic: number,
    diastolic: number,
    pulse: number,
  })
  .refine((reading) => typeof (reading.measurementTimeInSeconds ?? reading.startTimeInSeconds) === 'number', {
    path: ['measurementTimeInSeconds'],
    error: 'expected seconds of UTC',
  })

export const UserMetrics = z.object({
  summaryId: id,
  calendarDate: z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD'),
  vo2Max: number,
  vo2MaxCycling: number,
  fitnessAge: number,
})

export const HealthSnapshot = z.object({
  ...timed,
  offsetStartTimeInSeconds: number,
  summaries: objects,
})
export type HealthSnapshot = z.infer<typeof HealthSnapshot>

/** Of those that a record has a place for, heart rate, its variability and oxygen, none can be 0. */
export const MeasuredSeries = z.object({
  summaryType: text,
  minValue: heartRate,
  maxValue: heartRate,
  avgValue: heartRate,
  epochSummaries: series,
})

const totals = {
  startTimeInSeconds: seconds,
  startTimeOffsetInSeconds: number,
  durationInSeconds: duration,
  activityName: text,
  activityType: text,
  activeKilocalories: number,
  distanceInMeters: number,
  steps: number,
  totalElevationGainInMeters: number,
  totalElevationLossInMeters: number,
  averageHeartRateInBeatsPerMinute: heartRate,
  maxHeartRateInBeatsPerMinute: heartRate,
  averageSpeedInMetersPerSecond: number,
  maxSpeedInMetersPerSecond: number,
  averagePaceInMinutesPerKilometer: number,
  maxPaceInMinutesPerKilometer: number,
  averageRunCadenceInStepsPerMinute: number,
  maxRunCadenceInStepsPerMinute: number,
  averageBikeCadenceInRoundsPerMinute: number,
  maxBikeCadenceInRoundsPerMinute: number,
  averageSwimCadenceInStrokesPerMinute: number,
  averagePowerInWatts: number,
  maxPowerInWatts: number,
  numberOfActiveLengths: number,
  startingLatitudeInDegree: number,
  startingLongitudeInDegree: number,
  deviceName: text,
  manual: flag,
  isWebUpload: flag,
}
export const ActivityTotals = z.object(totals)
export type ActivityTotals = z.infer<typeof ActivityTotals>

const identified = { activityId: id, summaryId: id }
const hasId = ({ activityId, summaryId }: { activityId?: string | null; summaryId?: string | null }): boolean =>
  Boolean(activityId ?? summaryId)
const ID = { path: ['activityId'], error: 'expected an id' }

export const ActivitySummary = z.object({ ...identified, ...totals }).refine(hasId, ID)
export type ActivitySummary = z.infer<typeof ActivitySummary>

/** The id may stand inside, with the totals. */
export const ActivityDetails = z
  .object({ ...identified, summary: z.object({ ...identified, ...totals }), samples: objects, laps: objects })
  .transform(({ activityId, summaryId, ...details }) => ({
    ...details,
    activityId: activityId ?? details.summary.activityId,
    summaryId: summaryId ?? details.summary.summaryId,
  }))
  .refine(hasId, ID)

export const MoveIq = z.object({ ...timed })

export const MenstrualCycle = z.object({
  summaryId: id,
  periodStartDate: z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD'),
  dayInCycle: number,
  periodLength: number,
  cycleLength: number,
  predictedCycleLength: number,
  isPredictedCycle: flag,
  currentPhaseType: text,
  lengthOfCurrentPhase: number,
  daysUntilNextPhase: number,
  lastUpdatedTimeInSeconds: maybeSeconds,
  fertileWindowStart: number,
  lengthOfFertileWindow: number,
  pregnancySnapshot: z.object({ bloodGlucoseList: objects }).nullish().catch(null),
})
export type MenstrualCycle = z.infer<typeof MenstrualCycle>

export const GlucoseReading = z.object({ valueInMilligramsPerDeciliter: z.number(), reportTimestampInSeconds: seconds })

export const UserId = z.object({ userId: z.string('expected an id').min(1, 'expected an id') })
