// The shape that every kind of destination has. The loop in `deliver` knows this file and no kind.
import { z, type ZodObject } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Http } from '../platform/http.ts'
import type { Network } from '../platform/network.ts'

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
  /** Set where these are some bytes of an event: of which one, and where they stand in it. `id` and `traceId` name the part. */
  part?: { eventId: string; stored: string }
  /** The JSON, exactly as it was committed. */
  body: Uint8Array
  /** Of this attempt, where traces are on. */
  traceparent?: string
  /** 1 for the first. */
  attempt: number
}

interface Answer {
  /** HTTP status; null where there is none. */
  status: number | null
  /** What the other side said: an HTTP body, or where the event lies now. For people, and no secret is in it. */
  response: string | null
}

interface Failure extends Answer {
  /** What failed, one sentence for people: neither secrets nor health values, so rarely the other side's own words. */
  message: string
}

/** What should happen next. */
export type SendResult =
  | ({ next: 'delivered' } & Answer)
  /** Try again by the schedule, no earlier than `afterSeconds`. Also for what somebody has to mend first. */
  | ({
      next: 'retry'
      afterSeconds?: number | null
      /** It cannot keep up (HTTP 429 or 503, no answer in time): fewer at a time may help. */
      slowDown?: boolean
      /** It is there, and refuses this one: another event may fare better. Of HTTP, statuses from 400 to 499 say so. */
      refused?: boolean
    } & Failure)
  /** Trying this event again cannot help, whatever anyone mends. */
  | ({ next: 'rejected' } & Failure)
  /** The destination wants nothing more: pause it and hold what waits. */
  | ({ next: 'pause' } & Failure)

export function delivered(response: string | null = null): SendResult {
  return { next: 'delivered', status: null, response }
}

export function retry(message: string, slowDown = false): SendResult {
  return { next: 'retry', message, status: null, response: null, slowDown }
}

/** It is larger than the other side takes by now: who raises that limit, or sets one here by which it is divided, mends it. */
export function tooLarge(message: string): SendResult {
  return { next: 'retry', message, status: null, response: null, refused: true }
}

export function rejected(message: string): SendResult {
  return { next: 'rejected', message, status: null, response: null }
}

/** What a sender may use. HTTP and network refuse private addresses unless the operator allows them. */
export interface World extends Abilities {
  /** Stays the same as long as the destination exists: for names that a server should know again. */
  destinationId: string
  http: Http
  network: Network
  clock: Clock
}

/** What only some instances have: types and settings that need it are offered there. */
export interface Abilities {
  /** Where an event can be fetched for a while. */
  payloadUrl?: PayloadUrl | undefined
  /** A folder of the operator's that destinations may write below. */
  folder?: string | undefined
  /** Writes to the standard output, where nothing else goes then. */
  print?: ((text: Uint8Array) => Promise<void>) | undefined
}

export type PayloadUrl = (event: OutgoingEvent) => Promise<{ url: string; expiresInSeconds: number }>

/** What may be another from one call to the next. */
export interface Now {
  /** What events are signed with, newest first: two while one is being replaced. The destination's own, or its environment's. */
  signingSecrets: readonly string[]
  /** How long the call may take. The loop gives up on it a little later. */
  timeoutMs: number
}

/** One destination in use. It connects when it first sends and lets go of connections that nobody uses. */
export interface Sender {
  /**
   * Sends events that may go together: no more than the type's `batch`. Several calls may run at a time. The results are in
   * the order of the events; `delivered` means durable over there, and the same event again changes nothing where the other
   * side can be asked for that. It ends within `now.timeoutMs` and lets go of what hangs. Whatever the other side does is
   * a result: what is thrown is a mistake of ours.
   */
  send(events: readonly OutgoingEvent[], now: Now): Promise<SendResult[]>
  /** Called once; nothing is sent afterwards. Waits, within bounds, for what is being sent and then disconnects. */
  close(): Promise<void>
}

export interface Batch {
  events: number
  /** Of all bodies together; one event alone may be larger. */
  bytes: number
}

export interface DestinationType<Settings extends ZodObject = ZodObject> {
  /** As the API spells it. */
  id: string
  name: string
  /** One line for the form. */
  description: string
  /** Offered only where the instance has that ability. */
  needs?: keyof Abilities
  /**
   * Validation of the API, form of the dashboard and type of `settings`. Members with `.meta({ secret: true })` are
   * write-only and sealed; members with `.meta({ needs: 'payloadUrl' })` are offered where the instance has that ability.
   */
  settings: Settings
  /** How long a call may take unless the destination's delivery settings say otherwise; left out: 30. */
  timeoutSeconds?: number
  /**
   * The hosts that the settings name, by the setting that does: each a URL, `host`, or `host:port`. They are refused when
   * they are given, where they are addresses that may not be reached. Left out: none.
   */
  reaches?(settings: z.infer<Settings>): Record<string, readonly string[]>
  /** One line that names the target without secrets, for lists. */
  target(settings: z.infer<Settings>): string
  /** What one call of `send` takes; left out: one event. */
  batch?: Batch
  /** How long URLs of payloads are good; left out: 600. */
  payloadSeconds?: number
  /** Sends pointers alone: then no event is too large. */
  pointsOnly?(settings: z.infer<Settings>): boolean
  /** The largest body that arrives in one piece; left out: any. Larger ones are not handed to `send`. */
  maxEventBytes?(settings: z.infer<Settings>): number
  /** Makes no connection yet, so it cannot fail. */
  open(settings: z.infer<Settings>, world: World): Sender
}

export function defineDestination<Settings extends ZodObject>(
  type: DestinationType<Settings>,
): DestinationType<Settings> {
  return type
}

/** The names of the settings' secret members. */
export function secretMembers(type: DestinationType): string[] {
  return membersWith(type, (meta) => meta?.secret === true)
}

/** The settings without what this instance cannot do. Members that are not there are refused by name. */
export function offeredSettings(type: DestinationType, abilities: Abilities): ZodObject {
  const missing = membersWith(
    type,
    (meta) => meta?.needs !== undefined && abilities[meta.needs as keyof Abilities] === undefined,
  )
  const offered = Object.entries(type.settings.shape).filter(([name]) => !missing.includes(name))
  return z.object(Object.fromEntries(offered))
}

export function isOffered(type: DestinationType, abilities: Abilities): boolean {
  return type.needs === undefined || abilities[type.needs] !== undefined
}

function membersWith(type: DestinationType, wanted: (meta: Record<string, unknown> | undefined) => boolean): string[] {
  return Object.entries(type.settings.shape)
    .filter(([, schema]) => wanted((schema as z.ZodType).meta()))
    .map(([name]) => name)
}
