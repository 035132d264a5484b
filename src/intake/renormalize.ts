// Maps stored pages again after a mapping was mended, and sends only what came out different. First everything that a person's
// pages say is gathered beside what is in use, in the order in which they came; then both are compared, some records at a time.
import type { Connector, Mapped, Page } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/index.ts'
import { readersOf } from '../connectors/map-pages.ts'
import { gatherParts, newerOf } from '../normalize/assemble.ts'
import type { DataType } from '../model/data-type.ts'
import { appendEvents } from '../outbox/append.ts'
import { parseJson } from '../platform/json.ts'
import { enqueue } from '../queue/enqueue.ts'
import { LeaseLost } from '../queue/queue.ts'
import { keyInRow } from '../store/bodies.ts'
import { unpackSync, unpackText } from '../store/compress.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import { audit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import type { Statement, Transaction } from '../store/database.ts'
import { settingsOf } from '../store/environments.ts'
import { jobById, type JobRow, saveJobProgress } from '../store/jobs.ts'
import { type PageRow, pagesOf } from '../store/pages.ts'
import { partsOf } from '../store/records.ts'
import {
  beginRenormalized,
  clearRenormalized,
  countToRenormalize,
  keysToCompare,
  nextToRenormalize,
  putRenormalized,
  renormalizedBy,
  renormalizedParts,
} from '../store/renormalized.ts'
import { Lookups } from './lookups.ts'
import { differencesOf, restored } from './part-differences.ts'
import { fromRow, toRow } from './part-rows.ts'
import { resettle } from './settle.ts'
import type { JobResult } from './jobs.ts'
import { PageMapping } from './page-mapping.ts'
import { mapWithPieces } from './pieces.ts'
import { recordEvents } from './record-events.ts'
import { type Fetched, fetchPages, withBodies } from './stored-pages.ts'

const PAGES_AT_ONCE = 20
const KEYS_AT_ONCE = 40
/** One turn; then others get theirs. */
const TURN_MS = 1500
/** While another is at the same person. */
const LOOK_AGAIN_MS = 1000

export interface RenormalizeOrder {
  environmentId: string
  provider: string | null
  userId: string | null
  kind: string | null
  dryRun: boolean
}

interface Person {
  userId: string
  /** The last page that was mapped. */
  page: { runAt: number; id: string }
  /** The last key that was compared; null while pages are mapped. */
  key: { type: string; key: string } | null
  /** Kinds of which a page could not be read: nothing of theirs is taken away. */
  unreadable: string[]
}

interface Payload extends RenormalizeOrder {
  person: Person | null
  /** The connection that was finished last: they are looked through in the order of their ids. */
  last: string
  done: number
  total: number
  changed: number
  removed: number
}

export async function startRenormalizing(ctx: Context, order: RenormalizeOrder): Promise<string> {
  const now = ctx.clock.now()
  const total = await countToRenormalize(ctx.db, order.environmentId, order)
  const payload: Payload = { ...order, person: null, last: '', done: 0, total, changed: 0, removed: 0 }
  const { provider, userId, kind, dryRun } = order
  const { environmentId } = order
  const dedupeKey = `renormalize:${environmentId}:${JSON.stringify([provider, userId, kind, dryRun])}:${now}`
  const job = { environmentId, userId: null, dedupeKey, payload, at: now }
  return ctx.db.transaction(async (tx) => {
    const [id] = await enqueue(tx, [{ kind: 'renormalize', lane: 'backfill', ...job }], now)
    const details = { provider, kind, dry_run: dryRun }
    audit(ctx, tx, { action: 'renormalize.started', environmentId, userId, subject: id!, details })
    return id!
  })
}

export async function runRenormalize(ctx: Context, job: JobRow): Promise<JobResult> {
  const payload = JSON.parse(job.payload) as Payload
  const until = performance.now() + TURN_MS
  while (performance.now() < until) {
    if (payload.person === null) {
      const after = { after: payload.last, provider: payload.provider, userId: payload.userId }
      const next = await nextToRenormalize(ctx.db, payload.environmentId, after)
      if (next === null) {
        payload.done = payload.total
        await ctx.db.batch([saved(job, payload)])
        return 'done'
      }
      payload.person = begun(next)
    }
    if (!(await step(ctx, job, payload))) return { again: ctx.clock.now() + LOOK_AGAIN_MS }
  }
  return { again: ctx.clock.now() }
}

function begun(userId: string): Person {
  return { userId, page: { runAt: 0, id: '' }, key: null, unreadable: [] }
}

function saved(job: JobRow, payload: Payload): Statement {
  const { done, total, changed, removed } = payload
  return saveJobProgress(
    job.id,
    job.lease_id!,
    JSON.stringify(payload),
    JSON.stringify({ done: Math.min(done, total), total, changed, removed }),
  )
}

/** One batch of pages, or of records, with the progress that it is. False: another job is at this person. */
async function step(ctx: Context, job: JobRow, payload: Payload): Promise<boolean> {
  const before = structuredClone(payload)
  try {
    const fetched = await fetchPages(ctx, before.person!.userId, before.person!.page, PAGES_AT_ONCE)
    return await ctx.db.transaction(async (tx) => {
      // A try before this one may have gone on from there.
      Object.assign(payload, structuredClone(before))
      const { userId } = before.person!
      await tx.lock(`connection:${userId}`)
      const connection = await connectionById(tx, userId)
      if (connection !== null && !(await ownsGathered(tx, job, payload, userId))) return false
      const person = payload.person!
      const connector = connection === null ? null : connectorOf(connection)
      const kinds = connector === null ? [] : kindsOf(connector, payload.kind)
      const finished =
        connection === null ||
        connector === null ||
        kinds.length === 0 ||
        (!(await gatherMore(ctx, tx, connector, connection, kinds, person, fetched)) &&
          !(await compareMore(ctx, tx, connector, connection, kinds, payload)))
      if (finished) {
        await tx.batch([clearRenormalized(person.userId)])
        payload.last = person.userId
        payload.person = null
        payload.done++
      }
      const [kept] = await tx.batch([saved(job, payload)])
      // Somebody stopped it: what this step did is undone.
      if (kept === 0) throw new LeaseLost()
      return true
    })
  } catch (error) {
    Object.assign(payload, before)
    throw error
  }
}

