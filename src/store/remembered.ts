// Rows that everything asks for and that few change: kept in memory for a second. A change made in this process is seen at
// once, one made by another server that much later.
import type { Sql } from './database.ts'

const KEPT_MS = 1000
const MOST_KEYS = 10_000

interface Kept<Row> {
  row: Promise<Row>
  at: number
  generation: number
  isThere: boolean
}

let generation = 0

/** What `remembered` gives changes with every write to the tables that are kept. */
export function rememberedGeneration(): number {
  return generation
}

/** Called after each write: at the commit, when it is part of a transaction. */
export function forgetRemembered(sql?: Sql): void {
  generation++
  if (sql !== undefined && 'afterCommit' in sql) {
    const { afterCommit } = sql as { afterCommit(work: () => void): void }
    afterCommit.call(sql, () => generation++)
  }
}

/**
 * `load` reads through whatever it is handed: a transaction does not take a second connection. Nor does it wait for someone
 * else's read, which may be waiting for the connection that this transaction holds.
 */
export function remembered<Row>(
  load: (sql: Sql, ...key: string[]) => Promise<Row>,
): (db: object, sql: Sql, ...key: string[]) => Promise<Row> {
  const databases = new WeakMap<object, Map<string, Kept<Row>>>()
  return (db, sql, ...key) => {
    let rows = databases.get(db)
    if (rows === undefined) databases.set(db, (rows = new Map()))
    const name = key.join('\0')
    const present = rows.get(name)
    const now = performance.now()
    const isFresh = present !== undefined && present.generation === generation && now - present.at < KEPT_MS
    if (isFresh && (present.isThere || sql === db)) return present.row
    if (rows.size >= MOST_KEYS) rows.clear()
    const kept: Kept<Row> = { row: load(sql, ...key), at: now, generation, isThere: false }
    rows.set(name, kept)
    kept.row.then(
      () => {
        kept.isThere = true
      },
      () => {
        if (rows.get(name) === kept) rows.delete(name)
      },
    )
    return kept.row
  }
}
