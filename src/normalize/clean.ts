// From the union of parts to the record that goes over the wire.
import type { DataType } from '../model/data-type.ts'
import { summaryId } from '../model/ids.ts'
import { dayBounds } from '../model/local-day.ts'
import { complete, type DeepPartial, dropUnfit, type RecordOf, recordSchemas } from '../model/records.ts'
import { parseTimestamp } from '../model/timestamps.ts'
import { dayOf, providerIdOf } from './keys.ts'
import type { JsonObject } from './merge.ts'
import { isObject } from './merge.ts'
import { tidySamples } from './samples.ts'

export interface Whose {
  userId: string
  provider: string
  /** IANA name, fixed offset, or null when nobody said. */
  timeZone: string | null
}

export interface CleanRecord {
  record: JsonObject
  summaryId: string | null
  /** Milliseconds since the epoch; a wall-clock time without offset counts as UTC. 0 for records without a time. */
  startAt: number
  /** `YYYY-MM-DD`, local; empty for records without a time. */
  startDay: string
  /** Places whose values no field can hold: they are null now. */
  unfit: string[]
}

/** Null while the union lacks what makes it a record: for an Activity or a Sleep, its start. */
export function cleanRecord(type: DataType, key: string, union: JsonObject, whose: Whose): CleanRecord | null {
  const metadata: JsonObject = isObject(union.metadata) ? union.metadata : {}
  let id: string | null = null
  if (type !== 'athlete') {
    union.metadata = metadata
    const day = dayOf(key)
    if (day !== null && typeof metadata.start_time !== 'string') {
      const bounds = dayBounds(day, whose.timeZone)
      metadata.start_time = bounds.start_time
      metadata.end_time = bounds.end_time
    }
    if (typeof metadata.start_time !== 'string') return null
    const providerId = providerIdOf(key)
    if (providerId !== null) {
      id = summaryId(whose.userId, whose.provider, type, providerId)
      metadata.summary_id = id
    }
    metadata.timestamp_localization ??= localization(metadata.start_time)
    if (type === 'activity') metadata.type ??= UNKNOWN_ACTIVITY
    if ('upload_type' in recordMetadata(type)) metadata.upload_type ??= UNKNOWN_UPLOAD
  }
  tidySamples(union)
  const record = complete(type, union as DeepPartial<RecordOf<typeof type>>) as unknown as JsonObject
  const unfit = dropUnfit(type, record)
  const start = typeof metadata.start_time === 'string' ? metadata.start_time : null
  return {
    record,
    summaryId: id,
    startAt: start === null ? 0 : startAt(start),
    startDay: start?.slice(0, 10) ?? '',
    unfit,
  }
}

const UNKNOWN_ACTIVITY = 4
const UNKNOWN_UPLOAD = 0

/** 1 local when the wall clock of the person can be read from it; 0 for times in UTC. */
function localization(startTime: string): number {
  return /(?:Z|\+00:00)$/.test(startTime) ? 0 : 1
}

function startAt(text: string): number {
  const parsed = parseTimestamp(text)
  return parsed.epochMs ?? Date.parse(`${parsed.local}Z`)
}

function recordMetadata(type: DataType): Record<string, unknown> {
  const shape = recordSchemas[type] as unknown as { shape?: { metadata?: { shape?: Record<string, unknown> } } }
  return shape.shape?.metadata?.shape ?? {}
}
