// The part of AIP-160 that Google takes: comparisons of one time field, joined by AND.
import { plusDays } from '../people/days.ts'
import type { Point } from './points.ts'
import { wall } from './shapes.ts'

const COMPARISON = /^\s*([a-z0-9_]+(?:\.[a-z_]+)*)\s*(>=|<)\s*"([^"]+)"\s*$/

const INTERVAL = new Set(['interval.start_time', 'interval.civil_start_time'])
const END = new Set(['interval.end_time', 'interval.civil_end_time'])
const SAMPLE = new Set(['sample_time.physical_time', 'sample_time.civil_time'])
const DATE = new Set(['date'])
const SINCE = new Set(['interval.start_time'])

const SAMPLES = new Set([
  'heart-rate',
  'heart-rate-variability',
  'oxygen-saturation',
  'weight',
  'height',
  'body-fat',
  'core-body-temperature',
  'blood-glucose',
  'vo2-max',
  'run-vo2-max',
  'respiratory-rate-sleep-summary',
  'ovulation-test',
  'symptoms',
  'moods',
])
const ONLY_SINCE = new Set(['electrocardiogram', 'irregular-rhythm-notification'])

export interface Condition {
  field: string
  operator: '>=' | '<'
  literal: string
}

/** A text instead: what Google says is wrong. */
export function parseFilter(dataType: string, filter: string | undefined): Condition[] | string {
  if (filter === undefined || filter === '') return []
  const fields = fieldsOf(dataType)
  const conditions: Condition[] = []
  for (const part of filter.split(/\s+AND\s+/)) {
    const [, name = '', operator, literal] = COMPARISON.exec(part) ?? []
    const [type, ...rest] = name.split('.')
    const field = rest.join('.')
    if (type !== dataType.replaceAll('-', '_') || !fields.has(field)) {
      return `Invalid filter: field '${name}' is not supported for this data type.`
    }
    if (operator === '<' && ONLY_SINCE.has(dataType)) return 'Invalid filter: only >= is supported for this data type.'
    const physical = /(?:start_time|end_time|physical_time)$/.test(field) && !field.includes('civil')
    const wanted = physical ? /Z$|[+-]\d\d:\d\d$/ : /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/
    if (!wanted.test(literal!)) return `Invalid filter: literal '${literal}' does not fit field '${name}'.`
    conditions.push({ field, operator: operator as Condition['operator'], literal: literal! })
  }
  return conditions
}

function fieldsOf(dataType: string): ReadonlySet<string> {
  if (ONLY_SINCE.has(dataType)) return SINCE
  if (dataType.startsWith('daily-')) return DATE
  if (dataType === 'sleep') return END
  return SAMPLES.has(dataType) ? SAMPLE : INTERVAL
}

export function passes(point: Point, conditions: readonly Condition[], timeZone: string): boolean {
  return conditions.every(({ field, operator, literal }) => {
    const at = field.includes('end_time') ? point.endAt : point.startAt
    if (/civil|date/.test(field)) {
      const own = field === 'date' ? point.day : wall(at, timeZone)
      const other = literal.length === 10 && field !== 'date' ? `${literal}T00:00:00` : literal
      return operator === '>=' ? own >= other : own < other
    }
    return operator === '>=' ? at >= Date.parse(literal) : at < Date.parse(literal)
  })
}

/** Days that may hold what passes, the last of them excluded. Without an end, until today. */
export function daysOf(conditions: readonly Condition[], today: string): { start: string; end: string } {
  const [from, to] = (['>=', '<'] as const).map((operator) => conditions.find((each) => each.operator === operator))
  const start = from?.literal.slice(0, 10) ?? today
  const end = to?.literal.slice(0, 10) ?? plusDays(today, 2)
  // An instant is on one local day or its neighbour.
  const local = conditions.every(({ field, literal }) => /civil|date/.test(field) && literal.length === 10)
  return local ? { start, end } : { start: plusDays(start, -1), end: plusDays(end, 1) }
}
