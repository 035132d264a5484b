// Terra's tables as it documents them: a row for every event, never changed afterwards. What the rows point to lies in a
// table of ours beside them, byte for byte, so that nothing depends on a bucket.
import { isDataType } from '../../model/data-type.ts'
import { wireTimestamp } from '../../model/timestamps.ts'
import type { TerraUser } from '../../model/user.ts'
import type { OutgoingEvent, PayloadUrl } from '../destination.ts'
import {
  type Column,
  type Dialect,
  insertInto,
  parameterList,
  type Row,
  type Session,
  type Table,
  writeRows,
} from './dialect.ts'
import { readEvent, type ReadEvent, userChanges } from '../event-body.ts'
import { createTable, type Step } from './migrate.ts'
import type { PayloadStore } from './payload-store.ts'
import type { TableRights } from './rights.ts'

const payloadColumns: Column[] = [
  { name: 'payload_id', type: 'key', required: true },
  { name: 'payload_url', type: 'text' },
]

export const usersTable: Table = {
  name: 'terra_users',
  columns: [
    { name: 'user_id', type: 'id', required: true },
    { name: 'reference_id', type: 'text' },
    { name: 'created_at', type: 'key', required: true },
    { name: 'granted_scopes', type: 'text' },
    { name: 'provider', type: 'text', required: true },
    { name: 'state', type: 'key' },
  ],
  primaryKey: ['user_id'],
}

const dataTable: Table = {
  name: 'terra_data_payloads',
  columns: [
    { name: 'user_id', type: 'id', required: true },
    { name: 'data_type', type: 'text', required: true },
    { name: 'created_at', type: 'key', required: true },
    ...payloadColumns,
    { name: 'start_time', type: 'text' },
    { name: 'end_time', type: 'text' },
  ],
  // Many events of one person are made in one millisecond: the time alone would be no key.
  primaryKey: ['user_id', 'created_at', 'payload_id'],
}

const otherTable: Table = {
  name: 'terra_other_payloads',
  columns: [
    { name: 'user_id', type: 'id', required: true },
    { name: 'data_type', type: 'text' },
    { name: 'payload_type', type: 'text' },
    { name: 'created_at', type: 'key', required: true },
    ...payloadColumns,
  ],
  primaryKey: ['user_id', 'created_at', 'payload_id'],
}

const payloadsTable: Table = {
  name: 'terra_payloads',
  columns: [
    { name: 'payload_id', type: 'key', required: true },
    { name: 'user_id', type: 'id', required: true },
    // Null: it lies in the bucket that belongs to the database, under its id.
    { name: 'payload', type: 'exact_json' },
  ],
  primaryKey: ['payload_id'],
  index: ['user_id'],
}

const tables = [usersTable, dataTable, otherTable, payloadsTable]

export const insertSteps: readonly Step[] = [
  (dialect) => [
    ...tables.flatMap((table) => createTable(dialect, table)),
    // Tables that Terra made may lack the one or the other pointer.
    ...[dataTable, otherTable].flatMap((table) =>
      payloadColumns.map((column) => dialect.addColumn(table.name, { ...column, required: false })),
    ),
  ],
]

/** Only users change. */
export function insertRights(removes: boolean): TableRights[] {
  return [
    { table: usersTable, rights: ['SELECT', 'INSERT', 'UPDATE'] },
    ...[dataTable, otherTable].map((table): TableRights => ({
      table,
      rights: removes ? ['SELECT', 'INSERT', 'DELETE'] : ['INSERT'],
    })),
    { table: payloadsTable, rights: removes ? ['SELECT', 'INSERT', 'DELETE'] : ['SELECT', 'INSERT'] },
  ]
}

interface InsertOptions {
  on_deauth: 'keep' | 'delete'
  payloadUrl: PayloadUrl | undefined
  payloads: PayloadStore | undefined
}

export async function insertEvents(
  session: Session,
  dialect: Dialect,
  events: readonly OutgoingEvent[],
  options: InsertOptions,
): Promise<void> {
  const gone = await writeUsers(session, dialect, events.map(readEvent))
  const there = await session.query(
    `SELECT payload_id FROM ${dialect.table(payloadsTable.name)} WHERE payload_id IN (${parameterList(dialect, events.length)})`,
    events.map((event) => event.id),
  )
  const known = new Set(there.map((row) => row.payload_id))
  const removes = options.on_deauth === 'delete'
  const isLate = (event: OutgoingEvent): boolean => removes && event.type !== 'deauth' && gone.has(event.userId ?? '')
  const unknown = [...new Map(events.map((event) => [event.id, event])).values()].filter(({ id }) => !known.has(id))
  // An attempt before this one may have stored it, and then failed.
  await options.payloads?.remove(unknown.filter(isLate))
  const fresh = unknown.filter((event) => !isLate(event)).map(readEvent)
  const urls = (await options.payloads?.put(fresh.map(({ event }) => event))) ?? new Map<string, string>()
  const rows = await Promise.all(fresh.map((read) => rowsOf(read, urls.get(read.event.id), options.payloadUrl)))
  for (const table of [payloadsTable, dataTable, otherTable]) {
    const those = rows.filter((row) => row.table === table || table === payloadsTable).map((row) => row.row)
    await writeRows(session, dialect, table, those, insertInto(dialect, table))
  }
  if (removes) await removeRows(session, dialect, fresh, options.payloads)
}

