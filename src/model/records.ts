// Records as a family: their schemas, their empty skeletons, and partial records made whole.
import type { z } from 'zod'
import { Activity } from './activity.ts'
import { Athlete } from './athlete.ts'
import { Body } from './body.ts'
import { Daily } from './daily.ts'
import type { DataType } from './data-type.ts'
import { NutritionUnits } from './enumerations.ts'
import { compileFits, type Fits } from './fits.ts'
import { addDays } from './local-day.ts'
import { Menstruation } from './menstruation.ts'
import { Nutrition } from './nutrition.ts'
import { compileFill, compileSkeleton, type Fill } from './skeleton.ts'
import { Sleep } from './sleep.ts'
import { fillTwins } from './twins.ts'

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

const fills = new Map<DataType, Fill>()

function fill(type: DataType, value: unknown): unknown {
  let filled = fills.get(type)
  if (filled === undefined) fills.set(type, (filled = compileFill(compileSkeleton(recordSchemas[type]))))
  return filled(value, type)
}

/**
 * Every key there is: scalars null, lists empty, objects present, required codes "unknown". Only its times and its
 * summary_id keep it from being a record.
 */
export function emptyRecord<T extends DataType>(type: T): RecordOf<T> {
  return fill(type, undefined) as RecordOf<T>
}

/**
 * A connector's partial record with every key of the wire, list items too, and equal values in twin places. A key that
 * the schema lacks is a mistake of ours and throws, naming the path.
 */
export function complete<T extends DataType>(type: T, partial: DeepPartial<RecordOf<T>>): RecordOf<T> {
  const record = fill(type, partial) as RecordOf<T>
  fillTwins(type, record)
  fillEnd(type, record)
  if (type === 'nutrition') fillQuantities(record as Nutrition)
  return record
}

const checks = new Map<DataType, Fits>()

/** Throws, naming each place, when the record is not one of its type. */
export function assertFits(type: DataType, record: unknown): void {
  if (!fits(type, record)) recordSchemas[type].parse(record)
}

function fits(type: DataType, record: unknown): boolean {
  let check = checks.get(type)
  if (check === undefined) checks.set(type, (check = compileFits(recordSchemas[type])))
  return check(record)
}

/**
 * A value that its field cannot hold (half a zone, a number without end) is null from now on: a record is worth more than
 * any one of its fields. Answers the places; throws, naming them, where a field may not be null.
 */
export function dropUnfit(type: DataType, record: unknown): string[] {
  if (fits(type, record)) return []
  const issues = recordSchemas[type].safeParse(record).error?.issues ?? []
  for (const { path } of issues) setNull(record, path)
  assertFits(type, record)
  return issues.map(({ path }) => path.join('.'))
}

function setNull(record: unknown, path: readonly PropertyKey[]): void {
  const holder = path.slice(0, -1).reduce((at, name) => (at as Record<PropertyKey, unknown>)[name], record)
  const name = path.at(-1)
  if (name !== undefined) (holder as Record<PropertyKey, unknown>)[name] = null
}

/** Clients require an end. An unknown one is the start, as the schema says; a day's is the next day's start. */
function fillEnd(type: DataType, record: unknown): void {
  const { metadata } = record as { metadata?: { start_time: string | null; end_time: string | null } }
  if (metadata === undefined || metadata.end_time !== null || typeof metadata.start_time !== 'string') return
  const start = metadata.start_time
  const spans = type === 'activity' || type === 'sleep'
  metadata.end_time = spans ? start : addDays(start.slice(0, 10), 1) + start.slice(10)
}

/** Clients require an amount. A unit without one says nothing. */
function fillQuantities(nutrition: Nutrition): void {
  for (const meal of nutrition.meals) {
    const amount: number | null = meal.quantity.amount
    if (amount === null) meal.quantity = { unit: NutritionUnits.Unknown, amount: 1 }
  }
}

/** Whether a list is a series, which `with_samples=false` leaves out: `hr_samples`, `hrv_samples_rmssd`, an ECG's curve. */
export function isSampleList(name: string): boolean {
  return /(?:^|_)samples(?:$|_)/.test(name) || name === 'raw_signal'
}

/**
 * The record with its series emptied. Lists that are no series stay: laps, heart rate zones, meals, measurements, tags,
 * a cycle's phases; so does the encoded polyline, which is a summary.
 */
export function withoutSamples<R>(record: R): R {
  if (Array.isArray(record)) return record.map((item) => withoutSamples(item)) as R
  if (typeof record !== 'object' || record === null) return record
  const copy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(record)) {
    copy[name] = Array.isArray(value) && isSampleList(name) ? [] : withoutSamples(value)
  }
  return copy as R
}

/**
 * What a receiver stores a record under, within one user: workouts and sleep by summary_id, what there is one of per
 * day by the day as it is written (before any conversion of zones), the athlete alone.
 */
export function identityKey(type: DataType | 'planned_workout', record: unknown): string {
  if (type === 'athlete') return 'athlete'
  const { metadata, planned_workout_id: plannedId } = record as {
    metadata?: { summary_id?: string | null; start_time?: string | null }
    planned_workout_id?: string | null
  }
  const key =
    type === 'planned_workout'
      ? plannedId
      : type === 'activity' || type === 'sleep'
        ? metadata?.summary_id
        : metadata?.start_time?.slice(0, 10)
  if (typeof key !== 'string' || key === '') throw new Error(`this ${type} has nothing that identifies it`)
  return key
}
