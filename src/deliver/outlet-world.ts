// What all outlets of a loop share.
import type { Alone } from './alone.ts'
import type { Context } from '../store/context.ts'
import type { Leases } from './leases.ts'
import type { Share } from './servers.ts'
import type { Settler } from './settler.ts'

export interface OutletWorld {
  ctx: Context
  leases: Leases
  settler: Settler
  share(): Share
  alone: Alone
  /** Deliveries under a lease of this process. */
  held: Set<string>
  /** Work that a stopping loop waits for. */
  track(work: Promise<unknown>): void
  isStopped(): boolean
  /** The destination was removed. */
  gone(destinationId: string): void
}
