// A Redis of one test's own, which writes every change to its disk before it answers.
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis as Client } from 'ioredis'
import { freePort } from './free-port.ts'
import { restartable, type Service, startService } from './process.ts'

export const PASSWORD = 'SECRET-of-redis'

export interface Redis {
  port: number
  client(database?: number): Client
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function missingRedis(): string | null {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'pipe' })
    return null
  } catch {
    return 'redis-server is not installed (Debian: redis-server)'
  }
}

export async function startRedis(...more: string[]): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-redis-'))
  const port = await freePort()
  const clients: Client[] = []
  const connect = (options: Record<string, unknown>): Client => {
    const client = new Client({ host: '127.0.0.1', port, password: PASSWORD, ...options })
    client.on('error', () => undefined)
    return client
  }
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
  const start = (): Promise<Service> =>
    startService({
      command: 'redis-server',
      args: [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--requirepass',
        PASSWORD,
        '--dir',
        folder,
        ...durable,
        ...more,
      ],
      async ready() {
        const client = connect({ lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
        try {
          await client.connect()
          return (await client.ping()) === 'PONG'
        } finally {
          client.disconnect()
        }
      },
    })
  const server = await restartable(start, folder)
  return {
    port,
    client(database = 0) {
      const client = connect({ db: database })
      clients.push(client)
      return client
    },
    ...server,
    async stop() {
      for (const client of clients) client.disconnect()
      await server.stop()
    },
  }
}
