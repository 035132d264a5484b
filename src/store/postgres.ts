// PostgreSQL 15 or newer behind the store's interface.
import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Log } from '../platform/log.ts'
import { packSync } from './compress.ts'
import type { Database, Sql, Statement, Transaction, Value } from './database.ts'

const RETRYABLE = new Set(['40001', '40P01'])
const LISTEN_RETRY_MS = 2000

pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)

export async function openPostgres(url: string, log: Log, connections = 10): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 5000,
    statement_timeout: 60_000,
    application_name: 'loam',
  })
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'))
  await pool.query('SELECT 1')
  return new PostgresDatabase(pool, url, log)
}

type Queryable = pg.Pool | pg.PoolClient

function query(target: Queryable, sql: string, params: readonly Value[] = []): Promise<pg.QueryResult> {
  return target.query({ name: nameOf(sql), text: sql, values: params.map(bound) })
}

function bound(value: Value): unknown {
  if (typeof value === 'object' && value !== null && 'toPack' in value) return packSync(value.toPack)
  return value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value
}

const names = new Map<string, string>()

/** Statements are prepared once per connection; lists of varying length would fill its memory, so those are not. */
function nameOf(sql: string): string | undefined {
  if (sql.length > 2000) return undefined
  let name = names.get(sql)
  if (name === undefined) {
    if (names.size >= 500) return undefined
    name = createHash('sha256').update(sql).digest('hex').slice(0, 24)
    names.set(sql, name)
  }
  return name
}

class PostgresSql implements Sql {
  readonly dialect = 'postgres'
  protected readonly target: Queryable

  constructor(target: Queryable) {
    this.target = target
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    return (await query(this.target, sql, params)).rows as Row[]
  }

  async one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null> {
    return (await this.all<Row>(sql, params))[0] ?? null
  }

  async run(sql: string, params?: readonly Value[]): Promise<number> {
    return (await query(this.target, sql, params)).rowCount ?? 0
  }

  async batch(statements: readonly Statement[]): Promise<number[]> {
    const changes: number[] = []
    for (const { sql, params } of statements) changes.push((await query(this.target, sql, params)).rowCount ?? 0)
    return changes
  }
}

class PostgresTransaction extends PostgresSql implements Transaction {
  readonly hooks: (() => void)[] = []
  readonly undo: (() => void)[] = []
  readonly deferred: Statement[] = []

  async lock(key: string): Promise<void> {
    await query(this.target, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key])
  }

  later(statements: readonly Statement[]): void {
    this.deferred.push(...statements)
  }

  afterCommit(work: () => void): void {
    this.hooks.push(work)
  }

  afterRollback(work: () => void): void {
    this.undo.push(work)
  }
}

class PostgresDatabase extends PostgresSql implements Database {
  readonly #pool: pg.Pool
  readonly #url: string
  readonly #log: Log
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #notifying = new Set<string>()
  #listenClient: pg.Client | null = null
  #closed = false

  constructor(pool: pg.Pool, url: string, log: Log) {
    super(pool)
    this.#pool = pool
    this.#url = url
    this.#log = log
  }

  override async batch(statements: readonly Statement[]): Promise<number[]> {
    return this.transaction((tx) => tx.batch(statements))
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work)
      } catch (error) {
        if (attempt >= 3 || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error
      }
    }
  }

  async #once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    const transaction = new PostgresTransaction(client)
    let broken: Error | undefined
    let value: T
    try {
      await client.query('BEGIN')
      value = await work(transaction)
      await transaction.batch(transaction.deferred)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
      for (const hook of transaction.undo) hook()
      throw error
    } finally {
      client.release(broken)
    }
    for (const hook of transaction.hooks) hook()
    return value
  }

  notify(channel: string): void {
    // One for all that a turn commits: NOTIFY takes a lock of the whole server.
    if (this.#notifying.has(channel)) return
    this.#notifying.add(channel)
    setImmediate(() => {
      this.#notifying.delete(channel)
      if (this.#closed) return
      this.#pool.query('SELECT pg_notify($1, $2)', [channel, '']).catch(() => {})
    })
  }

  listen(channel: string, wake: () => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(wake))
    if (this.#listenClient === null) void this.#connectListener()
    else void this.#listenClient.query(`LISTEN "${channel}"`).catch(() => {})
    return () => listeners.delete(wake)
  }

  async #connectListener(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'loam listener' })
    this.#listenClient = client
    const again = (): void => {
      if (this.#listenClient !== client) return
      this.#listenClient = null
      if (!this.#closed) setTimeout(() => void this.#connectListener(), LISTEN_RETRY_MS).unref()
    }
    client.on('error', (error) => {
      this.#log.debug({ err: error }, 'the listening connection broke')
      again()
    })
    client.on('end', again)
    client.on('notification', ({ channel }) => {
      for (const wake of this.#listeners.get(channel) ?? []) wake()
    })
    try {
      await client.connect()
      for (const channel of this.#listeners.keys()) await client.query(`LISTEN "${channel}"`)
    } catch {
      again()
    }
  }

  async now(): Promise<number> {
    const row = await this.one<{ now: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now')
    return row!.now
  }

  async close(): Promise<void> {
    this.#closed = true
    const client = this.#listenClient
    this.#listenClient = null
    await client?.end().catch(() => {})
    await this.#pool.end()
  }
}
