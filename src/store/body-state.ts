// How far the moving of bodies is: out of the database, or back into it. Every server, `loam doctor` and /metrics see the same.
import { firstIdAt, timeOfId } from '../model/ids.ts'
import type { BodyTable } from './bodies.ts'
import type { Sql, Statement } from './database.ts'
import { readInstanceSetting, settingStatement, writeInstanceSetting } from './instance-settings.ts'

/** Also longer than any transaction: rows that begin to be seen later than ones with later ids would be passed over. */
export const MOVED_AFTER_MS = 10 * 60_000
/** More are not counted: the age of the oldest says enough then. */
export const MOST_COUNTED = 10_000

const TROUBLE = 'bodies_trouble'
const RETURN = 'bodies_return'
const PLACE = 'bodies_place'

export const BODY_TABLES = ['events', 'pages'] as const satisfies readonly BodyTable[]
export const movedCursor = (table: BodyTable): string => `bodies_moved_${table}`

/** Since when turns have failed, and of what. */
export interface Trouble {
  since: number
  turns: number
  error: string
}

/** One pass through all rows that brings bodies back. */
export interface ReturnPass {
  table: BodyTable
  /** The last row that was looked at. */
  after: string
  returned: number
  /** Named by a row, and not there. */
  missing: number
  /** All rows were looked at. */
  finishedAt: number | null
}

export interface Waiting {
  table: BodyTable
  /** No more than MOST_COUNTED. */
  rows: number
  /** Since when the oldest has been due to be moved; 0 when nothing waits. */
  lateMs: number
}

export async function bodiesWaiting(sql: Sql, now: number): Promise<Waiting[]> {
  const before = firstIdAt(now - MOVED_AFTER_MS)
  return Promise.all(
    BODY_TABLES.map(async (table) => {
      const after = (await readInstanceSetting(sql, movedCursor(table))) ?? ''
      const found = await sql.one<{ n: number | string; first: string | null }>(
        `SELECT count(*) AS n, min(id) AS first FROM
           (SELECT id FROM ${table} WHERE id > $1 AND id < $2 ORDER BY id LIMIT ${MOST_COUNTED}) AS due`,
        [after, before],
      )
      const first = found?.first ?? null
      const lateMs = first === null ? 0 : Math.max(0, now - MOVED_AFTER_MS - timeOfId(first))
      return { table, rows: Number(found?.n ?? 0), lateMs }
    }),
  )
}

async function read<T>(sql: Sql, name: string): Promise<T | null> {
  const text = await readInstanceSetting(sql, name)
  return text === null ? null : (JSON.parse(text) as T)
}

export const bodiesTrouble = (sql: Sql): Promise<Trouble | null> => read(sql, TROUBLE)
export const returnPass = (sql: Sql): Promise<ReturnPass | null> => read(sql, RETURN)
export const saveReturnPass = (pass: ReturnPass): Statement => settingStatement(RETURN, JSON.stringify(pass))
export const bodiesPlace = (sql: Sql): Promise<string | null> => readInstanceSetting(sql, PLACE)

export async function noteTrouble(sql: Sql, now: number, error: string): Promise<void> {
  const before = await bodiesTrouble(sql)
  const trouble: Trouble = { since: before?.since ?? now, turns: (before?.turns ?? 0) + 1, error: error.slice(0, 500) }
  await writeInstanceSetting(sql, TROUBLE, JSON.stringify(trouble))
}

export async function noteSuccess(sql: Sql): Promise<void> {
  await sql.run('DELETE FROM instance_settings WHERE name = $1', [TROUBLE])
}

/** Bodies go there, whatever was before: what came back goes again. */
export async function beginMoving(sql: Sql, place: string): Promise<void> {
  if ((await bodiesPlace(sql)) !== place) await writeInstanceSetting(sql, PLACE, place)
  if ((await returnPass(sql)) !== null) await sql.batch([RETURN, ...BODY_TABLES.map(movedCursor)].map(forget))
}

/** Nothing lies there any more: a start without the place is right from now on. What the pass found stays to be seen. */
export async function leavePlace(sql: Sql): Promise<void> {
  await sql.batch([PLACE, ...BODY_TABLES.map(movedCursor)].map(forget))
}

function forget(name: string): Statement {
  return { sql: 'DELETE FROM instance_settings WHERE name = $1', params: [name] }
}