async function rowsOf(
  { event, text, body }: ReadEvent,
  storedAt: string | undefined,
  payloadUrl: PayloadUrl | undefined,
): Promise<{ table: Table; row: Row }> {
  const isData = isDataType(event.type) || event.type === 'planned_workout'
  const row: Row = {
    user_id: event.userId ?? '',
    created_at: wireTimestamp(event.createdAt),
    payload_id: event.id,
    payload_url: storedAt ?? (await payloadUrl?.(event))?.url ?? null,
    payload: storedAt === undefined ? text : null,
  }
  if (isData) return { table: dataTable, row: { ...row, data_type: event.type, ...spanOf(body.data ?? []) } }
  return { table: otherTable, row: { ...row, data_type: body.data_type ?? null, payload_type: event.type } }
}

/** From the first start to the last end of what the event carries. */
function spanOf(records: readonly unknown[]): Row {
  const times = (name: 'start_time' | 'end_time'): string[] =>
    records
      .map((record) => (record as { metadata?: Record<string, unknown> }).metadata?.[name])
      .filter((time) => typeof time === 'string')
      .sort((a, b) => Date.parse(a) - Date.parse(b))
  return { start_time: times('start_time')[0] ?? null, end_time: times('end_time').at(-1) ?? null }
}

/** Who has gone for good, of those in question; their rows stay locked until the transaction ends. */
async function writeUsers(session: Session, dialect: Dialect, events: readonly ReadEvent[]): Promise<Set<string>> {
  const changes = events.flatMap(userChanges).filter(({ user }) => user.user_id.length <= 36)
  // In one order everywhere, so that two transactions cannot wait for each other.
  const ids = [...new Set(changes.map(({ user }) => user.user_id))].sort()
  if (ids.length === 0) return new Set()
  const rows = ids.map((id) => changes.find(({ user }) => user.user_id === id)!.user).map(userRow)
  await writeRows(session, dialect, usersTable, rows, (values) => dialect.insertMissing(usersTable, values))
  const stored = await session.query(
    `SELECT user_id, state FROM ${dialect.table(usersTable.name)} WHERE user_id IN (${parameterList(dialect, ids.length)})
     ORDER BY user_id FOR UPDATE`,
    ids,
  )
  const gone = new Set(stored.filter((row) => row.state === 'deauth').map((row) => String(row.user_id)))
  for (const { user, state } of changes) {
    // An id never comes back: what arrives late changes nothing.
    if (state === null || gone.has(user.user_id)) continue
    const set = ['reference_id', 'granted_scopes', 'state'].map((name, i) => `${name} = ${dialect.parameter(i + 1)}`)
    await session.query(
      `UPDATE ${dialect.table(usersTable.name)} SET ${set.join(', ')} WHERE user_id = ${dialect.parameter(4)}`,
      [user.reference_id, user.scopes, state, user.user_id],
    )
    if (state === 'deauth') gone.add(user.user_id)
  }
  return gone
}

function userRow(user: TerraUser): Row {
  return {
    user_id: user.user_id,
    reference_id: user.reference_id,
    created_at: user.created_at,
    granted_scopes: user.scopes,
    provider: user.provider,
    state: user.active ? 'active' : 'inactive',
  }
}

/** All but the event that says so. */
async function removeRows(
  session: Session,
  dialect: Dialect,
  events: readonly ReadEvent[],
  payloads: PayloadStore | undefined,
): Promise<void> {
  const others = `user_id = ${dialect.parameter(1)} AND payload_id <> ${dialect.parameter(2)}`
  for (const { event } of events) {
    if (event.type !== 'deauth' || event.userId === null) continue
    const which = [event.userId, event.id]
    if (payloads !== undefined) {
      const stored = `SELECT payload_id FROM ${dialect.table(payloadsTable.name)} WHERE ${others} AND payload IS NULL`
      await payloads.removeStored((await session.query(stored, which)).map((row) => String(row.payload_id)))
    }
    for (const { name } of [dataTable, otherTable, payloadsTable]) {
      await session.query(`DELETE FROM ${dialect.table(name)} WHERE ${others}`, which)
    }
  }
}
