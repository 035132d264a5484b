import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { abilitiesOf, destinationPlace, offeredTypes } from '../../deliver/open-destination.ts'
import { testDestination as sendTest } from '../../deliver/test-destination.ts'
import { type DestinationType, offeredSettings } from '../../destinations/destination.ts'
import { destinationType } from '../../destinations/index.ts'
import { newId } from '../../model/ids.ts'
import { ApiError } from '../../platform/errors.ts'
import { wakeDeliveries } from '../../queue/wake.ts'
import { type Act, audit, type AuditAction, auditStatement } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { Statement } from '../../store/database.ts'
import {
  deleteDeliveriesOf,
  deleteDestination as deleteRow,
  destinationById,
  type DestinationRow,
  insertDestination,
  listDestinations as listRows,
  NEW_DESTINATION,
  resumeDestination as resumeRow,
  stopDestination,
  tryAtOnce,
  updateDestination as updateRow,
} from '../../store/destinations.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { forgetRemembered } from '../../store/remembered.ts'
import { signingSecretOf } from '../environments.ts'
import {
  deliveryOf,
  type DestinationChange,
  filtersOf,
  type NewDestinationInput,
  settingsOf,
  splitSecrets,
} from './destination-input.ts'
import {
  type CreatedDestinationView,
  type DestinationTestView,
  type DestinationTypeView,
  type DestinationView,
  destinationView,
  listIn,
  openSecrets,
} from './destination-view.ts'
import { type Listing, wholeListing } from './listing.ts'

export type { DestinationTypeView, DestinationView }

/** The kinds of destination there are, with JSON Schemas to draw forms from. */
export function listDestinationTypes(ctx: Context): Listing<DestinationTypeView> {
  return wholeListing(
    offeredTypes(ctx).map((type) => ({
      id: type.id,
      name: type.name,
      description: type.description,
      settings: z.toJSONSchema(offeredSettings(type, abilitiesOf(ctx)), { io: 'input' }) as Record<string, unknown>,
    })),
  )
}

/** Oldest first. */
export async function listDestinations(ctx: Context, environment: EnvironmentRow): Promise<Listing<DestinationView>> {
  return wholeListing((await listRows(ctx.db, environment.id)).map((row) => destinationView(ctx, row)))
}

export async function getDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string },
): Promise<DestinationView> {
  return destinationView(ctx, await rowNamed(ctx, environment, input.destination_id))
}

export async function createDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.input<typeof NewDestinationInput>,
): Promise<CreatedDestinationView> {
  const offered = offeredTypes(ctx)
  const type = offered.find(({ id }) => id === (input.type ?? 'webhook'))
  if (type === undefined) {
    const known = offered.map((each) => each.id).join(', ')
    throw new ApiError('unknown_destination_type', 400, `type: there is no ${input.type}; there are ${known}`)
  }
  const now = ctx.clock.now()
  const id = newId()
  const settings = settingsOf(ctx, type, {}, input)
  const { open, secret } = splitSecrets(type, settings)
  const row: DestinationRow = {
    ...NEW_DESTINATION,
    id,
    environment_id: environment.id,
    type: type.id,
    name: input.name ?? type.name,
    settings: JSON.stringify(open),
    secrets_sealed: ctx.sealer.seal(JSON.stringify(secret), destinationPlace(id)),
    ...filtersOf(input),
    delivery: deliveryOf('{}', input.delivery),
    created_at: now,
    updated_at: now,
  }
  await ctx.db.transaction(async (tx) => {
    await insertDestination(tx, row)
    audit(ctx, tx, { ...about('created', environment, id), details: { type: type.id } })
  })
  ctx.log.info({ environmentId: environment.id, destinationId: id, type: type.id }, 'destination created')
  return { ...destinationView(ctx, row), signing_secret: await signingSecret(ctx, environment, type, settings) }
}

