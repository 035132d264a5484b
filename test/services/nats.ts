// A NATS server with JetStream of one test's own.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { freePort } from './free-port.ts'
import { restartable, type Service, startService } from './process.ts'

export const PASSWORD = 'SECRET-of-nats'

export interface Nats {
  port: number
  connect(): Promise<NatsConnection>
  addStream(name: string, subject: string): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function missingNats(): string | null {
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'pipe' })
    return null
  } catch {
    return 'nats-server is not installed (Debian: nats-server)'
  }
}

/** `others`: users beside ours, as in its configuration. */
export async function startNats(...others: string[]): Promise<Nats> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-nats-'))
  const port = await freePort()
  const configuration = join(folder, 'nats.conf')
  const users = [`{ user: loam, password: "${PASSWORD}" }`, ...others].join(', ')
  writeFileSync(configuration, `authorization { users: [${users}] }\n`)
  const open = (): Promise<NatsConnection> =>
    connect({ servers: `127.0.0.1:${port}`, user: 'loam', pass: PASSWORD, reconnect: false, timeout: 3000 })
  const start = (): Promise<Service> =>
    startService({
      command: 'nats-server',
      args: ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port), '-c', configuration],
      async ready() {
        const connection = await open()
        try {
          await (await jetstreamManager(connection)).getAccountInfo()
          return true
        } finally {
          await connection.close()
        }
      },
    })
  const server = await restartable(start, folder)
  return {
    port,
    connect: open,
    async addStream(name, subject) {
      const connection = await open()
      await (await jetstreamManager(connection)).streams.add({ name, subjects: [subject] })
      await connection.close()
    },
    ...server,
  }
}
