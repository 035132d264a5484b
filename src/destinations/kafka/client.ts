// A producer that goes only to brokers that may be reached: those of the settings, and those that they name.
import type { Connection } from '@platformatic/kafka'
import type { Network } from '../../platform/network.ts'
import { isAboutTls } from '../../platform/tls-problem.ts'
import type { World } from '../destination.ts'
import { serverName, tlsOptions } from '../tls.ts'
import type { KafkaSettings } from './index.ts'

const CONNECT_MS = 8000
/** One more try than there are retries: together longer than any timeout of a destination. */
const REQUEST_MS = 20_000
const END_WITHIN_MS = 2000

const MECHANISMS = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

export interface Message {
  topic: string
  key?: string
  value: Buffer
  headers: Record<string, string>
}

export interface KafkaClient {
  /** Resolves when all replicas in sync have the messages. */
  send(messages: Message[]): Promise<void>
  shut(): Promise<void>
}

export async function openKafka(settings: KafkaSettings, { network }: World): Promise<KafkaClient> {
  const { compatibilityPartitioner, ProduceAcks, Producer, stringSerializer } = await import('@platformatic/kafka')
  const tls = tlsOptions(settings)
  let connectingTo = ''
  const secure = {
    ...tls,
    lookup: network.lookup,
    // Read as a connection begins: the library itself would take an address of IPv6 for a name, on which Java hangs up.
    get servername() {
      return serverName(connectingTo)
    },
  }
  const producer = new Producer<string, Buffer, string, string>({
    clientId: 'loam',
    bootstrapBrokers: settings.brokers.map(addressOf),
    serializers: {
      key: stringSerializer,
      value: (value) => value,
      headerKey: stringSerializer,
      headerValue: stringSerializer,
    },
    // The same partition as Java's clients would choose.
    partitioner: compatibilityPartitioner,
    idempotent: true,
    acks: ProduceAcks.ALL,
    autocreateTopics: true,
    connectTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    timeout: REQUEST_MS,
    // Enough for a topic that is just being made and for a partition that moves.
    retries: 4,
    retryDelay: 250,
    ...(tls === undefined ? {} : { tls: secure }),
    ...(settings.sasl === 'none'
      ? {}
      : {
          sasl: {
            mechanism: MECHANISMS[settings.sasl],
            username: settings.username ?? '',
            password: settings.password ?? '',
          },
        }),
  })
  const open = new Set<Connection>()
  /** What a broker said as it ended a connection that stood, such as of a certificate: the library says only that it ended. */
  let refused: Error | undefined
  guard(producer.connections, network, tls !== undefined)
  producer.connections.on('connecting', ({ broker, connection }) => {
    connectingTo = broker.host
    open.add(connection)
    // Without a listener a broken connection would end the process.
    connection.on('error', (error: Error) => {
      if (isAboutTls(codeOf(error.cause))) refused = error
    })
    connection.once('close', () => open.delete(connection))
  })
  return {
    async send(messages) {
      try {
        await producer.send({ messages })
        refused = undefined
      } catch (error) {
        throw refused === undefined ? error : new AggregateError([error, refused])
      }
    },
    async shut() {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, END_WITHIN_MS)
      })
      await Promise.race([producer.close().catch(() => undefined), late])
      clearTimeout(timer)
      for (const connection of open) connection.socket?.destroy()
    },
  }
}

type Pool = import('@platformatic/kafka').ConnectionPool
type Broker = Parameters<Pool['get']>[0]

/** Every connection of the library comes from its pool. With TLS it looks names up as we say; without, it gets an address. */
function guard(pool: Pool, network: Network, tls: boolean): void {
  const get = pool.get.bind(pool) as (
    broker: Broker,
    callback: (error: Error | null, found?: Connection) => void,
  ) => void
  const guarded = (broker: Broker, callback: (error: Error | null, found?: Connection) => void): void => {
    allowed(broker)
      .then((known) => get(known, callback))
      .catch((error: Error) => callback(error))
  }
  async function allowed(broker: Broker): Promise<Broker> {
    if (broker === undefined || broker === null) return broker
    network.check(broker.host)
    return tls ? broker : { ...broker, host: await network.resolve(broker.host) }
  }
  pool.get = guarded as Pool['get']
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

function addressOf(broker: string): { host: string; port: number } {
  const colon = broker.lastIndexOf(':')
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(broker.slice(colon + 1)) }
}
