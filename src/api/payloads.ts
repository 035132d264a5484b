// Events for whoever was sent a pointer to one: the exact bytes, for as long as the URL says.
import { z } from 'zod'
import { partBytes, readPart } from '../deliver/parts.ts'
import { checkPayloadUrl } from '../outbox/payloads.ts'
import { ApiError } from '../platform/errors.ts'
import { readBody } from '../store/bodies.ts'
import type { Context } from '../store/context.ts'
import { eventBody } from '../store/events.ts'
import { auditRead } from './audit-read.ts'
import { operation } from './http/operation.ts'

const Signed = z.object({
  expires: z.string().describe('Unix seconds.'),
  signature: z.string(),
  part: z.string().optional().describe('Some bytes of the event alone.'),
})

/** One answer for whatever was changed in a URL. */
async function payload(
  ctx: Context,
  eventId: string,
  query: z.output<typeof Signed>,
  address: string | null,
): Promise<Response> {
  const named = { eventId, part: query.part ?? null }
  const expires = /^\d{1,12}$/.test(query.expires) ? Number(query.expires) : 0
  const check = await checkPayloadUrl(ctx, named, { expires, signature: query.signature })
  if (check === 'forged') throw new ApiError('payload_url_invalid', 403, 'the signature of this URL is not right')
  if (check === 'expired') throw new ApiError('payload_url_expired', 400, 'expired token')
  const as = { ...ctx, actor: { kind: 'link', id: null, address } as const }
  await auditRead(as, { environmentId: null, subject: eventId, details: { via: 'payload' } })
  const packed = await eventBody(ctx.db, eventId)
  const body = packed === null ? null : await readBody(ctx.bodies, packed)
  if (body === null) throw new ApiError('event_not_found', 404, 'the event was deleted')
  return new Response(Buffer.from(named.part === null ? body : partBytes(body, readPart(named.part))), {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}

export const payloadOperations = [
  operation({
    method: 'GET',
    path: '/payloads/{event_id}',
    id: 'getPayload',
    summary: 'Fetch an event that was pointed to',
    description: 'The URL of an `s3_payload` event. It holds all that is needed: send no key with it.',
    tags: ['Payloads'],
    auth: 'none',
    params: z.object({ event_id: z.string() }),
    query: Signed,
    responses: { 200: { description: 'Exactly the JSON of the event.', schema: z.unknown() } },
    errors: {
      400: 'The URL has expired.',
      403: 'The signature is not that of this URL.',
      404: 'The event was deleted, with its user or by age.',
    },
    handler: ({ ctx, params, query, client }) => payload(ctx, params.event_id, query, client),
  }),
]
