// Many events in one object.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { OutgoingEvent } from '../destination.ts'
import { lineOf } from '../line.ts'

const zip = promisify(gzip)

export interface BatchFormat {
  ending: string
  contentType: string
  write(events: readonly OutgoingEvent[]): Promise<Uint8Array>
}

export const batchFormats: Record<'ndjson' | 'parquet', BatchFormat> = {
  ndjson: {
    ending: 'ndjson.gz',
    contentType: 'application/gzip',
    write: (events) => zip(Buffer.concat(events.map((event) => lineOf(event, 'envelope')))),
  },
  parquet: { ending: 'parquet', contentType: 'application/vnd.apache.parquet', write: writeParquet },
}

/** The members of a line as columns; the event is text, byte for byte. */
async function writeParquet(events: readonly OutgoingEvent[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const texts = (name: string, of: (event: OutgoingEvent) => string | null) => ({
    element: { name, ...OPTIONAL, ...TEXT },
    data: events.map(of),
  })
  const times = (name: string, of: (event: OutgoingEvent) => number | null) => ({
    element: { name, ...OPTIONAL, ...UTC },
    data: events.map((event) => {
      const at = of(event)
      return at === null ? null : new Date(at)
    }),
  })
  const columns = [
    texts('event_id', (event) => event.id),
    texts('event_type', (event) => event.type),
    texts('reference', (event) => event.reference),
    texts('trace_id', (event) => event.traceId),
    times('ordering_timestamp', (event) => event.orderingAt),
    texts('user_id', (event) => event.userId),
    texts('reference_id', (event) => event.referenceId),
    texts('provider', (event) => event.provider),
    times('created_at', (event) => event.createdAt),
    texts('event', (event) => Buffer.from(event.body).toString('utf8')),
  ]
  const file = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)],
    columnData: columns.map(({ element, data }) => ({ name: element.name, data })),
    createdBy: 'loam',
  })
  return new Uint8Array(file)
}

const OPTIONAL = { repetition_type: 'OPTIONAL' } as const
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
/** Without the logical type some readers (DuckDB, Polars) take them for times of no zone. */
const UTC = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
} as const
