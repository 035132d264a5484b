// A destination's row, made ready to send: settings parsed, secrets opened. Kept until the row changes; whoever opened it
// closes its sender.
import {
  type Abilities,
  type DestinationType,
  isOffered,
  type PayloadUrl,
  type Now,
  type Sender,
  type World,
} from '../destinations/destination.ts'
import { destinationType, destinationTypes } from '../destinations/index.ts'
import { DeliverySettings } from '../model/delivery-settings.ts'
import type { Context } from '../store/context.ts'
import type { DestinationRow } from '../store/destinations.ts'
import { guardedSender } from './guarded-sender.ts'
import { destinationSecrets } from './signing-secrets.ts'

const DEFAULT_TIMEOUT_SECONDS = 30
const PAYLOAD_SECONDS = 600

export interface OpenDestination {
  row: DestinationRow
  type: DestinationType
  settings: Record<string, unknown>
  delivery: DeliverySettings
  /** Undefined where this instance serves no payloads. */
  payloadUrl: PayloadUrl | undefined
  sender: Sender
  /** What a call is told; the secrets are read again from time to time. */
  now: Now
}

export function openDestination(ctx: Context, row: DestinationRow): OpenDestination {
  const { type, settings } = destinationSettings(ctx, row)
  const { destinationHttp: http, destinationNetwork: network, clock } = ctx
  const delivery = deliverySettings(row)
  const payloadUrl = payloadUrlOf(ctx, delivery.expires_in ?? type.payloadSeconds ?? PAYLOAD_SECONDS)
  const world: World = { destinationId: row.id, http, network, clock, ...abilitiesOf(ctx), payloadUrl }
  const seconds = delivery.timeout_seconds ?? type.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS
  const now = { signingSecrets: [], timeoutMs: seconds * 1000 }
  const sender = guardedSender(
    (ours) => type.open(settings, { ...world, network: ours }),
    network,
    (error) => ctx.log.error({ err: error, destinationId: row.id }, "a destination's library threw past everybody"),
  )
  return { row, type, settings, delivery, payloadUrl, sender, now }
}

export function abilitiesOf(ctx: Context): Abilities {
  return { payloadUrl: payloadUrlOf(ctx, PAYLOAD_SECONDS), folder: ctx.destinationFolder, print: ctx.print }
}

function payloadUrlOf({ payloadUrl: make }: Context, seconds: number): PayloadUrl | undefined {
  if (make === undefined) return undefined
  return ({ id, part }) => make({ eventId: part?.eventId ?? id, part: part?.stored ?? null, seconds })
}

/** The kinds of destination that this instance can have. */
export function offeredTypes(ctx: Context): DestinationType[] {
  return destinationTypes.filter((type) => isOffered(type, abilitiesOf(ctx)))
}

/** Reads what it signs with. */
export async function renewSecrets(ctx: Context, open: OpenDestination): Promise<void> {
  open.now = { ...open.now, signingSecrets: await destinationSecrets(ctx, open.row, open.settings) }
}

export function deliverySettings(row: DestinationRow): DeliverySettings {
  return DeliverySettings.parse(JSON.parse(row.delivery))
}

/** With the secret members. */
export function destinationSettings(
  ctx: Context,
  row: DestinationRow,
): { type: DestinationType; settings: Record<string, unknown> } {
  const type = destinationType(row.type)
  if (type === null) throw new Error(`no destination of type ${row.type} exists in this version`)
  const secrets = JSON.parse(ctx.sealer.open(row.secrets_sealed, destinationPlace(row.id)))
  return { type, settings: type.settings.parse({ ...JSON.parse(row.settings), ...secrets }) }
}

/** Where a destination's secrets are sealed for. */
export function destinationPlace(id: string): string {
  return `destination:${id}`
}
