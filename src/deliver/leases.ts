// The time that leases and retries go by: the one that all servers share, whatever is done to a server's clock. And the names of
// leases.
import { type Clock, systemClock } from '../platform/clock.ts'
import type { Servers } from '../queue/servers.ts'
import type { Database } from '../store/database.ts'
import { type SharedClock, sharedClock } from '../store/shared-clock.ts'

export interface Leases extends SharedClock {
  /** The id of a new lease. */
  nextId(): string
}

export async function openLeases(db: Database, clock: Clock, servers: Servers): Promise<Leases> {
  // A clock that a test moves is everyone's; one that is shared already needs no other.
  const { now, look } =
    clock === systemClock ? await sharedClock(db) : { now: () => clock.now(), look: async () => undefined }
  return { now, look, nextId: () => servers.nextLeaseId() }
}
