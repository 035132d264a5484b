// A person's day in Garmin's summaries, as far as it was synced.
import { activeKcal, basalKcal, type Day, simulateDay } from '../people/day.ts'
import { mainNight } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'
import { head, seconds, type Summary } from './summary.ts'

const MINUTE = 60_000
const SLOT_MINUTES = 15
const STRESS_MINUTES = 3
const METERS_PER_STEP = 0.74

function synced(day: Day, now: number): number {
  return Math.max(0, Math.min(day.length, Math.floor((now - day.startAt) / MINUTE)))
}

/** Grows until the day is over. */
function growing(
  kind: string,
  who: Person,
  day: string,
  now: number,
  write: (lived: Day, minutes: number) => Record<string, unknown>,
): Summary[] {
  const lived = simulateDay(who, day)
  const minutes = synced(lived, now)
  if (minutes === 0) return []
  return [{ kind, id: day, day, startAt: lived.startAt, version: String(minutes), write: () => write(lived, minutes) }]
}

export function dailies(who: Person, day: string, now: number): Summary[] {
  return growing('dailies', who, day, now, (lived, minutes) => {
    const beats = lived.bpm.subarray(0, minutes)
    const stress = stressOf(who, lived, minutes).filter((level) => level >= 0)
    const steps = total(lived.steps.subarray(0, minutes))
    return {
      ...head(who.id, lived.startAt, minutes * 60, who.timeZone, '0'),
      calendarDate: day,
      activityType: 'WALKING',
      activeKilocalories: Math.round(activeKcal(who, lived, 0, minutes)),
      bmrKilocalories: Math.round((basalKcal(who) * minutes) / lived.length),
      consumedCalories: 0,
      steps,
      pushes: 0,
      distanceInMeters: Math.round(steps * METERS_PER_STEP * 10) / 10,
      pushDistanceInMeters: 0,
      activeTimeInSeconds: 60 * count(lived, minutes, (_, i) => lived.steps[i]! > 20 || lived.workoutMinute[i]! > 0),
      moderateIntensityDurationInSeconds: 60 * count(lived, minutes, (met) => met >= 300 && met < 600),
      vigorousIntensityDurationInSeconds: 60 * count(lived, minutes, (met) => met >= 600),
      floorsClimbed: Math.floor(steps / 1100),
      minHeartRateInBeatsPerMinute: Math.min(...beats),
      // Of the last seven days, not of this one.
      averageHeartRateInBeatsPerMinute: who.restingBpm + 17,
      maxHeartRateInBeatsPerMinute: Math.max(...beats),
      restingHeartRateInBeatsPerMinute: who.restingBpm,
      timeOffsetHeartRateSamples: Object.fromEntries(
        [...beats].flatMap((bpm, i) => (i % SLOT_MINUTES === 0 ? [[String(i * 60), bpm] as const] : [])),
      ),
      averageStressLevel: stress.length === 0 ? -1 : Math.round(total(stress) / stress.length),
      maxStressLevel: stress.length === 0 ? -1 : Math.max(...stress),
      stressDurationInSeconds: stressSeconds(stress, 26, 100),
      restStressDurationInSeconds: stressSeconds(stress, 0, 25),
      lowStressDurationInSeconds: stressSeconds(stress, 26, 50),
      mediumStressDurationInSeconds: stressSeconds(stress, 51, 75),
      highStressDurationInSeconds: stressSeconds(stress, 76, 100),
      stressQualifier: 'balanced',
      stepsGoal: Math.round(who.steps / 500) * 500,
    }
  })
}

/** Every three minutes; reasons where there is none. */
function stressOf(who: Person, lived: Day, minutes: number): number[] {
  const random = chance('garmin stress', who.id, lived.day)
  const levels: number[] = []
  for (let i = 0; i < minutes; i += STRESS_MINUTES) {
    const draw = random()
    if (lived.workoutMinute[i]! > 0) levels.push(-2)
    else if (draw < 0.03) levels.push(-1)
    else {
      const effort = (lived.bpm[i]! - who.restingBpm) / (who.maxBpm - who.restingBpm)
      levels.push(Math.max(1, Math.min(99, Math.round(8 + effort * 190 + draw * 14))))
    }
  }
  return levels
}

