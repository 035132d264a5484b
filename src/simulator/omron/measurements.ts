// What cuff, scale and watch have of a person, each with its own clock beside UTC, some of it days late.
import { createHash } from 'node:crypto'
import { activeKcal, simulateDay, weightOn } from '../people/day.ts'
import { dayOfInstant, localIso, midnight } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { pressures } from '../people/pressure.ts'
import { chance } from '../people/random.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const METERS_PER_STEP = 0.74

export type Name = 'bloodPressure' | 'activity' | 'weight'

export interface Measurement {
  name: Name
  id: number
  at: number
  /** When the phone was opened and it arrived. */
  arrivedAt: number
  item: Record<string, unknown>
}

export function accountId(personId: string): string {
  const hex = createHash('sha256').update(`omron account ${personId}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function measurementsOf(who: Person, day: string, now: number): Measurement[] {
  const random = chance('omron', who.id, day)
  // The cuff's phone stays closed for some days now and then; the watch finds it by itself.
  const late = random() < 0.15 ? Math.ceil(random() * 3) * DAY : 0
  const away = random() < 0.2
  const found: Measurement[] = []
  const add = (name: Name, at: number, zone: string, fields: object, arrivedAt = at + 2 * MINUTE + late): void => {
    const id = Number.parseInt(createHash('sha256').update(`${who.id} ${name} ${at}`).digest('hex').slice(0, 8), 16)
    found.push({ name, id, at, arrivedAt, item: { id, ...timesOf(at, zone), ...fields } })
  }
  for (const { at, systolic, diastolic, bpm } of pressures(who, day)) {
    add('bloodPressure', at, away ? AWAY : who.timeZone, {
      systolic: Math.round(systolic),
      diastolic: Math.round(diastolic),
      bloodPressureUnits: 'mmHg',
      pulse: bpm,
      pulseUnits: 'bpm',
      deviceType: 'BP7900',
    })
  }
  const { night } = simulateDay(who, day)
  if (random() < 0.5) {
    const weight = weightOn(who, day)
    add('weight', night.endAt + 10 * MINUTE, who.timeZone, {
      weight,
      weightUnits: 'kg',
      bmi: Math.round((weight / who.heightM ** 2) * 10) / 10,
      bodyFatPercentage: who.sex === 'male' ? 19.4 : 26.1,
      deviceType: 'BCM-500',
    })
  }
  const activity = activityOf(who, day, now)
  if (activity !== null) add('activity', midnight(day, who.timeZone), who.timeZone, activity.fields, activity.until)
  return found.filter((each) => each.arrivedAt <= now)
}

/** Where somebody is who is not at home. */
const AWAY = 'America/Sao_Paulo'

function timesOf(at: number, zone: string) {
  const local = localIso(at, zone)
  return {
    dateTime: new Date(at).toISOString().slice(0, 19),
    dateTimeLocal: local.slice(0, 19),
    dateTimeUtcOffset: local.slice(-6),
  }
}

function activityOf(who: Person, day: string, now: number): { fields: object; until: number } | null {
  const lived = simulateDay(who, day)
  const until = Math.min(Math.floor(now / HOUR) * HOUR, lived.startAt + lived.length * MINUTE)
  const minutes = Math.floor((until - lived.startAt) / MINUTE)
  if (minutes <= 0) return null
  const steps = lived.steps.subarray(0, minutes).reduce((sum, each) => sum + each, 0)
  const brisk = lived.steps.subarray(0, minutes).filter((each) => each >= 100)
  const hours = Array.from({ length: Math.ceil(minutes / 60) }, (_, hour) => {
    const own = lived.steps.subarray(hour * 60, Math.min((hour + 1) * 60, minutes))
    return {
      ...timesOf(lived.startAt + hour * HOUR, who.timeZone),
      steps: own.reduce((sum, each) => sum + each, 0),
      aerobicSteps: own.filter((each) => each >= 100).reduce((sum, each) => sum + each, 0),
    }
  })
  return {
    until,
    fields: {
      steps,
      aerobicSteps: brisk.reduce((sum, each) => sum + each, 0),
      calories: Math.round(activeKcal(who, lived, 0, minutes)),
      caloriesUnits: 'kcal',
      distance: Math.round(steps * METERS_PER_STEP) / 1000,
      distanceUnits: 'km',
      aerobicWalkingTime: brisk.length,
      aerobicWalkingTimeUnits: 'minutes',
      deviceType: 'HeartGuide',
      hourlyActivity: hours,
    },
  }
}

/** Compared with the clock of the record's own place. */
export function localDay({ item }: Measurement): string {
  return String(item.dateTimeLocal).slice(0, 10)
}

export function today(who: Person, now: number): string {
  return dayOfInstant(now, who.timeZone)
}
