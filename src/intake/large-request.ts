// A large request, once its days are read: years of records go out in chunks, a step at a time. How many there are stands in the
// announcement, so the first step measures all records and settles where each chunk ends; each further step commits some chunks
// together with the place it has reached. None is left out or made twice whatever happens in between, and memory holds one.
import type { DataType } from '../model/data-type.ts'
import { largeRequestSendingEvent } from '../model/events.ts'
import { newId } from '../model/ids.ts'
import { appendEvents } from '../outbox/append.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { LeaseLost } from '../queue/queue.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Transaction } from '../store/database.ts'
import { settingsOf } from '../store/environments.ts'
import { type JobRow, saveJobProgress } from '../store/jobs.ts'
import {
  AFTER_ALL,
  BEFORE_ALL,
  placeOf,
  type RecordPlace,
  type RecordRange,
  type RecordRow,
  recordsFrom,
} from '../store/records.ts'
import type { JobResult } from './jobs.ts'
import { ChunkFill, eventJson, MAX_RECORDS } from './record-events.ts'
import { shownRow } from './shown.ts'

/** Records that are unpacked before anything else gets its turn. */
const MEASURED_AT_ONCE = 20
/** Then other people's work gets its turn. */
const STEP_MS = 1000

export interface RequestPayload {
  type: DataType
  range: RecordRange
  withSamples: boolean
  reference: string
  large: boolean
  /** Days that are read at once, where they had to become fewer than usual: more were too much for a provider's limits. */
  stepDays?: number
  /** The last day of the latest step that was read. */
  readUpTo?: string
  /** `rate_limit_hit` is sent once. */
  limitTold?: boolean
  /** Settled once all is measured. */
  chunks?: Chunks
}

interface Chunks {
  /** The last record of each. */
  ends: RecordPlace[]
  sent: number
  traceId: string
  orderingAt?: number
}

/** Measures, and announces how many chunks come. */
export async function planChunks(ctx: Context, job: JobRow, payload: RequestPayload): Promise<JobResult> {
  const chunks = await measured(ctx, job, payload)
  await inStep(ctx, job, { ...payload, chunks }, async (tx, connection) => {
    const body = largeRequestSendingEvent(terraUser(connection), payload.reference, chunks.ends.length)
    const { reference } = payload
    const environmentId = connection.environment_id
    await appendEvents(ctx, tx, [{ environmentId, connection, reference, body, lane: 'backfill' }])
  })
  return chunks.ends.length === 0 ? 'done' : { again: ctx.clock.now() }
}

async function measured(ctx: Context, job: JobRow, { type, range, withSamples }: RequestPayload): Promise<Chunks> {
  const settings = await settingsOf(ctx.db, ctx.db, job.environment_id!)
  const fill = new ChunkFill()
  const ends: RecordPlace[] = []
  let newest = Number.NEGATIVE_INFINITY
  let after = BEFORE_ALL
  for (let rows: RecordRow[] | null = null; rows === null || rows.length === MEASURED_AT_ONCE;) {
    const page = { after, upTo: AFTER_ALL, limit: MEASURED_AT_ONCE }
    rows = await recordsFrom(ctx.db, job.user_id!, type, boundsOf(type, range), page)
    for (const row of rows) {
      after = placeOf(row)
      newest = Math.max(newest, row.version)
      if (fill.add(shownRow(settings, type, row, withSamples).length)) ends.push(after)
      else ends[ends.length - 1] = after
    }
  }
  return { ends, sent: 0, traceId: newId(), ...(ends.length > 0 && { orderingAt: newest }) }
}

/** The next ones. */
export async function sendChunks(ctx: Context, job: JobRow, payload: RequestPayload): Promise<JobResult> {
  const { ends, traceId, orderingAt } = payload.chunks!
  const { type, range, withSamples, reference } = payload
  let { sent } = payload.chunks!
  const until = performance.now() + STEP_MS
  while (sent < ends.length) {
    const page = { after: ends[sent - 1] ?? BEFORE_ALL, upTo: ends[sent]!, limit: MAX_RECORDS }
    const chunks = { ...payload.chunks!, sent: sent + 1 }
    const isOurs = await inStep(ctx, job, { ...payload, chunks }, async (tx, connection) => {
      const settings = await settingsOf(ctx.db, tx, connection.environment_id)
      const rows = await recordsFrom(tx, connection.user_id, type, boundsOf(type, range), page)
      const records = rows.map((row) => shownRow(settings, type, row, withSamples))
      await appendEvents(ctx, tx, [
        {
          environmentId: connection.environment_id,
          connection,
          reference,
          body: { type },
          // Removed since it was counted: then it is empty.
          json: eventJson(type, connection, records),
          lane: 'backfill',
          traceId: `${traceId}:chunk:${sent + 1}`,
          orderingAt,
          recordCount: records.length,
        },
      ])
    })
    if (!isOurs) return 'gone'
    sent++
    if (performance.now() > until && sent < ends.length) return { again: ctx.clock.now() }
  }
  return 'done'
}

/** False when the person was removed meanwhile. */
function inStep(
  ctx: Context,
  job: JobRow,
  reached: RequestPayload,
  write: (tx: Transaction, connection: ConnectionRow) => Promise<void>,
): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${job.user_id}`)
    const connection = await connectionById(tx, job.user_id!)
    if (connection === null) return false
    await write(tx, connection)
    const { ends, sent } = reached.chunks!
    const progress = JSON.stringify({ done: sent, total: ends.length, unit: 'chunks' })
    const [kept] = await tx.batch([saveJobProgress(job.id, job.lease_id!, JSON.stringify(reached), progress)])
    if (kept === 0) throw new LeaseLost()
    return true
  })
}

/** An athlete has no time: it is found whatever was asked for. */
export function boundsOf(type: DataType, range: RecordRange): RecordRange {
  return type === 'athlete' ? { startAt: 0, endAt: 1 } : range
}
