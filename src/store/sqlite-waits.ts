// How long one waits for somebody else's lock on the file.

/** Behind one that waited in vain (`busy_timeout`): who waited so long does not wait again. */
export const MAX_WAIT_BEHIND_MS = 2500

/** The same on every thread of this process, and never set back. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now()
}
