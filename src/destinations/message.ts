// Events as messages of a queue or a broker.
import { z } from 'zod'
import { PAYLOAD_VERSION, type S3PayloadEvent } from '../model/event.ts'
import type { OutgoingEvent, PayloadUrl, World } from './destination.ts'

/** Whole events, or Terra's pointers to them: the setting of every kind that sends messages. */
export const messageForm = z
  .enum(['event', 'pointer'])
  .default('event')
  .meta({ needs: 'payloadUrl' })
  .describe('event: the whole event. pointer: a small `s3_payload` message with a URL that answers with the event.')
export type MessageForm = z.infer<typeof messageForm>

/** As they are called in HTTP; brokers carry them beside the message. */
export function messageHeaders(event: OutgoingEvent): Record<string, string> {
  return {
    'content-type': 'application/json',
    'terra-reference': event.reference,
    'x-terra-trace-id': event.traceId,
    ...(event.orderingAt === null ? {} : { 'x-terra-ordering-timestamp': String(event.orderingAt) }),
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    'event-id': event.id,
    'event-type': event.type,
  }
}

/** Signs of life have no payload to point to. */
export async function messageBody(
  event: OutgoingEvent,
  form: MessageForm,
  { payloadUrl }: Pick<World, 'payloadUrl'>,
): Promise<Buffer> {
  if (form === 'event' || payloadUrl === undefined || event.type === 'healthcheck') {
    return Buffer.from(event.body.buffer, event.body.byteOffset, event.body.byteLength)
  }
  return pointerTo(event, payloadUrl)
}

/** What goes out in place of an event that lies elsewhere. The URL is made for each attempt, so it is fresh in every one. */
export async function pointerTo(event: OutgoingEvent, payloadUrl: PayloadUrl): Promise<Buffer> {
  const { url, expiresInSeconds } = await payloadUrl(event)
  const pointer: z.infer<typeof S3PayloadEvent> = {
    type: 's3_payload',
    status: 'success',
    url,
    expires_in: expiresInSeconds,
    payload_reference: event.reference,
    user_id: event.userId,
    reference_id: event.referenceId,
    version: PAYLOAD_VERSION,
  }
  return Buffer.from(JSON.stringify(pointer))
}
