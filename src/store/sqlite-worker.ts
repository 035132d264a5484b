// The thread that holds an SQLite connection, so that commits and long reads never stop the event loop.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Statement, Value } from './database.ts'

export interface SqliteWorkerData {
  path: string
  role: 'writer' | 'reader'
}

/** `before` are bare statements that come first (BEGIN, SAVEPOINT, …); then one query, or a batch, or nothing. */
export interface SqliteRequest {
  id: number
  before: readonly string[]
  query?: Statement
  batch?: readonly Statement[]
}

export type SqliteResponse =
  | { id: number; rows: unknown[] | null; changes: number[] }
  | { id: number; error: { message: string; code: string | undefined; errcode: number | undefined } }

const { path, role } = workerData as SqliteWorkerData
const lock = role === 'writer' ? takeLock(`${path}.lock`) : null
const db = new DatabaseSync(path)
if (role === 'writer') db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;')
db.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536;')
if (role === 'reader') db.exec('PRAGMA query_only = ON')

const statements = new Map<string, StatementSync>()
const MAX_STATEMENTS = 500

function prepared(sql: string): StatementSync {
  let statement = statements.get(sql)
  if (statement === undefined) {
    if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value!)
    // `$1` is a named parameter to SQLite; `?1` is the numbered one.
    statement = db.prepare(sql.replaceAll(/\$(\d+)/g, '?$1'))
    statements.set(sql, statement)
  }
  return statement
}

function takeLock(lockPath: string): DatabaseSync {
  const held = new DatabaseSync(lockPath)
  held.exec('PRAGMA busy_timeout = 0')
  try {
    held.exec('BEGIN EXCLUSIVE')
  } catch {
    throw new Error(`another Loam is using ${path}; one SQLite file serves one process (more need PostgreSQL)`)
  }
  return held
}

function answer(request: SqliteRequest): SqliteResponse {
  try {
    for (const sql of request.before) db.exec(sql)
    if (request.query !== undefined) {
      const statement = prepared(request.query.sql)
      return { id: request.id, rows: statement.all(...values(request.query.params)), changes: [] }
    }
    const changes = (request.batch ?? []).map(({ sql, params }) => Number(prepared(sql).run(...values(params)).changes))
    return { id: request.id, rows: null, changes }
  } catch (error) {
    const { message, code, errcode } = error as { message: string; code?: string; errcode?: number }
    return { id: request.id, error: { message, code, errcode } }
  }
}

function values(params: readonly Value[] | undefined): Value[] {
  return params === undefined ? [] : [...params]
}

parentPort!.on('message', (request: SqliteRequest | 'close') => {
  if (request === 'close') {
    db.close()
    lock?.close()
    parentPort!.close()
    return
  }
  parentPort!.postMessage(answer(request))
})
