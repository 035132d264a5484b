// Pages in, changed records and their events out, in one transaction: of one person, or of many whose data came together.
import type { Connector, Gone, Mapped, Page } from '../connectors/connector.ts'
import { shownZone } from '../connectors/shown-zone.ts'
import type { DataType } from '../model/data-type.ts'
import type { EnvironmentSettings } from '../model/environment-settings.ts'
import { newId } from '../model/ids.ts'
import { tellingZone } from '../model/local-day.ts'
import { gatherParts } from '../normalize/assemble.ts'
import { appendEvents, type NewEvent } from '../outbox/append.ts'
import { type ConnectionRow, setTimeZone } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Statement, Transaction } from '../store/database.ts'
import { settingsOf } from '../store/environments.ts'
import { putCoverage } from '../store/coverage.ts'
import { putPage } from '../store/pages.ts'
import { type PromiseRow, promisesOf } from '../store/promises.ts'
import { markRecordsSeen } from '../store/records.ts'
import { traced, traceOf } from '../store/traced.ts'
import { gonePart, vanished } from './gone.ts'
import { Lookups } from './lookups.ts'
import { digestOf, type PageDigest } from './page-digest.ts'
import { PageMapping } from './page-mapping.ts'
import { mapWithPieces } from './pieces.ts'
import { arrivedStatements, isPromisedHistory, keptBy } from './promises.ts'
import { recordEvents } from './record-events.ts'
import { type Changes, settleParts } from './settle.ts'

export interface Covered {
  type: DataType
  days: readonly string[]
  /** Whether all kinds of page that were asked for came. */
  whole: boolean
}

export interface Read {
  pages: readonly Page[]
  gone: readonly Gone['gone'][]
  /** When the read began: pages of one read complete each other, a later read replaces an earlier one. */
  runAt: number
  /** Local days that were read, by record type. */
  covered: readonly Covered[]
  /** These kinds named every record of the type on these days; stored ones that they did not name are gone. */
  listed: readonly { kind: string; type: DataType; start: string; end: string }[]
}

export interface IngestOptions {
  lane: 'live' | 'backfill'
  /** Statements that belong to the same step, such as a job's progress. */
  also?: readonly Statement[]
  /** `traceparent` of what brought it, where that is not the context's step. */
  trace?: string | null
}

export interface Ingested {
  changed: number
  removed: number
}

/** What came of one person. */
export interface Arrival {
  connector: Connector
  userId: string
  read: Read
  /** Of each page. */
  digests: readonly PageDigest[]
  options: IngestOptions
}

export function ingest(
  ctx: Context,
  connector: Connector,
  userId: string,
  read: Read,
  options: IngestOptions,
): Promise<Ingested> {
  const arrival = { connector, userId, read, digests: read.pages.map(digestOf), options }
  return ctx.db.transaction(async (tx) => {
    await tx.lock(lockOf(userId))
    return ingestOne(ctx, tx, new Lookups(tx), arrival)
  })
}

/** Of different people; all of it or nothing. Null: someone else is at this person's data, nothing came of it. */
export function ingestTogether(ctx: Context, arrivals: readonly Arrival[]): Promise<(Ingested | null)[]> {
  return ctx.db.transaction(async (tx) => {
    const free = await tx.lockFree(arrivals.map(({ userId }) => lockOf(userId)))
    const lookups = new Lookups(tx)
    const each = arrivals.map((arrival, i) => (free[i] ? ingestOne(ctx, tx, lookups, arrival) : null))
    // Nobody is left behind with a transaction that has ended.
    const ended = await Promise.allSettled(each)
    for (const end of ended) if (end.status === 'rejected') throw end.reason
    return ended.map((end) => (end as PromiseFulfilledResult<Ingested | null>).value)
  })
}

function lockOf(userId: string): string {
  return `connection:${userId}`
}

/** A step of the trace that brought it. */
function ingestOne(ctx: Context, tx: Transaction, lookups: Lookups, arrival: Arrival): Promise<Ingested> {
  const { connector, userId, read, options } = arrival
  const parent = options.trace ?? traceOf(ctx)
  const attributes = { 'loam.provider': connector.id, 'loam.user_id': userId, 'loam.pages': read.pages.length }
  return traced(ctx, 'records', { parent, attributes }, async (as, span) => {
    const ingested = await settleOne(as, tx, lookups, arrival)
    span?.set({ 'loam.records.changed': ingested.changed, 'loam.records.removed': ingested.removed })
    return ingested
  })
}

