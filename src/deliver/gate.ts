// How much of a destination may go out now.
import type { SendResult } from '../destinations/destination.ts'
import type { DeliverySettings } from '../model/delivery-settings.ts'
import type { DestinationRow } from '../store/destinations.ts'
import type { Lane } from './held.ts'

export interface Room {
  /** Calls of `send` that may begin. */
  calls: number
  /** Events that may go with them. */
  events: number
}

/** One for each destination in use, told of everything that begins and ends. It decides; the outlet does. */
export interface Gate {
  /** The destination as it is now: called before the first question, and again whenever it was read. */
  learn(row: DestinationRow, settings: DeliverySettings): void
  room(lane: Lane): Room
  /** When room may grow although nothing ends, by the clock; null: only an end changes it. */
  opensAt(): number | null
  /** Whether new events may wait for it in memory. A destination that is known to be down leaves them in the database. */
  takes(): boolean
  began(lane: Lane, events: number): void
  ended(lane: Lane, results: readonly SendResult[]): void
}

/** A number of calls at a time for each lane. */
export function slots(): Gate {
  const inFlight: Record<Lane, number> = { live: 0, backfill: 0 }
  let calls: Record<Lane, number> = { live: 0, backfill: 0 }
  return {
    learn(_row, settings) {
      calls = { live: settings.concurrency, backfill: settings.backfill_concurrency }
    },
    room: (lane) => ({ calls: calls[lane] - inFlight[lane], events: Number.POSITIVE_INFINITY }),
    opensAt: () => null,
    takes: () => true,
    began(lane) {
      inFlight[lane]++
    },
    ended(lane) {
      inFlight[lane]--
    },
  }
}
