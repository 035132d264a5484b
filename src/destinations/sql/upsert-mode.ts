// A table for each type of record, with one row for each record. What arrives late or twice never undoes what is newer: every
// row keeps the ordering timestamp of its event, and what was deleted leaves a mark with one.
import type { TerraUser } from '../../model/user.ts'
import type { OutgoingEvent } from '../destination.ts'
import { readEvent, type ReadEvent, userChanges } from '../event-body.ts'
import { isMoreThanRecords, newestChanges, orderOf, type RecordChange, recordChanges } from '../record-changes.ts'
import { type Dialect, parameterList, type Row, type Session, type Table, writeRows } from './dialect.ts'
import { createTable, type Step } from './migrate.ts'
import { recordRow, recordTables } from './record-tables.ts'
import type { TableRights } from './rights.ts'

export const usersTable: Table = {
  name: 'loam_users',
  columns: [
    { name: 'user_id', type: 'id', required: true },
    { name: 'ordering_at', type: 'integer', required: true },
    { name: 'reference_id', type: 'text' },
    { name: 'provider', type: 'text' },
    { name: 'scopes', type: 'text' },
    { name: 'state', type: 'key', required: true },
    { name: 'created_at', type: 'instant' },
  ],
  primaryKey: ['user_id'],
}

/** What was deleted, so that an older event cannot bring it back. */
const deletedTable: Table = {
  name: 'loam_deleted',
  columns: [
    { name: 'user_id', type: 'id', required: true },
    { name: 'data_type', type: 'key', required: true },
    { name: 'record_key', type: 'key', required: true },
    { name: 'ordering_at', type: 'integer', required: true },
  ],
  primaryKey: ['user_id', 'data_type', 'record_key'],
}

/** Events that carry no record, as they came. */
const eventsTable: Table = {
  name: 'loam_events',
  columns: [
    { name: 'event_id', type: 'key', required: true },
    { name: 'user_id', type: 'id' },
    { name: 'type', type: 'text', required: true },
    { name: 'created_at', type: 'instant', required: true },
    { name: 'event', type: 'exact_json', required: true },
  ],
  primaryKey: ['event_id'],
  index: ['user_id'],
}

export const upsertSteps: readonly Step[] = [
  (dialect) =>
    [usersTable, deletedTable, eventsTable, ...Object.values(recordTables)].flatMap((table) =>
      createTable(dialect, table),
    ),
]

export function upsertRights(removes: boolean): TableRights[] {
  const kept = [usersTable, ...(removes ? [] : [deletedTable, eventsTable])]
  const cleared = [...(removes ? [deletedTable, eventsTable] : []), ...Object.values(recordTables)]
  return [
    ...kept.map((table): TableRights => ({ table, rights: ['SELECT', 'INSERT', 'UPDATE'] })),
    ...cleared.map((table): TableRights => ({ table, rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })),
  ]
}

export async function upsertEvents(
  session: Session,
  dialect: Dialect,
  events: readonly OutgoingEvent[],
  options: { on_deauth: 'keep' | 'delete' },
): Promise<void> {
  const read = events.map(readEvent)
  const gone = await writeUsers(session, dialect, read)
  const wanted = options.on_deauth === 'keep' ? read : read.filter(({ event }) => !gone.has(event.userId ?? ''))
  const changes = await stillNew(session, dialect, newestChanges(wanted.flatMap(recordChanges)))
  for (const [type, table] of Object.entries(recordTables)) {
    const those = changes.filter((change) => change.type === type)
    const rows = those.filter(({ record }) => record !== null).map(rowOf)
    await writeRows(session, dialect, table, rows, (values) => dialect.upsert(table, values, 'ordering_at'))
    for (const change of those.filter(({ record }) => record === null)) await deleteRow(session, dialect, table, change)
  }
  const marks = changes
    .filter(({ record }) => record === null)
    .map(({ userId, type, key, orderingAt }) => ({
      user_id: userId,
      data_type: type,
      record_key: key,
      ordering_at: orderingAt,
    }))
  await writeRows(session, dialect, deletedTable, marks, (values) =>
    dialect.upsert(deletedTable, values, 'ordering_at'),
  )
  const others = wanted.filter(isMoreThanRecords).map(eventRow)
  await writeRows(session, dialect, eventsTable, others, (values) => dialect.insertMissing(eventsTable, values))
  if (options.on_deauth === 'delete' && gone.size > 0) await removeUsers(session, dialect, [...gone])
}

