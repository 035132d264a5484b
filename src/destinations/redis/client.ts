// One connection to one Redis, on a guarded socket. ioredis would connect again by itself; here that is the loop's to decide.
import type { Socket } from 'node:net'
import type { Network } from '../../platform/network.ts'
import { connectedSocket } from '../tls.ts'
import type { RedisSettings } from './index.ts'

const CONNECT_MS = 8000

export type Argument = string | number | Buffer

export interface RedisClient {
  /** One error, or null, for each entry. Throws when the connection breaks. */
  add(entries: Argument[][]): Promise<(Error | null)[]>
  /** How many replicas have all of it, after waiting no longer than that. */
  replicas(wanted: number, waitMs: number): Promise<number>
  shut(): void
}

export class NotPersistent extends Error {}

export async function openRedis(
  settings: RedisSettings,
  network: Network,
  unwanted: AbortSignal,
): Promise<RedisClient> {
  const { AbstractConnector, Redis } = await import('ioredis')
  let socket: Socket | undefined

  class GuardedConnector extends AbstractConnector {
    constructor() {
      super(1000)
    }

    override async connect(): Promise<Socket> {
      this.connecting = true
      socket = connectedSocket(network, settings.host, settings.port, settings)
      socket.on('error', (error) => {
        this.firstError = error
      })
      this.stream = socket
      return socket
    }
  }

  let failure: Error | null = null
  const redis = new Redis({
    Connector: GuardedConnector,
    host: settings.host,
    port: settings.port,
    ...(settings.username === null ? {} : { username: settings.username }),
    ...(settings.password === null ? {} : { password: settings.password }),
    // TLS is the socket's; this lets ioredis wait for its handshake.
    ...(settings.tls ? { tls: {} } : {}),
    lazyConnect: true,
    // It asks for INFO, which not every user may, and prints that. Whoever is still loading says so.
    enableReadyCheck: false,
    connectTimeout: CONNECT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectionName: 'loam',
  })
  // The first one says why; what follows is that the connection is closed. Also: without a listener it would be printed.
  redis.on('error', (error: Error) => {
    failure ??= error
  })
  const shut = (): void => {
    redis.disconnect()
    socket?.destroy()
  }
  unwanted.addEventListener('abort', shut, { once: true })
  try {
    await redis.connect()
    // As an option, ioredis would go on in database 0 where there is none of that number.
    if (settings.database !== 0) await redis.select(settings.database)
    if (settings.require_persistence) mustPersist(await redis.info('persistence'))
    // Without the right to wait, each attempt would add the event and fail.
    if (settings.replicas > 0) await redis.wait(0, 1)
  } catch (error) {
    shut()
    throw failure ?? error
  }
  return {
    async add(entries) {
      const pipeline = redis.pipeline()
      // With each batch: it can be switched off while we are connected.
      if (settings.require_persistence) pipeline.info('persistence')
      for (const entry of entries) pipeline.call('XADD', ...entry)
      const results = (await pipeline.exec()) ?? []
      if (redis.status !== 'ready') throw failure ?? new Error('the connection is closed')
      if (settings.require_persistence) {
        const [error, info] = results.shift() ?? []
        if (error) throw error
        mustPersist(String(info))
      }
      return entries.map((_, i) => results[i]?.[0] ?? null)
    },
    replicas: (wanted, waitMs) => redis.wait(wanted, Math.floor(waitMs)),
    shut,
  }
}

function mustPersist(info: string): void {
  if (/^aof_enabled:0/m.test(info)) throw new NotPersistent()
}
