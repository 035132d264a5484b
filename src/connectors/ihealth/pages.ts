// An answer is a list with a name of its own and one unit for all of it.
import type { z } from 'zod'
import { type MapContext, UnreadablePage } from '../connector.ts'
import { readDocuments } from '../documents.ts'
import type { TypeName } from './oauth.ts'

export type ListedType = Exclude<TypeName, 'userinfo'>
export const LISTS: Record<ListedType, string> = {
  bp: 'BPDataList',
  weight: 'WeightDataList',
  glucose: 'BGDataList',
  spo2: 'BODataList',
  activity: 'ARDataList',
  sleep: 'SRDataList',
  sport: 'SPORTDataList',
}

export function readItems<Schema extends z.ZodType>(
  type: ListedType,
  schema: Schema,
  payload: unknown,
  context: MapContext,
): z.infer<Schema>[] {
  refuseErrors(type, payload)
  return readDocuments({ kind: type, schema, lists: [LISTS[type]] }, payload, context)
}

/**
 * A code outside the list refuses the whole answer: a reading in a unit that nobody knows is worse than none. Items without
 * their answer are read in the unit of code 0; an answer without any needs none.
 */
export function unitOf<Unit>(type: ListedType, field: string, units: readonly Unit[], payload: unknown): Unit {
  const isAnswer = isObject(payload) && LISTS[type] in payload
  const code: unknown = (isAnswer ? payload[field] : 0) ?? (rawItems(type, payload).length === 0 ? 0 : null)
  const unit = /^\d$/.test(String(code)) ? units[Number(code)] : undefined
  if (unit === undefined) throw new UnreadablePage(type, field, `expected a unit code, 0 to ${units.length - 1}`)
  return unit
}

export function refuseErrors(kind: string, payload: unknown): void {
  if (isObject(payload) && 'ErrorCode' in payload) {
    throw new UnreadablePage(kind, 'ErrorCode', 'expected none (this is an error and no page)')
  }
}

export function rawItems(type: ListedType, payload: unknown): unknown[] {
  const list = isObject(payload) ? payload[LISTS[type]] : null
  return Array.isArray(list) ? list : []
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