function rowOf({ type, userId, key, orderingAt, referenceId, provider, record }: RecordChange): Row {
  return {
    ...recordRow(type, record),
    user_id: userId,
    record_key: key,
    ordering_at: orderingAt,
    reference_id: referenceId,
    provider,
  }
}

/** Without those that a later deletion overtook. The users are locked: nobody else writes these records meanwhile. */
async function stillNew(session: Session, dialect: Dialect, changes: readonly RecordChange[]): Promise<RecordChange[]> {
  if (changes.length === 0) return []
  const users = [...new Set(changes.map((change) => change.userId))]
  const marks = await session.query(
    `SELECT user_id, data_type, record_key, ordering_at FROM ${dialect.table(deletedTable.name)}
     WHERE user_id IN (${parameterList(dialect, users.length)})`,
    users,
  )
  const deletedAt = new Map(
    marks.map((row) => [markOf(row.user_id, row.data_type, row.record_key), Number(row.ordering_at)]),
  )
  return changes.filter(
    (change) => (deletedAt.get(markOf(change.userId, change.type, change.key)) ?? -1) <= change.orderingAt,
  )
}

function markOf(...parts: unknown[]): string {
  return JSON.stringify(parts)
}

async function deleteRow(session: Session, dialect: Dialect, table: Table, change: RecordChange): Promise<void> {
  const [user, key, newest] = [1, 2, 3].map((position) => dialect.parameter(position))
  await session.query(
    `DELETE FROM ${dialect.table(table.name)} WHERE user_id = ${user} AND record_key = ${key} AND ordering_at <= ${newest}`,
    [change.userId, change.key, change.orderingAt],
  )
}

/** Who has gone for good, of those in question. Their rows stay locked until the transaction ends. */
async function writeUsers(session: Session, dialect: Dialect, events: readonly ReadEvent[]): Promise<Set<string>> {
  const said = events.flatMap((read) =>
    userChanges(read).map(({ user, state }) => ({
      user,
      state,
      orderingAt: orderOf(read.event),
    })),
  )
  // In one order everywhere, so that two transactions cannot wait for each other.
  const ids = [...new Set(said.map(({ user }) => user.user_id))].sort()
  if (ids.length === 0) return new Set()
  const first = ids.map((id) => said.find(({ user }) => user.user_id === id)!)
  await writeRows(
    session,
    dialect,
    usersTable,
    first.map(({ user }) => userRow(user, user.active ? 'active' : 'inactive', 0)),
    (values) => dialect.insertMissing(usersTable, values),
  )
  const stored = await session.query(
    `SELECT user_id, state FROM ${dialect.table(usersTable.name)} WHERE user_id IN (${parameterList(dialect, ids.length)})
     ORDER BY user_id FOR UPDATE`,
    ids,
  )
  const gone = new Set(stored.filter(({ state }) => state === 'deauth').map((row) => String(row.user_id)))
  for (const { user, state, orderingAt } of said) {
    // An id never comes back: what arrives late changes nothing.
    if (state === null || gone.has(user.user_id)) continue
    await writeRows(session, dialect, usersTable, [userRow(user, state, orderingAt)], (values) =>
      dialect.upsert(usersTable, values, 'ordering_at'),
    )
    if (state === 'deauth') gone.add(user.user_id)
  }
  return gone
}

function userRow(user: TerraUser, state: string, orderingAt: number): Row {
  const createdAt = new Date(user.created_at)
  return {
    user_id: user.user_id,
    ordering_at: orderingAt,
    reference_id: user.reference_id,
    provider: user.provider,
    scopes: user.scopes,
    state,
    created_at: Number.isNaN(createdAt.getTime()) ? null : createdAt,
  }
}

function eventRow({ event, text }: ReadEvent): Row {
  return {
    event_id: event.id,
    user_id: event.userId,
    type: event.type,
    created_at: new Date(event.createdAt),
    event: text,
  }
}

/** The users themselves stay, so that late events find them gone. */
async function removeUsers(session: Session, dialect: Dialect, ids: readonly string[]): Promise<void> {
  for (const { name } of [...Object.values(recordTables), deletedTable, eventsTable]) {
    await session.query(
      `DELETE FROM ${dialect.table(name)} WHERE user_id IN (${parameterList(dialect, ids.length)})`,
      ids,
    )
  }
}
