// The thread that holds an SQLite connection, so that commits and long reads never stop the event loop.
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { makeFile, makeFolder } from '../platform/folder.ts'
import { storable } from './storable.ts'
import { pack } from './compress.ts'
import type { Value } from './database.ts'
import { MAX_WAIT_BEHIND_MS, sharedNow } from './sqlite-waits.ts'

export interface SqliteWorkerData {
  path: string
  role: 'writer' | 'reader'
}

/** A statement on its way to the thread: its number once the thread knows the text, and its parameters. */
export type Wire = readonly [sql: number | string, params: readonly Value[]]

export interface SqliteRequest {
  id: number
  /** Texts that the thread has not seen yet, by their numbers. */
  learn: readonly (readonly [number, string])[]
  /** Bare statements that come first (BEGIN, SAVEPOINT, …); then one query, or a batch, or units, or nothing. */
  before: readonly string[]
  query?: Wire
  batch?: readonly Wire[]
  /** Each is everything or nothing by itself. */
  units?: readonly (readonly Wire[])[]
  /** The same as a transaction of their own: begun, and committed or taken back. Then there is nothing else. */
  alone?: { units: readonly (readonly Wire[])[]; askedAt: number }
  /** Bare statements that come last. */
  after?: readonly string[]
}

export interface SqliteFailure {
  message: string
  code: string | undefined
  errcode: number | undefined
}

export type SqliteResponse =
  | { id: number; rows: unknown[] | null; changes: number[]; units: (number[] | SqliteFailure)[] }
  | { id: number; error: SqliteFailure }

/** To the requests of one message: in one message as well, unless it takes long. */
export interface SqliteAnswers {
  answers: SqliteResponse[]
  isLast: boolean
}

const TELL_AFTER_MS = 5
const SQLITE_BUSY = 5
/** Of a file that is no place for a database: READONLY, IOERR, CANTOPEN. */
const BAD_PLACE = new Set([8, 10, 14])

const { path, role } = workerData as SqliteWorkerData
const lock = role === 'writer' ? takeLock(`${path}.lock`) : null
// A file that may only be read, as one that was put back as somebody else, shows with the first change.
const asWriter = 'PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; BEGIN; PRAGMA user_version = 0; ROLLBACK;'
const db = opened(path, `PRAGMA busy_timeout = 5000; ${role === 'writer' ? asWriter : ''}`)
db.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;')
// 32 MB: the pages of an index that many people share are changed many times before they are copied into the file once.
db.exec('PRAGMA wal_autocheckpoint = 4096')
if (role === 'reader') db.exec('PRAGMA query_only = ON')
// What SQLite sorts and puts aside are health records too. For the whole process; elsewhere there may be no room, or no place.
else db.exec(`PRAGMA temp_store_directory = '${dirname(path).replaceAll("'", "''")}'`)

const texts = new Map<number, string>()
const statements = new Map<string, StatementSync>()
const MAX_STATEMENTS = 500

function prepared(sql: number | string): StatementSync {
  const text = typeof sql === 'number' ? texts.get(sql)! : sql
  let statement = statements.get(text)
  if (statement === undefined) {
    if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value!)
    // `$1` is a named parameter to SQLite; `?1` is the numbered one.
    statement = db.prepare(text.replaceAll(/\$(\d+)/g, '?$1'))
    statements.set(text, statement)
  }
  return statement
}

function takeLock(lockPath: string): DatabaseSync {
  try {
    return opened(lockPath, 'PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE;')
  } catch (error) {
    if ((error as Partial<SqliteFailure>).errcode !== SQLITE_BUSY) throw error
    throw new Error(`another Loam is using ${path}; one SQLite file serves one process (more need PostgreSQL)`, {
      cause: error,
    })
  }
}

/** Whether a file can be read shows with the first statement. SQLite's own words name neither it nor what to do. */
function opened(file: string, first: string): DatabaseSync {
  try {
    makeFolder(dirname(file))
    makeFile(file)
    const connection = new DatabaseSync(file)
    connection.exec(first)
    return connection
  } catch (error) {
    const failure = error as Error
    const elsewhere = isOfThePlace(failure) ? '; LOAM_DATABASE_URL must name a file where Loam may write' : ''
    failure.message = `${file}: ${failure.message}${elsewhere}`
    throw failure
  }
}

