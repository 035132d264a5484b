// Scales, cuffs, estimates and the cycle: now and then, never twice a day.
import { weightOn } from '../people/day.ts'
import { dayOfInstant, midnight, plusDays } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'
import { hash, offsetSeconds, seconds, type Summary } from './summary.ts'

const MINUTE = 60_000
const DAY_MS = 86_400_000
const CYCLE_DAYS = 28
const PERIOD_DAYS = 5
const FERTILE_FROM_DAY = 12
const FERTILE_DAYS = 6

/** At that time of some days. */
function some(
  kind: string,
  who: Person,
  day: string,
  now: number,
  when: { share: number; minute: number },
  write: (at: number) => Record<string, unknown>,
): Summary[] {
  if (chance('garmin', kind, who.id, day)() > when.share) return []
  const at = midnight(day, who.timeZone) + when.minute * MINUTE
  if (at > now) return []
  const summaryId = `x${hash(kind, who.id, day).slice(0, 12)}`
  return [{ kind, id: day, day, startAt: at, version: '1', write: () => ({ summaryId, ...write(at) }) }]
}

export function bodyComps(who: Person, day: string, now: number): Summary[] {
  return some('bodyComps', who, day, now, { share: 0.45, minute: 427 }, (at) => {
    const kg = weightOn(who, day)
    return {
      measurementTimeInSeconds: seconds(at),
      measurementTimeOffsetInSeconds: offsetSeconds(at, who.timeZone),
      weightInGrams: Math.round(kg * 1000),
      bodyMassIndex: Math.round((kg / who.heightM ** 2) * 10) / 10,
      bodyFatInPercent: who.sex === 'female' ? 24.5 : 18.7,
      bodyWaterInPercent: 58.9,
      muscleMassInGrams: Math.round(kg * 437),
      boneMassInGrams: Math.round(kg * 43),
    }
  })
}

/** `startTimeInSeconds` is the day's, not the measurement's. */
export function bloodPressures(who: Person, day: string, now: number): Summary[] {
  return some('bloodPressures', who, day, now, { share: who.age > 40 ? 0.5 : 0.05, minute: 450 }, (at) => ({
    startTimeInSeconds: seconds(midnight(day, who.timeZone)),
    measurementTimeInSeconds: seconds(at),
    measurementTimeOffsetInSeconds: offsetSeconds(at, who.timeZone),
    systolic: 104 + Math.round(who.age / 2.5),
    diastolic: 66 + Math.round(who.age / 5),
    pulse: who.restingBpm + 9,
    sourceType: 'DEVICE',
  }))
}

export function userMetrics(who: Person, day: string, now: number): Summary[] {
  return some('userMetrics', who, day, now, { share: 0.3, minute: 480 }, () => ({
    calendarDate: day,
    vo2Max: who.vo2Max,
    enhanced: true,
    fitnessAge: Math.max(18, Math.round(who.age - (who.vo2Max - 40) / 1.5)),
  }))
}

export function healthSnapshot(who: Person, day: string, now: number): Summary[] {
  return some('healthSnapshot', who, day, now, { share: 0.1, minute: 540 }, (at) => {
    const series = (around: number) =>
      Object.fromEntries(Array.from({ length: 24 }, (_, i) => [String(i * 5), around + (i % 5) - 2]))
    const bpm = who.restingBpm + 8
    return {
      calendarDate: day,
      startTimeInSeconds: seconds(at),
      // Spelled the other way round here alone.
      offsetStartTimeInSeconds: offsetSeconds(at, who.timeZone),
      durationInSeconds: 120,
      summaries: [
        { summaryType: 'heart_rate', minValue: bpm - 2, maxValue: bpm + 2, avgValue: bpm, epochSummaries: series(bpm) },
        { summaryType: 'respiration', avgValue: 13.2, epochSummaries: series(13) },
        { summaryType: 'spo2', minValue: 95, maxValue: 99, avgValue: 97, epochSummaries: series(97) },
        { summaryType: 'rmssd_hrv', avgValue: who.hrvRmssdMs },
        { summaryType: 'sdrr_hrv', avgValue: Math.round(who.hrvRmssdMs * 1.2) },
      ],
    }
  })
}

/** One summary for each cycle as it stands now, kept by its first day, and sent again on each of its days. */
export function mct(who: Person, day: string, now: number): Summary[] {
  if (who.sex !== 'female' || who.age > 50) return []
  const at = midnight(day, who.timeZone) + 300 * MINUTE
  if (at > now) return []
  const today = dayOfInstant(now, who.timeZone)
  const shift = Number.parseInt(hash('cycle', who.id).slice(0, 4), 16) % CYCLE_DAYS
  const first = plusDays(day, -((Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS) + shift) % CYCLE_DAYS))
  if (day !== first && day !== today) return []
  const lived = Math.round((Date.parse(`${today}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS)
  const dayInCycle = Math.min(lived, CYCLE_DAYS - 1) + 1
  const [phase, length, left] = phaseOf(dayInCycle)
  const write = () => ({
    summaryId: `x${hash('mct', who.id).slice(0, 7)}-${first.replaceAll('-', '')}`,
    periodStartDate: first,
    dayInCycle,
    periodLength: PERIOD_DAYS,
    currentPhase: 2,
    currentPhaseType: phase,
    lengthOfCurrentPhase: length,
    daysUntilNextPhase: left,
    predictedCycleLength: CYCLE_DAYS,
    isPredictedCycle: false,
    cycleLength: CYCLE_DAYS,
    lastUpdatedTimeInSeconds: seconds(midnight(plusDays(first, dayInCycle - 1), who.timeZone) + 300 * MINUTE),
    fertileWindowStart: FERTILE_FROM_DAY,
    lengthOfFertileWindow: FERTILE_DAYS,
  })
  return [{ kind: 'mct', id: first, day, startAt: at, version: String(dayInCycle), write }]
}

function phaseOf(dayInCycle: number): [phase: string, length: number, left: number] {
  const fertileTo = FERTILE_FROM_DAY + FERTILE_DAYS - 1
  if (dayInCycle <= PERIOD_DAYS) return ['MENSTRUAL', PERIOD_DAYS, PERIOD_DAYS - dayInCycle + 1]
  if (dayInCycle < FERTILE_FROM_DAY) {
    return ['FOLLICULAR', FERTILE_FROM_DAY - PERIOD_DAYS - 1, FERTILE_FROM_DAY - dayInCycle]
  }
  if (dayInCycle <= fertileTo) return ['FERTILE', FERTILE_DAYS, fertileTo - dayInCycle + 1]
  return ['LUTEAL', CYCLE_DAYS - fertileTo, CYCLE_DAYS - dayInCycle + 1]
}
