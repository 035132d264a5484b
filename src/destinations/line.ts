// Events as lines of JSON.
import { z } from 'zod'
import type { OutgoingEvent } from './destination.ts'

export const lineForm = z
  .enum(['envelope', 'event'])
  .default('envelope')
  .describe('envelope: the event as the member `event`, beside its id, type and times. event: the event alone.')

/** The event stands in it byte for byte. */
export function lineOf(event: OutgoingEvent, form: z.infer<typeof lineForm>): Buffer {
  const body = Buffer.from(event.body.buffer, event.body.byteOffset, event.body.byteLength)
  if (form === 'event') return Buffer.concat([body, Buffer.from('\n')])
  const about = {
    event_id: event.id,
    event_type: event.type,
    reference: event.reference,
    trace_id: event.traceId,
    ordering_timestamp: event.orderingAt,
    user_id: event.userId,
    created_at: new Date(event.createdAt).toISOString(),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(about).slice(0, -1)},"event":`), body, Buffer.from('}\n')])
}
