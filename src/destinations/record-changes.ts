// What events say of records, for databases that keep the newest state of each.
import { type DataType, isDataType } from '../model/data-type.ts'
import { UploadType } from '../model/enumerations.ts'
import type { ReadEvent } from './event-body.ts'

export interface RecordChange {
  type: DataType
  userId: string
  /** What the record is known by within its user and type. */
  key: string
  /** Of two states the greater one is the newer. */
  orderingAt: number
  referenceId: string | null
  provider: string | null
  /** Null: it was deleted. */
  record: unknown
}

export function recordChanges({ event, body }: ReadEvent): RecordChange[] {
  const { userId, provider } = event
  if (userId === null) return []
  const common = {
    userId,
    provider,
    referenceId: body.user?.reference_id ?? event.referenceId,
    orderingAt: orderOf(event),
  }
  if (event.type === 'record_deleted') {
    const type = body.data_type
    const key = body.summary_id ?? body.day ?? (type === 'athlete' ? 'athlete' : null)
    return type !== undefined && isDataType(type) && key !== null ? [{ ...common, type, key, record: null }] : []
  }
  if (!isDataType(event.type)) return []
  const type = event.type
  return recordsOf(type, body).flatMap((record) => {
    const key = recordKey(type, record)
    return key === null ? [] : [{ ...common, type, key, record: isDeletion(type, record) ? null : record }]
  })
}

/** It carries no record, or one that cannot be told apart from others: all of it is kept as it came. */
export function isMoreThanRecords(read: ReadEvent): boolean {
  const { event, body } = read
  if (!isDataType(event.type)) return true
  return recordChanges(read).length < Math.max(1, recordsOf(event.type, body).length)
}

function recordsOf(type: DataType, body: ReadEvent['body']): unknown[] {
  return type === 'athlete' ? [body.athlete ?? []].flat() : (body.data ?? [])
}

/** Events without recency are ordered by when they were made. */
export function orderOf(event: ReadEvent['event']): number {
  return event.orderingAt ?? event.createdAt
}

/** One change for each record, in one order everywhere. Of two that are equally new, the later one. */
export function newestChanges(changes: readonly RecordChange[]): RecordChange[] {
  const newest = new Map<string, RecordChange>()
  for (const change of changes) {
    const id = JSON.stringify([change.userId, change.type, change.key])
    const other = newest.get(id)
    if (other === undefined || other.orderingAt <= change.orderingAt) newest.set(id, change)
  }
  return [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change)
}

/** Null when it cannot be told. */
export function recordKey(type: DataType, record: unknown): string | null {
  if (type === 'athlete') return 'athlete'
  const start = at(record, 'metadata.start_time')
  const named = type === 'activity' || type === 'sleep' ? at(record, 'metadata.summary_id') : null
  if (typeof named === 'string' && named !== '') return named
  if (typeof start !== 'string') return null
  return type === 'activity' || type === 'sleep' ? start : start.slice(0, 10)
}

export function at(record: unknown, path: string): unknown {
  let value = record
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return null
    value = (value as Record<string, unknown>)[name]
  }
  return value ?? null
}

/** A wall clock without an offset is no instant. */
export function instantOf(value: unknown): Date | null {
  const time = typeof value === 'string' && /(Z|[+-]\d{2}:?\d{2})$/.test(value) ? new Date(value) : null
  return time === null || Number.isNaN(time.getTime()) ? null : time
}

/** Sleep has other upload types: 4 is no deletion there. */
function isDeletion(type: DataType, record: unknown): boolean {
  return (type === 'activity' || type === 'daily') && at(record, 'metadata.upload_type') === UploadType.Delete
}
