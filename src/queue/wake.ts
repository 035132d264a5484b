// Hints between the part that commits work and the loop that does it, inside one process. Across processes the loops
// look by themselves every second; a lost hint delays, it never loses.
type Wake = () => void

const jobListeners = new Set<Wake>()
const deliveryListeners = new Set<(destinationIds: readonly string[]) => void>()

export function wakeJobs(): void {
  for (const wake of jobListeners) wake()
}

export function onJobs(wake: Wake): () => void {
  jobListeners.add(wake)
  return () => jobListeners.delete(wake)
}

export function wakeDeliveries(destinationIds: readonly string[]): void {
  for (const wake of deliveryListeners) wake(destinationIds)
}

export function onDeliveries(wake: (destinationIds: readonly string[]) => void): () => void {
  deliveryListeners.add(wake)
  return () => deliveryListeners.delete(wake)
}
