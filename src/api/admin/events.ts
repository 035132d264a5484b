import { z } from 'zod'
import { environmentSecrets } from '../../deliver/signing-secrets.ts'
import { signatureHeader } from '../../destinations/webhook/signature.ts'
import { isDataType } from '../../model/data-type.ts'
import { resendEvent as resend } from '../../outbox/replay.ts'
import { ApiError } from '../../platform/errors.ts'
import { auditStatement } from '../../store/audit.ts'
import { readBody } from '../../store/bodies.ts'
import type { Context } from '../../store/context.ts'
import { deliveriesOfEvent } from '../../store/deliveries.ts'
import { listDestinations } from '../../store/destinations.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { eventById, type EventRow, type EventSummary, listEvents as listRows } from '../../store/events.ts'
import { auditRead } from '../audit-read.ts'
import { EventTypeName } from '../event-types.ts'
import { operation, Reply } from '../http/operation.ts'
import { instantText } from '../http/parameters.ts'
import { ProviderName } from '../provider-name.ts'
import { DeliveryState, DeliveryView, deliveryView } from './deliveries.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

const PAYLOAD_SECONDS = 300

export const EventView = z
  .object({
    id: z.string(),
    type: z.string(),
    user_id: z.string().nullable(),
    reference_id: z.string().nullable(),
    provider: z.string().nullable(),
    reference: z.string().describe('`terra-reference`.'),
    trace_id: z.string().describe('`X-Terra-Trace-Id`: the same for every attempt and destination.'),
    ordering_at: z.string().nullable(),
    byte_length: z.number(),
    record_count: z.number(),
    created_at: z.string(),
  })
  .meta({ id: 'EventSummary', description: 'Something that was, or is to be, delivered.' })
export type EventView = z.infer<typeof EventView>

export const EventDetailView = EventView.extend({
  body: z.unknown().describe('The JSON that is delivered.'),
  deliveries: z.array(DeliveryView).describe('Oldest first.'),
}).meta({ id: 'EventDetail' })
export type EventDetailView = z.infer<typeof EventDetailView>

export const EventRequestView = z
  .object({
    headers: z.record(z.string(), z.string()).describe('With a signature that is fresh now.'),
    body_base64: z.string().describe('Exactly the bytes that are signed and sent.'),
  })
  .meta({ id: 'EventRequest' })
export type EventRequestView = z.infer<typeof EventRequestView>

export const EventFilter = z.object({
  ...pageQuery,
  type: EventTypeName.optional(),
  user_id: z.string().optional(),
  reference_id: z.string().optional(),
  provider: ProviderName.optional(),
  reference: z.string().optional().describe('`terra-reference` of a request or a delivery.'),
  state: DeliveryState.optional().describe('With a delivery in this state.'),
  since: instantText.optional().describe('Created at or after this time.'),
  until: instantText.optional().describe('Created before this time.'),
})
export type EventFilter = PageInput & Omit<z.output<typeof EventFilter>, 'limit' | 'cursor'>

/** Newest first, without bodies. */
export async function listEvents(
  ctx: Context,
  environment: EnvironmentRow,
  input: EventFilter = {},
): Promise<Listing<EventView>> {
  const filter = {
    type: input.type,
    userId: input.user_id,
    referenceId: input.reference_id,
    provider: input.provider?.toUpperCase(),
    reference: input.reference,
    state: input.state,
    since: input.since,
    until: input.until,
  }
  return listingOf(await listRows(ctx.db, environment.id, filter, pageOf(input)), eventView)
}

/** With its body and its deliveries. */
export async function getEvent(
  ctx: Context,
  environment: EnvironmentRow,
  input: { event_id: string },
): Promise<EventDetailView> {
  const row = await eventNamed(ctx, environment, input.event_id)
  await auditEventRead(ctx, row)
  const [deliveries, destinations] = await Promise.all([
    deliveriesOfEvent(ctx.db, row.id),
    listDestinations(ctx.db, environment.id),
  ])
  const byId = new Map(destinations.map((destination) => [destination.id, destination]))
  return {
    ...eventView(row),
    body: JSON.parse((await bodyOf(ctx, row)).toString('utf8')),
    deliveries: deliveries.map((delivery) => deliveryView(delivery, row, byId.get(delivery.destination_id) ?? null)),
  }
}

/** What a webhook with the environment's own secret would receive now: for forwarding by hand. */
export async function getEventRequest(
  ctx: Context,
  environment: EnvironmentRow,
  input: { event_id: string },
): Promise<EventRequestView> {
  const row = await eventNamed(ctx, environment, input.event_id)
  await auditEventRead(ctx, row)
  const body = await bodyOf(ctx, row)
  const signature = signatureHeader(body, await environmentSecrets(ctx, environment.id), ctx.clock.now())
  return {
    headers: {
      'content-type': 'application/json',
      'terra-signature': signature,
      'x-terra-signature': signature,
      'terra-reference': row.reference,
      'x-terra-trace-id': row.trace_id,
      ...(row.ordering_at === null ? {} : { 'x-terra-ordering-timestamp': String(row.ordering_at) }),
    },
    body_base64: body.toString('base64'),
  }
}

