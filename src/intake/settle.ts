// Records anew out of their parts: what is stored, joined with what arrives, and what that changes.
import { hash } from 'node:crypto'
import type { Connector } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import { type GatheredPart, newerOf } from '../normalize/assemble.ts'
import { type CleanRecord, cleanRecord } from '../normalize/clean.ts'
import { withoutFallbacks } from '../normalize/fallback-lists.ts'
import { addressedDay, dayOf, isAddressedToMain, mainKey } from '../normalize/keys.ts'
import { type JsonObject, unionOfParts } from '../normalize/merge.ts'
import { within } from '../normalize/span.ts'
import { bytesOf } from '../store/compress.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Statement, Transaction } from '../store/database.ts'
import { bringPagesBack } from '../store/pages.ts'
import { dropRecord, mainKeysOfDays, putPart, putRecord, type RecordRow } from '../store/records.ts'
import { broughtBack } from './ahead.ts'
import { GONE } from './gone.ts'
import type { Lookups } from './lookups.ts'
import { fromRow, toRow } from './part-rows.ts'

/** One odd kind of value can stand in every sample of a record: the log names a few of its places. */
const MOST_PLACES = 20

export interface WrittenRecord {
  type: DataType
  day: string
  record: JsonObject
  /** The same as JSON. */
  bytes: Uint8Array
  version: number
}

export interface RemovedRecord {
  type: DataType
  row: RecordRow
  version: number
}

export interface Changes {
  statements: Statement[]
  written: WrittenRecord[]
  removed: RemovedRecord[]
  latestStartAt: number
}

/** Where it happens: in one transaction, to one person's records. */
export interface Place {
  ctx: Context
  tx: Transaction
  lookups: Lookups
  connector: Connector
  connection: ConnectionRow
}

/** Records of these keys anew, after their parts were changed otherwise than by pages that arrive. */
export async function resettle(place: Place, type: DataType, keys: readonly string[]): Promise<Changes> {
  // The records' own days say which addressed parts are theirs.
  const days = await place.lookups.partsOf(
    place.connection.user_id,
    type,
    keys.filter((key) => !isAddressedToMain(key)),
  )
  const mains = days.flatMap((row) => (row.main === 1 && row.day !== null ? [mainKey(row.day)] : []))
  return settleType(place, type, [], [...new Set([...keys, ...mains])])
}

export async function settleParts(place: Place, parts: readonly GatheredPart[]): Promise<Changes> {
  const types = [...Map.groupBy(parts, (part) => part.type)]
  const changes = await Promise.all(types.map(([type, arriving]) => settleType(place, type, arriving)))
  return {
    statements: changes.flatMap((each) => each.statements),
    written: changes.flatMap((each) => each.written),
    removed: changes.flatMap((each) => each.removed),
    latestStartAt: Math.max(0, ...changes.map((each) => each.latestStartAt)),
  }
}

async function settleType(
  { ctx, tx, lookups, connector, connection }: Place,
  type: DataType,
  arriving: readonly GatheredPart[],
  /** Keys whose parts were changed already. */
  touched: readonly string[] = [],
): Promise<Changes> {
  const changes: Changes = { statements: [], written: [], removed: [], latestStartAt: 0 }
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
    lookups.partsOf(userId, type, wanted),
    lookups.recordsOf(userId, type, recordKeys),
  ])
  const byKey = new Map<string, Map<string, GatheredPart>>()
  const loaded = stored.map((row) => fromRow(type, row))
  const ahead = broughtBack(connector, loaded, arriving, ctx.clock.now())
  for (const part of [...loaded, ...ahead]) partsAt(byKey, part.key).set(part.kind, part)
  changes.statements.push(...ahead.map((part) => putPart(toRow(userId, part))))
  if (ahead.length > 0) {
    const latest = Math.max(...ahead.map(({ version }) => version))
    changes.statements.push(bringPagesBack(userId, { latest, now: ctx.clock.now() }))
  }
  for (const part of arriving) {
    const gone = partsAt(byKey, part.key).get(GONE)
    if (gone !== undefined && showsAgain(part, gone)) {
      const nothing = { ...gone, version: 0 }
      partsAt(byKey, part.key).set(GONE, nothing)
      changes.statements.push(putPart(toRow(userId, nothing)))
    }
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
    const about = { provider: connector.id, type }
    let cleaned: CleanRecord | null
    try {
      cleaned = assembleRecord(connector, connection, type, key, own, addressed, kinds)
    } catch (error) {
      // It stays as it was, and holds up nothing else of the person. Its pages are kept for a mended mapping.
      ctx.metrics.unfitValues.inc(about)
      ctx.log.error({ err: error, ...about, userId }, 'a record could not be made of its parts')
      continue
    }
    if (cleaned !== null && cleaned.unfit.length > 0) {
      ctx.metrics.unfitValues.inc(about, cleaned.unfit.length)
      const told = { values: cleaned.unfit.length, places: cleaned.unfit.slice(0, MOST_PLACES) }
      ctx.log.warn({ ...about, ...told }, 'values that their fields cannot hold were left out')
    }
    settleRecord(ctx, connection.user_id, type, key, main ?? own[0] ?? null, before, cleaned, changes)
  }
  return changes
}

/** What a later read has is there again, however long before the notice of its end the provider last changed it. */
function showsAgain(part: GatheredPart, gone: GatheredPart): boolean {
  return part.kind !== GONE && part.versioned && part.record !== null && (part.readAt ?? 0) > gone.version
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
  const bytes = bytesOf(JSON.stringify(cleaned.record))
  const digest = hash('sha256', bytes, 'base64url')
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
      body: { toPack: [bytes] },
    }),
  )
  changes.written.push({ type, day: cleaned.startDay, record: cleaned.record, bytes, version })
}

function partsAt(byKey: Map<string, Map<string, GatheredPart>>, key: string): Map<string, GatheredPart> {
  let parts = byKey.get(key)
  if (parts === undefined) {
    parts = new Map()
    byKey.set(key, parts)
  }
  return parts
}
