// One channel with publisher confirms on one connection, to an address that was checked.
import type { ConfirmChannel } from 'amqplib'
import type { Network } from '../../platform/network.ts'
import { serverName, tlsOptions } from '../tls.ts'
import type { RabbitmqSettings } from './index.ts'

const CONNECT_MS = 8000
const HEARTBEAT_SECONDS = 30

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
  const tls = tlsOptions(settings)
  network.check(settings.host)
  // The library makes the socket, and takes none of ours: so it is told where it may go, and what ends it.
  const over = new AbortController()
  const shutSocket = (): void => over.abort()
  unwanted.addEventListener('abort', shutSocket, { once: true })
  if (unwanted.aborted) shutSocket()
  const ended = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(new Error('nobody waits for it any more')), { once: true })
  })
  ended.catch(() => undefined)
  const { username, password, virtual_host: vhost } = settings
  const broker = {
    protocol: tls === undefined ? 'amqp' : 'amqps',
    hostname: settings.host,
    port: settings.port,
    username,
    password,
    // The library takes it for a part of a URL.
    vhost: encodeURIComponent(vhost),
    heartbeat: HEARTBEAT_SECONDS,
  }
  // All of it reaches Node's sockets; the library's types do not know of each.
  const named = tls === undefined ? {} : { servername: serverName(settings.host) }
  const socket = { ...tls, ...named, lookup: network.lookup, signal: over.signal, noDelay: true, timeout: CONNECT_MS }
  const connecting = amqp.connect(broker, { ...socket, clientProperties: { connection_name: 'loam' } })
  // Whoever waits hears of what fails. Without a listener it would end the process.
  connecting.then(
    (connection) => connection.on('error', () => undefined),
    () => undefined,
  )
  try {
    const connection = await Promise.race([connecting, ended])
    return await clientOf(settings, connection, shutSocket)
  } catch (error) {
    shutSocket()
    throw error
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
