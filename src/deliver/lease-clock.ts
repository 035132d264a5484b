// The time that leases and retries go by: the one that all servers share, whatever is done to a server's clock.
import { type Clock, systemClock } from '../platform/clock.ts'
import type { Database } from '../store/database.ts'
import { type SharedClock, sharedClock } from '../store/shared-clock.ts'

export async function leaseClock(db: Database, clock: Clock): Promise<SharedClock> {
  // A clock that a test moves is everyone's; one that is shared already needs no other.
  return clock === systemClock ? sharedClock(db) : { now: () => clock.now(), look: async () => undefined }
}
