// Records as a family: their schemas, their empty skeletons, and partial records made whole.
import { z } from 'zod'
import { Activity } from './activity.ts'
import { Athlete } from './athlete.ts'
import { Body } from './body.ts'
import { Daily } from './daily.ts'
import type { DataType } from './data-type.ts'
import { Menstruation } from './menstruation.ts'
import { Nutrition } from './nutrition.ts'
import { Sleep } from './sleep.ts'

export const recordSchemas = {
  activity: Activity,
  athlete: Athlete,
  body: Body,
  daily: Daily,
  menstruation: Menstruation,
  nutrition: Nutrition,
  sleep: Sleep,
} as const satisfies Record<DataType, z.ZodType>

export type RecordOf<T extends DataType> = z.infer<(typeof recordSchemas)[T]>

export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? DeepPartial<Item>[]
  : T extends object
    ? { [Name in keyof T]?: DeepPartial<T[Name]> | null | undefined }
    : T

/** How one place of a record is filled: with null, with a list of such items, or with such an object. */
type Skeleton = null | { items: Skeleton } | { members: Record<string, Skeleton> }

const skeletons = new Map<DataType, Skeleton>()

function skeletonOf(type: DataType): Skeleton {
  let skeleton = skeletons.get(type)
  if (skeleton === undefined) {
    skeleton = describe(recordSchemas[type])
    skeletons.set(type, skeleton)
  }
  return skeleton
}

function describe(schema: z.ZodType): Skeleton {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(([name, member]) => [name, describe(member as z.ZodType)] as const)
    return { members: Object.fromEntries(members) }
  }
  if (schema instanceof z.ZodArray) return { items: describe(schema.element as z.ZodType) }
  return null
}

/** Every key there is: scalars null, lists empty, objects present. */
export function emptyRecord<T extends DataType>(type: T): RecordOf<T> {
  return fill(skeletonOf(type), undefined, type) as RecordOf<T>
}

/**
 * A connector's partial record with every key of the wire, list items too. Totals of an Activity stand in both of their
 * places. A key that the schema lacks is a mistake of ours and throws, naming the path.
 */
export function complete<T extends DataType>(type: T, partial: DeepPartial<RecordOf<T>>): RecordOf<T> {
  const record = fill(skeletonOf(type), partial, type) as RecordOf<T>
  if (type === 'activity') mirrorTotals(record as Activity)
  mirrorLevels(record)
  return record
}

function fill(skeleton: Skeleton, value: unknown, path: string): unknown {
  if (skeleton === null) return value ?? null
  if ('items' in skeleton) {
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) throw new Error(`${path} must be a list`)
    return skeleton.items === null ? value : value.map((item, i) => fill(skeleton.items, item, `${path}[${i}]`))
  }
  const given = (value ?? {}) as Record<string, unknown>
  const filled: Record<string, unknown> = {}
  for (const name in skeleton.members) filled[name] = fill(skeleton.members[name]!, given[name], `${path}.${name}`)
  for (const name in given) {
    if (!(name in skeleton.members) && given[name] !== undefined) throw new Error(`${path} has no field ${name}`)
  }
  return filled
}

function mirrorTotals(activity: Activity): void {
  const flat = activity.distance_data as unknown as Record<string, unknown>
  mirror(flat, flat.summary as Record<string, unknown>)
}

function mirror(flat: Record<string, unknown>, summary: Record<string, unknown>): void {
  for (const name in summary) {
    const nested = summary[name]
    if (typeof nested === 'object' && nested !== null) {
      mirror(flat[name] as Record<string, unknown>, nested as Record<string, unknown>)
    } else {
      summary[name] = nested ?? flat[name]
      flat[name] = summary[name]
    }
  }
}

/** `level` and `activity_level` are two spellings of one value. */
function mirrorLevels(record: unknown): void {
  const durations = (record as { active_durations_data?: { activity_levels_samples: Levels[] } }).active_durations_data
  for (const sample of durations?.activity_levels_samples ?? []) {
    sample.level ??= sample.activity_level
    sample.activity_level ??= sample.level
  }
}

interface Levels {
  level: number | null
  activity_level: number | null
}

/** What `with_samples=false` leaves out. */
export function isSampleList(name: string): boolean {
  return /(?:^|_)samples(?:$|_)/.test(name) || name === 'raw_signal'
}

/** The record without its series; totals and lists such as laps, meals and measurements stay. */
export function withoutSamples<R>(record: R): R {
  if (Array.isArray(record)) return record.map((item) => withoutSamples(item)) as R
  if (typeof record !== 'object' || record === null) return record
  const copy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(record)) {
    copy[name] = Array.isArray(value) && isSampleList(name) ? [] : withoutSamples(value)
  }
  return copy as R
}

/** What a receiver stores a record under, within one user (contract: activity and sleep by id, the others by day). */
export function identityKey(type: DataType, record: unknown): string {
  const { metadata } = record as { metadata?: { summary_id?: string; start_time?: string } }
  if (type === 'athlete') return 'athlete'
  if (type === 'activity' || type === 'sleep') return metadata?.summary_id ?? ''
  return (metadata?.start_time ?? '').slice(0, 10)
}