/** Members that are left out stay as they are, secrets included. */
export async function updateDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string } & DestinationChange,
): Promise<DestinationView> {
  const row = await ctx.db.transaction(async (tx) => {
    await tx.lock(`destination:${input.destination_id}`)
    const before = await destinationById(tx, input.destination_id)
    if (before === null || before.environment_id !== environment.id) throw notFound()
    const type = typeOf(before)
    const secrets = openSecrets(ctx, before)
    const stored = { ...JSON.parse(before.settings), ...secrets } as Record<string, unknown>
    const { open, secret } = splitSecrets(type, settingsOf(ctx, type, stored, input))
    const next: DestinationRow = {
      ...before,
      name: input.name ?? before.name,
      settings: JSON.stringify(open),
      // The same sealed again would be other bytes.
      secrets_sealed: isDeepStrictEqual(secret, secrets)
        ? before.secrets_sealed
        : ctx.sealer.seal(JSON.stringify(secret), destinationPlace(before.id)),
      ...filtersOf({
        event_types: input.event_types === undefined ? listIn(before.event_types) : input.event_types,
        providers: input.providers === undefined ? listIn(before.providers) : input.providers,
        user_ids: input.user_ids === undefined ? listIn(before.user_ids) : input.user_ids,
        reference_ids: input.reference_ids === undefined ? listIn(before.reference_ids) : input.reference_ids,
      }),
      delivery: deliveryOf(before.delivery, input.delivery),
      // One that is set by hand replaces all: who wants an overlap rotates.
      previous_secrets_sealed: setsSecret(input) ? null : before.previous_secrets_sealed,
    }
    if (isDeepStrictEqual(next, { ...before })) return before
    next.updated_at = Math.max(ctx.clock.now(), before.updated_at + 1)
    await updateRow(tx, next)
    const isOther = next.settings !== before.settings || next.secrets_sealed !== before.secrets_sealed
    if (isOther) await tryAtOnce(tx, next.id, ctx.clock.now())
    const { destination_id: _, ...changed } = input
    audit(ctx, tx, { ...about('changed', environment, next.id), details: { changed: Object.keys(changed) } })
    return (await destinationById(tx, next.id))!
  })
  wakeDeliveries(ctx.db, [row.id])
  return destinationView(ctx, row)
}

/** Its deliveries go with it; the events stay. Who stops halfway finds it paused, and deletes it again. */
export async function deleteDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string },
): Promise<void> {
  const row = await rowNamed(ctx, environment, input.destination_id)
  await ctx.db.batch([stopDestination(row.id, 'paused', 'it is being removed', ctx.clock.now())])
  forgetRemembered()
  await deleteDeliveriesOf(ctx.db, environment.id, row.id)
  await ctx.db.transaction(async (tx) => {
    if ((await deleteRow(tx, environment.id, input.destination_id)) === 0) throw notFound()
    audit(ctx, tx, about('removed', environment, input.destination_id))
  })
  ctx.log.info({ environmentId: environment.id, destinationId: input.destination_id }, 'destination deleted')
}

/** Sends one `healthcheck` event now and says what came back. */
export async function testDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string },
): Promise<DestinationTestView> {
  const result = await sendTest(ctx, await rowNamed(ctx, environment, input.destination_id))
  const act = { ...about('tested', environment, input.destination_id), details: { outcome: result.outcome } }
  await ctx.db.batch([auditStatement(ctx, act)])
  return {
    outcome: result.outcome,
    status: result.status,
    message: result.message,
    duration_ms: result.durationMs,
  }
}

export function pauseDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string },
): Promise<DestinationView> {
  return change(ctx, environment, input.destination_id, 'paused', (now) =>
    stopDestination(input.destination_id, 'paused', 'paused by hand', now),
  )
}

/** What was held is sent as fast as the receiver takes it, beginning with one. */
export async function resumeDestination(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string },
): Promise<DestinationView> {
  const view = await change(ctx, environment, input.destination_id, 'resumed', (now) =>
    resumeRow(input.destination_id, now),
  )
  wakeDeliveries(ctx.db, [input.destination_id])
  return view
}

type What = AuditAction extends infer A ? (A extends `destination.${infer Rest}` ? Rest : never) : never

function about(what: What, environment: EnvironmentRow, id: string): Act {
  return { action: `destination.${what}`, environmentId: environment.id, subject: id }
}

function setsSecret(input: DestinationChange): boolean {
  return input.signing_secret !== undefined || input.settings?.signing_secret !== undefined
}

async function change(
  ctx: Context,
  environment: EnvironmentRow,
  id: string,
  what: 'paused' | 'resumed',
  statement: (now: number) => Statement,
): Promise<DestinationView> {
  await rowNamed(ctx, environment, id)
  await ctx.db.transaction(async (tx) => {
    await tx.batch([statement(ctx.clock.now())])
    audit(ctx, tx, about(what, environment, id))
  })
  forgetRemembered()
  return destinationView(ctx, await rowNamed(ctx, environment, id))
}

async function rowNamed(ctx: Context, environment: EnvironmentRow, id: string): Promise<DestinationRow> {
  const row = await destinationById(ctx.db, id)
  if (row === null || row.environment_id !== environment.id) throw notFound()
  return row
}

function notFound(): ApiError {
  return new ApiError('destination_not_found', 404, 'destination not found')
}

function typeOf(row: DestinationRow): DestinationType {
  const type = destinationType(row.type)
  if (type === null) throw new ApiError('unknown_destination_type', 409, `this version has no ${row.type} destinations`)
  return type
}

async function signingSecret(
  ctx: Context,
  environment: EnvironmentRow,
  type: DestinationType,
  settings: Record<string, unknown>,
): Promise<string | null> {
  if (!('signing_secret' in type.settings.shape)) return null
  return typeof settings.signing_secret === 'string' ? settings.signing_secret : signingSecretOf(ctx, environment)
}
