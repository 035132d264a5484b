// What goes out in one call, and what became of each. A sender that fails or takes too long is an attempt that failed.
import { type OutgoingEvent, retry, type SendResult } from '../destinations/destination.ts'
import { assert } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import type { SpanOptions } from '../platform/trace.ts'
import { withinTime } from '../platform/within-time.ts'
import type { Context } from '../store/context.ts'
import type { Held } from './held.ts'
import type { OpenDestination } from './open-destination.ts'
import { goingOut } from './oversize.ts'

/** A sender that does not keep its time is given up this much later. */
export const GRACE_MS = 2000

export async function sendGroup(
  ctx: Context,
  destination: OpenDestination,
  group: readonly Held[],
): Promise<SendResult[]> {
  const going = await Promise.all(
    group.map((held) =>
      goingOut(held, destination).catch((error) => {
        ctx.log.error({ err: error, deliveryId: held.delivery.id }, 'an event could not be made ready')
        return retry('making it ready failed inside Loam; the log has the cause')
      }),
    ),
  )
  const answers = await answersTo(
    ctx,
    destination,
    going.filter((each): each is OutgoingEvent => !('next' in each)),
  )
  const next = answers.values()
  return going.map((each) => ('next' in each ? each : next.next().value!))
}

/** Each attempt is a step in the trace of its event, whichever call it shares with others. */
async function answersTo(ctx: Context, destination: OpenDestination, events: OutgoingEvent[]): Promise<SendResult[]> {
  const { tracer } = ctx
  if (tracer === undefined) return sent(ctx, destination, events)
  const spans = events.map((event) => tracer.start(`deliver ${destination.type.id}`, attemptOf(destination, event)))
  const going = events.map((event, i) => ({ ...event, traceparent: spans[i]!.traceparent }))
  const results = await sent(ctx, destination, going)
  for (const [i, { next, status }] of results.entries()) {
    spans[i]!.set({ 'loam.outcome': next, 'http.response.status_code': status })
    spans[i]!.end(next === 'delivered' ? null : next)
  }
  return results
}

function attemptOf({ row, type }: OpenDestination, event: OutgoingEvent): SpanOptions {
  return {
    kind: 'producer',
    parent: event.traceparent ?? null,
    attributes: {
      'loam.event.id': event.id,
      'loam.event.type': event.type,
      'loam.destination.id': row.id,
      'loam.destination.type': type.id,
      'loam.attempt': event.attempt,
    },
  }
}

async function sent(ctx: Context, destination: OpenDestination, events: OutgoingEvent[]): Promise<SendResult[]> {
  if (events.length === 0) return []
  try {
    const { sender, now } = destination
    const results = await withinTime(sender.send(events, now), now.timeoutMs + GRACE_MS)
    if (results === null) return events.map(() => retry('it took longer than its timeout allows', true))
    assert(results.length === events.length, 'a destination gives one result for each event')
    return results
  } catch (error) {
    ctx.log.error({ err: error, destinationId: destination.row.id }, 'sending failed unexpectedly')
    const message = error instanceof HttpFailure ? error.message : 'sending failed inside Loam; the log has the cause'
    return events.map(() => retry(message))
  }
}
