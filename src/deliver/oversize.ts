// What becomes of an event that is too large for where it goes.
import { type OutgoingEvent, rejected, type SendResult } from '../destinations/destination.ts'
import { pointerTo } from '../destinations/message.ts'
import { newId } from '../model/ids.ts'
import type { Statement } from '../store/database.ts'
import { divideDelivery } from '../store/held-deliveries.ts'
import { type Held, outgoing } from './held.ts'
import type { OpenDestination } from './open-destination.ts'
import { divide, type Part } from './parts.ts'

/** The parts that it has to go in; null where it goes in one piece or not at all. A part is not divided again. */
export function partsOf({ event, body, bytes, delivery }: Held, destination: OpenDestination): Part[] | null {
  if (event === null || body === null || destination.delivery.oversize !== 'chunk' || delivery.part !== null)
    return null
  if (destination.type.pointsOnly?.(destination.settings) === true) return null
  const most = { bytes: mostBytes(destination), records: mostRecords(destination) }
  if (bytes <= most.bytes && event.record_count <= most.records) return null
  return divide(body, most)
}

/** The delivery as several. */
export function divided({ delivery }: Held, parts: readonly Part[], inOrder: boolean, now: number): Statement[] {
  const named = parts.map((part) => ({ id: newId(), part: JSON.stringify(part) }))
  return divideDelivery(delivery, named, { inOrder, now })
}

/** As it goes out: whole, as a pointer where it is too large, or why it does not. */
export async function goingOut(held: Held, destination: OpenDestination): Promise<OutgoingEvent | SendResult> {
  if (held.event === null) return rejected('the event was deleted')
  const event = outgoing(held)
  const { type, settings, delivery, payloadUrl } = destination
  const problem = tooLarge(held, destination)
  if (problem === null || type.pointsOnly?.(settings) === true) return event
  if (delivery.oversize === 'fail' || payloadUrl === undefined) return rejected(problem)
  return { ...event, body: await pointerTo(event, payloadUrl) }
}

function tooLarge({ event, bytes, delivery: { part } }: Held, destination: OpenDestination): string | null {
  const most = mostBytes(destination)
  const { max_bytes: asked } = destination.delivery
  if (bytes > most) {
    const why = most === asked ? ' (delivery.max_bytes)' : ''
    return `the event has ${bytes} bytes; this destination takes ${most} at most${why}`
  }
  const records = part === null ? event!.record_count : 0
  if (records <= mostRecords(destination)) return null
  return `the event has ${records} records; this destination takes ${mostRecords(destination)} at most (delivery.max_records)`
}

function mostBytes({ type, settings, delivery }: OpenDestination): number {
  const possible = type.maxEventBytes?.(settings) ?? Number.POSITIVE_INFINITY
  return Math.min(possible, delivery.max_bytes ?? Number.POSITIVE_INFINITY)
}

function mostRecords({ delivery }: OpenDestination): number {
  return delivery.max_records ?? Number.POSITIVE_INFINITY
}
