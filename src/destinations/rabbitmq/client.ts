// One channel with publisher confirms on one guarded connection.
import type { ConfirmChannel } from 'amqplib'
import type { Network } from '../../platform/network.ts'
import { connectedSocket } from '../tls.ts'
import type { RabbitmqSettings } from './index.ts'

const CONNECT_MS = 8000
const HEARTBEAT_SECONDS = 30
const SOON_MS = 100

export interface Message {
  routingKey: string
  body: Buffer
  id: string
  type: string
  headers: Record<string, string>
}

/** The broker took it, could not route it, or refused it. */
export type Confirmed = 'stored' | 'unroutable' | 'refused'

export interface RabbitmqClient {
  /** Throws when the connection breaks before all are confirmed. */
  publish(messages: readonly Message[]): Promise<Confirmed[]>
  shut(): Promise<void>
}

export async function openRabbitmq(
  settings: RabbitmqSettings,
  network: Network,
  unwanted: AbortSignal,
): Promise<RabbitmqClient> {
  const amqp = await import('amqplib')
  const { host, port } = settings
  const socket = connectedSocket(network, host, port, settings)
  const shutSocket = (): void => void socket.destroy()
  unwanted.addEventListener('abort', shutSocket, { once: true })
  let failure: Error | null = null
  // The library waits for a socket that is destroyed already.
  const lost = new Promise<never>((_, reject) => {
    socket.on('error', (error) => {
      failure ??= error
      reject(error)
    })
    // The library may know better why: it has read what the broker said last.
    socket.on('close', () => setTimeout(() => reject(failure ?? new Error('the connection was closed')), SOON_MS))
  })
  lost.catch(() => undefined)
  try {
    const connecting = amqp.connect(
      {
        protocol: 'amqp',
        hostname: host,
        port,
        username: settings.username,
        password: settings.password,
        vhost: settings.virtual_host,
        heartbeat: HEARTBEAT_SECONDS,
      },
      { socket, timeout: CONNECT_MS, clientProperties: { connection_name: 'loam' } },
    )
    connecting.catch(() => undefined)
    const connection = await Promise.race([connecting, lost])
    return await clientOf(settings, connection, shutSocket)
  } catch (error) {
    shutSocket()
    throw failure ?? error
  }
}

async function clientOf(
  settings: RabbitmqSettings,
  connection: Awaited<ReturnType<typeof import('amqplib').connect>>,
  shutSocket: () => void,
): Promise<RabbitmqClient> {
  let failure: Error | null = null
  const waiting = new Set<(error: Error) => void>()
  const broke = (error?: Error): void => {
    failure ??= error ?? new Error('the connection was closed')
    for (const reject of waiting) reject(failure)
    waiting.clear()
  }
  connection.on('error', broke)
  connection.on('close', broke)
  const channel: ConfirmChannel = await connection.createConfirmChannel()
  channel.on('error', broke)
  channel.on('close', () => broke())
  // Whoever publishes to an exchange that is not there loses the channel: so it is asked for first.
  if (settings.exchange !== '') await channel.checkExchange(settings.exchange)
  /** Returned messages come before their confirmation. */
  const unroutable = new Set<string>()
  channel.on('return', ({ properties }) => unroutable.add(String(properties.messageId)))
  return {
    publish(messages) {
      if (failure !== null) return Promise.reject(failure)
      return Promise.all(messages.map((message) => confirmed(message)))
    },
    async shut() {
      // A broker that does not answer must not hold us.
      const closing = connection.close().catch(() => undefined)
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, 500))])
      shutSocket()
    },
  }

  function confirmed({ routingKey, body, id, type, headers }: Message): Promise<Confirmed> {
    return new Promise((resolve, reject) => {
      waiting.add(reject)
      const options = {
        mandatory: true,
        persistent: true,
        messageId: id,
        type,
        contentType: 'application/json',
        appId: 'loam',
        headers,
      }
      channel.publish(settings.exchange, routingKey, body, options, (error: unknown) => {
        waiting.delete(reject)
        const returned = unroutable.delete(id)
        if (failure !== null) reject(failure)
        else resolve(error ? 'refused' : returned ? 'unroutable' : 'stored')
      })
    })
  }
}
