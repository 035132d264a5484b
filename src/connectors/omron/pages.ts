// One answer has three lists. A bare list or one item says by its fields what it is.
import type { z } from 'zod'
import { type MapContext, UnreadablePage } from '../connector.ts'
import { type PageShape, readDocuments } from '../documents.ts'
import { Activity, BloodPressure, Hours, Weight } from './payloads.ts'

export const LISTS = ['bloodPressure', 'activity', 'weight'] as const
export type ListName = (typeof LISTS)[number]
/** A field that no other kind of item has. */
const TELLING: Record<ListName, string> = { bloodPressure: 'systolic', activity: 'steps', weight: 'weight' }
const KIND = 'measurement'

export interface Measurements {
  bloodPressure: BloodPressure[]
  activity: Activity[]
  weight: Weight[]
}

/** A list that cannot be read at all is reported, unless there is nothing else. */
export function readMeasurements(payload: unknown, context: MapContext): Measurements {
  const lists = rawLists(payload)
  const problems: UnreadablePage[] = []
  function read<Schema extends z.ZodType>(
    name: ListName,
    schema: Schema,
    wholes: PageShape<Schema>['wholes'] = {},
  ): z.infer<Schema>[] {
    try {
      return readDocuments({ kind: KIND, schema, lists: [name], wholes }, { [name]: lists[name] }, context)
    } catch (error) {
      if (!(error instanceof UnreadablePage)) throw error
      problems.push(error)
      return []
    }
  }
  const measurements = {
    bloodPressure: read('bloodPressure', BloodPressure),
    activity: read('activity', Activity, { hourlyActivity: Hours }),
    weight: read('weight', Weight),
  }
  if (problems[0] !== undefined && LISTS.every((name) => measurements[name].length === 0)) throw problems[0]
  for (const { message } of problems) context.unreadable?.(KIND, message)
  return measurements
}

/** The items of each list as they came. Throws where there is none of them. */
export function rawLists(payload: unknown): Record<ListName, unknown[]> {
  const found: Record<ListName, unknown[]> = { bloodPressure: [], activity: [], weight: [] }
  const result = resultOf(payload)
  if (isObject(result) && LISTS.some((name) => name in result)) {
    for (const name of LISTS) if (Array.isArray(result[name])) found[name] = result[name]
    return found
  }
  const items = Array.isArray(result) ? result : [result]
  for (const [i, item] of items.entries()) {
    const name = isObject(item) ? LISTS.find((each) => TELLING[each] in item) : undefined
    if (name === undefined) {
      throw new UnreadablePage(KIND, Array.isArray(result) ? `[${i}]` : '', EXPECTED)
    }
    found[name].push(item)
  }
  return found
}

const EXPECTED = `an answer with ${LISTS.map((name) => `\`${name}\``).join(', ')}, or items with one of ${Object.values(TELLING).join(', ')}`

function resultOf(payload: unknown): unknown {
  if (!isObject(payload) || typeof payload.status !== 'number') return payload
  if (payload.status !== 0) throw new UnreadablePage(KIND, 'status', 'expected 0 (this is an error and no page)')
  return payload.result ?? { activity: [] }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
