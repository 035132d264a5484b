// Pages in, changed records and their events out, in one transaction.
import { createHash } from 'node:crypto'
import type { Connector, Gone, Mapped, Page } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import { newId } from '../model/ids.ts'
import { tellingZone } from '../model/local-day.ts'
import { type CleanRecord, cleanRecord } from '../normalize/clean.ts'
import { type GatheredPart, gatherParts, newerOf } from '../normalize/assemble.ts'
import { addressedDay, dayOf, isAddressedToMain, keyText, mainKey } from '../normalize/keys.ts'
import { withoutFallbacks } from '../normalize/fallback-lists.ts'
import { type JsonObject, unionOfParts } from '../normalize/merge.ts'
import { within } from '../normalize/span.ts'
import { bytesOf, unpackSync } from '../store/compress.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Statement, Transaction } from '../store/database.ts'
import { latestAnswers, putPage } from '../store/pages.ts'
import {
  dropRecord,
  keysOfDays,
  mainKeysOfDays,
  markRecordsSeen,
  type PartRow,
  partsOf,
  putCoverage,
  putPart,
  type PutPart,
  putRecord,
  recordsByKeys,
  type RecordRow,
} from '../store/records.ts'
import { appendEvents, type NewEvent } from '../outbox/append.ts'
import { settingsOf } from '../store/environments.ts'
import { PageMapping } from './page-mapping.ts'
import { mapWithPieces } from './pieces.ts'
import { type PromiseRow, promisesOf } from '../store/promises.ts'
import type { EnvironmentSettings } from '../model/environment-settings.ts'
import { arrivedStatements, isPromisedHistory, keptBy } from './promises.ts'
import { recordEvents } from './record-events.ts'

export interface Read {
  pages: readonly Page[]
  gone: readonly Gone['gone'][]
  /** When the read began: pages of one read complete each other, a later read replaces an earlier one. */
  runAt: number
  /** Local days that were read whole, by record type. */
  covered: readonly { type: DataType; days: readonly string[] }[]
  /** These kinds named every record of the type on these days; stored ones that they did not name are gone. */
  listed: readonly { kind: string; type: DataType; start: string; end: string }[]
}

export interface IngestOptions {
  lane: 'live' | 'backfill'
  /** Statements that belong to the same step, such as a job's progress. */
  also?: readonly Statement[]
}

export interface Ingested {
  changed: number
  removed: number
}

