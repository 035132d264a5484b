// Events do not stay for ever: what is older than its environment keeps goes, some at a time, the oldest first. What is still to
// be delivered stays.
import { deleteOldAudit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import { deleteOldEvents } from '../store/events.ts'
import { listEnvironments, settingsOf } from '../store/environments.ts'

const AT_ONCE = 500
const DAY_MS = 86_400_000

/** Rows of the audit log that are older than the operator keeps them. Answers how many went. */
export async function expireAudit(ctx: Context): Promise<number> {
  if (ctx.auditDays === undefined) return 0
  const before = ctx.clock.now() - ctx.auditDays * DAY_MS
  let gone = 0
  for (let more = true; more;) {
    const deleted = await deleteOldAudit(ctx.db, before, AT_ONCE)
    gone += deleted
    more = deleted === AT_ONCE
  }
  return gone
}

/** Answers how many went. Ends after about `forMs`, so that nothing else waits for long. */
export async function expireEvents(ctx: Context, forMs = 2000): Promise<number> {
  const until = performance.now() + forMs
  let gone = 0
  for (const { id } of await listEnvironments(ctx.db)) {
    const { events_retention_days: days } = await settingsOf(ctx.db, ctx.db, id)
    if (days === null) continue
    for (let more = true; more && performance.now() < until;) {
      const deleted = await ctx.db.transaction(async (tx) => {
        // Of several servers one deletes at a time.
        await tx.lock('retention')
        return deleteOldEvents(tx, id, ctx.clock.now() - days * DAY_MS, AT_ONCE, ctx.bodies !== undefined)
      })
      gone += deleted
      more = deleted === AT_ONCE
    }
  }
  return gone
}
