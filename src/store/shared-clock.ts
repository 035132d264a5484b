// The time that every server of an installation goes by: the database's. Servers whose clocks differ agree on what is due, and
// one whose clock is set notices nothing. Between two looks at the database's clock the monotonic one carries on.
import { type Clock, CLOCK_SKEW_MS } from '../platform/clock.ts'
import { LONGEST_WAIT_SECONDS } from '../platform/errors.ts'
import type { Database } from './database.ts'
import { forgetRemembered } from './remembered.ts'

/** A correction larger than that is a clock that was set. */
const STEP_MS = 1000

export interface SharedClock extends Clock {
  look(): Promise<void>
}

/** `onBack` hears by how much the database's clock was set back. */
export async function sharedClock(
  db: Pick<Database, 'now'>,
  onBack: (byMs: number) => Promise<void> = async () => undefined,
): Promise<SharedClock> {
  let at = 0
  let seenAt = 0
  const now = (): number => Math.round(at + performance.now() - seenAt)
  const look = async (): Promise<void> => {
    const askedAt = performance.now()
    const theirs = await db.now()
    const before = now()
    seenAt = performance.now()
    at = theirs + (seenAt - askedAt) / 2
    const back = before - now()
    if (back > STEP_MS) await onBack(back)
  }
  await look()
  return { now, look }
}

/**
 * Nothing inbound is ever put off for longer than a provider may have us wait: what would come later was put there by a clock that
 * was ahead, and was set back while nobody looked.
 */
export async function endLongWaits(db: Database, now: number): Promise<void> {
  const latest = now + LONGEST_WAIT_SECONDS * 1000 + CLOCK_SKEW_MS
  await db.batch([
    { sql: `UPDATE jobs SET next_at = $1 WHERE state = 'pending' AND next_at > $2`, params: [now, latest] },
    { sql: 'UPDATE connections SET next_poll_at = $1 WHERE next_poll_at > $2', params: [now, latest] },
    { sql: 'UPDATE promises SET closes_at = $1 WHERE closes_at > $1', params: [latest] },
  ])
}

/** What was to be done at a time of the clock as it was, is due as much earlier: nobody waits for what was never meant. */
export async function bringForward(db: Database, byMs: number, now: number): Promise<void> {
  const sooner = (table: 'jobs' | 'deliveries'): { sql: string; params: number[] } => ({
    sql: `UPDATE ${table} SET next_at = next_at - $1 WHERE state = 'pending' AND next_at > $2`,
    params: [byMs, now],
  })
  const each = (
    table: 'destinations' | 'connections' | 'promises',
    column: string,
  ): { sql: string; params: number[] } => ({
    sql: `UPDATE ${table} SET ${column} = ${column} - $1 WHERE ${column} > $2`,
    params: [byMs, now],
  })
  await db.batch([
    sooner('jobs'),
    sooner('deliveries'),
    each('destinations', 'opened_until'),
    each('destinations', 'failing_since'),
    each('connections', 'next_poll_at'),
    each('promises', 'closes_at'),
  ])
  forgetRemembered(db)
}
