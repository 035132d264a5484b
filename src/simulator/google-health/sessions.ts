// Nights and workouts as points.
import type { Person } from '../people/person.ts'
import { type Block, isClassic, type Log, classicBlocks, minutesIn, stages } from '../fitbit/nights.ts'
import { hasTrack } from '../fitbit/tcx.ts'
import type { Logged } from '../fitbit/workouts.ts'
import type { Point } from './points.ts'
import { duration, int64, interval, type Json, offsetOf, utc, withoutDefaults } from './shapes.ts'

const STAGES = { deep: 'DEEP', light: 'LIGHT', rem: 'REM', awake: 'AWAKE' } as const
const CLASSIC = { asleep: 'ASLEEP', restless: 'RESTLESS', awake: 'AWAKE' } as const
const MINUTE = 60_000

export function sleepPoint(who: Person, log: Log): Point[] {
  const { night, id, main } = log
  const { timeZone } = who
  const classic = isClassic(log)
  const { blocks, short } = stages(log)
  const stretch = ({ startAt, endAt }: Block<unknown>, type?: string): Json => ({
    startTime: utc(startAt),
    startUtcOffset: offsetOf(startAt, timeZone),
    endTime: utc(endAt),
    endUtcOffset: offsetOf(endAt, timeZone),
    ...(type === undefined ? {} : { type }),
  })
  const lists = classic
    ? { stages: classicBlocks(log).map((block) => stretch(block, CLASSIC[block.level])) }
    : {
        stages: blocks.map((block) => stretch(block, STAGES[block.level])),
        ...(short.length > 0 ? { shortAwakenings: short.map((block) => stretch(block, 'AWAKE')) } : {}),
      }
  const value: Json = {
    interval: interval(night.startAt, night.endAt, timeZone),
    type: classic ? 'CLASSIC' : 'STAGES',
    ...lists,
    metadata: withoutDefaults({
      stagesStatus: classic ? 'REJECTED_NAP' : 'SUCCEEDED',
      processed: true,
      nap: night.nap,
      mainSleep: main,
    }),
    summary: summaryOf(log, classic),
    createTime: utc(log.readyAt),
    updateTime: utc(log.readyAt),
  }
  return [{ id, day: night.day, startAt: night.startAt, endAt: night.endAt, value, source: 'derived' }]
}

function summaryOf(log: Log, classic: boolean): Json {
  const { night } = log
  const asleep = minutesIn(night, 'deep', 'light', 'rem')
  const inBed = Math.round((night.endAt - night.startAt) / MINUTE)
  const count = (runs: readonly Block<unknown>[], level: string): string =>
    int64(runs.filter((block) => block.level === level).length)
  const runs = classic ? classicBlocks(log) : stages(log).blocks
  const restless = Math.floor(
    classicBlocks(log)
      .filter(({ level }) => level === 'restless')
      .reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0) / MINUTE,
  )
  const stagesSummary = classic
    ? [
        { type: 'ASLEEP', minutes: int64(asleep), count: count(runs, 'asleep') },
        { type: 'RESTLESS', minutes: int64(restless), count: count(runs, 'restless') },
        { type: 'AWAKE', minutes: int64(inBed - asleep - restless), count: count(runs, 'awake') },
      ]
    : (['awake', 'light', 'deep', 'rem'] as const).map((level) => ({
        type: STAGES[level],
        minutes: int64(level === 'awake' ? inBed - asleep : minutesIn(night, level)),
        count: int64(
          runs.filter((block) => block.level === level).length + (level === 'awake' ? stages(log).short.length : 0),
        ),
      }))
  return {
    minutesInSleepPeriod: int64(inBed),
    minutesAfterWakeUp: int64(trailingMinutes(log)),
    minutesToFallAsleep: int64(Math.floor(night.latencyCells / 2)),
    minutesAsleep: int64(asleep),
    minutesAwake: int64(inBed - asleep),
    stagesSummary,
  }
}

export function trailingMinutes({ night }: Log): number {
  let cells = 0
  while (cells < night.cells.length && night.cells[night.cells.length - 1 - cells] === 'awake') cells++
  return Math.floor(cells / 2)
}

const SPORTS: Record<string, string> = {
  running: 'RUNNING',
  cycling: 'BIKING',
  walking: 'WALKING',
  hiking: 'HIKING',
  swimming: 'SWIMMING_POOL',
  rowing: 'ROWING',
  yoga: 'YOGA',
  strength_training: 'STRENGTH_TRAINING',
}

export function exercisePoint(who: Person, day: string, logged: Logged): Point {
  const { id, workout, steps, heart, zones, modifiedAt } = logged
  const { startAt, endAt, meters, sport } = workout
  const seconds = (endAt - startAt) / 1000
  const [lightTime, moderateTime, vigorousTime, peakTime] = zones.map((minutes) => duration(minutes * 60))
  const metrics: { [name: string]: Json | undefined } = {
    caloriesKcal: Math.round(workout.kcal),
    ...(meters === null
      ? {}
      : {
          distanceMillimeters: Math.round(meters * 1000),
          averageSpeedMillimetersPerSecond: Math.round((meters * 100_000) / seconds) / 100,
          averagePaceSecondsPerMeter: Math.round((seconds / meters) * 1e5) / 1e5,
        }),
    ...(steps > 0 ? { steps: int64(steps) } : {}),
    ...(heart === null
      ? {}
      : {
          averageHeartRateBeatsPerMinute: int64(heart.avg),
          heartRateZoneDurations: { lightTime, moderateTime, vigorousTime, peakTime },
        }),
  }
  const value: Json = {
    interval: interval(startAt, endAt, who.timeZone),
    exerciseType: SPORTS[sport] ?? 'WORKOUT',
    metricsSummary: metrics,
    exerciseMetadata: {
      ...(sport === 'swimming' ? { poolLengthMillimeters: '25000' } : {}),
      ...(hasTrack(logged) ? { hasGps: true } : {}),
    },
    displayName: sport.slice(0, 1).toUpperCase() + sport.slice(1).replace('_', ' '),
    activeDuration: duration(seconds),
    createTime: utc(modifiedAt),
    updateTime: utc(modifiedAt),
  }
  return { id, day, startAt, endAt, value, source: workout.manual ? 'manual' : 'watch' }
}
