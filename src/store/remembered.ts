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
  /** What was known when this was asked for, until it is there. */
  before: Kept<Row> | null
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
 * else's read, which may be waiting for the connection that this transaction holds: while that is under way it has what was
 * known before, for a second more. Otherwise all that begin in that moment would read by themselves, and one that needs
 * nothing else could not share its commit.
 */
export function remembered<Row>(
  load: (sql: Sql, ...key: string[]) => Promise<Row>,
): (db: Sql, sql: Sql, ...key: string[]) => Promise<Row> {
  const databases = new WeakMap<object, Map<string, Kept<Row>>>()
  return (db, sql, ...key) => {
    let rows = databases.get(db)
    if (rows === undefined) databases.set(db, (rows = new Map()))
    const name = key.join('\0')
    const present = rows.get(name)
    const now = performance.now()
    const isYoungerThan = (kept: Kept<Row> | null | undefined, ms: number): kept is Kept<Row> =>
      kept?.generation === generation && now - kept.at < ms
    const known = present?.isThere === false ? present.before : (present ?? null)
    const ask = (through: Sql): Kept<Row> => {
      if (rows.size >= MOST_KEYS) rows.clear()
      const kept: Kept<Row> = { row: load(through, ...key), at: now, generation, isThere: false, before: known }
      rows.set(name, kept)
      kept.row.then(
        () => {
          kept.isThere = true
          kept.before = null
        },
        () => {
          if (rows.get(name) === kept) rows.delete(name)
        },
      )
      return kept
    }
    if (isYoungerThan(present, KEPT_MS) && (present.isThere || sql === db)) return present.row
    if (sql === db) return ask(sql).row
    if (isYoungerThan(known, 2 * KEPT_MS)) {
      if (present === known) ask(db)
      return known.row
    }
    // Somebody asks already: it is theirs to be remembered.
    return isYoungerThan(present, KEPT_MS) ? load(sql, ...key) : ask(sql).row
  }
}
