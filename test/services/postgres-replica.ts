// A streaming replica of a PostgreSQL of one test's own.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { PASSWORD, type Postgres, postgresBinaries, serverUser, USER } from './postgres.ts'
import { freePort } from './free-port.ts'
import { restartable, startService } from './process.ts'

export interface PostgresReplica {
  url(database: string): string
  query(database: string, sql: string): Promise<unknown[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startReplica(primary: Postgres): Promise<PostgresReplica> {
  const bin = postgresBinaries()!
  const user = serverUser()
  const folder = mkdtempSync(join(tmpdir(), 'loam-replica-'))
  const data = join(folder, 'data')
  chmodSync(folder, 0o755)
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  execFileSync(
    join(bin, 'pg_basebackup'),
    [
      '-D',
      data,
      '-h',
      '127.0.0.1',
      '-p',
      String(primary.port),
      '-U',
      USER,
      '-R',
      '-X',
      'stream',
      '--no-sync',
      '-c',
      'fast',
    ],
    { ...user, stdio: 'pipe', env: { ...process.env, PGPASSWORD: PASSWORD } },
  )
  chmodSync(data, 0o700)
  const port = await freePort()
  const url = (database: string): string => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`
  async function query(database: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url(database), connectionTimeoutMillis: 3000 })
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  const start = (): ReturnType<typeof startService> =>
    startService({
      command: join(bin, 'postgres'),
      args: ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
      user,
      ready: async () => (await query('postgres', 'SELECT 1')).length === 1,
    })
  const server = await restartable(start, folder)
  return {
    url,
    query,
    ...server,
  }
}
