// A PgBouncer of one test's own before a PostgreSQL of the test's.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { PASSWORD, type Postgres, serverUser, USER } from './postgres.ts'
import { startService } from './process.ts'

/** Debian puts it where only root looks. */
const COMMANDS = ['pgbouncer', '/usr/sbin/pgbouncer']

export interface PgBouncer {
  url(database: string): string
  stop(): Promise<void>
}

export function missingPgBouncer(): string | null {
  return command() === undefined ? 'pgbouncer is not installed (Debian: pgbouncer)' : null
}

export async function startPgBouncer(postgres: Postgres, mode: 'session' | 'transaction'): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-pgbouncer-'))
  const port = await freePort()
  writeFileSync(join(folder, 'users'), `"${USER}" "${PASSWORD}"\n`)
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=127.0.0.1 port=${postgres.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users')}
pool_mode = ${mode}
`,
  )
  chmodSync(folder, 0o755)
  const url = (database: string): string => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`
  const service = await startService({
    command: command()!,
    args: [join(folder, 'pgbouncer.ini')],
    user: serverUser(),
    async ready() {
      const client = new pg.Client({ connectionString: url('postgres') })
      await client.connect()
      await client.end()
      return true
    },
  })
  return {
    url,
    async stop() {
      await service.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function command(): string | undefined {
  return COMMANDS.find((each) => {
    try {
      return execFileSync(each, ['--version'], { stdio: 'pipe' }).length > 0
    } catch {
      return false
    }
  })
}
