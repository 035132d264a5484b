// Which local days of which type were read from the provider, when, and whether all that was asked for came.
import { CLOCK_SKEW_MS } from '../platform/clock.ts'
import type { Sql, Statement } from './database.ts'

export interface CoverageRow {
  day: string
  read_at: number
  /** 0: not all of it came, or came so that it could be read. */
  whole: number
}

/** The latest read counts. A time that is still to come is that of a clock that was ahead: it counts for nothing. */
export function putCoverage(
  userId: string,
  type: string,
  days: readonly string[],
  read: { at: number; whole: boolean; now: number },
): Statement[] {
  const statements: Statement[] = []
  for (let i = 0; i < days.length; i += 100) {
    const slice = days.slice(i, i + 100)
    const values = slice.map((_, j) => `($1, $2, $${j + 6}, $3, $4)`).join(', ')
    statements.push({
      sql: `INSERT INTO coverage (user_id, type, day, read_at, whole) VALUES ${values}
            ON CONFLICT (user_id, type, day) DO UPDATE SET read_at = excluded.read_at, whole = excluded.whole
            WHERE excluded.read_at > coverage.read_at OR coverage.read_at > $5`,
      params: [userId, type, read.at, read.whole ? 1 : 0, read.now + CLOCK_SKEW_MS, ...slice],
    })
  }
  return statements
}

/** No day counts as read any more: all are asked for again when somebody wants them. */
export function forgetCoverage(userId: string): Statement {
  return { sql: 'DELETE FROM coverage WHERE user_id = $1', params: [userId] }
}

export function coverageOf(
  sql: Sql,
  userId: string,
  type: string,
  days: { start: string; end: string },
  now: number,
): Promise<CoverageRow[]> {
  return sql.all(
    `SELECT day, read_at, whole FROM coverage
     WHERE user_id = $1 AND type = $2 AND day >= $3 AND day <= $4 AND read_at <= $5`,
    [userId, type, days.start, days.end, now + CLOCK_SKEW_MS],
  )
}