/** The same event, with the same ids and bytes, to every destination that wants it or to the named one. */
export async function resendEvent(
  ctx: Context,
  environment: EnvironmentRow,
  input: { event_id: string; destination_id?: string | null },
): Promise<{ delivery_ids: string[] }> {
  return { delivery_ids: await resend(ctx, environment.id, input.event_id, input.destination_id ?? null) }
}

/** The same bytes as ever, under a URL that is good from now on. */
export async function makePayloadUrl(
  ctx: Context,
  environment: EnvironmentRow,
  input: { event_id: string; expires_in?: number | undefined },
): Promise<{ url: string; expires_in: number }> {
  const { id, user_id: userId } = await eventNamed(ctx, environment, input.event_id)
  if (ctx.payloadUrl === undefined) throw new ApiError('payloads_not_served', 409, 'this server serves no payloads')
  const seconds = input.expires_in ?? PAYLOAD_SECONDS
  const act = { environmentId: environment.id, userId, subject: id, details: { seconds } }
  await ctx.db.batch([auditStatement(ctx, { action: 'event.url_made', ...act })])
  const { url, expiresInSeconds } = await ctx.payloadUrl({ eventId: id, part: null, seconds })
  return { url, expires_in: expiresInSeconds }
}

async function eventNamed(ctx: Context, environment: EnvironmentRow, id: string): Promise<EventRow> {
  const row = await eventById(ctx.db, environment.id, id)
  if (row === null) throw new ApiError('event_not_found', 404, 'event not found')
  return row
}

/** Events about a connection alone hold no health data. */
async function auditEventRead(ctx: Context, row: EventSummary): Promise<void> {
  if (!isDataType(row.type) && row.type !== 'planned_workout') return
  const named = { environmentId: row.environment_id, userId: row.user_id, subject: row.id }
  await auditRead(ctx, { ...named, details: { type: row.type, via: 'event' } })
}

async function bodyOf(ctx: Context, row: EventRow): Promise<Buffer> {
  const body = await readBody(ctx.bodies, row.body)
  if (body === null) throw new ApiError('event_not_found', 404, 'the body of this event was taken away')
  return Buffer.from(body)
}

export function eventView(row: EventSummary): EventView {
  return {
    id: row.id,
    type: row.type,
    user_id: row.user_id,
    reference_id: row.reference_id,
    provider: row.provider,
    reference: row.reference,
    trace_id: row.trace_id,
    ordering_at: isoTime(row.ordering_at),
    byte_length: row.byte_length,
    record_count: row.record_count,
    created_at: isoTime(row.created_at),
  }
}

const EventParams = z.object({ event_id: z.string() })
const missing = { 404: 'This environment has no such event.' }

export const eventOperations = [
  operation({
    method: 'GET',
    path: '/events',
    id: 'listEvents',
    summary: 'List events',
    tags: ['Events'],
    auth: 'admin',
    query: EventFilter,
    responses: { 200: { description: 'Newest first, without bodies.', schema: listingSchema(EventView) } },
    handler: ({ ctx, environment, query }) => listEvents(ctx, environment, query),
  }),
  operation({
    method: 'GET',
    path: '/events/{event_id}',
    id: 'getEvent',
    summary: 'Show one event with its body and deliveries',
    tags: ['Events'],
    auth: 'admin',
    params: EventParams,
    responses: { 200: { description: 'The event.', schema: EventDetailView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getEvent(ctx, environment, params),
  }),
  operation({
    method: 'GET',
    path: '/events/{event_id}/request',
    id: 'getEventRequest',
    summary: 'Show the request that a webhook would receive now',
    description: 'Headers and exact bytes, signed with the secret of the environment: for forwarding by hand.',
    tags: ['Events'],
    auth: 'admin',
    params: EventParams,
    responses: { 200: { description: 'The request.', schema: EventRequestView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getEventRequest(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/events/{event_id}/payload-url',
    id: 'makePayloadUrl',
    summary: 'Make a URL that answers with an event',
    description: 'Like the one in an `s3_payload`, for when that has expired.',
    tags: ['Events'],
    auth: 'admin',
    params: EventParams,
    body: z.object({
      expires_in: z.int().min(10).max(604_800).optional().describe('Seconds that it is good; 300 unless told.'),
    }),
    responses: {
      200: { description: 'The URL.', schema: z.object({ url: z.string(), expires_in: z.number() }) },
    },
    errors: { ...missing, 409: 'This process serves no payloads.' },
    handler: ({ ctx, environment, params, body }) => makePayloadUrl(ctx, environment, { ...params, ...body }),
  }),
  operation({
    method: 'POST',
    path: '/events/{event_id}/resend',
    id: 'resendEvent',
    summary: 'Send an event again',
    description: 'Same ids, same bytes, fresh signature. Without `destination_id`: to every destination that wants it.',
    tags: ['Events'],
    auth: 'admin',
    params: EventParams,
    body: z.object({ destination_id: z.string().max(200).nullable().optional() }),
    responses: { 202: { description: 'Queued.', schema: z.object({ delivery_ids: z.array(z.string()) }) } },
    errors: { 404: 'This environment has no such event or destination.' },
    handler: async ({ ctx, environment, params, body }) =>
      new Reply(202, await resendEvent(ctx, environment, { ...params, ...body })),
  }),
]
