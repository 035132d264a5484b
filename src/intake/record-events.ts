// What the customer is told of changed records.
import { dataEvent, recordDeletedEvent } from '../model/events.ts'
import type { DataType } from '../model/data-type.ts'
import { type EnvironmentSettings, inStyle } from '../model/environment-settings.ts'
import type { JsonObject } from '../normalize/merge.ts'
import type { NewEvent } from '../outbox/append.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { unpackSync } from '../store/compress.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { RemovedRecord, WrittenRecord } from './settle.ts'

/** Terra's receivers expect at most ten records in one event, and many cap bodies at 4 MB. */
export const MAX_RECORDS = 10
export const MAX_BYTES = 3_500_000
/** UploadType: the record is removed. */
const DELETED = 4

export function recordEvents(
  connection: ConnectionRow,
  settings: EnvironmentSettings,
  written: readonly WrittenRecord[],
  removed: readonly RemovedRecord[],
  lane: 'live' | 'backfill',
): NewEvent[] {
  const events: NewEvent[] = []
  const byType = new Map<DataType, WrittenRecord[]>()
  for (const each of [...written, ...removed.filter((row) => row.type === 'activity').map(asDeletedActivity)]) {
    byType.set(each.type, [...(byType.get(each.type) ?? []), each])
  }
  for (const [type, records] of byType) {
    for (const chunk of inChunks(
      records.map(({ record }) => inStyle(settings, type, record, settings.samples_enabled)),
    )) {
      events.push({
        environmentId: connection.environment_id,
        connection,
        body: dataEvent(type, terraUser(connection), chunk),
        lane,
        orderingAt: Math.max(...records.map((each) => each.version)),
        recordCount: chunk.length,
      })
    }
  }
  for (const { type, row, version } of removed) {
    if (type === 'activity') continue
    events.push({
      environmentId: connection.environment_id,
      connection,
      body: recordDeletedEvent({
        user: terraUser(connection),
        dataType: type,
        summaryId: row.summary_id,
        day: row.summary_id === null ? row.start_day : null,
      }),
      lane,
      orderingAt: version,
      recordCount: 1,
    })
  }
  return events
}

/** A removed Activity is sent once more, marked as deleted: receivers written for Terra know that. */
function asDeletedActivity(removed: RemovedRecord): WrittenRecord {
  const record = JSON.parse(Buffer.from(unpackSync(removed.row.body)).toString('utf8')) as JsonObject
  return {
    type: removed.type,
    day: removed.row.start_day,
    record: { ...record, metadata: { ...(record.metadata as JsonObject), upload_type: DELETED } },
    version: removed.version,
  }
}

/** By number of records and by size. A single record beyond the size is a chunk of its own. */
export function inChunks<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = []
  let current: Item[] = []
  let bytes = 0
  for (const item of items) {
    const size = JSON.stringify(item).length
    if (current.length > 0 && (current.length >= MAX_RECORDS || bytes + size > MAX_BYTES)) {
      chunks.push(current)
      current = []
      bytes = 0
    }
    current.push(item)
    bytes += size
  }
  if (current.length > 0) chunks.push(current)
  return chunks
}
