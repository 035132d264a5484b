import { rowsByKeys } from './by-keys.ts'
import { CLOCK_SKEW_MS } from '../platform/clock.ts'
import { insertMany, type Sql, type Statement, type Stored } from './database.ts'

export interface PageRow {
  id: string
  user_id: string
  kind: string
  /** JSON: what had been asked. */
  request: string
  /** Digest of kind and request. */
  question: string
  /** Digest of kind, request and body: the same answer to the same question is kept once. */
  digest: string
  time_zone: string | null
  /** When the read that this page belongs to began; pages of one read complete each other. */
  run_at: number
  /** When this answer was first seen since it last changed. */
  received_at: number
  body: Uint8Array
}

const PUT = `INSERT INTO pages (id, user_id, kind, request, question, digest, time_zone, run_at, received_at, body)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (user_id, digest) DO UPDATE SET run_at = excluded.run_at, received_at = excluded.received_at,
    time_zone = excluded.time_zone`
const PUT_MANY = insertMany(PUT, [1, 5])

export function putPage(row: Omit<PageRow, 'body'> & { body: Stored }): Statement {
  return {
    sql: PUT,
    many: PUT_MANY,
    params: [
      row.id,
      row.user_id,
      row.kind,
      row.request,
      row.question,
      row.digest,
      row.time_zone,
      row.run_at,
      row.received_at,
      row.body,
    ],
  }
}

export type AnswerRow = Pick<PageRow, 'user_id' | 'question' | 'digest' | 'received_at'>

/** The latest answer to each of these questions, `[user id, question]`: some are asked, or pushed, for years. */
export function latestAnswersTo(sql: Sql, questions: readonly (readonly string[])[]): Promise<AnswerRow[]> {
  return rowsByKeys(
    sql,
    {
      table: 'pages',
      columns: ['user_id', 'question'],
      select: 'user_id, question, digest, received_at',
      lastBy: 'run_at',
    },
    questions,
  )
}

/** Those of a clock that was ahead came before what comes now: the last of them at `latest`, in the order that they have. */
export function bringPagesBack(userId: string, { latest, now }: { latest: number; now: number }): Statement {
  return {
    sql: `UPDATE pages SET run_at = run_at - ((SELECT max(run_at) FROM pages WHERE user_id = $1) - $2)
      WHERE user_id = $1 AND run_at > $3`,
    params: [userId, latest, now + CLOCK_SKEW_MS],
  }
}

/** In the order in which they came. */
export function pagesOf(
  sql: Sql,
  userId: string,
  after: { runAt: number; id: string },
  limit: number,
): Promise<PageRow[]> {
  return sql.all(
    `SELECT * FROM pages WHERE user_id = $1 AND (run_at > $2 OR (run_at = $2 AND id > $3)) ORDER BY run_at, id LIMIT $4`,
    [userId, after.runAt, after.id, limit],
  )
}
