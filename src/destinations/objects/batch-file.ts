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
    name,
    data: events.map(of),
    type: 'STRING' as const,
    nullable: true,
  })
  const times = (name: string, of: (event: OutgoingEvent) => number | null) => ({
    name,
    data: events.map((event) => {
      const at = of(event)
      return at === null ? null : new Date(at)
    }),
    type: 'TIMESTAMP' as const,
    nullable: true,
  })
  const file = parquetWriteBuffer({
    columnData: [
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
    ],
    createdBy: 'loam',
  })
  return new Uint8Array(file)
}
