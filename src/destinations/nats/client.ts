// One connection to one NATS server. The library would connect again, and to servers that it hears of: here that is the loop's
// to decide.
import type { JetStreamClient } from '@nats-io/jetstream'
import type { Network } from '../../platform/network.ts'
import { serverName, tlsOptions } from '../tls.ts'
import type { NatsSettings } from './index.ts'

const CONNECT_MS = 8000

export interface NatsClient {
  jetstream: JetStreamClient
  headers(values: Record<string, string>): ReturnType<typeof import('@nats-io/transport-node').headers>
  maxPayload: number
  shut(): Promise<void>
}

export async function openNats(settings: NatsSettings, network: Network, unwanted: AbortSignal): Promise<NatsClient> {
  const [{ connect, headers }, { jetstream }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/jetstream'),
  ])
  const { host, port } = settings
  const tls = tlsOptions(settings)
  // The library leaves a socket behind where nobody answers, and takes addresses only: so somebody looks first.
  const address = await greetedAt(network, host, port, unwanted)
  const connection = await connect({
    servers: `${address.includes(':') ? `[${address}]` : address}:${port}`,
    name: 'loam',
    timeout: CONNECT_MS,
    reconnect: false,
    ignoreClusterUpdates: true,
    noEcho: true,
    ...(settings.username === null ? {} : { user: settings.username }),
    ...(settings.password === null ? {} : { pass: settings.password }),
    ...(settings.token === null ? {} : { token: settings.token }),
    ...(tls === undefined ? { tls: null } : { tls: { ...tls, host, servername: serverName(host) } as object }),
  })
  // Closed for whatever reason: what is published afterwards fails, and the loop opens another one.
  connection.closed().catch(() => undefined)
  const shut = (): Promise<void> => connection.close().catch(() => undefined)
  if (unwanted.aborted) await shut()
  unwanted.addEventListener('abort', () => void shut(), { once: true })
  return {
    jetstream: jetstream(connection),
    headers(values) {
      const made = headers()
      for (const [name, value] of Object.entries(values)) made.set(name, value)
      return made
    },
    maxPayload: connection.info?.max_payload ?? 1_048_576,
    shut,
  }
}

/** The address at which a server said who it is, as NATS servers do before anything else. */
function greetedAt(network: Network, host: string, port: number, unwanted: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = network.connect(host, port)
    const end = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(CONNECT_MS, () => end(new Error('timeout')))
    socket.on('error', end)
    socket.on('close', () => end(new Error('the connection was closed')))
    unwanted.addEventListener('abort', () => end(new Error('timeout')), { once: true })
    socket.once('data', (bytes) => {
      const address = socket.remoteAddress
      if (!bytes.toString('latin1').startsWith('INFO ') || address === undefined) {
        return end(new Error('this is no NATS server'))
      }
      socket.destroy()
      resolve(address)
    })
  })
}
