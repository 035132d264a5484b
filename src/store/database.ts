// Two engines behind one small interface. SQL is written once with `$1` parameters and portable types: BIGINT for
// milliseconds, TEXT, SMALLINT for yes and no, BYTEA/BLOB for bytes.

export type Value = null | string | number | Uint8Array | ToPack

/**
 * Bytes that are packed (compress.ts) as they are stored: on SQLite by the thread that writes, not by the event loop. A piece
 * that two bodies of one change have in common, the very same object, is packed once.
 */
export interface ToPack {
  readonly toPack: readonly Uint8Array[]
}

/** A packed body, or one that is packed on its way. */
export type Stored = Uint8Array | ToPack

export interface Statement {
  sql: string
  params?: readonly Value[]
  /**
   * For changes that depend on nothing that other statements of the same commit do: the same change for many sets of
   * parameters at once. PostgreSQL takes one statement for ten rows far more quickly than ten; SQLite does not care.
   */
  many?: (params: readonly (readonly Value[])[]) => Statement[]
}

export interface Sql {
  readonly dialect: 'sqlite' | 'postgres'
  all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]>
  /** The first row, or null. */
  one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null>
  /** How many rows changed. */
  run(sql: string, params?: readonly Value[]): Promise<number>
  /** Several statements in one trip; how many rows each changed. Atomic inside a transaction only. */
  batch(statements: readonly Statement[]): Promise<number[]>
}

export interface Transaction extends Sql {
  /** Holds everyone else who locks the same key until this transaction ends. Nothing to do on SQLite: it has one writer. */
  lock(key: string): Promise<void>
  /** The same for those that nobody holds, without waiting; which of them it got. */
  lockFree(keys: readonly string[]): Promise<boolean[]>
  /**
   * Sent with the commit, after everything else: no trip of its own. A transaction that does nothing else shares its
   * commit with all that arrive at the same time, on both engines.
   */
  later(statements: readonly Statement[]): void
  /** Runs after a successful commit, never after a rollback. */
  afterCommit(work: () => void): void
  /** Runs when nothing of it was kept, or nobody knows: then the database has the last word. */
  afterRollback(work: () => void): void
}

export interface Database extends Sql {
  /**
   * Everything or nothing; resolves only when it is durable. `work` awaits the transaction's own calls and nothing else
   * (no HTTP, no timers, no call of the database itself): on SQLite all transactions share one writer and one commit. It is run
   * again where others were in its way, or deleted what its rows refer to: nothing outside of it remembers an earlier try.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** Wakes listeners of this channel in every process on the same database: a hint, never relied upon. */
  notify(channel: string): void
  listen(channel: string, wake: () => void): () => void
  /** Milliseconds since the epoch by the clock that all servers share: the database's on PostgreSQL. */
  now(): Promise<number>
  close(): Promise<void>
}

/** Appended to a claiming SELECT: rows that another worker holds are passed over instead of waited for. */
export function skipLocked(sql: Sql): string {
  return sql.dialect === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : ''
}

/**
 * An INSERT whose VALUES are one group of placeholders, for several rows. `key`: where the parameters stand that tell rows
 * apart; of rows that are alike the last is inserted, as one statement cannot change a row twice.
 */
export function insertMany(sql: string, key?: readonly number[]): (rows: readonly (readonly Value[])[]) => Statement[] {
  const [, head, group, tail] = /^(.*VALUES )\(([^)]*)\)(.*)$/s.exec(sql)!
  const width = group!.split(',').length
  const texts = new Map<number, string>()
  const textFor = (rows: number): string => {
    let text = texts.get(rows)
    if (text === undefined) {
      const groups = Array.from({ length: rows }, (_, i) => `(${placeholders(width, i * width + 1)})`)
      texts.set(rows, (text = `${head}${groups.join(', ')}${tail}`))
    }
    return text
  }
  return (all) => {
    const rows = key === undefined ? all : lastOfEach(all, key)
    const statements: Statement[] = []
    // Powers of two: few different texts, so that each is prepared once.
    for (let at = 0; at < rows.length;) {
      const size = Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(rows.length - at)))
      statements.push({ sql: textFor(size), params: rows.slice(at, at + size).flat() })
      at += size
    }
    return statements
  }
}

const MOST_ROWS = 32

function lastOfEach(rows: readonly (readonly Value[])[], key: readonly number[]): (readonly Value[])[] {
  return [...new Map(rows.map((row) => [key.map((place) => row[place]).join('\n'), row])).values()]
}

/** `n` placeholders from `$first`: `$3, $4, $5`. */
export function placeholders(n: number, first = 1): string {
  return Array.from({ length: n }, (_, i) => `$${first + i}`).join(', ')
}
