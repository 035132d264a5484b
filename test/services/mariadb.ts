// A MariaDB of one test's own, with passwords and TLS as customers have them.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Certificates } from './certificates.ts'
import { freePort } from './free-port.ts'
import { restartable, type Service, startService } from './process.ts'

export const USER = 'loam'
export const PASSWORD = 'SECRET-of-mariadb'
/** A user that comes with a certificate, where there are certificates. */
export const CERTIFIED = 'certified'
/** The server also listens here, and no certificate names it. */
export const UNNAMED_ADDRESS = '127.0.0.2'

const SERVER = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'].find((path) => existsSync(path))

export interface Mariadb {
  port: number
  /** Runs SQL and answers with rows. */
  query<Row>(database: string | null, sql: string): Promise<Row[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function missingMariadb(): string | null {
  return SERVER === undefined ? 'MariaDB is not installed (Debian: mariadb-server)' : null
}

export async function startMariadb(certificates?: Certificates): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-mariadb-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const data = join(folder, 'data')
  // In a shared one, a server that starts clears away what another one is writing.
  const scratch = `--tmpdir=${folder}`
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  execFileSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
      scratch,
      ...asRoot,
    ],
    { stdio: 'pipe' },
  )
  const users = [
    `CREATE USER IF NOT EXISTS ${USER} IDENTIFIED BY '${PASSWORD}';`,
    `GRANT ALL ON *.* TO ${USER} WITH GRANT OPTION;`,
  ]
  const tls: string[] = []
  if (certificates !== undefined) {
    users.push(`CREATE USER IF NOT EXISTS ${CERTIFIED} REQUIRE X509;`, `GRANT ALL ON *.* TO ${CERTIFIED};`)
    tls.push(
      `--ssl-ca=${file('ca.crt', certificates.ca)}`,
      `--ssl-cert=${file('server.crt', certificates.server.certificate)}`,
      `--ssl-key=${file('server.key', certificates.server.key)}`,
    )
  }
  const init = file('users.sql', users.join('\n'))
  const port = await freePort()
  const { createConnection } = await import('mysql2/promise')
  const connect = (database: string | null): Promise<Connection> =>
    createConnection({
      host: '127.0.0.1',
      port,
      user: USER,
      password: PASSWORD,
      ...(database === null ? {} : { database }),
      timezone: 'Z',
      connectTimeout: 3000,
    })

  async function query<Row>(database: string | null, sql: string): Promise<Row[]> {
    const connection = await connect(database)
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0] as Row[]
    } finally {
      await connection.end()
    }
  }

  const start = (): Promise<Service> =>
    startService({
      command: SERVER!,
      args: [
        '--no-defaults',
        `--datadir=${data}`,
        scratch,
        `--socket=${join(folder, 'socket')}`,
        `--port=${port}`,
        `--bind-address=127.0.0.1,${UNNAMED_ADDRESS}`,
        `--init-file=${init}`,
        '--innodb-buffer-pool-size=32M',
        // As MySQL has it unless told otherwise.
        `--log-bin=${join(data, 'binlog')}`,
        '--server-id=1',
        '--sync-binlog=1',
        '--skip-name-resolve',
        ...tls,
        ...asRoot,
      ],
      ready: async () => (await query(null, 'SELECT 1')).length === 1,
    })
  const server = await restartable(start, folder)
  return {
    port,
    query,
    ...server,
  }
}
