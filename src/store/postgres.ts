// PostgreSQL 15 or newer behind the store's interface.
import pg from 'pg'
import type { Log } from '../platform/log.ts'
import { isForeignKeyViolation } from './errors.ts'
import { assertFit } from './postgres-fitness.ts'
import { GroupCommit } from './postgres-commits.ts'
import { assertCommitted, inOneWrite, isRetryable, merged, query, type Queryable, send } from './postgres-query.ts'
import type { Database, Sql, Statement, Transaction, Value } from './database.ts'
import { forgetRemembered } from './remembered.ts'

const LISTEN_RETRY_MS = 2000
const MOST_TRIES = 3
const SLOWEST_MS = 60_000
/** Of a connection on which nothing comes back, seen from either end. */
const SILENT_S = 10

/**
 * What the server does about us. A process that stands still or whose machine is cut off says no goodbye: what it has locked is
 * free after half a minute, as what it held is given to others (queue/silence.ts), and not after the two hours of TCP. Set by a
 * statement and not as the connection is made: poolers refuse what they don't know there. Our questions are short: where no
 * statistics say so yet, compiling one took a hundred times as long as its answer. Whatever a role or database has as its
 * defaults: transactions wait for each other instead of failing, and a commit waits for the disk.
 */
const SESSION = `SELECT set_config(name, value, false) FROM (VALUES
  ('statement_timeout', '${SLOWEST_MS}'), ('idle_in_transaction_session_timeout', '30s'),
  ('tcp_keepalives_idle', '${SILENT_S}'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '4'),
  ('tcp_user_timeout', '30s'), ('jit', 'off'), ('default_transaction_isolation', 'read committed'),
  ('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END)
) AS settings(name, value)`

pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)

export async function openPostgres(url: string, log: Log, connections = 10): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 5000,
    // A server that does not even say that it took too long is gone, though nobody closed the connection.
    query_timeout: SLOWEST_MS + 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: SILENT_S * 1000,
    onConnect: (client: pg.ClientBase) => client.query(SESSION),
    application_name: 'loam',
    // Statements are sent without waiting for the answers to those before.
    pipeline: true,
  } as pg.PoolConfig)
  // Without a listener a connection that breaks would end the process: idle ones tell the pool, those in use only themselves.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'))
  pool.on('connect', (client) => {
    client.on('error', (error) => log.debug({ err: error }, 'a database connection broke'))
  })
  try {
    await assertFit(pool)
  } catch (error) {
    await pool.end()
    throw error
  }
  return new PostgresDatabase(pool, url, log)
}

export class PostgresSql implements Sql {
  readonly dialect = 'postgres'
  readonly #target: () => Queryable | Promise<Queryable>

  constructor(target: () => Queryable | Promise<Queryable>) {
    this.#target = target
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    return (await query(await this.#target(), sql, params)).rows as Row[]
  }

  async one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null> {
    return (await this.all<Row>(sql, params))[0] ?? null
  }

  async run(sql: string, params?: readonly Value[]): Promise<number> {
    return (await query(await this.#target(), sql, params)).rowCount ?? 0
  }

  async batch(statements: readonly Statement[]): Promise<number[]> {
    if (statements.length === 0) return []
    return send(await this.#target(), statements)
  }
}

class PostgresTransaction extends PostgresSql implements Transaction {
  readonly hooks: (() => void)[] = []
  readonly undo: (() => void)[] = []
  readonly deferred: Statement[] = []
  readonly #pool: pg.Pool
  #client: Promise<pg.PoolClient> | null = null

  constructor(pool: pg.Pool) {
    super(() => this.#begin())
    this.#pool = pool
  }

  /** It takes a connection with its first question; who asks none shares one with others. */
  get hasBegun(): boolean {
    return this.#client !== null
  }

  #begin(): Promise<pg.PoolClient> {
    this.#client ??= this.#pool.connect().then((client) => {
      // Its answer comes before that of what follows it.
      client.query('BEGIN').catch(() => {})
      return client
    })
    return this.#client
  }

  async commit(): Promise<void> {
    const client = await this.#begin()
    const [changes, committed] = inOneWrite(client, () => [send(client, merged(this.deferred)), client.query('COMMIT')])
    await Promise.allSettled([changes, committed])
    await changes
    assertCommitted(await committed)
  }

  async rollBack(): Promise<void> {
    const client = await this.#client?.catch(() => null)
    if (client) await client.query('ROLLBACK')
  }

  async release(broken: Error | undefined): Promise<void> {
    const client = await this.#client?.catch(() => null)
    client?.release(broken)
  }

  async lock(key: string): Promise<void> {
    await this.all('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key])
  }

  async lockFree(keys: readonly string[]): Promise<boolean[]> {
    const rows = await this.all<{ got: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtextextended(key, 0)) AS got
       FROM json_array_elements_text($1::json) WITH ORDINALITY AS k(key, no) ORDER BY no`,
      [JSON.stringify(keys)],
    )
    return rows.map((row) => row.got)
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
  readonly #commits: GroupCommit
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #notifying = new Set<string>()
  #listenClient: pg.Client | null = null
  #closed = false

  constructor(pool: pg.Pool, url: string, log: Log) {
    super(() => pool)
    this.#pool = pool
    this.#url = url
    this.#log = log
    this.#commits = new GroupCommit(pool)
  }

  override async batch(statements: readonly Statement[]): Promise<number[]> {
    return statements.length === 0 ? [] : this.#commits.add(statements, true)
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work)
      } catch (error) {
        if (attempt >= MOST_TRIES || !(isRetryable(error) || isForeignKeyViolation(error))) throw error
        // What it refers to was deleted meanwhile, perhaps by another server.
        if (isForeignKeyViolation(error)) forgetRemembered()
      }
    }
  }

  async #once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = new PostgresTransaction(this.#pool)
    let broken: Error | undefined
    let value: T
    try {
      value = await work(transaction)
      if (transaction.hasBegun) await transaction.commit()
      else if (transaction.deferred.length > 0) await this.#commits.add(transaction.deferred, false)
    } catch (error) {
      await transaction.rollBack().catch((failure: Error) => {
        broken = failure
      })
      for (const hook of transaction.undo) hook()
      throw error
    } finally {
      await transaction.release(broken)
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
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      keepAliveInitialDelayMillis: SILENT_S * 1000,
      application_name: 'loam listener',
    })
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
