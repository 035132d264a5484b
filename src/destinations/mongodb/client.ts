// A connection to the primary of a MongoDB. The library would find out about servers by itself and connect to whatever they
// name: it is told to speak to one server only, and which of those in the settings is the primary is asked here.
import type { BSON, Db, MongoClient, MongoClientOptions } from 'mongodb'
import type { Network } from '../../platform/network.ts'
import { serverName, tlsOptions } from '../tls.ts'
import { type Host, hostsOf, whereIs } from './hosts.ts'
import type { MongodbSettings } from './index.ts'
import { refuseImpossibleSizes } from './sizes.ts'

/** Also how long a connection that hangs while it opens may stay: the library cannot be told to drop it. */
const CONNECT_MS = 5000
const LONGEST_MS = 60_000
const CONNECTIONS = 4
/** How long the majority may take to have a write. */
const MAJORITY_MS = 20_000

export interface MongodbClient {
  db: Db
  /** Bytes of a document. */
  sizeOf: typeof BSON.calculateObjectSize
  shut(): Promise<void>
}

export class NotPrimary extends Error {}

/** With the server that it was about. */
export class HostFailed extends Error {
  readonly where: string

  constructor(host: Host, cause: unknown) {
    super('a server could not be used', { cause })
    this.where = whereIs(host)
  }
}

export async function openMongodb(
  settings: MongodbSettings,
  network: Network,
  unwanted: AbortSignal,
): Promise<MongodbClient> {
  const { BSON, MongoClient } = await import('mongodb')
  refuseImpossibleSizes()
  let failure: Error | undefined
  for (const host of await hostsOf(settings)) {
    if (unwanted.aborted) break
    let client: MongoClient | undefined
    const shut = async (): Promise<void> => client?.close(true)
    const letGo = (): void => void shut().catch(() => undefined)
    try {
      network.check(host.name)
      client = new MongoClient(`mongodb://${whereIs(host)}/`, optionsOf(settings, network, host))
      unwanted.addEventListener('abort', letGo, { once: true })
      const db = await connected(client, settings)
      return { db, sizeOf: BSON.calculateObjectSize, shut }
    } catch (error) {
      letGo()
      failure ??= new HostFailed(host, error)
    }
  }
  throw failure ?? new Error('nobody waits for it any more')
}

async function connected(client: MongoClient, settings: MongodbSettings): Promise<Db> {
  // The library would go on trying; trying again is the loop's.
  const failed = new Promise<never>((_, reject) => {
    client.once('serverHeartbeatFailed', (event) => reject(event.failure))
  })
  failed.catch(() => undefined)
  client.on('error', () => undefined)
  await Promise.race([client.connect(), failed])
  const db = client.db(settings.database)
  const { isWritablePrimary } = await Promise.race([db.command({ hello: 1 }), failed])
  if (isWritablePrimary !== true) throw new NotPrimary()
  return db
}

function optionsOf(settings: MongodbSettings, network: Network, host: Host): MongoClientOptions {
  const { username, password, auth_source: source } = settings
  return {
    directConnection: true,
    lookup: network.lookup,
    ...(username === null ? {} : { auth: { username, password: password ?? '' }, authSource: source }),
    ...tlsOf(settings, host),
    // Acknowledged is durable: a majority has it in its journal.
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: MAJORITY_MS },
    retryWrites: false,
    retryReads: false,
    maxPoolSize: CONNECTIONS,
    waitQueueTimeoutMS: LONGEST_MS,
    connectTimeoutMS: CONNECT_MS,
    serverSelectionTimeoutMS: CONNECT_MS,
    socketTimeoutMS: LONGEST_MS,
    serverMonitoringMode: 'poll',
    appName: 'loam',
    ignoreUndefined: true,
    // The environment can switch on a log of every command, with what people's records say.
    mongodbLogComponentSeverities: {
      default: 'off',
      command: 'off',
      connection: 'off',
      topology: 'off',
      client: 'off',
    },
  }
}

function tlsOf(settings: MongodbSettings, host: Host): MongoClientOptions {
  const options = tlsOptions(settings)
  if (options === undefined) return { tls: false }
  const servername = serverName(host.name.replace(/^\[|\]$/g, ''))
  return { tls: true, servername, ...(options as MongoClientOptions) }
}