async function settleOne(
  ctx: Context,
  tx: Transaction,
  lookups: Lookups,
  { connector, userId, read, digests, options }: Arrival,
): Promise<Ingested> {
  const [connection, answers] = await Promise.all([
    lookups.connection(userId),
    lookups.latestAnswers(
      userId,
      digests.map((each) => each.question),
    ),
  ])
  // Deleted while its data was on the way: nothing may come of it any more.
  if (connection === null) return { changed: 0, removed: 0 }
  const now = ctx.clock.now()
  const statements: Statement[] = []
  const unreadable = new Set<string>()
  const mappedPages: { kind: string; runAt: number; mapped: Mapped[] }[] = []
  const arriving: PageMapping[] = []
  // History shows the offset of its own season; only what is new says where the person is now.
  const awaited = options.lane === 'live' && (connection.promised_until ?? 0) > now
  const tellsNow = (options.lane === 'live' && !awaited) || connection.time_zone === null
  let timeZone = connection.time_zone
  for (const page of read.pages) timeZone = tellingZone(timeZone, shownZone(connector, page.kind, page.payload))
  // A profile that is read along with history is of today.
  const zoneOf = ({ kind }: Page): string | null =>
    !tellsNow && hasNoDays(connector, kind) ? connection.time_zone : timeZone
  for (const [i, page] of read.pages.entries()) {
    const { question, digest, content } = digests[i]!
    const latest = answers.get(question)
    const firstSeenAt = latest?.digest === digest ? latest.received_at : now
    statements.push(
      putPage({
        id: newId(),
        user_id: userId,
        kind: page.kind,
        request: JSON.stringify(page.request),
        question,
        digest,
        time_zone: zoneOf(page),
        run_at: read.runAt,
        received_at: firstSeenAt,
        body: { toPack: [content] },
      }),
    )
    const mapping = new PageMapping(ctx, connector, page, zoneOf(page), firstSeenAt, unreadable)
    if (mapping.inPieces) arriving.push(mapping)
    else mappedPages.push({ kind: page.kind, runAt: read.runAt, mapped: mapping.map(page.payload) })
  }
  for (const mappings of Map.groupBy(arriving, ({ page }) => page.kind).values()) {
    const last = mappings.at(-1)!
    const pieces = mappings.flatMap((mapping) => mapping.pieces())
    const whole = { kind: last.page.kind, runAt: read.runAt, pieces }
    const { mapped, statements: keeping } = await mapWithPieces(tx, userId, whole, now, (items) => last.map(items))
    mappedPages.push({ kind: last.page.kind, runAt: read.runAt, mapped })
    statements.push(...keeping)
  }
  if (tellsNow && timeZone !== null && timeZone !== connection.time_zone) {
    statements.push(setTimeZone(userId, timeZone))
    connection.time_zone = timeZone
  }

  const parts = gatherParts(mappedPages)
  for (const gone of read.gone) parts.push(gonePart(gone, read.runAt))
  for (const listing of read.listed) {
    // What an unreadable page named is unknown, so nothing is missing from it.
    if (unreadable.has(listing.kind)) continue
    parts.push(...(await vanished(tx, userId, listing, parts, read.runAt)))
  }
  for (const { type, days, whole } of read.covered) {
    const readable = ![...unreadable].some((kind) => connector.reads[kind]!.types.includes(type))
    statements.push(...putCoverage(userId, type, days, { at: read.runAt, whole: whole && readable, now }))
  }

  const changes = await settleParts({ ctx, tx, lookups, connector, connection }, parts)
  statements.push(...changes.statements, ...(options.also ?? []))
  const latestAt = Math.min(changes.latestStartAt, now)
  if (latestAt > (connection.most_recent_data_at ?? 0)) statements.push(markRecordsSeen(userId, latestAt))
  const settings = await settingsOf(ctx.db, tx, connection.environment_id)
  const open = awaited ? (await promisesOf(tx, userId)).filter((row) => row.closes_at > now) : []
  const events = connection.active === 1 ? eventsOf(connection, settings, changes, options.lane, open) : []
  statements.push(
    ...arrivedStatements(
      changes.written.flatMap((each) => keptBy(open, each) ?? []),
      open,
      now,
    ),
  )
  await appendEvents(ctx, tx, events, statements)
  return { changed: changes.written.length, removed: changes.removed.length }
}

/** What keeps a promise is history, even if it comes as everything else does: it goes by the slow lane. */
function eventsOf(
  connection: ConnectionRow,
  settings: EnvironmentSettings,
  { written, removed }: Changes,
  lane: 'live' | 'backfill',
  open: readonly PromiseRow[],
): NewEvent[] {
  const promised = written.filter((each) => isPromisedHistory(open, each))
  const others = written.filter((each) => !promised.includes(each))
  return [
    ...recordEvents(connection, settings, others, removed, lane),
    ...recordEvents(connection, settings, promised, [], 'backfill'),
  ]
}

/** One reading serves a range of any length. */
function hasNoDays(connector: Connector, kind: string): boolean {
  return (connector.reads[kind]?.maxDays ?? 0) >= ANY_DAYS
}

const ANY_DAYS = 3650
