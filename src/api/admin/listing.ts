// Lists of the admin API: newest first, by cursor.
import { z } from 'zod'
import { decodeCursor, encodeCursor, type Slice } from '../../store/paging.ts'
import type { Page } from '../../store/stretches.ts'

const DEFAULT_LIMIT = 50

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).optional().describe('How many, 1 to 200. Default 50.'),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
}

export interface PageInput {
  limit?: number
  cursor?: string
  /** Of our own pages, which have more to ask: how long the list is looked through for what is rare. */
  lookForMs?: number
}

export interface Listing<Item> {
  data: Item[]
  /** Null on the last page; one before it may be short or empty. */
  next_cursor: string | null
}

export function listingSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .describe(
        'Pass it as `cursor` for the next page; null on the last. Where few of many fit, a page before the last may be short or empty.',
      ),
  })
}

export function pageOf({ cursor, limit = DEFAULT_LIMIT, lookForMs }: PageInput): Page {
  return { cursor: decodeCursor(cursor), limit, ...(lookForMs !== undefined && { lookForMs }) }
}

export function listingOf<Row, Item>(slice: Slice<Row>, view: (row: Row) => Item): Listing<Item> {
  return { data: slice.rows.map(view), next_cursor: encodeCursor(slice.next) }
}

/** For lists that are short by nature: all of it on one page. */
export function wholeListing<Item>(items: Item[]): Listing<Item> {
  return { data: items, next_cursor: null }
}

export function isoTime(epochMs: number): string
export function isoTime(epochMs: number | null): string | null
export function isoTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString()
}
