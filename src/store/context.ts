// What every stage is handed: the outside world and the database. Made once, in main.ts or in a test.
import type { Clock } from '../platform/clock.ts'
import type { GuardedHttp, Http } from '../platform/http.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Network } from '../platform/network.ts'
import type { Sealer } from '../platform/seal.ts'
import type { Span, Tracer } from '../platform/trace.ts'
import type { Actor } from './audit.ts'
import type { BodyStore } from './bodies.ts'
import type { Database } from './database.ts'
import type { Replicas } from './replicas.ts'

export interface Context {
  /** Who asked for what is done now; absent where Loam works by itself. */
  actor?: Actor
  /** Health values that are read are not shown to whoever asked. */
  masked?: boolean
  db: Database
  /** Where older bodies lie; absent where all are in the database. */
  bodies?: BodyStore | undefined
  /** Copies of the database that records are read from; absent where there are none. */
  replicas?: Replicas
  clock: Clock
  /** For providers. */
  http: Http
  /** For customers' destinations: refuses private addresses unless the operator allows them. */
  destinationHttp: GuardedHttp
  /** The same for what is not HTTP. */
  destinationNetwork: Network
  /** Where a destination's event can be fetched for a while; absent where this instance serves no payloads. */
  payloadUrl?: (what: {
    eventId: string
    /** Some bytes of it, as a delivery names them; null: all. */
    part: string | null
    seconds: number
  }) => Promise<{ url: string; expiresInSeconds: number }>
  /** A folder of the operator's that destinations may write below; absent where there is none. */
  destinationFolder?: string | undefined
  /** Writes to the standard output; absent where that is the log's. */
  print?: ((text: Uint8Array) => Promise<void>) | undefined
  log: Log
  metrics: Metrics
  sealer: Sealer
  /** How browsers and providers reach us; no trailing slash. */
  publicUrl: string
  /** How we reach ourselves: the simulators' data calls go there. No trailing slash. */
  internalUrl: string
  /** Sources without credentials run against the built-in simulators. */
  sandbox: boolean
  /** The application that an environment has at every simulator. */
  sandboxClient(devId: string): { id: string; secret: string }
  /** Days of history fetched when someone connects; 0 for none. */
  backfillDays: number
  /** Absent: nobody traces. */
  tracer?: Tracer | undefined
  /** The step of a trace that is done now. */
  span?: Span
  /** Days that rows of the audit log stay; absent: for ever. */
  auditDays?: number | undefined
  /** How many proxies stand before us, each of which says where a request came from. */
  trustedProxies?: number
  /** Requests without a valid key, or with an unknown dev-id, that an address may make in a minute; absent or 0: as many as it likes. */
  strangersPerMinute?: number
}
