// A PostgreSQL of one test's own, with passwords and TLS as customers have them.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Certificates } from './certificates.ts'
import { freePort } from './free-port.ts'
import { restartable, type Service, startService } from './process.ts'

export const USER = 'loam'
export const PASSWORD = 'SECRET-of-postgres'
/** A role that comes with a certificate of this name, where there are certificates. */
export const CERTIFIED = 'certified'
const HBA = `hostssl all ${CERTIFIED} 127.0.0.1/32 cert
host all all 127.0.0.1/32 scram-sha-256
`

export interface Postgres {
  port: number
  /** Runs SQL and answers with rows. */
  query<Row extends pg.QueryResultRow>(database: string, sql: string, values?: unknown[]): Promise<Row[]>
  kill(): Promise<void>
  restart(): Promise<void>
  /** To all of its processes. */
  signal(signal: NodeJS.Signals): void
  /** Once it has ended, by itself or not. */
  ended(): Promise<number | null>
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** It speaks TLS, and asks CERTIFIED for the client's. */
  certificates?: Certificates
  /** `name=value`, as in postgresql.conf. */
  settings?: readonly string[]
  /** Where it keeps everything, made and removed by the caller; a temporary one unless told. */
  folder?: string
}

export function postgresBinaries(): string | null {
  const named = process.env.LOAM_TEST_POSTGRES_BIN
  if (named !== undefined && named !== '') return named
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return null
  const newest = readdirSync(root)
    .sort((a, b) => Number(a) - Number(b))
    .at(-1)
  return newest === undefined ? null : join(root, newest, 'bin')
}

export async function startPostgres({
  certificates,
  settings = [],
  folder: given,
}: PostgresOptions = {}): Promise<Postgres> {
  const bin = postgresBinaries()!
  const user = serverUser()
  const folder = given ?? mkdtempSync(join(tmpdir(), 'loam-postgres-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(join(folder, 'password'), PASSWORD)
  chmodSync(folder, 0o755)
  if (user !== undefined) for (const path of [folder, data]) chownSync(path, user.uid, user.gid)
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`, '--no-sync'],
    { ...user, stdio: 'pipe' },
  )
  const set = ['listen_addresses=127.0.0.1', ...settings]
  if (certificates !== undefined) {
    const files = {
      'server.crt': certificates.server.certificate,
      'server.key': certificates.server.key,
      'ca.crt': certificates.ca,
    }
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(data, name), text, { mode: 0o600 })
      if (user !== undefined) chownSync(join(data, name), user.uid, user.gid)
    }
    writeFileSync(join(data, 'pg_hba.conf'), HBA)
    set.push('ssl=on', 'ssl_ca_file=ca.crt')
  }
  const port = await freePort()
  const client = (database: string): pg.Client =>
    new pg.Client({ host: '127.0.0.1', port, user: USER, password: PASSWORD, database, connectionTimeoutMillis: 3000 })

  async function query<Row extends pg.QueryResultRow>(
    database: string,
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const connection = client(database)
    await connection.connect()
    try {
      return (await connection.query<Row>(sql, values)).rows
    } finally {
      await connection.end()
    }
  }

  const start = (): Promise<Service> =>
    startService({
      command: join(bin, 'postgres'),
      args: ['-D', data, '-p', String(port), '-k', folder, ...set.flatMap((each) => ['-c', each])],
      user,
      ready: async () => (await query('postgres', 'SELECT 1')).length === 1,
    })
  const server = await restartable(start, given === undefined ? folder : null)
  return {
    port,
    query,
    ...server,
  }
}

/** PostgreSQL does not run as root. */
export function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
  return { uid: id('-u'), gid: id('-g') }
}
