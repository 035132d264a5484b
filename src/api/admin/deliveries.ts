import { z } from 'zod'
import { partName, readPart } from '../../deliver/parts.ts'
import { resendDelivery as resend } from '../../outbox/replay.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import {
  type AttemptRow,
  attemptsOf,
  deliveryById,
  type DeliveryRow,
  listDeliveries as listRows,
} from '../../store/deliveries.ts'
import { destinationById, type DestinationRow, listDestinations } from '../../store/destinations.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { eventById } from '../../store/events.ts'
import { EventTypeName } from '../event-types.ts'
import { operation, Reply } from '../http/operation.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

export const DeliveryState = z
  .enum(['pending', 'waiting', 'sending', 'delivered', 'failed'])
  .describe('`pending` is due at `next_at`; `waiting` comes after another one; `failed` will not be tried again.')

export const DeliveryView = z
  .object({
    id: z.string(),
    event_id: z.string(),
    event_type: z.string(),
    user_id: z.string().nullable(),
    trace_id: z.string(),
    part: z
      .object({ number: z.number(), of: z.number() })
      .nullable()
      .describe('Where the event was too large to go in one piece: which part of it this is.'),
    destination_id: z.string(),
    destination_name: z.string().nullable(),
    state: DeliveryState,
    attempts: z.number(),
    next_at: z
      .string()
      .nullable()
      .describe('When it is tried next, at the earliest; null when it is not to be, or while it is held.'),
    held: z.boolean().describe('It waits because its destination is paused or disabled.'),
    last_status: z.number().nullable().describe('HTTP status of the last attempt; null when nobody answered.'),
    last_error: z.string().nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .meta({ id: 'Delivery', description: 'One event for one destination.' })
export type DeliveryView = z.infer<typeof DeliveryView>

export const AttemptView = z
  .object({
    number: z.number(),
    started_at: z.string(),
    duration_ms: z.number(),
    outcome: z.enum(['delivered', 'retry', 'rejected']),
    status: z.number().nullable(),
    error: z.string().nullable(),
    response: z.string().nullable().describe('The first 2048 characters of the answer.'),
  })
  .meta({ id: 'Attempt' })
export type AttemptView = z.infer<typeof AttemptView>

export const DeliveryDetailView = DeliveryView.extend({ attempt_log: z.array(AttemptView) }).meta({
  id: 'DeliveryDetail',
})
export type DeliveryDetailView = z.infer<typeof DeliveryDetailView>

export const DeliveryFilter = z.object({
  ...pageQuery,
  state: DeliveryState.optional(),
  destination_id: z.string().optional(),
  user_id: z.string().optional(),
  event_id: z.string().optional(),
  type: EventTypeName.optional().describe('Type of the event.'),
})
export type DeliveryFilter = PageInput & Omit<z.output<typeof DeliveryFilter>, 'limit' | 'cursor'>

/** Newest first. */
export async function listDeliveries(
  ctx: Context,
  environment: EnvironmentRow,
  input: DeliveryFilter = {},
): Promise<Listing<DeliveryView>> {
  const filter = {
    state: input.state,
    destinationId: input.destination_id,
    userId: input.user_id,
    eventId: input.event_id,
    type: input.type,
  }
  const [slice, destinations] = await Promise.all([
    listRows(ctx.db, environment.id, filter, pageOf(input)),
    listDestinations(ctx.db, environment.id),
  ])
  const byId = new Map(destinations.map((destination) => [destination.id, destination]))
  return listingOf(slice, (row) =>
    deliveryView(row, { ...row, type: row.event_type }, byId.get(row.destination_id) ?? null),
  )
}

/** The latest one to each destination, by its id, as far as that is found soon. */
export async function lastDeliveries(
  ctx: Context,
  environment: EnvironmentRow,
  lookForMs: number,
): Promise<Map<string, DeliveryView>> {
  const page = pageOf({ limit: 1, lookForMs })
  const found = (await listDestinations(ctx.db, environment.id)).map(async (destination) => {
    const { rows } = await listRows(ctx.db, environment.id, { destinationId: destination.id }, page)
    return rows.map((row): [string, DeliveryView] => [
      destination.id,
      deliveryView(row, { ...row, type: row.event_type }, destination),
    ])
  })
  return new Map((await Promise.all(found)).flat())
}

/** With every attempt. */
export async function getDelivery(
  ctx: Context,
  environment: EnvironmentRow,
  input: { delivery_id: string },
): Promise<DeliveryDetailView> {
  const row = await deliveryById(ctx.db, environment.id, input.delivery_id)
  const event = row === null ? null : await eventById(ctx.db, environment.id, row.event_id)
  if (row === null || event === null) throw new ApiError('delivery_not_found', 404, 'delivery not found')
  const [attempts, destination] = await Promise.all([
    attemptsOf(ctx.db, row),
    destinationById(ctx.db, row.destination_id),
  ])
  return { ...deliveryView(row, event, destination), attempt_log: attempts.map(attemptView) }
}

/** The same event to the same destination, as a new delivery. */
export async function resendDelivery(
  ctx: Context,
  environment: EnvironmentRow,
  input: { delivery_id: string },
): Promise<{ delivery_id: string }> {
  return { delivery_id: await resend(ctx, environment.id, input.delivery_id) }
}

/** It would go if its destination were not stopped. */
export function isHeld(
  delivery: Pick<DeliveryRow, 'state'>,
  destination: Pick<DestinationRow, 'state'> | null | undefined,
): boolean {
  return delivery.state === 'pending' && (destination?.state ?? 'active') !== 'active'
}

export function deliveryView(
  row: DeliveryRow,
  event: { type: string; user_id: string | null; trace_id: string },
  destination: DestinationRow | null,
): DeliveryView {
  const held = isHeld(row, destination)
  const part = row.part === null ? null : readPart(row.part)
  return {
    id: row.id,
    event_id: row.event_id,
    event_type: event.type,
    user_id: event.user_id,
    trace_id: partName(event.trace_id, part),
    part: part === null ? null : { number: part.number, of: part.of },
    destination_id: row.destination_id,
    destination_name: destination?.name ?? null,
    state: row.state,
    attempts: row.attempts,
    // While the circuit is open nothing goes before its probe.
    next_at: row.state === 'pending' && !held ? isoTime(Math.max(row.next_at, destination?.opened_until ?? 0)) : null,
    held,
    last_status: row.last_status,
    last_error: row.last_error,
    created_at: isoTime(row.created_at),
    finished_at: isoTime(row.finished_at),
  }
}

function attemptView(row: Omit<AttemptRow, 'id'>): AttemptView {
  return {
    number: row.number,
    started_at: isoTime(row.started_at),
    duration_ms: row.duration_ms,
    outcome: row.outcome,
    status: row.status,
    error: row.error,
    response: row.response,
  }
}

const DeliveryParams = z.object({ delivery_id: z.string() })
const missing = { 404: 'This environment has no such delivery.' }

export const deliveryOperations = [
  operation({
    method: 'GET',
    path: '/deliveries',
    id: 'listDeliveries',
    summary: 'List deliveries',
    tags: ['Deliveries'],
    auth: 'admin',
    query: DeliveryFilter,
    responses: { 200: { description: 'Newest first.', schema: listingSchema(DeliveryView) } },
    handler: ({ ctx, environment, query }) => listDeliveries(ctx, environment, query),
  }),
  operation({
    method: 'GET',
    path: '/deliveries/{delivery_id}',
    id: 'getDelivery',
    summary: 'Show one delivery with every attempt',
    tags: ['Deliveries'],
    auth: 'admin',
    params: DeliveryParams,
    responses: { 200: { description: 'The delivery.', schema: DeliveryDetailView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getDelivery(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/deliveries/{delivery_id}/resend',
    id: 'resendDelivery',
    summary: 'Send again to the same destination',
    tags: ['Deliveries'],
    auth: 'admin',
    params: DeliveryParams,
    responses: { 202: { description: 'Queued as a new delivery.', schema: z.object({ delivery_id: z.string() }) } },
    errors: missing,
    handler: async ({ ctx, environment, params }) => new Reply(202, await resendDelivery(ctx, environment, params)),
  }),
]
