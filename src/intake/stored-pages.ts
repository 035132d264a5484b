// Raw pages with their bodies, wherever those lie.
import { fetchBody, keyInRow } from '../store/bodies.ts'
import type { Context } from '../store/context.ts'
import { type PageRow, pagesOf } from '../store/pages.ts'

/** Packed bodies by the ids of their pages; null: it was taken away. */
export type Fetched = ReadonlyMap<string, Uint8Array | null>

/** Bodies of the next pages that lie in a bucket: no transaction waits for one. */
export async function fetchPages(
  ctx: Context,
  userId: string,
  after: { runAt: number; id: string },
  limit: number,
): Promise<Fetched> {
  if (ctx.bodies === undefined) return new Map()
  const rows = await pagesOf(ctx.db, userId, after, limit)
  const moved = rows.filter((row) => keyInRow(row.body) !== null)
  return new Map(await Promise.all(moved.map(async (row) => [row.id, await fetchBody(ctx.bodies, row.body)] as const)))
}

/** Those at the beginning whose bodies are at hand. What was taken away keeps the name of its object. */
export function withBodies(rows: readonly PageRow[], fetched: Fetched): PageRow[] {
  const first = rows.findIndex((row) => keyInRow(row.body) !== null && !fetched.has(row.id))
  return rows
    .slice(0, first === -1 ? rows.length : first)
    .map((row) => ({ ...row, body: fetched.get(row.id) ?? row.body }))
}
