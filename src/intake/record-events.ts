// What the customer is told of changed records.
import { aroundRecords, recordDeletedEvent } from '../model/events.ts'
import type { DataType } from '../model/data-type.ts'
import { type EnvironmentSettings, inStyle } from '../model/environment-settings.ts'
import type { JsonObject } from '../normalize/merge.ts'
import type { NewEvent } from '../outbox/append.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { bytesOf, unpackJson } from '../store/compress.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { RemovedRecord, WrittenRecord } from './settle.ts'
import { separated } from './shown.ts'

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
    const shown = records.map((each) => shownBytes(settings, each))
    for (const chunk of inChunks(shown, (bytes) => bytes.length)) {
      events.push({
        environmentId: connection.environment_id,
        connection,
        body: { type },
        json: eventJson(type, connection, chunk),
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

/** As the environment wants to see it: mostly as it is stored. */
function shownBytes(settings: EnvironmentSettings, { type, record, bytes }: WrittenRecord): Uint8Array {
  const shown = inStyle(settings, type, record, settings.samples_enabled)
  return shown === record ? bytes : bytesOf(JSON.stringify(shown))
}

/** A data event of records that are JSON already. */
export function eventJson(type: DataType, connection: ConnectionRow, records: readonly Uint8Array[]): Uint8Array[] {
  const { before, after } = aroundRecords(type, terraUser(connection))
  return [bytesOf(before), ...separated(records), bytesOf(after)]
}

/** A removed Activity is sent once more, marked as deleted: receivers written for Terra know that. */
function asDeletedActivity(removed: RemovedRecord): WrittenRecord {
  const stored = unpackJson(removed.row.body) as JsonObject
  const record = { ...stored, metadata: { ...(stored.metadata as JsonObject), upload_type: DELETED } }
  return {
    type: removed.type,
    day: removed.row.start_day,
    record,
    bytes: bytesOf(JSON.stringify(record)),
    version: removed.version,
  }
}

/** By number of records and by size. A single record beyond the size is a chunk of its own. */
export function inChunks<Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] {
  const chunks: Item[][] = []
  const fill = new ChunkFill()
  for (const item of items) {
    if (fill.add(sizeOf(item))) chunks.push([])
    chunks.at(-1)!.push(item)
  }
  return chunks
}

/** What the chunk holds that is being filled. */
export class ChunkFill {
  #records = 0
  #bytes = 0

  /** True when a chunk begins with this record. */
  add(bytes: number): boolean {
    const begins = this.#records === 0 || this.#records >= MAX_RECORDS || this.#bytes + bytes > MAX_BYTES
    this.#records = begins ? 1 : this.#records + 1
    this.#bytes = begins ? bytes : this.#bytes + bytes
    return begins
  }
}
