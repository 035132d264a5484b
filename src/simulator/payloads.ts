// The payload simulator: whole records of every data type, as they go over the wire, from the sandbox's people. The same
// person, seed and day give the same bytes, on every machine.
import type { DataType } from '../model/data-type.ts'
import { complete } from '../model/records.ts'
import { activity } from './payloads/activity.ts'
import { athlete } from './payloads/athlete.ts'
import { body } from './payloads/body.ts'
import { daily } from './payloads/daily.ts'
import { menstruation } from './payloads/menstruation.ts'
import { nutrition } from './payloads/nutrition.ts'
import { sleep } from './payloads/sleep.ts'
import { dayOfInstant, plusDays } from './people/days.ts'
import { person, type Person } from './people/person.ts'

export interface PayloadOrder {
  provider: string
  /** Whose data it is: `ada`, `sam`, `noor`, or any other name. Default `ada`. */
  person?: string
  /** The same person with other dice. */
  seed?: string | number
  /** The last day, YYYY-MM-DD. Default: yesterday, so that the day is whole. */
  day?: string
  /** How many records, on consecutive days. Default 1. An athlete has no days: it is one record. */
  count?: number
}

export function generateRecords(type: DataType, order: PayloadOrder): unknown[] {
  const who = whoOf(order)
  const last = order.day ?? plusDays(dayOfInstant(Date.now(), who.timeZone), -1)
  const count = type === 'athlete' ? 1 : (order.count ?? 1)
  return Array.from({ length: count }, (_, i) => make(type, who, plusDays(last, i + 1 - count), order.provider))
}

function whoOf(order: PayloadOrder): Person {
  const who = person(order.person ?? 'ada')
  return order.seed === undefined ? who : { ...who, id: `${who.id} ${order.seed}` }
}

function make(type: DataType, who: Person, day: string, provider: string): unknown {
  switch (type) {
    case 'activity':
      return complete('activity', activity(who, day, provider))
    case 'athlete':
      return complete('athlete', athlete(who, provider))
    case 'body':
      return complete('body', body(who, day, provider))
    case 'daily':
      return complete('daily', daily(who, day, provider))
    case 'menstruation':
      return complete('menstruation', menstruation(who, day))
    case 'nutrition':
      return complete('nutrition', nutrition(who, day))
    case 'sleep':
      return complete('sleep', sleep(who, day, provider))
  }
}
