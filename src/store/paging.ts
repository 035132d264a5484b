// Keyset paging, newest first: a cursor is the (time, id) of the last row that was shown.
import { ApiError } from '../platform/errors.ts'

export interface Cursor {
  at: number
  id: string
}

export interface Slice<Row> {
  rows: Row[]
  next: Cursor | null
}

export function encodeCursor(cursor: Cursor | null): string | null {
  return cursor === null ? null : Buffer.from(`${cursor.at}:${cursor.id}`).toString('base64url')
}

export function decodeCursor(text: string | undefined): Cursor | null {
  if (text === undefined || text === '') return null
  const match = /^(\d{1,16}):(.{1,128})$/s.exec(Buffer.from(text, 'base64url').toString('utf8'))
  if (!match)
    throw new ApiError('invalid_cursor', 400, 'invalid cursor: take next_cursor of the page before, unchanged')
  return { at: Number(match[1]), id: match[2]! }
}

/** `rows` were asked for with one more than `limit`. */
export function sliceOf<Row>(rows: Row[], limit: number, cursorOf: (row: Row) => Cursor): Slice<Row> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}