export function stressDetails(who: Person, day: string, now: number): Summary[] {
  return growing('stressDetails', who, day, now, (lived, minutes) => {
    const levels = stressOf(who, lived, minutes)
    let battery = 40
    const batteries = levels.map((level, i) => {
      const change = lived.asleep[i * STRESS_MINUTES] ? 0.35 : level < 0 ? -0.6 : -0.13
      battery = Math.max(5, Math.min(100, battery + change))
      return Math.round(battery)
    })
    return {
      ...head(who.id, lived.startAt, minutes * 60, who.timeZone, 's'),
      calendarDate: day,
      timeOffsetStressLevelValues: everyThreeMinutes(levels),
      timeOffsetBodyBatteryValues: everyThreeMinutes(batteries),
    }
  })
}

/** While asleep, every hour. */
export function pulseox(who: Person, day: string, now: number): Summary[] {
  const lived = simulateDay(who, day)
  const night = mainNight(who, day)
  const values: Record<string, number> = {}
  const from = Math.max(lived.startAt, night.startAt)
  for (let at = from; at < night.endAt; at += 60 * MINUTE) {
    values[String(seconds(at - lived.startAt))] = Math.round(night.spo2 - ((at / MINUTE) % 3))
  }
  if (Object.keys(values).length === 0 || night.endAt + 20 * MINUTE > now) return []
  const write = () => ({
    ...head(who.id, lived.startAt, 86_400, who.timeZone, 'ox'),
    calendarDate: day,
    timeOffsetSpo2Values: values,
    onDemand: false,
  })
  return [{ kind: 'pulseox', id: day, day, startAt: lived.startAt, version: '1', write }]
}

const SPORT_EPOCHS: Record<string, string> = { running: 'RUNNING', cycling: 'CYCLING', walking: 'WALKING' }

/** Quarters of an hour, one for each kind of movement in them. */
export function epochs(who: Person, day: string, now: number): Summary[] {
  const lived = simulateDay(who, day)
  const minutes = synced(lived, now)
  const all: Summary[] = []
  for (let from = 0; from < minutes; from += SLOT_MINUTES) {
    const to = Math.min(from + SLOT_MINUTES, minutes)
    const startAt = lived.startAt + from * MINUTE
    const kinds = Map.groupBy(
      Array.from({ length: to - from }, (_, i) => from + i),
      (i) => movementOf(lived, i),
    )
    for (const [activityType, own] of kinds) {
      const steps = total(own.map((i) => lived.steps[i]!))
      const met = total(own.map((i) => lived.met[i]!)) / own.length / 100
      all.push({
        kind: 'epochs',
        id: `${startAt} ${activityType}`,
        day,
        startAt,
        version: `${to - from} ${own.length}`,
        write: () => ({
          ...head(who.id, startAt, (to - from) * 60, who.timeZone, activityType.toLowerCase()),
          activityType,
          activeKilocalories: Math.round(total(own.map((i) => activeKcal(who, lived, i, i + 1)))),
          steps,
          distanceInMeters: Math.round(steps * METERS_PER_STEP * 10) / 10,
          activeTimeInSeconds: own.length * 60,
          met: Math.round(met * 100) / 100,
          intensity: met >= 6 ? 'HIGHLY_ACTIVE' : met >= 1.8 ? 'ACTIVE' : 'SEDENTARY',
          meanMotionIntensity: Math.min(7, Math.round(met)),
          maxMotionIntensity: Math.min(7, Math.round(met + 2)),
        }),
      })
    }
  }
  return all
}

function movementOf(lived: Day, i: number): string {
  if (lived.workoutMinute[i]) return SPORT_EPOCHS[lived.workouts[0]?.sport ?? ''] ?? 'GENERIC'
  if (lived.steps[i]! > 0) return 'WALKING'
  return 'SEDENTARY'
}

function everyThreeMinutes(values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, i) => [String(i * STRESS_MINUTES * 60), value]))
}

function stressSeconds(levels: readonly number[], from: number, to: number): number {
  return levels.filter((level) => level >= from && level <= to).length * STRESS_MINUTES * 60
}

function count(lived: Day, minutes: number, is: (met: number, i: number) => boolean): number {
  let found = 0
  for (let i = 0; i < minutes; i++) if (is(lived.met[i]!, i)) found++
  return found
}

function total(values: Iterable<number>): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
