// The shape that every kind of destination has. The loop in `deliver` knows this file and no kind.
import type { ZodObject, z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Http } from '../platform/http.ts'

export interface OutgoingEvent {
  id: string
  type: string
  /** `terra-reference`. */
  reference: string
  /** Stable across attempts and destinations. */
  traceId: string
  /** Epoch milliseconds; null when the event has no recency. */
  orderingAt: number | null
  userId: string | null
  referenceId: string | null
  provider: string | null
  createdAt: number
  /** The JSON, exactly as it was committed. */
  body: Uint8Array
  /** 1 for the first. */
  attempt: number
}

/** What should happen next. */
export type SendResult =
  | { next: 'delivered'; status: number | null; response: string | null }
  /** Try again by the schedule, no earlier than `afterSeconds`. */
  | { next: 'retry'; message: string; status: number | null; afterSeconds?: number | null; response: string | null }
  /** Trying this event again cannot help. */
  | { next: 'rejected'; message: string; status: number | null; response: string | null }
  /** The destination wants nothing more: pause it and hold what waits. */
  | { next: 'pause'; message: string; status: number | null; response: string | null }

export interface SendContext {
  http: Http
  clock: Clock
  /** The environment's signing secrets, newest first: two while one is being replaced. */
  environmentSecrets: readonly string[]
}

export interface DestinationType<Settings extends ZodObject = ZodObject> {
  /** As the API spells it. */
  id: string
  name: string
  /** One line for the form. */
  description: string
  /**
   * Validation of the API, form of the dashboard and type of `settings`. Members with `.meta({ secret: true })` are
   * write-only and sealed.
   */
  settings: Settings
  /** One line that names the target without secrets, for lists. */
  target(settings: z.infer<Settings>): string
  send(event: OutgoingEvent, settings: z.infer<Settings>, context: SendContext): Promise<SendResult>
}

export function defineDestination<Settings extends ZodObject>(
  type: DestinationType<Settings>,
): DestinationType<Settings> {
  return type
}

/** The names of the settings' secret members. */
export function secretMembers(type: DestinationType): string[] {
  return Object.entries(type.settings.shape)
    .filter(([, schema]) => (schema as z.ZodType).meta()?.secret === true)
    .map(([name]) => name)
}
