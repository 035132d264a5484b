// Blood pressure as the person has it, whichever cuff they put on.
import type { Person } from './person.ts'
import { midnight } from './days.ts'
import { around, chance } from './random.ts'

const MINUTE = 60_000

export interface Pressure {
  at: number
  systolic: number
  diastolic: number
  bpm: number
  /** One of three in a row, with halves where one alone is a whole number. */
  ofThree: boolean
  /** The last of three, which the cuff holds to be the best. */
  best: boolean
}

/** On some evenings, once or three times in a row. */
export function pressures(who: Person, day: string): Pressure[] {
  const random = chance('cuff', who.id, day)
  if (random() > 0.35) return []
  const at = midnight(day, who.timeZone) + Math.round(20 * 60 + random() * 90) * MINUTE
  const times = random() < 0.3 ? 3 : 1
  return Array.from({ length: times }, (_, i) => {
    const systolic = around(random, 104 + who.age * 0.35, 5)
    const rounded = times === 3 ? Math.round(systolic * 2) / 2 : Math.round(systolic)
    const bpm = who.restingBpm + 12
    const reading = { at: at + i * MINUTE, systolic: rounded, diastolic: Math.round(rounded * 0.64), bpm }
    return { ...reading, ofThree: times === 3, best: i === 2 }
  })
}
