// Statements on their way to PostgreSQL.
import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import type pg from 'pg'
import { pack } from './compress.ts'
import type { Statement, Value } from './database.ts'
import { storable } from './storable.ts'

/** The longest is an INSERT of many rows. */
const LONGEST_PREPARED = 8000

/** What is sent once, and may take as long as a migration of a large table does. */
const DEFINES = /^(CREATE|ALTER|DROP|SET|DO) /
const LONGEST_MS = 6 * 3_600_000

export type Queryable = pg.Pool | pg.PoolClient

export async function query(target: Queryable, sql: string, params: readonly Value[] = []): Promise<pg.QueryResult> {
  const values = params.map(bound)
  if (DEFINES.test(sql)) return target.query({ query_timeout: LONGEST_MS, text: sql, values } as pg.QueryConfig)
  const name = nameOf(sql)
  try {
    return await target.query({ name, text: sql, values })
  } catch (error) {
    if (!isOutdated(error)) throw error
    forgetNames(sql, name)
    // Inside a transaction that has failed with it: it is begun again.
    if (!('totalCount' in target)) throw error
    return target.query({ name: nameOf(sql), text: sql, values })
  }
}

/** A newer version has added a column to a table of which a statement of ours gives all. */
function isOutdated(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string }
  return code === '0A000' && routine === 'RevalidateCachedQuery'
}

function bound(value: Value): unknown {
  if (typeof value === 'string') return storable(value)
  if (typeof value === 'object' && value !== null && 'toPack' in value) return pack(value)
  return value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value
}

const names = new Map<string, string>()
let generation = 0

/** All are prepared anew, on every connection. */
function forgetNames(sql: string, name: string | undefined): void {
  if (name === undefined || names.get(sql) !== name) return
  names.clear()
  generation++
}

/** Statements are prepared once per connection; lists of varying length would fill its memory, so those are not. */
function nameOf(sql: string): string | undefined {
  if (sql.length > LONGEST_PREPARED) return undefined
  let name = names.get(sql)
  if (name === undefined) {
    if (names.size >= 500) return undefined
    name = createHash('sha256').update(`${generation} ${sql}`).digest('hex').slice(0, 24)
    names.set(sql, name)
  }
  return name
}

/** All on their way before the first is answered; how many rows each changed. */
export async function send(target: Queryable, statements: readonly Statement[]): Promise<number[]> {
  const answers = inOneWrite(target, () => statements.map(({ sql, params }) => query(target, sql, params)))
  const settled = await Promise.allSettled(answers)
  // The first failure is the reason; those after it only say that the transaction has ended.
  for (const each of settled) if (each.status === 'rejected') throw each.reason
  return settled.map((each) => (each as PromiseFulfilledResult<pg.QueryResult>).value.rowCount ?? 0)
}

/** What is asked meanwhile leaves together. Each statement by itself costs a system call, and the server a wake-up. */
export function inOneWrite<T>(target: Queryable, ask: () => T): T {
  const { stream } = (target as { connection?: { stream: Writable } }).connection ?? {}
  stream?.cork()
  try {
    return ask()
  } finally {
    stream?.uncork()
  }
}

/** COMMIT answers ROLLBACK, and no error, when something before it failed. */
export function assertCommitted({ command }: pg.QueryResult): void {
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back')
}

/** Statements that may go together do, where the first of them stands; the order of the others is kept. */
export function merged(statements: readonly Statement[]): Statement[] {
  if (statements.length < 2) return [...statements]
  const alike = new Map<NonNullable<Statement['many']>, (readonly Value[])[]>()
  const places: (Statement | NonNullable<Statement['many']>)[] = []
  for (const statement of statements) {
    const { many } = statement
    if (many === undefined) {
      places.push(statement)
      continue
    }
    const rows = alike.get(many)
    if (rows !== undefined) rows.push(statement.params ?? [])
    else {
      alike.set(many, [statement.params ?? []])
      places.push(many)
    }
  }
  return places.flatMap((place) => (typeof place === 'function' ? place(alike.get(place)!) : [place]))
}

const RETRYABLE = new Set(['40001', '40P01'])

/** Two transactions were in each other's way: the same again will do. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has((error as { code?: string }).code ?? '') || isOutdated(error)
}