/**
 * Whether what is gathered for this person is this job's. Where it was another's that has ended, or nobody's, the person is begun
 * anew; one that goes on is waited for.
 */
async function ownsGathered(tx: Transaction, job: JobRow, payload: Payload, userId: string): Promise<boolean> {
  const owner = await renormalizedBy(tx, userId)
  if (owner === job.id) return true
  const other = owner === null ? null : await jobById(tx, owner)
  if (other !== null && (other.state === 'pending' || other.state === 'running')) return false
  payload.person = begun(userId)
  await tx.batch(beginRenormalized(userId, job.id))
  return true
}

/** Those that go by this name, as everywhere else where one is named: a provider may have several. */
function kindsOf(connector: Connector, kind: string | null): string[] {
  if (kind === null) return Object.keys(connector.reads)
  return readersOf(connector, kind).flatMap((reader) => (reader.connector === connector ? [reader.kind] : []))
}

/** False when every page is mapped, those too that came meanwhile. */
async function gatherMore(
  ctx: Context,
  tx: Transaction,
  connector: Connector,
  connection: ConnectionRow,
  kinds: readonly string[],
  person: Person,
  fetched: Fetched,
): Promise<boolean> {
  const found = await pagesOf(tx, person.userId, person.page, PAGES_AT_ONCE)
  if (found.length === 0) return false
  const rows = withBodies(found, fetched)
  // Moved in this very moment: the next step has fetched it.
  if (rows.length === 0) return true
  const last = rows.at(-1)!
  person.page = { runAt: last.run_at, id: last.id }
  const unreadable = new Set(person.unreadable)
  const mapped: { kind: string; runAt: number; mapped: Mapped[] }[] = []
  for (const row of rows.filter((each) => kinds.includes(each.kind))) {
    if (keyInRow(row.body) !== null) {
      unreadable.add(row.kind)
      continue
    }
    const zone = row.time_zone ?? connection.time_zone
    const mapping = new PageMapping(ctx, connector, pageOf(connector, row), zone, row.received_at, unreadable)
    let parts: Mapped[]
    if (mapping.inPieces) {
      const arriving = { kind: row.kind, runAt: row.run_at, pieces: mapping.pieces() }
      const whole = await mapWithPieces(tx, person.userId, arriving, ctx.clock.now(), (items) => mapping.map(items))
      await tx.batch(whole.statements)
      parts = whole.mapped
    } else {
      parts = mapping.map(mapping.page.payload)
    }
    mapped.push({ kind: row.kind, runAt: row.run_at, mapped: parts })
  }
  person.unreadable = [...unreadable]
  const arriving = gatherParts(mapped)
  const statements: Statement[] = []
  for (const [type, parts] of Map.groupBy(arriving, (part) => part.type)) {
    const known = await renormalizedParts(tx, person.userId, type, [...new Set(parts.map((part) => part.key))])
    for (const part of parts) {
      const row = known.find((each) => each.key === part.key && each.kind === part.kind)
      const winner = row === undefined ? part : newerOf(fromRow(type, row), part)
      statements.push(putRenormalized(toRow(person.userId, winner)))
    }
  }
  await tx.batch(statements)
  return true
}

function pageOf(connector: Connector, row: PageRow): Page {
  const file = connector.reads[row.kind]!.input === 'file'
  const payload = file ? new Uint8Array(unpackSync(row.body)) : parseJson(unpackText(row.body))
  return { kind: row.kind, request: JSON.parse(row.request) as Record<string, string>, payload }
}

/** False when every key is compared. */
async function compareMore(
  ctx: Context,
  tx: Transaction,
  connector: Connector,
  connection: ConnectionRow,
  kinds: readonly string[],
  payload: Payload,
): Promise<boolean> {
  const person = payload.person!
  const after = person.key ?? { type: '', key: '' }
  const keys = await keysToCompare(tx, person.userId, kinds, after, KEYS_AT_ONCE)
  if (keys.length === 0) return false
  person.key = keys.at(-1)!
  for (const [type, group] of Map.groupBy(keys, (each) => each.type as DataType)) {
    const own = group.map(({ key }) => key)
    const present = await partsOf(tx, person.userId, type, own)
    const anew = await renormalizedParts(tx, person.userId, type, own)
    const taken = present.filter((row) => kinds.includes(row.kind))
    const differences = differencesOf(taken, anew, person.unreadable)
    if (differences.length === 0) continue
    await tx.batch(differences)
    const changes = await resettle({ ctx, tx, lookups: new Lookups(tx), connector, connection }, type, own)
    payload.changed += changes.written.length
    payload.removed += changes.removed.length
    if (payload.dryRun) {
      await tx.batch(restored(taken, anew))
      continue
    }
    const settings = await settingsOf(ctx.db, tx, connection.environment_id)
    const events =
      connection.active === 1 ? recordEvents(connection, settings, changes.written, changes.removed, 'backfill') : []
    await appendEvents(ctx, tx, events, changes.statements)
  }
  return true
}
