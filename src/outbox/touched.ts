// Whose connection says already, to within a second, when their last event was made. Of a burst of one person's events that is
// written once, and commits that are made at the same time do not wait for each other at the person's row.
import { type ConnectionRow, touchConnection, TOUCHED_WITHIN_MS } from '../store/connections.ts'
import type { Database, Statement, Transaction } from '../store/database.ts'

const MOST_KNOWN = 20_000

const written = new WeakMap<Database, Map<string, number>>()

/** What this transaction has to write of it. */
export function touch(
  db: Database,
  tx: Transaction,
  connections: Iterable<Pick<ConnectionRow, 'user_id'>>,
  now: number,
): Statement[] {
  const known = written.get(db) ?? new Map<string, number>()
  written.set(db, known)
  const due = new Set<string>()
  for (const { user_id: userId } of connections) {
    const at = known.get(userId)
    if (at === undefined || now < at || now - at >= TOUCHED_WITHIN_MS) due.add(userId)
  }
  if (due.size === 0) return []
  tx.afterCommit(() => {
    if (known.size + due.size > MOST_KNOWN) known.clear()
    for (const userId of due) known.set(userId, now)
  })
  return [...due].map((userId) => touchConnection(userId, now))
}
