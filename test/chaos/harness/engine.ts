// The database under test: a file, or a PostgreSQL that nobody else uses, so that it may be killed, stopped and filled.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import {
  PASSWORD,
  type Postgres,
  postgresBinaries,
  type PostgresOptions,
  startPostgres,
  USER,
} from '../../services/postgres.ts'
import { pause, until } from './until.ts'
import type { EngineName } from './forms.ts'
import { atEnd } from './cleanup.ts'

export interface Engine {
  name: EngineName
  /** What LOAM_DATABASE_URL says. */
  url: string
  postgres: Postgres | null
  /** Beside the servers, which go on. */
  query<Row>(sql: string): Promise<Row[]>
  change(sql: string): Promise<void>
  /** What a killed server holds comes back when its lease ends, after a minute or two. Here it does at once. */
  endLeases(): Promise<void>
  /** That the database itself is whole. Nothing may be using it. */
  check(): Promise<void>
}

export async function openEngine(
  t: TestContext,
  name: EngineName,
  folder: string,
  options: Omit<PostgresOptions, 'certificates'> = {},
): Promise<Engine> {
  return name === 'SQLite' ? sqlite(join(folder, 'loam.db')) : postgres(t, options)
}

function sqlite(file: string): Engine {
  const within = <T>(readOnly: boolean, work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(file, { readOnly, timeout: 5000 })
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  return {
    name: 'SQLite',
    url: `sqlite:${file}`,
    postgres: null,
    query: async <Row>(sql: string) => within(true, (db) => db.prepare(sql).all() as Row[]),
    change: async (sql) => within(false, (db) => db.exec(sql)),
    // The only process on the file knows that every lease it finds is dead.
    endLeases: async () => undefined,
    async check() {
      const [row] = within(true, (db) => db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[])
      assert.equal(row!.integrity_check, 'ok')
    },
  }
}

async function postgres(t: TestContext, options: PostgresOptions): Promise<Engine> {
  const server = await startPostgres({ ...options, settings: ['max_connections=100', ...(options.settings ?? [])] })
  atEnd(t, () => server.stop())
  await server.query('postgres', 'CREATE DATABASE loam')
  const query = <Row>(sql: string): Promise<Row[]> => server.query('loam', sql) as Promise<Row[]>
  return {
    name: 'PostgreSQL',
    url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${server.port}/loam`,
    postgres: server,
    query,
    change: async (sql) => void (await query(sql)),
    async endLeases() {
      for (const [table, busy] of [
        ['deliveries', 'sending'],
        ['jobs', 'running'],
      ] as const) {
        const held = await atRest(() => query<Held>(`SELECT id, lease_id FROM ${table} WHERE state = '${busy}'`))
        for (const { id, lease_id: lease } of held) {
          const given = `UPDATE ${table} SET state = 'pending', lease_id = NULL, lease_until = NULL`
          // Where its twin waits already, a job is left to the sweep.
          await query(`${given} WHERE id = '${id}' AND lease_id = '${lease}'`).catch(() => undefined)
          await query(`UPDATE ${table} SET lease_until = 0 WHERE id = '${id}' AND lease_id = '${lease}'`)
        }
      }
    },
    async check() {
      const { port } = server
      const options = ['-h', '127.0.0.1', '-p', String(port), '-U', USER, '--install-missing', '-d', 'loam']
      const env = { ...process.env, PGPASSWORD: PASSWORD }
      execFileSync(join(postgresBinaries()!, 'pg_amcheck'), options, { env, stdio: 'pipe' })
    },
  }
}

interface Held {
  id: string
  lease_id: string
}

/** Who lives is done soon; what stays as it is, nobody holds. */
async function atRest(read: () => Promise<Held[]>): Promise<Held[]> {
  let before = await read()
  await until(async () => {
    if (before.length > 0) await pause(1500)
    const now = await read()
    const same = now.length === before.length && now.every(({ id }) => before.some((each) => each.id === id))
    before = now
    return same
  }, 'what is held does not come to rest')
  return before
}
