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
  const { oversize, max_records: records } = destination.delivery
  if (event === null || body === null || oversize !== 'chunk' || delivery.part !== null) return null
  if (destination.type.pointsOnly?.(destination.settings) === true) return null
  const most = mostBytes(destination)
  if (bytes <= most && (records === null || event.record_count <= records)) return null
  return divide(body, { bytes: most, records: records ?? Number.POSITIVE_INFINITY })
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
  const most = mostBytes(destination)
  if (held.bytes <= most || type.pointsOnly?.(settings) === true) return event
  if (delivery.oversize === 'fail' || payloadUrl === undefined) {
    const why = most === delivery.max_bytes ? ' (delivery.max_bytes)' : ''
    return rejected(`the event has ${held.bytes} bytes; this destination takes ${most} at most${why}`)
  }
  return { ...event, body: await pointerTo(event, payloadUrl) }
}

function mostBytes({ type, settings, delivery }: OpenDestination): number {
  const possible = type.maxEventBytes?.(settings) ?? Number.POSITIVE_INFINITY
  return Math.min(possible, delivery.max_bytes ?? Number.POSITIVE_INFINITY)
}
