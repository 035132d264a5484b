// Long lists are looked through a stretch at a time, so that no question keeps those of others waiting, however many rows there
// are and however few of them fit.
import type { Sql } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'

/** Rows of an index, looked at by one question. */
export const STRETCH = 1000
/** Who asks for a page gets after that time what was found so far. */
const LOOK_FOR_MS = 1000

/** An index to follow: over `by`, within what `where` says of its first column. */
export interface Order {
  table: string
  by: readonly [time: string, id: string]
  where?: readonly [column: string, value: string]
  direction: 'ASC' | 'DESC'
}

export interface Page {
  cursor: Cursor | null
  limit: number
  lookForMs?: number
}

export interface Span {
  /** Milliseconds, inclusive. */
  since?: number | undefined
  /** Milliseconds, exclusive. */
  until?: number | undefined
}

/** Before the first row, the newest first: behind the page before, and not later than asked. */
export function beginningOf(cursor: Cursor | null, { until }: Span): Cursor {
  const start = { at: until ?? Number.MAX_SAFE_INTEGER, id: '' }
  return cursor !== null && cursor.at < start.at ? cursor : start
}

/** The last row of the next stretch. Null: what remains is shorter than one. */
export async function endOfStretch(sql: Sql, order: Order, after: Cursor): Promise<Cursor | null> {
  const { table, where, direction } = order
  const [time, id] = order.by
  const row = await sql.one<{ at: number; id: string }>(
    `SELECT ${time} AS at, ${id} AS id FROM ${table}
     WHERE (${time}, ${id}) ${direction === 'ASC' ? '>' : '<'} ($1, $2)${where === undefined ? '' : ` AND ${where[0]} = $4`}
     ORDER BY ${time} ${direction}, ${id} ${direction} LIMIT 1 OFFSET $3`,
    [after.at, after.id, STRETCH - 1, ...(where === undefined ? [] : [where[1]])],
  )
  return row
}

/**
 * The next page, the newest first. `rows` answers what fits after one row and, unless it is null, up to and with another. A page may be short, or
 * empty, and yet not be the last one: then few rows fit, and its cursor says how far was looked.
 */
export async function pageThrough<Row>(
  sql: Sql,
  order: Order,
  { cursor, limit, lookForMs = LOOK_FOR_MS }: Page,
  how: Span & {
    /** With `end` null: all that is left since `since`. */
    rows(after: Cursor, end: Cursor | null, limit: number): Promise<Row[]>
    cursorOf(row: Row): Cursor
  },
): Promise<Slice<Row>> {
  const deadline = performance.now() + lookForMs
  const found: Row[] = []
  for (let after = beginningOf(cursor, how); ;) {
    const next = await endOfStretch(sql, order, after)
    const end = next !== null && next.at >= (how.since ?? 0) ? next : null
    found.push(...(await how.rows(after, end, limit + 1 - found.length)))
    if (found.length > limit || end === null) return sliceOf(found, limit, how.cursorOf)
    if (performance.now() >= deadline) return { rows: found, next: end }
    after = end
  }
}

/** Conditions with their parameters, written only for what is asked: so an index can serve them. */
export class Conditions {
  readonly params: (string | number)[] = []
  readonly #parts: string[] = []

  /** The placeholder of a value. */
  value(value: string | number): string {
    return `$${this.params.push(value)}`
  }

  add(condition: string): this {
    this.#parts.push(condition)
    return this
  }

  /** Where there is a value. */
  equals(columns: Record<string, string | null | undefined>): this {
    for (const [column, value] of Object.entries(columns)) {
      if (value !== undefined && value !== null) this.add(`${column} = ${this.value(value)}`)
    }
    return this
  }

  /** Older than one row, down to and with another or, where that is null, to `since`. One bound at each end: of two, the wrong one could lead. */
  older([time, id]: Order['by'], after: Cursor, end: Cursor | null, { since }: Span = {}): this {
    this.between([time, id], 'DESC', after, end)
    return end === null && since !== undefined ? this.add(`${time} >= ${this.value(since)}`) : this
  }

  /** After one row and, unless it is null, up to and with another. */
  between([time, id]: Order['by'], direction: Order['direction'], after: Cursor, end: Cursor | null): this {
    const beyond = direction === 'ASC' ? '>' : '<'
    const within = direction === 'ASC' ? '<=' : '>='
    this.add(`(${time}, ${id}) ${beyond} (${this.value(after.at)}, ${this.value(after.id)})`)
    if (end !== null) this.add(`(${time}, ${id}) ${within} (${this.value(end.at)}, ${this.value(end.id)})`)
    return this
  }

  toString(): string {
    return this.#parts.join(' AND ')
  }
}
