// A provider's cloud, played: consent page, tokens, data in its own raw shape, limits, notifications.
import type { Clock } from '../platform/clock.ts'
import type { Http } from '../platform/http.ts'

/** What a simulator remembers; keys are its own. Survives restarts, shared by every server on one database. */
export interface SimulatorState {
  get(key: string): Promise<string | null>
  /** `expiresAt` in milliseconds since the epoch, by the simulator's clock. */
  put(key: string, value: string, expiresAt?: number): Promise<void>
  /** Reads and deletes in one step: single-use codes and tokens. Exactly one of several callers gets the value. */
  take(key: string): Promise<string | null>
  delete(key: string): Promise<void>
  list(prefix: string): Promise<{ key: string; value: string }[]>
}

export interface SimulatorContext {
  clock: Clock
  state: SimulatorState
  /** Sends notifications to the subscribed callback URLs. */
  http: Http
  /** Where this simulator is reachable from a browser, e.g. `http://localhost:4000/sandbox/oura`. No trailing slash. */
  baseUrl: string
  /**
   * Where notifications of this application go, for providers at which that is typed into a dashboard and no API sets
   * it. Null for applications that nobody registered.
   */
  callbackOf?: (provider: string, clientId: string) => Promise<string | null>
  /** What was typed in beside it: the secret that this provider signs notifications with. */
  callbackSecretOf?: (provider: string, clientId: string) => Promise<string | null>
}

export interface Simulator {
  /** The connector's id, upper case. */
  id: string
  /** Any request below `/sandbox/{id in lower case}`; the URL's path is already without that prefix. */
  handle(request: Request): Promise<Response>
  /** Sends what has become due since the last call (new nights, growing days). Answers how many notifications it sent. */
  tick(): Promise<number>
}

/** The application that a connector signs in as: any client id is known, and this is its secret. */
export type ClientSecretOf = (clientId: string) => string