function isOfThePlace({ code, errcode }: Partial<SqliteFailure>): boolean {
  // Of an extended code the low byte is the kind; without one it was the folder that could not be made.
  return errcode === undefined ? code !== undefined : BAD_PLACE.has(errcode & 0xff)
}

function answer(request: SqliteRequest): SqliteResponse {
  const { id, query } = request
  try {
    for (const [number, text] of request.learn) texts.set(number, text)
    if (request.alone !== undefined) return { id, rows: null, changes: [], units: commitAlone(request.alone) }
    for (const sql of request.before) prepared(sql).run()
    const rows = query === undefined ? null : prepared(query[0]).all(...values(query[1]))
    const changes = (request.batch ?? []).map(run)
    const units = request.units === undefined ? [] : runUnits(request.units)
    for (const sql of request.after ?? []) prepared(sql).run()
    return { id, rows, changes, units }
  } catch (error) {
    return { id, error: failureOf(error) }
  }
}

function run([sql, params]: Wire): number {
  return Number(prepared(sql).run(...values(params)).changes)
}

/** All of them behind one savepoint, for that is quick; if one fails, again with one for each. */
function runUnits(units: readonly (readonly Wire[])[]): (number[] | SqliteFailure)[] {
  const whole = behindSavepoint(() => units.map((unit) => unit.map(run)))
  return Array.isArray(whole) ? whole : units.map((unit) => behindSavepoint(() => unit.map(run)))
}

/** What its callers met who last waited in vain for somebody else's lock. */
let lockedOut: { error: unknown; at: number } | null = null

/** Without a savepoint, which copies every page that is changed behind it, unless one of them fails. */
function commitAlone({ units, askedAt }: NonNullable<SqliteRequest['alone']>): (number[] | SqliteFailure)[] {
  // Who waited behind them for long does not wait as long once more.
  if (lockedOut !== null && askedAt < lockedOut.at - MAX_WAIT_BEHIND_MS) throw lockedOut.error
  begin()
  try {
    const done = allOrEach(units)
    prepared('COMMIT').run()
    return done
  } catch (error) {
    if (db.isTransaction) prepared('ROLLBACK').run()
    throw error
  }
}

function begin(): void {
  try {
    prepared('BEGIN IMMEDIATE').run()
  } catch (error) {
    if ((error as SqliteFailure).errcode === SQLITE_BUSY) lockedOut = { error, at: sharedNow() }
    throw error
  }
}

function allOrEach(units: readonly (readonly Wire[])[]): (number[] | SqliteFailure)[] {
  try {
    return units.map((unit) => unit.map(run))
  } catch (error) {
    if (!db.isTransaction) throw error
    prepared('ROLLBACK').run()
    prepared('BEGIN IMMEDIATE').run()
    return units.map((unit) => behindSavepoint(() => unit.map(run)))
  }
}

function behindSavepoint<T>(work: () => T): T | SqliteFailure {
  prepared('SAVEPOINT unit').run()
  try {
    const done = work()
    prepared('RELEASE unit').run()
    return done
  } catch (error) {
    // A full disk and its like end the whole transaction: nothing is left to go back to.
    if (!db.isTransaction) throw error
    prepared('ROLLBACK TO unit').run()
    prepared('RELEASE unit').run()
    return failureOf(error)
  }
}

function failureOf(error: unknown): SqliteFailure {
  const { message, code, errcode } = error as SqliteFailure
  return { message, code, errcode }
}

function values(params: readonly Value[]): (null | string | number | Uint8Array)[] {
  const bound = params as (null | string | number | Uint8Array)[]
  for (const [i, value] of params.entries()) {
    if (typeof value === 'string') bound[i] = storable(value)
    else if (typeof value === 'object' && value !== null && 'toPack' in value) bound[i] = pack(value)
  }
  return bound
}

parentPort!.on('message', (requests: SqliteRequest[] | 'close') => {
  if (requests === 'close') {
    db.close()
    lock?.close()
    parentPort!.close()
    return
  }
  let answers: SqliteResponse[] = []
  let since = performance.now()
  for (const request of requests) {
    answers.push(answer(request))
    // Nobody waits for the long read that comes next.
    if (performance.now() - since < TELL_AFTER_MS) continue
    parentPort!.postMessage({ answers, isLast: false } satisfies SqliteAnswers)
    answers = []
    since = performance.now()
  }
  parentPort!.postMessage({ answers, isLast: true } satisfies SqliteAnswers)
})