export async function ingest(
  ctx: Context,
  connector: Connector,
  userId: string,
  read: Read,
  options: IngestOptions,
): Promise<Ingested> {
  const questions = read.pages.map((page) => pageDigests(page))
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${userId}`)
    const [connection, latestOnes] = await Promise.all([
      connectionById(tx, userId),
      latestAnswers(tx, userId, [...new Set(questions.map((each) => each.question))]),
    ])
    // Deleted while its data was on the way: nothing may come of it any more.
    if (connection === null) return { changed: 0, removed: 0 }
    const now = ctx.clock.now()
    const answers = new Map(latestOnes.map((row) => [row.question, row]))
    const statements: Statement[] = []
    const unreadable = new Set<string>()
    const mappedPages: { kind: string; runAt: number; mapped: Mapped[] }[] = []
    const arriving: PageMapping[] = []
    // History shows the offset of its own season; only what is new says where the person is now.
    const awaited = options.lane === 'live' && (connection.promised_until ?? 0) > now
    const tellsNow = (options.lane === 'live' && !awaited) || connection.time_zone === null
    let timeZone = connection.time_zone
    for (const page of read.pages) timeZone = tellingZone(timeZone, zoneShownBy(connector, page))
    // A profile that is read along with history is of today.
    const zoneOf = ({ kind }: Page): string | null =>
      !tellsNow && hasNoDays(connector, kind) ? connection.time_zone : timeZone
    for (const [i, page] of read.pages.entries()) {
      const digests = questions[i]!
      const latest = answers.get(digests.question)
      const firstSeenAt = latest?.digest === digests.digest ? latest.received_at : now
      statements.push(
        putPage({
          id: newId(),
          user_id: userId,
          kind: page.kind,
          request: JSON.stringify(page.request),
          question: digests.question,
          digest: digests.digest,
          time_zone: zoneOf(page),
          run_at: read.runAt,
          received_at: firstSeenAt,
          body: { toPack: bytesOf(digests.content) },
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
      const { mapped, statements: keeping } = await mapWithPieces(tx, userId, whole, (items) => last.map(items))
      mappedPages.push({ kind: last.page.kind, runAt: read.runAt, mapped })
      statements.push(...keeping)
    }
    if (tellsNow && timeZone !== null && timeZone !== connection.time_zone) {
      statements.push({ sql: 'UPDATE connections SET time_zone = $2 WHERE user_id = $1', params: [userId, timeZone] })
      connection.time_zone = timeZone
    }

    const parts = gatherParts(mappedPages)
    for (const gone of read.gone) parts.push(gonePart(gone, read.runAt))
    for (const listing of read.listed) {
      // What an unreadable page named is unknown, so nothing is missing from it.
      if (unreadable.has(listing.kind)) continue
      parts.push(...(await vanished(tx, userId, listing, parts, read.runAt)))
    }
    for (const covered of unreadable.size > 0 ? [] : read.covered) {
      statements.push(...putCoverage(userId, covered.type, covered.days, read.runAt))
    }

    const changes = await applyParts(ctx, tx, connector, connection, parts)
    statements.push(...changes.statements, ...(options.also ?? []))
    if (changes.latestStartAt > 0) statements.push(markRecordsSeen(userId, Math.min(changes.latestStartAt, now)))
    const settings = await settingsOf(ctx.db, tx, connection.environment_id)
    const open = awaited ? (await promisesOf(tx, userId)).filter((row) => row.closes_at > now) : []
    const events = connection.active === 1 ? eventsOf(connection, settings, changes, options.lane, open) : []
    statements.push(
      ...arrivedStatements(
        changes.written.flatMap((each) => keptBy(open, each) ?? []),
        now,
      ),
    )
    await appendEvents(ctx, tx, events, statements)
    return { changed: changes.written.length, removed: changes.removed.length }
  })
}

export interface WrittenRecord {
  type: DataType
  day: string
  record: JsonObject
  version: number
}

export interface RemovedRecord {
  type: DataType
  row: RecordRow
  version: number
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

export interface Changes {
  statements: Statement[]
  written: WrittenRecord[]
  removed: RemovedRecord[]
  latestStartAt: number
}

/** Records of these keys anew, after their parts were changed otherwise than by pages that arrive. */
export async function resettle(
  ctx: Context,
  tx: Transaction,
  connector: Connector,
  connection: ConnectionRow,
  type: DataType,
  keys: readonly string[],
): Promise<Changes> {
  const changes: Changes = { statements: [], written: [], removed: [], latestStartAt: 0 }
  // The records' own days say which addressed parts are theirs.
  const days = await partsOf(
    tx,
    connection.user_id,
    type,
    keys.filter((key) => !isAddressedToMain(key)),
  )
  const mains = days.flatMap((row) => (row.main === 1 && row.day !== null ? [mainKey(row.day)] : []))
  await applyType(ctx, tx, connector, connection, type, [], changes, [...new Set([...keys, ...mains])])
  return changes
}

async function applyParts(
  ctx: Context,
  tx: Transaction,
  connector: Connector,
  connection: ConnectionRow,
  parts: readonly GatheredPart[],
): Promise<Changes> {
  const changes: Changes = { statements: [], written: [], removed: [], latestStartAt: 0 }
  const types = [...new Set(parts.map((part) => part.type))]
  for (const type of types) {
    const arriving = parts.filter((part) => part.type === type)
    await applyType(ctx, tx, connector, connection, type, arriving, changes)
  }
  return changes
}

async function applyType(
  ctx: Context,
  tx: Transaction,
  connector: Connector,
  connection: ConnectionRow,
  type: DataType,
  arriving: readonly GatheredPart[],
  changes: Changes,
  /** Keys whose parts were changed already. */
  touched: readonly string[] = [],
): Promise<void> {
  const userId = connection.user_id
  // Parts for "the main record of that day" reach it through its own day, so both directions are looked up.
  const daysAddressed = [
    ...arriving.filter((part) => isAddressedToMain(part.key)).map((part) => part.day!),
    ...touched.filter(isAddressedToMain).map(addressedDay),
  ]
  const mains = await mainKeysOfDays(tx, userId, type, [...new Set(daysAddressed)])
  const recordKeys = new Set(arriving.filter((part) => !isAddressedToMain(part.key)).map((part) => part.key))
  for (const main of mains) recordKeys.add(main.key)
  for (const key of touched) if (!isAddressedToMain(key)) recordKeys.add(key)
  const daysOfRecords = arriving.filter((part) => part.day !== null).map((part) => part.day!)
  const wanted = new Set([...recordKeys, ...arriving.map((part) => part.key), ...touched])
  for (const day of [...daysOfRecords, ...mains.map((main) => main.day)]) wanted.add(mainKey(day))

  const [stored, recordsBefore] = await Promise.all([
    inSlices([...wanted], (keys) => partsOf(tx, userId, type, keys)),
    inSlices([...recordKeys], (keys) => recordsByKeys(tx, userId, type, keys)),
  ])
  const byKey = new Map<string, Map<string, GatheredPart>>()
  for (const row of stored) partsAt(byKey, row.key).set(row.kind, fromRow(type, row))
  for (const part of arriving) {
    const present = partsAt(byKey, part.key).get(part.kind)
    const winner = present === undefined ? part : newerOf(present, part)
    partsAt(byKey, part.key).set(part.kind, winner)
    if (winner !== present) changes.statements.push(putPart(toRow(userId, winner)))
  }

  const existing = new Map(recordsBefore.map((row) => [row.key, row]))
  const kinds = Object.keys(connector.reads)
  for (const key of recordKeys) {
    const own = [...partsAt(byKey, key).values()]
    const main = own.find((part) => part.main && part.record !== null)
    const addressed = main?.day ? [...partsAt(byKey, mainKey(main.day)).values()] : []
    const before = existing.get(key) ?? null
    const cleaned = assembleRecord(connector, connection, type, key, own, addressed, kinds)
    settleRecord(ctx, connection.user_id, type, key, main ?? own[0] ?? null, before, cleaned, changes)
  }
}

function assembleRecord(
  connector: Connector,
  connection: ConnectionRow,
  type: DataType,
  key: string,
  own: readonly GatheredPart[],
  addressed: readonly GatheredPart[],
  kinds: readonly string[],
): CleanRecord | null {
  const gone = own.find((part) => part.kind === GONE)
  const said = own.filter((part) => part.kind !== GONE && (gone === undefined || part.version > gone.version))
  // A kind that holds a workout or a night gone takes the record with it. A day goes on without what that kind had said.
  if (dayOf(key) === null && said.some((part) => part.record === null)) return null
  if (!said.some((part) => part.record !== null)) return null
  const rank = (kind: string): number => (kinds.indexOf(kind) + kinds.length + 1) % (kinds.length + 1)
  const joined = [...said, ...within(said, addressed)]
  const ordered = joined.sort((a, b) => rank(a.kind) - rank(b.kind) || (a.kind < b.kind ? -1 : 1))
  return cleanRecord(type, key, unionOfParts(withoutFallbacks(ordered, connector.reads)), {
    userId: connection.user_id,
    provider: connector.id,
    timeZone: connection.time_zone,
  })
}

function settleRecord(
  ctx: Context,
  userId: string,
  type: DataType,
  key: string,
  from: GatheredPart | null,
  before: RecordRow | null,
  cleaned: CleanRecord | null,
  changes: Changes,
): void {
  const now = ctx.clock.now()
  // Grows with every change even if the clock does not.
  const version = Math.max(now, (before?.version ?? 0) + 1)
  if (cleaned === null) {
    if (before === null) return
    changes.statements.push(dropRecord(userId, type, key))
    changes.removed.push({ type, row: before, version })
    ctx.metrics.records.inc({ type, change: 'removed' })
    return
  }
  const text = JSON.stringify(cleaned.record)
  const digest = createHash('sha256').update(text).digest('base64url')
  changes.latestStartAt = Math.max(changes.latestStartAt, cleaned.startAt)
  if (before?.digest === digest) {
    ctx.metrics.records.inc({ type, change: 'same' })
    return
  }
  ctx.metrics.records.inc({ type, change: before === null ? 'new' : 'changed' })
  changes.statements.push(
    putRecord({
      user_id: userId,
      type,
      key,
      summary_id: cleaned.summaryId,
      day: from?.day ?? dayOf(key),
      main: from?.main ? 1 : 0,
      start_at: cleaned.startAt,
      start_day: cleaned.startDay,
      version,
      digest,
      updated_at: now,
      body: { toPack: bytesOf(text) },
    }),
  )
  changes.written.push({ type, day: cleaned.startDay, record: cleaned.record, version })
}

/** Not a page kind: the provider said by itself that the record is gone. Holds until a later page shows it again. */
const GONE = '(gone)'

function gonePart(gone: Gone['gone'], runAt: number): GatheredPart {
  return {
    type: gone.type,
    key: 'id' in gone ? keyText({ id: gone.id }) : keyText({ day: gone.day }),
    kind: GONE,
    day: 'day' in gone ? gone.day : null,
    main: false,
    version: runAt,
    versioned: false,
    record: null,
  }
}

async function vanished(
  tx: Transaction,
  userId: string,
  listing: { kind: string; type: DataType; start: string; end: string },
  parts: readonly GatheredPart[],
  runAt: number,
): Promise<GatheredPart[]> {
  const named = new Set(
    parts.filter((part) => part.type === listing.type && part.kind === listing.kind).map((part) => part.key),
  )
  const stored = await keysOfDays(tx, userId, listing.type, listing.kind, listing.start, listing.end)
  return stored
    .filter((row) => !named.has(row.key) && !isAddressedToMain(row.key))
    .map((row) => ({
      type: listing.type,
      key: row.key,
      kind: listing.kind,
      day: row.day,
      main: false,
      version: runAt,
      versioned: false,
      record: null,
    }))
}

/** `content` is what is kept: the JSON, or the bytes of a file as they came. */
function pageDigests(page: Page): { question: string; digest: string; content: string | Uint8Array } {
  const question = createHash('sha256')
    .update(page.kind)
    .update('\0')
    .update(JSON.stringify(page.request))
    .digest('base64url')
  const content = page.payload instanceof Uint8Array ? page.payload : JSON.stringify(page.payload)
  return { question, digest: createHash('sha256').update(question).update(content).digest('base64url'), content }
}

/** One reading serves a range of any length. */
function hasNoDays(connector: Connector, kind: string): boolean {
  return (connector.reads[kind]?.maxDays ?? 0) >= ANY_DAYS
}

const ANY_DAYS = 3650

function zoneShownBy(connector: Connector, page: Page): string | null {
  try {
    return connector.timeZone?.(page.kind, page.payload) ?? null
  } catch {
    return null
  }
}

function partsAt(byKey: Map<string, Map<string, GatheredPart>>, key: string): Map<string, GatheredPart> {
  let parts = byKey.get(key)
  if (parts === undefined) {
    parts = new Map()
    byKey.set(key, parts)
  }
  return parts
}

export function fromRow(type: DataType, row: PartRow): GatheredPart {
  return {
    type,
    key: row.key,
    kind: row.kind,
    day: row.day,
    main: row.main === 1,
    version: row.version,
    versioned: row.versioned === 1,
    record: row.body === null ? null : (JSON.parse(Buffer.from(unpackSync(row.body)).toString('utf8')) as JsonObject),
  }
}

export function toRow(userId: string, part: GatheredPart): PutPart {
  return {
    user_id: userId,
    type: part.type,
    key: part.key,
    kind: part.kind,
    version: part.version,
    versioned: part.versioned ? 1 : 0,
    day: part.day,
    main: part.main ? 1 : 0,
    body: part.record === null ? null : { toPack: bytesOf(JSON.stringify(part.record)) },
  }
}

async function inSlices<Row>(keys: string[], query: (keys: string[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (let i = 0; i < keys.length; i += 500) rows.push(...(await query(keys.slice(i, i + 500))))
  return rows
}
