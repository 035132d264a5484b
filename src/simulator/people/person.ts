// Who wears the device. The same id is the same person everywhere.
import { between, chance, pick } from './random.ts'

export interface Person {
  id: string
  name: string
  story: string
  timeZone: string
  age: number
  sex: 'female' | 'male'
  weightKg: number
  heightM: number
  email: string
  restingBpm: number
  maxBpm: number
  hrvRmssdMs: number
  vo2Max: number
  /** Minutes after local midnight at which the person usually goes to bed; negative is the evening before. */
  bedMinute: number
  sleepMinutes: number
  /** 0 sleeps badly, 1 sleeps well. */
  sleepQuality: number
  /** Steps on a usual day. */
  steps: number
  workoutsPerWeek: number
  sports: readonly string[]
}

type Traits = Omit<Person, 'id' | 'maxBpm' | 'email'>

const NAMED: Record<string, Traits> = {
  ada: {
    name: 'Ada',
    story: 'Runs and rides most days, sleeps well. Berlin.',
    timeZone: 'Europe/Berlin',
    age: 31,
    sex: 'female',
    weightKg: 60.5,
    heightM: 1.71,
    restingBpm: 47,
    hrvRmssdMs: 72,
    vo2Max: 52,
    bedMinute: -75,
    sleepMinutes: 490,
    sleepQuality: 0.9,
    steps: 12_500,
    workoutsPerWeek: 5,
    sports: ['running', 'cycling', 'yoga'],
  },
  sam: {
    name: 'Sam',
    story: 'Works shifts in a hospital: short and shifted nights, many steps. New York.',
    timeZone: 'America/New_York',
    age: 44,
    sex: 'male',
    weightKg: 86,
    heightM: 1.83,
    restingBpm: 58,
    hrvRmssdMs: 38,
    vo2Max: 39,
    bedMinute: 30,
    sleepMinutes: 380,
    sleepQuality: 0.6,
    steps: 14_000,
    workoutsPerWeek: 2,
    sports: ['walking', 'strength_training'],
  },
  noor: {
    name: 'Noor',
    story: 'Sits all day and sleeps badly. Tokyo.',
    timeZone: 'Asia/Tokyo',
    age: 52,
    sex: 'female',
    weightKg: 71,
    heightM: 1.62,
    restingBpm: 66,
    hrvRmssdMs: 26,
    vo2Max: 30,
    bedMinute: -10,
    sleepMinutes: 400,
    sleepQuality: 0.35,
    steps: 4800,
    workoutsPerWeek: 1,
    sports: ['walking'],
  },
}

export const PERSONAS = Object.keys(NAMED)

const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Tokyo',
  'Australia/Sydney',
]
const SPORTS = ['running', 'cycling', 'walking', 'swimming', 'yoga', 'strength_training', 'hiking', 'rowing']

const people = new Map<string, Person>()

export function person(id: string): Person {
  let found = people.get(id)
  if (found === undefined) {
    const traits = NAMED[id] ?? generated(id)
    found = { ...traits, id, maxBpm: Math.round(208 - 0.7 * traits.age), email: `${id}@example.com` }
    if (people.size > 10_000) people.clear()
    people.set(id, found)
  }
  return found
}

function generated(id: string): Traits {
  const random = chance('person', id)
  const fitness = random()
  const sex = random() < 0.5 ? 'female' : 'male'
  return {
    name: id,
    story: 'Made up from the name.',
    timeZone: pick(random, ZONES),
    age: Math.round(between(random, 22, 68)),
    sex,
    weightKg: Math.round(between(random, 52, 95) * 10) / 10,
    heightM: Math.round(between(random, 1.55, 1.95) * 100) / 100,
    restingBpm: Math.round(70 - 20 * fitness + between(random, -4, 4)),
    hrvRmssdMs: Math.round(25 + 45 * fitness + between(random, -6, 6)),
    vo2Max: Math.round(29 + 22 * fitness + between(random, -3, 3)),
    bedMinute: Math.round(between(random, -110, 40)),
    sleepMinutes: Math.round(between(random, 390, 500)),
    sleepQuality: between(random, 0.4, 0.95),
    steps: Math.round(4500 + 8000 * fitness + between(random, -800, 800)),
    workoutsPerWeek: Math.round(1 + 4 * fitness),
    sports: [pick(random, SPORTS), pick(random, SPORTS)],
  }
}
