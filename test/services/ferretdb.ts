// MongoDB is played by FerretDB, which speaks its protocol on SQLite. It knows no replicas: a majority is itself.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Db, MongoClient as Client } from 'mongodb'
import type { Certificates } from './certificates.ts'
import { freePort } from './free-port.ts'
import { type Service, startService } from './process.ts'

export const USER = 'loam'
export const PASSWORD = 'SECRET-of-mongodb'
/** The database that knows the user. */
export const SOURCE = 'people'

export interface Ferretdb {
  port: number
  /** With certificates: where it speaks TLS, and wants the client's. */
  tlsPort: number
  /** Shared; it connects again by itself. */
  database(name: string): Promise<Db>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function missingFerretdb(): string | null {
  const named = process.env.LOAM_TEST_FERRETDB ?? ''
  if (named !== '' && existsSync(named)) return null
  return 'FerretDB is not there: build v1.24.2 as .ci/services.sh does, and name it in LOAM_TEST_FERRETDB'
}

export async function startFerretdb(certificates?: Certificates): Promise<Ferretdb> {
  const { MongoClient } = await import('mongodb')
  const folder = mkdtempSync(join(tmpdir(), 'loam-ferretdb-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const tls =
    certificates === undefined
      ? []
      : [
          `--listen-tls=127.0.0.1:${tlsPort}`,
          `--listen-tls-cert-file=${file('server.crt', certificates.server.certificate)}`,
          `--listen-tls-key-file=${file('server.key', certificates.server.key)}`,
          `--listen-tls-ca-file=${file('ca.crt', certificates.ca)}`,
        ]
  const connect = (): Client =>
    new MongoClient(`mongodb://127.0.0.1:${port}/`, {
      directConnection: true,
      auth: { username: USER, password: PASSWORD },
      authSource: SOURCE,
      serverSelectionTimeoutMS: 3000,
    })
  let client = connect()
  const start = (): Promise<Service> =>
    startService({
      command: process.env.LOAM_TEST_FERRETDB!,
      args: [
        '--handler=sqlite',
        `--sqlite-url=file:${folder}/`,
        `--state-dir=${folder}`,
        `--listen-addr=127.0.0.1:${port}`,
        '--debug-addr=-',
        '--telemetry=disable',
        '--log-level=ERROR',
        '--test-enable-new-auth',
        `--setup-username=${USER}`,
        `--setup-password=${PASSWORD}`,
        `--setup-database=${SOURCE}`,
        ...tls,
      ],
      async ready() {
        const trial = connect()
        try {
          return (await trial.db(SOURCE).command({ ping: 1 })).ok === 1
        } finally {
          await trial.close(true)
        }
      },
    })
  let service = await start()
  return {
    port,
    tlsPort,
    database: async (name) => client.db(name),
    kill: () => service.kill(),
    async restart() {
      service = await start()
      await client.close(true)
      client = connect()
    },
    async stop() {
      await client.close(true)
      await service.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
