// A person's items in iHealth's shape: wall clocks as if they were UTC, and what is missing as 0.
import { createHash } from 'node:crypto'
import { activeKcal, basalKcal, simulateDay, weightOn } from '../people/day.ts'
import { localIso, midnight } from '../people/days.ts'
import { secondsIn } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { pressures } from '../people/pressure.ts'
import { around, chance } from '../people/random.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const METERS_PER_STEP = 0.74

export const FILES = ['bp', 'weight', 'glucose', 'spo2', 'activity', 'sleep', 'sport'] as const
export type File = (typeof FILES)[number]

export interface Item {
  DataID: string
  /** When it happened, for ranges: a wall clock. */
  wall: number
  fields: Record<string, unknown>
}

export function hash(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\u0001')).digest('hex').slice(0, 32)
}

/** The wall clock of an instant, as if it were UTC. */
function wallOf(at: number, zone: string): number {
  return Date.parse(`${localIso(at, zone).slice(0, 19)}Z`) / 1000
}

/** `+0200` in most answers, a number in those of sports. */
function zoneOf(at: number, zone: string): string {
  return localIso(at, zone).slice(-6).replace(':', '')
}

export function itemsOf(who: Person, file: File, day: string, now: number): Item[] {
  return MAKERS[file](who, day, now)
}

function item(
  who: Person,
  file: File,
  at: number,
  fields: Record<string, unknown>,
  more: { source?: string; wall?: number; changedAt?: number; id?: string | number } = {},
): Item {
  const DataID = hash('ihealth', who.id, file, more.id ?? at)
  const wall = more.wall ?? wallOf(at, who.timeZone)
  const common = {
    DataID,
    DataSource: more.source ?? 'FromDevice',
    LastChangeTime: Math.floor((more.changedAt ?? at + MINUTE) / 1000),
    Lat: -1,
    Lon: -1,
    Note: '',
    TimeZone: zoneOf(at, who.timeZone),
  }
  return { DataID, wall, fields: { ...common, ...fields } }
}

const MAKERS: Record<File, (who: Person, day: string, now: number) => Item[]> = {
  bp(who, day, now) {
    const random = chance('ihealth bp', who.id, day)
    return pressures(who, day).flatMap((each) => {
      if (each.at > now) return []
      const typedIn = random() < 0.3
      const reading = {
        BPL: 2,
        HP: Math.round(each.systolic),
        LP: Math.round(each.diastolic),
        HR: typedIn ? 0 : each.bpm,
        IsArr: typedIn ? -1 : 1,
        MDate: wallOf(each.at, who.timeZone),
      }
      return [item(who, 'bp', each.at, reading, typedIn ? { source: 'Manual' } : {})]
    })
  },

  weight(who, day, now) {
    const random = chance('ihealth weight', who.id, day)
    const at = simulateDay(who, day).night.endAt + 12 * MINUTE
    if (random() > 0.6 || at > now) return []
    const weight = weightOn(who, day)
    const bmi = Math.round((weight / who.heightM ** 2) * 100) / 100
    const typedIn = random() < 0.15
    const fields = {
      BMI: bmi,
      BoneValue: typedIn ? 0 : Math.round(weight * 0.38) / 10,
      DCI: typedIn ? 0 : Math.round(basalKcal(who)),
      FatValue: typedIn ? 0 : who.sex === 'male' ? 19.4 : 26.1,
      MDate: wallOf(at, who.timeZone),
      MuscaleValue: typedIn ? 0 : Math.round(weight * 7) / 10,
      VFR: typedIn ? 0 : 3,
      WaterValue: typedIn ? 0 : 53.5,
      WeightValue: weight,
    }
    return [item(who, 'weight', at, fields, typedIn ? { source: 'Manual' } : {})]
  },

  glucose(who, day, now) {
    const random = chance('ihealth glucose', who.id, day)
    const start = midnight(day, who.timeZone)
    return (
      [
        [7.5, 'Before_breakfast', 92],
        [14, 'After_lunch', 126],
      ] as const
    ).flatMap(([hour, situation, mean]) => {
      const at = start + Math.round(hour * HOUR + random() * HOUR)
      const BG = Math.round(around(random, mean, 9))
      const MDate = wallOf(at, who.timeZone)
      const drug = 'Before_taking_pills'
      return at > now ? [] : [item(who, 'glucose', at, { BG, DinnerSituation: situation, DrugSituation: drug, MDate })]
    })
  },

  spo2(who, day, now) {
    const { night } = simulateDay(who, day)
    const at = night.endAt + 30 * MINUTE
    if (at > now) return []
    return [
      item(who, 'spo2', at, { BO: Math.round(night.spo2), HR: who.restingBpm + 9, MDate: wallOf(at, who.timeZone) }),
    ]
  },

  activity(who, day, now) {
    const lived = simulateDay(who, day)
    const until = Math.min(Math.floor(now / HOUR) * HOUR, lived.startAt + lived.length * MINUTE)
    const minutes = Math.floor((until - lived.startAt) / MINUTE)
    if (minutes <= 0) return []
    const steps = lived.steps.subarray(0, minutes).reduce((sum, each) => sum + each, 0)
    const calories = Math.round(activeKcal(who, lived, 0, minutes) + (basalKcal(who) * minutes) / 1440)
    const wall = Date.parse(`${day}T00:00:00Z`) / 1000 + (minutes === lived.length ? 86_399 : minutes * 60)
    const fields = {
      Calories: calories,
      DistanceTraveled: Math.round(steps * METERS_PER_STEP) / 1000,
      MDate: wall,
      Steps: steps,
    }
    return [item(who, 'activity', until - 1, fields, { wall, id: day, changedAt: until })]
  },

  sleep(who, day, now) {
    const { night } = simulateDay(who, day)
    if (night.endAt + 5 * MINUTE > now) return []
    const inBed = (night.endAt - night.startAt) / 1000
    const asleep = inBed - secondsIn(night, 'awake')
    const fields = {
      Awaken: night.cells.filter((cell, i) => cell === 'awake' && night.cells[i - 1] !== 'awake').length,
      StartTime: wallOf(night.startAt, who.timeZone),
      EndTime: wallOf(night.endAt, who.timeZone),
      FallSleep: Math.round(night.latencyCells / 2),
      HoursSlept: Math.round(asleep / 60),
      SleepEfficiency: Math.round((asleep / inBed) * 100),
    }
    return [item(who, 'sleep', night.endAt, fields)]
  },

  sport(who, day, now) {
    return simulateDay(who, day).workouts.flatMap((workout) => {
      if (workout.endAt + 10 * MINUTE > now) return []
      const word = workout.sport.replaceAll('_', ' ')
      const fields = {
        SportName: word === 'strength training' ? 'Boxing' : word[0]!.toUpperCase() + word.slice(1),
        SportStartTime: wallOf(workout.startAt, who.timeZone),
        SportEndTime: wallOf(workout.endAt, who.timeZone),
        Calories: workout.kcal,
        TimeZone: Number.parseInt(zoneOf(workout.startAt, who.timeZone).slice(0, 3), 10),
      }
      return [item(who, 'sport', workout.endAt, fields, { source: workout.manual ? 'Manual' : 'FromDevice' })]
    })
  },
}
