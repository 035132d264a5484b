// The time that leases and retries go by. Servers whose clocks differ must not take each other's leases, and a clock that is
// set must not end them: between two looks at the database's clock the monotonic one carries on.
import { type Clock, systemClock } from '../platform/clock.ts'
import type { Database } from '../store/database.ts'

export interface LeaseClock extends Clock {
  look(): Promise<void>
}

export async function leaseClock(db: Database, clock: Clock): Promise<LeaseClock> {
  // A clock that a test moves is everyone's.
  if (clock !== systemClock) return { now: () => clock.now(), look: async () => undefined }
  let at = 0
  let seenAt = 0
  const look = async (): Promise<void> => {
    const askedAt = performance.now()
    const now = await db.now()
    seenAt = performance.now()
    at = now + (seenAt - askedAt) / 2
  }
  await look()
  return { now: () => Math.round(at + performance.now() - seenAt), look }
}
