// Samples are sorted by time and appear once.
import type { Json, JsonObject } from './merge.ts'
import { isObject } from './merge.ts'

/**
 * Walks a record and puts every list of timed items in order, in place. Of several items with one timestamp the first
 * wins: lists are joined with the more telling page in front. Lists without times lose exact repetitions; of one zone the
 * first is kept.
 */
export function tidySamples(value: JsonObject): void {
  for (const name in value) {
    const member = value[name]
    if (isObject(member)) tidySamples(member)
    else if (Array.isArray(member) && member.length > 1) value[name] = tidyList(member)
  }
}

function tidyList(list: Json[]): Json[] {
  if (isTidy(list)) return list
  if (list.every((item) => isObject(item) && typeof item.measurement_time === 'string')) {
    return joinedMeasurements(list as JsonObject[])
  }
  if (!list.every((item) => isObject(item) && typeof item.timestamp === 'string')) return withoutRepetitions(list)
  const seen = new Set<string>()
  const timed: { at: number; text: string; item: Json }[] = []
  for (const item of list) {
    const sample = item as JsonObject
    const text = sample.timestamp as string
    // Blood and muscle oxygen, two tags or notes of one minute, two foods or drinks of one meal, are different items of one time.
    const { type, tag_name: tag, notes, id, name, drink_volume: drunk } = sample
    const identity = [text, type, tag, notes, id || name, drunk].map(nameOf).join('|')
    if (seen.has(identity)) continue
    seen.add(identity)
    timed.push({ at: Date.parse(text), text, item })
  }
  timed.sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  return timed.map((each) => each.item)
}

function nameOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

const OFFSET_CHARACTERS = 6

/** In order and each time once, as texts say: of one length and with one offset they sort as the instants do. */
function isTidy(list: readonly Json[]): boolean {
  let before = ''
  for (const item of list) {
    if (!isObject(item) || 'measurement_time' in item) return false
    const { timestamp } = item
    if (typeof timestamp !== 'string') return false
    const sameForm = timestamp.length === before.length && timestamp.endsWith(before.slice(-OFFSET_CHARACTERS))
    if (before !== '' && !(sameForm && timestamp > before)) return false
    before = timestamp
  }
  return true
}

/**
 * One stand on a scale is one measurement, also where weight and fat came on pages of their own. Two of one moment that
 * contradict each other are two.
 */
function joinedMeasurements(list: readonly JsonObject[]): Json[] {
  const joined: JsonObject[] = []
  for (const item of list) {
    const same = joined.find((present) => present.measurement_time === item.measurement_time && agrees(present, item))
    if (same === undefined) joined.push({ ...item })
    else for (const [name, value] of Object.entries(item)) same[name] ??= value
  }
  return joined.sort((a, b) => instantOf(a) - instantOf(b))
}

function agrees(one: JsonObject, other: JsonObject): boolean {
  return Object.entries(other).every(([name, value]) => {
    const present = one[name] ?? null
    return present === null || value === null || present === value
  })
}

function instantOf(item: JsonObject): number {
  return Date.parse(item.measurement_time as string)
}

function withoutRepetitions(list: Json[]): Json[] {
  const seen = new Set<string>()
  return list.filter((item) => {
    if (!isObject(item)) return true
    // Two pages may know the time in one heart rate zone, each as of its own hour.
    const text = typeof item.zone === 'number' ? `zone ${item.zone} ${String(item.name)}` : JSON.stringify(item)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}
