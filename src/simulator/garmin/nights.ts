// Nights, and what Garmin sends of them apart. First tentative, then final; a nap makes the night another version.
import { simulateDay } from '../people/day.ts'
import { CELL_MS, mainNight, type Night, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { head, offsetSeconds, seconds, type Summary } from './summary.ts'

const MINUTE = 60_000
const READY_MS = 20 * MINUTE
const FINAL_MS = 120 * MINUTE
/** A tentative night lacks its last half hour. */
const NOT_YET_CELLS = 60

export function sleeps(who: Person, day: string, now: number): Summary[] {
  const night = mainNight(who, day)
  if (night.endAt + READY_MS > now) return []
  const final = night.endAt + FINAL_MS <= now
  const { nap } = simulateDay(who, day)
  const withNap = nap !== null && nap.endAt + READY_MS <= now ? nap : null
  return [
    {
      kind: 'sleeps',
      id: day,
      day,
      startAt: night.startAt,
      version: `${final ? 'final' : 'tentative'}${withNap === null ? '' : ' nap'}`,
      write: () => sleepOf(who, night, final ? night.cells.length : night.cells.length - NOT_YET_CELLS, withNap, final),
    },
  ]
}

function sleepOf(who: Person, night: Night, cellCount: number, nap: Night | null, final: boolean) {
  const cells = night.cells.slice(0, cellCount)
  const inStage = (stage: Stage): number => (cells.filter((cell) => cell === stage).length * CELL_MS) / 1000
  const asleep = inStage('deep') + inStage('light') + inStage('rem')
  const every = (minutes: number, value: (i: number) => number) =>
    Object.fromEntries(
      Array.from({ length: Math.floor((cellCount * CELL_MS) / (minutes * MINUTE)) }, (_, i) => [
        String(i * minutes * 60),
        value(i),
      ]),
    )
  return {
    ...head(who.id, night.startAt, asleep, who.timeZone, '0'),
    calendarDate: night.day,
    totalNapDurationInSeconds: nap === null ? 0 : lengthOf(nap),
    unmeasurableSleepInSeconds: 0,
    deepSleepDurationInSeconds: inStage('deep'),
    lightSleepDurationInSeconds: inStage('light'),
    remSleepInSeconds: inStage('rem'),
    awakeDurationInSeconds: inStage('awake'),
    sleepLevelsMap: levelsOf(night.startAt, cells),
    validation: final ? 'ENHANCED_FINAL' : 'ENHANCED_TENTATIVE',
    timeOffsetSleepRespiration: every(15, (i) => Math.round((night.breathsPerMinute + ((i % 5) - 2) / 4) * 100) / 100),
    timeOffsetSleepSpo2: every(15, (i) => Math.round(night.spo2 - (i % 3))),
    ...(final ? { overallSleepScore: { value: Math.round(40 + who.sleepQuality * 50), qualifierKey: 'GOOD' } } : {}),
    ...(nap === null
      ? {}
      : {
          naps: [
            {
              napDurationInSeconds: lengthOf(nap),
              napStartTimeInSeconds: seconds(nap.startAt),
              napValidation: 'DEVICE',
              napOffsetInSeconds: offsetSeconds(nap.startAt, who.timeZone),
            },
          ],
        }),
  }
}

function lengthOf(nap: Night): number {
  return seconds(nap.endAt - nap.startAt)
}

function levelsOf(startAt: number, cells: readonly Stage[]) {
  const map: Record<Stage, { startTimeInSeconds: number; endTimeInSeconds: number }[]> = {
    deep: [],
    light: [],
    rem: [],
    awake: [],
  }
  let from = 0
  for (let i = 1; i <= cells.length; i++) {
    if (i < cells.length && cells[i] === cells[from]) continue
    map[cells[from]!].push({
      startTimeInSeconds: seconds(startAt + from * CELL_MS),
      endTimeInSeconds: seconds(startAt + i * CELL_MS),
    })
    from = i
  }
  return map
}

/** What is known of a night once it is final. */
function ofNight(
  kind: string,
  who: Person,
  day: string,
  now: number,
  write: (night: Night) => Record<string, unknown>,
): Summary[] {
  const night = mainNight(who, day)
  if (night.endAt + FINAL_MS > now) return []
  return [{ kind, id: day, day, startAt: night.startAt, version: '1', write: () => write(night) }]
}

/** Counted from a start of its own, some minutes into the night. */
export function hrv(who: Person, day: string, now: number): Summary[] {
  return ofNight('hrv', who, day, now, (night) => {
    const startAt = night.startAt + 2 * MINUTE
    const values = night.hrvRmssdMs.flatMap((value, i) =>
      value === null || i === 0 ? [] : [[String(i * 300 - 35), value] as const],
    )
    return {
      ...head(who.id, startAt, seconds(night.endAt - startAt), who.timeZone, 'hrv'),
      calendarDate: day,
      lastNightAvg: night.averageHrv,
      lastNight5MinHigh: Math.max(...values.map(([, value]) => value)),
      hrvValues: Object.fromEntries(values),
    }
  })
}

export function skinTemp(who: Person, day: string, now: number): Summary[] {
  return ofNight('skinTemp', who, day, now, (night) => ({
    ...head(who.id, night.startAt, seconds(night.endAt - night.startAt), who.timeZone, 'st'),
    calendarDate: day,
    avgDeviationCelsius: night.temperatureDeviation,
  }))
}

/** Of the night and an hour after it: the watch goes on when the person is up. */
export function allDayRespiration(who: Person, day: string, now: number): Summary[] {
  return ofNight('allDayRespiration', who, day, now, (night) => {
    const length = seconds(night.endAt - night.startAt) + 3600
    const breaths: Record<string, number> = {}
    for (let at = 0; at < length; at += 120) breaths[String(at)] = at % 3600 === 0 ? 0 : night.breathsPerMinute
    return { ...head(who.id, night.startAt, length, who.timeZone, 'r'), timeOffsetEpochToBreaths: breaths }
  })
}
