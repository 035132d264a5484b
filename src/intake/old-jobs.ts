// Jobs that have ended stay to be looked at, for a while: every notification is one, so most of them for a short while.
import type { Context } from '../store/context.ts'
import { deleteFinishedJobs } from '../store/jobs.ts'
import { workers } from './workers.ts'

const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS
/** What failed, and what somebody asked for. */
const KEEP_MS = 7 * DAY_MS
/** The others, when they are done. */
const KEEP_DONE_MS: Record<string, number> = {
  read: HOUR_MS,
  gone: HOUR_MS,
  subscribe: HOUR_MS,
  subscribe_source: HOUR_MS,
  request: DAY_MS,
}
/** Nobody waits long behind so many. */
const AT_ONCE = 1000

export async function deleteOldJobs({ db, clock }: Context): Promise<void> {
  for (const kind of Object.keys(workers)) {
    const forMs = KEEP_DONE_MS[kind]
    if (forMs !== undefined) await all((limit) => deleteFinishedJobs(db, kind, 'done', clock.now() - forMs, limit))
    await all((limit) => deleteFinishedJobs(db, kind, null, clock.now() - KEEP_MS, limit))
  }
}

async function all(some: (limit: number) => Promise<number>): Promise<void> {
  while ((await some(AT_ONCE)) === AT_ONCE);
}
