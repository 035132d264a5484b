// How a destination is shown: never with a secret.
import { z } from 'zod'
import { deliverySettings, destinationPlace } from '../../deliver/open-destination.ts'
import { previousSecrets } from '../../deliver/signing-secrets.ts'
import { secretMembers } from '../../destinations/destination.ts'
import { destinationType } from '../../destinations/index.ts'
import { DeliverySettings } from '../../model/delivery-settings.ts'
import type { Context } from '../../store/context.ts'
import type { DestinationRow } from '../../store/destinations.ts'
import { isoTime } from './listing.ts'

export const DestinationView = z
  .object({
    id: z.string(),
    type: z.string(),
    name: z.string(),
    target: z.string().describe('Where it points, without secrets.'),
    settings: z.record(z.string(), z.unknown()).describe('Without its secret members.'),
    secrets: z.record(z.string(), z.boolean()).describe('Which secret members are set. Their values are never shown.'),
    event_types: z.array(z.string()).nullable().describe('Null: every type.'),
    providers: z.array(z.string()).nullable().describe('Null: every source.'),
    user_ids: z.array(z.string()).nullable().describe('Null: everyone, unless `reference_ids` is set.'),
    reference_ids: z.array(z.string()).nullable().describe('Null: everyone, unless `user_ids` is set.'),
    delivery: DeliverySettings,
    state: z
      .enum(['active', 'paused', 'disabled'])
      .describe('`paused` and `disabled` (by Loam, after failing too long) hold their events until it is resumed.'),
    state_reason: z.string().nullable(),
    failing_since: z.string().nullable().describe('Since when every attempt has failed.'),
    opened_until: z
      .string()
      .nullable()
      .describe('Set while too many attempts failed in a row: events are held, and one is tried at this time.'),
    previous_secrets_until: z
      .string()
      .nullable()
      .describe('Until when events carry a second signature, by the signing secret before.'),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Destination' })
export type DestinationView = z.infer<typeof DestinationView>

export const CreatedDestinationView = DestinationView.extend({
  signing_secret: z
    .string()
    .nullable()
    .describe("What signs its events, shown this once: its own, or the environment's. Null where nothing is signed."),
}).meta({ id: 'CreatedDestination' })
export type CreatedDestinationView = z.infer<typeof CreatedDestinationView>

export function destinationView(ctx: Context, row: DestinationRow): DestinationView {
  const type = destinationType(row.type)
  const settings = JSON.parse(row.settings) as Record<string, unknown>
  const secrets = openSecrets(ctx, row)
  const names = type === null ? Object.keys(secrets) : secretMembers(type)
  const parsed = type?.settings.safeParse({ ...settings, ...secrets })
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    target: type !== null && parsed?.success === true ? type.target(parsed.data) : row.type,
    settings,
    secrets: Object.fromEntries(names.map((name) => [name, secrets[name] !== undefined && secrets[name] !== null])),
    event_types: listIn(row.event_types),
    providers: listIn(row.providers),
    user_ids: listIn(row.user_ids),
    reference_ids: listIn(row.reference_ids),
    delivery: deliverySettings(row),
    state: row.state,
    state_reason: row.state_reason,
    failing_since: isoTime(row.failing_since),
    opened_until: isoTime(row.opened_until),
    previous_secrets_until: isoTime(previousSecrets(ctx, row)[0]?.until ?? null),
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  }
}

export function openSecrets(ctx: Context, row: DestinationRow): Record<string, unknown> {
  return JSON.parse(ctx.sealer.open(row.secrets_sealed, destinationPlace(row.id)))
}

export function listIn(json: string | null): string[] | null {
  return json === null ? null : (JSON.parse(json) as string[])
}

export const DestinationTypeView = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('JSON Schema; secret members are marked `"secret": true`.'),
  })
  .meta({ id: 'DestinationType' })
export type DestinationTypeView = z.infer<typeof DestinationTypeView>

export const DestinationTestView = z
  .object({
    outcome: z.enum(['delivered', 'retry', 'rejected']).describe('What a real event would meet.'),
    status: z.number().nullable().describe('HTTP status; null when nobody answered.'),
    message: z.string(),
    duration_ms: z.number(),
  })
  .meta({ id: 'DestinationTest' })
export type DestinationTestView = z.infer<typeof DestinationTestView>
