// A NATS server with JetStream of one test's own.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Certificates } from './certificates.ts'
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

export interface NatsOptions {
  /** Users beside ours, as in its configuration. */
  others?: readonly string[]
  /** In place of users. */
  token?: string
  /** It speaks TLS, and wants the client's. */
  certificates?: Certificates
}

export async function startNats({ others = [], token, certificates }: NatsOptions = {}): Promise<Nats> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-nats-'))
  const port = await freePort()
  const configuration = join(folder, 'nats.conf')
  const users = [`{ user: loam, password: "${PASSWORD}" }`, ...others].join(', ')
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  let tls = ''
  if (certificates !== undefined) {
    const { ca, server } = certificates
    const pair = `cert_file: "${file('server.crt', server.certificate)}", key_file: "${file('server.key', server.key)}"`
    tls = `tls { ${pair}, ca_file: "${file('ca.crt', ca)}", verify: true }\n`
  }
  const login = token === undefined ? `users: [${users}]` : `token: "${token}"`
  writeFileSync(configuration, `authorization { ${login} }\n${tls}`)
  const open = (): Promise<NatsConnection> =>
    connect({
      servers: `localhost:${port}`,
      reconnect: false,
      timeout: 3000,
      ...(token === undefined ? { user: 'loam', pass: PASSWORD } : { token }),
      ...(certificates === undefined
        ? {}
        : { tls: { ca: certificates.ca, cert: certificates.client.certificate, key: certificates.client.key } }),
    })
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
