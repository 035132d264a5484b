// What a destination is made from, checked by its type's own schema.
import { isIP } from 'node:net'
import { z } from 'zod'
import { connectors } from '../../connectors/index.ts'
import { abilitiesOf } from '../../deliver/open-destination.ts'
import { type DestinationType, offeredSettings, secretMembers } from '../../destinations/destination.ts'
import { DeliveryChange, DeliverySettings } from '../../model/delivery-settings.ts'
import { ApiError } from '../../platform/errors.ts'
import { HttpFailure } from '../../platform/http.ts'
import { PrivateAddress } from '../../platform/network.ts'
import type { Context } from '../../store/context.ts'
import type { DestinationRow } from '../../store/destinations.ts'
import { eventTypeNames } from '../event-types.ts'
import { parseInput } from '../http/validate.ts'

const notEmpty = { error: 'must not be empty; null lets everything pass' }
const nameList = z.array(z.string().max(100)).min(1, notEmpty).max(1000).nullable()
const idList = z.array(z.string().min(1).max(256)).min(1, notEmpty).max(1000).nullable().optional()

const common = {
  name: z.string().trim().min(1).max(120).optional(),
  url: z.string().max(2048).optional().describe('Short for `settings.url`.'),
  signing_secret: z
    .string()
    .min(16)
    .max(200)
    .nullable()
    .optional()
    .describe(
      "Short for `settings.signing_secret`: signs this destination's events instead of the environment's secret.",
    ),
  settings: z.record(z.string(), z.unknown()).optional().describe('By type: see `GET /admin/v1/destination-types`.'),
  event_types: nameList.optional().describe('Null or absent: every type.'),
  providers: nameList.optional().describe('Null or absent: every source.'),
  user_ids: idList.describe('Only events of these connections. Null or absent: of everyone.'),
  reference_ids: idList.describe('Only events of these people, by your own ids. With `user_ids`: of either.'),
  delivery: DeliveryChange.optional(),
}
export const NewDestinationInput = z.object({ type: z.string().max(100).default('webhook'), ...common })
export const DestinationChange = z.object(common)
export type DestinationChange = z.output<typeof DestinationChange>

/** `url` and `signing_secret` may stand beside `settings`; all is checked by the type's own schema. */
export function settingsOf(
  ctx: Context,
  type: DestinationType,
  stored: Record<string, unknown>,
  input: DestinationChange,
): Record<string, unknown> {
  const given = { ...stored, ...input.settings }
  if (input.url !== undefined) given.url = input.url
  if (input.signing_secret !== undefined) given.signing_secret = input.signing_secret
  const settings = parseInput(offeredSettings(type, abilitiesOf(ctx)).strict(), given, 'settings')
  checkReachable(ctx, type, settings, stored)
  return settings
}

/** Names are seen when they are resolved, with each connection. One that was taken once can still be renamed, whatever is allowed now. */
function checkReachable(
  ctx: Context,
  type: DestinationType,
  settings: Record<string, unknown>,
  stored: Record<string, unknown>,
): void {
  const before = type.settings.safeParse(stored).data
  const known = before === undefined ? [] : Object.values(type.reaches?.(before) ?? {}).flat()
  for (const [field, places] of Object.entries(type.reaches?.(settings) ?? {})) {
    for (const place of places) if (!known.includes(place)) checkPlace(ctx, field, place)
  }
}

function checkPlace(ctx: Context, field: string, place: string): void {
  try {
    if (URL.canParse(place) && place.includes('://')) ctx.destinationHttp.check(place)
    else ctx.destinationNetwork.check(hostOf(place))
  } catch (error) {
    if (!(error instanceof PrivateAddress || error instanceof HttpFailure)) throw error
    throw new ApiError('invalid_request', 400, `${field}: ${error.message}`)
  }
}

/** An IPv6 address that stands alone has several colons, and no port. */
function hostOf(place: string): string {
  return isIP(place) === 0 ? place.replace(/:\d+$/, '') : place
}

export function splitSecrets(
  type: DestinationType,
  settings: Record<string, unknown>,
): { open: Record<string, unknown>; secret: Record<string, unknown> } {
  const names = secretMembers(type)
  const entries = Object.entries(settings)
  return {
    open: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
    secret: Object.fromEntries(entries.filter(([name]) => names.includes(name))),
  }
}

/** The settings that were given, on top of those given before; checked together. As stored: without defaults. */
export function deliveryOf(stored: string, input: DeliveryChange | undefined): string {
  const given = { ...JSON.parse(stored), ...input }
  parseInput(z.object({ delivery: DeliverySettings }), { delivery: given }, 'body')
  return JSON.stringify(given)
}

interface Filters {
  event_types?: string[] | null
  providers?: string[] | null
  user_ids?: string[] | null
  reference_ids?: string[] | null
}

/** Which events it wants, as stored. */
export function filtersOf(
  input: Filters,
): Pick<DestinationRow, 'event_types' | 'providers' | 'user_ids' | 'reference_ids'> {
  const providers = input.providers?.map((provider) => provider.toUpperCase()) ?? null
  checkKnown('event_types', input.event_types ?? [], eventTypeNames)
  checkKnown(
    'providers',
    providers ?? [],
    connectors.map((connector) => connector.id),
  )
  return {
    event_types: input.event_types ? JSON.stringify(input.event_types) : null,
    providers: providers === null ? null : JSON.stringify(providers),
    user_ids: input.user_ids ? JSON.stringify(input.user_ids) : null,
    reference_ids: input.reference_ids ? JSON.stringify(input.reference_ids) : null,
  }
}

export function checkKnown(field: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ApiError('invalid_request', 400, `${field}: there is no ${unknown}; there are ${known.join(', ')}`)
}
