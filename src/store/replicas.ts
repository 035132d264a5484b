// Records are read from replicas of PostgreSQL where they may be. For each we know up to which moment of the primary's clock it has
// everything; whoever changed after that is read from the primary, as everyone is while a replica is away or too late.
import pg from 'pg'
import type { Log } from '../platform/log.ts'
import { TOUCHED_WITHIN_MS } from './connections.ts'
import type { Database, Sql } from './database.ts'
import { PostgresSql } from './postgres.ts'

const CHECK_EVERY_MS = 1000
/** Until then a replica is given up and the primary asked. */
const PATIENCE_MS = 3000
/** Times are of servers' clocks, and written a little before the commit. */
const CLOCKS_DIFFER_MS = 5000
/** Who changed sooner before than that may not be on a replica yet. */
const SURE_AFTER_MS = CLOCKS_DIFFER_MS + TOUCHED_WITHIN_MS
const CONNECTIONS = 10
/** Places of the primary's log that replicas have still to come to: the newest, and as many that reach as far back as one may lag. */
const NEWEST_PLACES = 60
const OLDER_PLACES = 60

interface Place {
  lsn: string
  at: number
}

interface Replica {
  name: string
  pool: pg.Pool
  sql: Sql
  /** It has all that was committed before; null while it is away. */
  upTo: number | null
}

export interface ReplicaState {
  name: string
  /** Null while it is away. */
  lagMs: number | null
}

export interface ReplicaSettings {
  urls: readonly string[]
  mostLagMs: number
  log: Log
}

export class Replicas {
  readonly #primary: Database
  readonly #replicas: Replica[]
  readonly #mostLagMs: number
  readonly #log: Log
  #places: Place[] = []
  #turn = 0
  #timer: NodeJS.Timeout
  #checking: Promise<void> | null = null

  constructor(primary: Database, { urls, mostLagMs, log }: ReplicaSettings) {
    this.#primary = primary
    this.#mostLagMs = mostLagMs
    this.#log = log
    this.#replicas = urls.map((url, i) => {
      const pool = replicaPool(url)
      pool.on('error', (error) => log.debug({ err: error }, 'an idle connection to a replica broke'))
      pool.on('connect', (client) => client.on('error', () => {}))
      return { name: String(i + 1), pool, sql: new PostgresSql(() => pool), upTo: null }
    })
    const check = (): void => {
      this.#checking ??= this.check()
        .catch((error) => log.debug({ err: error }, 'replicas could not be looked at'))
        .finally(() => {
          this.#checking = null
        })
    }
    this.#timer = setInterval(check, CHECK_EVERY_MS)
    check()
  }

  /** Where the primary's log is now, and how far each replica has come. */
  async check(): Promise<void> {
    const place = await this.#primary.one<Place>(
      'SELECT pg_current_wal_lsn()::text AS lsn, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at',
    )
    this.#remember(place!)
    await Promise.all(this.#replicas.map((replica) => this.#look(replica, place!.at)))
  }

  #remember(place: Place): void {
    const places = [...this.#places, place]
    const older = places.length - NEWEST_PLACES
    const isClose = older > 1 && places[older - 1]!.at - places[older - 2]!.at < this.#mostLagMs / OLDER_PLACES
    this.#places = isClose ? places.toSpliced(older - 1, 1) : places.slice(-NEWEST_PLACES - OLDER_PLACES)
  }

  async #look(replica: Replica, now: number): Promise<void> {
    const before = replica.upTo
    try {
      const places = this.#places
      const row = await replica.sql.one<{ i: number | null }>(
        `SELECT max(i) AS i FROM json_array_elements_text($1::json) WITH ORDINALITY AS p(lsn, i)
         WHERE pg_is_in_recovery() AND lsn::pg_lsn <= pg_last_wal_replay_lsn()`,
        [JSON.stringify(places.map(({ lsn }) => lsn))],
      )
      if (row?.i == null) throw new Error('it is no replica of this database, or far behind')
      replica.upTo = places[row.i - 1]!.at
      const late = now - replica.upTo > this.#mostLagMs
      if (before === null) this.#log.info({ replica: replica.name, late }, 'records are read from this replica')
    } catch (error) {
      this.#lost(replica, error)
    }
  }

  #lost(replica: Replica, error: unknown): void {
    if (replica.upTo !== null)
      this.#log.warn({ err: error, replica: replica.name }, 'a replica is away: the primary is read')
    replica.upTo = null
  }

  /** From a replica that has what was written until `changedAt`, in turns; else, or when that fails, from the primary. */
  async read<T>(
    changedAt: number | null,
    read: (sql: Sql) => Promise<T>,
  ): Promise<{ value: T; from: 'replica' | 'primary' }> {
    const replica = this.#usable(changedAt)
    if (replica !== null) {
      try {
        return { value: await read(replica.sql), from: 'replica' }
      } catch (error) {
        this.#lost(replica, error)
      }
    }
    return { value: await read(this.#primary), from: 'primary' }
  }

  #usable(changedAt: number | null): Replica | null {
    const newest = this.#places.at(-1)?.at ?? 0
    const able = this.#replicas.filter(
      ({ upTo }) =>
        upTo !== null && newest - upTo <= this.#mostLagMs && (changedAt === null || changedAt < upTo - SURE_AFTER_MS),
    )
    return able.length === 0 ? null : able[this.#turn++ % able.length]!
  }

  states(): ReplicaState[] {
    const newest = this.#places.at(-1)?.at ?? 0
    return this.#replicas.map(({ name, upTo }) => ({ name, lagMs: upTo === null ? null : newest - upTo }))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
    await Promise.all(this.#replicas.map(({ pool }) => pool.end()))
  }
}

function replicaPool(url: string): pg.Pool {
  return new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: PATIENCE_MS,
    statement_timeout: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    keepAlive: true,
    application_name: 'loam reader',
  })
}
