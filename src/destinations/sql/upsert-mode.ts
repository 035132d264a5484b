// A table for each type of record, with one row for each record. What arrives late or twice never undoes what is newer: every
// row keeps the ordering timestamp of its event, and what was deleted leaves a mark with one.
import { type DataType, isDataType } from '../../model/data-type.ts'
import { UploadType } from '../../model/enumerations.ts'
import type { TerraUser } from '../../model/user.ts'
import type { OutgoingEvent } from '../destination.ts'
import { type Dialect, parameterList, type Row, type Session, type Table, writeRows } from './dialect.ts'
import { readEvent, type ReadEvent, userChanges } from './event-body.ts'
import { createTable, type Step } from './migrate.ts'
import { at, recordKey, recordRow, recordTables } from './record-tables.ts'

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
    { name: 'event_id', type: 'id', required: true },
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

/** What an event says of one record. */
interface Change {
  type: DataType
  userId: string
  key: string
  orderingAt: number
  /** Null: it was deleted. */
  row: Row | null
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
  const changes = await stillNew(session, dialect, newestOf(wanted.flatMap(changesOf)))
  for (const [type, table] of Object.entries(recordTables)) {
    const those = changes.filter((change) => change.type === type)
    const rows = those.flatMap((change) => (change.row === null ? [] : [change.row]))
    await writeRows(session, dialect, table, rows, (values) => dialect.upsert(table, values, 'ordering_at'))
    for (const change of those.filter(({ row }) => row === null)) await deleteRow(session, dialect, table, change)
  }
  const marks = changes
    .filter(({ row }) => row === null)
    .map(({ userId, type, key, orderingAt }) => ({
      user_id: userId,
      data_type: type,
      record_key: key,
      ordering_at: orderingAt,
    }))
  await writeRows(session, dialect, deletedTable, marks, (values) =>
    dialect.upsert(deletedTable, values, 'ordering_at'),
  )
  const others = wanted.filter(({ event }) => !isDataType(event.type)).map(eventRow)
  await writeRows(session, dialect, eventsTable, others, (values) => dialect.insertMissing(eventsTable, values))
  if (options.on_deauth === 'delete' && gone.size > 0) await removeUsers(session, dialect, [...gone])
}

function changesOf({ event, body }: ReadEvent): Change[] {
  const userId = event.userId
  if (userId === null) return []
  // Events without recency are ordered by when they were made.
  const common = { userId, orderingAt: event.orderingAt ?? event.createdAt }
  if (event.type === 'record_deleted') {
    const type = body.data_type
    const key = body.summary_id ?? body.day ?? (type === 'athlete' ? 'athlete' : null)
    return type !== undefined && isDataType(type) && key !== null ? [{ ...common, type, key, row: null }] : []
  }
  if (!isDataType(event.type)) return []
  const type = event.type
  return (type === 'athlete' ? [body.athlete] : (body.data ?? [])).flatMap((record) => {
    const key = recordKey(type, record)
    if (key === null) return []
    const row = {
      ...recordRow(type, record),
      user_id: userId,
      record_key: key,
      ordering_at: common.orderingAt,
      reference_id: body.user?.reference_id ?? event.referenceId,
      provider: event.provider,
    }
    return [{ ...common, type, key, row: isDeletion(type, record) ? null : row }]
  })
}

/** Sleep has other upload types: 4 is no deletion there. */
function isDeletion(type: DataType, record: unknown): boolean {
  return (type === 'activity' || type === 'daily') && at(record, 'metadata.upload_type') === UploadType.Delete
}

/** One change for each record, in one order everywhere. Of two that are equally new, the later one. */
function newestOf(changes: readonly Change[]): Change[] {
  const newest = new Map<string, Change>()
  for (const change of changes) {
    const id = markOf(change.userId, change.type, change.key)
    const other = newest.get(id)
    if (other === undefined || other.orderingAt <= change.orderingAt) newest.set(id, change)
  }
  return [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change)
}

/** Without those that a later deletion overtook. The users are locked: nobody else writes these records meanwhile. */
async function stillNew(session: Session, dialect: Dialect, changes: readonly Change[]): Promise<Change[]> {
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

async function deleteRow(session: Session, dialect: Dialect, table: Table, change: Change): Promise<void> {
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
      orderingAt: read.event.orderingAt ?? read.event.createdAt,
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
