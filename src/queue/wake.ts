// Hints between the part that commits work and the loop that does it, inside one process. Across processes the loops
// look by themselves every second; a lost hint delays, it never loses.
import type { Database } from '../store/database.ts'

/** Where other processes listen. */
export const DELIVERIES_CHANNEL = 'loam_deliveries'

type Wake = () => void
type WakeAt = (at: number) => void

const jobListeners = new Set<WakeAt>()
const eventListeners = new Set<Wake>()
const deliveryListeners = new Set<(destinationIds: readonly string[]) => void>()

/** `at`: when something becomes due. */
export function wakeJobs(at = 0): void {
  for (const wake of jobListeners) wake(at)
}

export function onJobs(wake: WakeAt): () => void {
  jobListeners.add(wake)
  return () => jobListeners.delete(wake)
}

/** Rows that nobody took in memory were committed. Processes elsewhere on the same database are told as well. */
export function wakeDeliveries(db: Database, destinationIds: readonly string[]): void {
  for (const wake of deliveryListeners) wake(destinationIds)
  db.notify(DELIVERIES_CHANNEL)
}

export function onDeliveries(wake: (destinationIds: readonly string[]) => void): () => void {
  deliveryListeners.add(wake)
  return () => deliveryListeners.delete(wake)
}

/** New events are in the log: for whoever watches it. */
export function announceEvents(): void {
  for (const wake of eventListeners) wake()
}

export function onEvents(wake: Wake): () => void {
  eventListeners.add(wake)
  return () => eventListeners.delete(wake)
}
