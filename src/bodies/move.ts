// Bodies go into the bucket some minutes after they were committed: what is delivered at once never lies there, and no commit
// waits for a bucket. A body is stored there before its row names it.
import { firstIdAt } from '../model/ids.ts'
import { type BodyStore, bodyKey, type BodyTable, keyInRow } from '../store/bodies.ts'
import { bodiesBetween, bodiesById, type BodySize, isWorthMoving, setBodyName } from '../store/body-moves.ts'
import { BODY_TABLES, movedCursor } from '../store/body-state.ts'
import type { Context } from '../store/context.ts'
import { readInstanceSetting, writeInstanceSetting } from '../store/instance-settings.ts'

const LOOKED_AT_ONCE = 500
const MOST_BYTES = 8 * 1024 * 1024
const PUT_AT_A_TIME = 16

type World = Pick<Context, 'db'>

/** Answers how many were moved. Ends when all are, or when the time is up. */
export async function moveBodies(
  ctx: World,
  bodies: BodyStore,
  options: { madeBefore: number; until: () => boolean },
): Promise<number> {
  let moved = 0
  for (const table of BODY_TABLES) {
    const cursor = movedCursor(table)
    let after = (await readInstanceSetting(ctx.db, cursor)) ?? ''
    for (let more = true; more && !options.until();) {
      const rows = await bodiesBetween(ctx.db, table, { after, before: firstIdAt(options.madeBefore) }, LOOKED_AT_ONCE)
      for (const group of groupsOf(rows.filter(isWorthMoving))) moved += await moveGroup(ctx, bodies, table, group)
      more = rows.length === LOOKED_AT_ONCE
      if (rows.length === 0) break
      after = rows.at(-1)!.id
      await writeInstanceSetting(ctx.db, cursor, after)
    }
  }
  return moved
}

function groupsOf(rows: readonly BodySize[]): BodySize[][] {
  const groups: BodySize[][] = []
  let bytes = Infinity
  for (const row of rows) {
    bytes += row.bytes
    if (bytes > MOST_BYTES) {
      groups.push([])
      bytes = row.bytes
    }
    groups.at(-1)!.push(row)
  }
  return groups
}

async function moveGroup(ctx: World, bodies: BodyStore, table: BodyTable, group: readonly BodySize[]): Promise<number> {
  const packed = await bodiesById(
    ctx.db,
    table,
    group.map((row) => row.id),
  )
  const waiting = group.filter(({ id }) => packed.has(id) && keyInRow(packed.get(id)!) === null)
  const keys = new Map(waiting.map((row) => [row.id, bodyKey(table, row.user_id, row.id)]))
  const left = [...keys]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      await bodies.put(next[1], packed.get(next[0])!)
    }
  }
  await Promise.all(Array.from({ length: PUT_AT_A_TIME }, work))
  const named = [...keys]
  const changed = await ctx.db.transaction((tx) => tx.batch(named.map(([id, key]) => setBodyName(table, id, key))))
  // Deleted meanwhile, with a person or by age.
  const orphans = named.filter((_, i) => changed[i] === 0).map(([, key]) => key)
  if (orphans.length > 0) await bodies.delete(orphans)
  return named.length - orphans.length
}
