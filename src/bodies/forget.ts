// What nothing names any more goes from the bucket: what was deleted, as its transaction ordered; what a crash left, by looking
// through all that is there.
import { type BodyStore, keyInRow, rowOfKey } from '../store/bodies.ts'
import { bodiesById, deletionDone, dueDeletions, existingIds } from '../store/body-moves.ts'
import { BODY_TABLES } from '../store/body-state.ts'
import type { Context } from '../store/context.ts'
import { readInstanceSetting, writeInstanceSetting } from '../store/instance-settings.ts'

const DELETIONS_AT_ONCE = 200
const DAY_MS = 86_400_000

type World = Pick<Context, 'db' | 'clock'>

/** Answers how many orders were carried out. */
export async function forgetBodies(ctx: World, bodies: BodyStore, until: () => boolean): Promise<number> {
  let done = 0
  while (!until()) {
    const due = await dueDeletions(ctx.db, ctx.clock.now(), DELETIONS_AT_ONCE)
    if (due.length === 0) break
    for (const { path } of due.filter((each) => each.path.endsWith('/'))) {
      for await (const found of bodies.list(path)) {
        await deleteOrphans(
          ctx,
          bodies,
          found.map(({ key }) => key),
        )
      }
    }
    const keys = due.map(({ path }) => path).filter((path) => !path.endsWith('/'))
    await bodies.delete(await unnamed(ctx, keys))
    await ctx.db.transaction((tx) => tx.batch(due.map(deletionDone)))
    done += due.length
  }
  return done
}

interface Sweep {
  /** The last key that was looked at; null between two sweeps. */
  after: string | null
  nextAt: number
}

/**
 * Once a day, in as many turns as it takes. Who started with a wrong database has a day to notice. Objects that are called otherwise
 * than ours stay.
 */
export async function sweepBodies(ctx: World, bodies: BodyStore, until: () => boolean): Promise<number> {
  const now = ctx.clock.now()
  const kept = await readInstanceSetting(ctx.db, 'bodies_sweep')
  const sweep: Sweep = kept === null ? { after: null, nextAt: now } : (JSON.parse(kept) as Sweep)
  if (sweep.after === null && sweep.nextAt > now) return 0
  let deleted = 0
  for await (const found of bodies.list('', sweep.after ?? '')) {
    const old = found.filter(({ writtenAt }) => writtenAt < now - DAY_MS)
    deleted += await deleteOrphans(
      ctx,
      bodies,
      old.map(({ key }) => key),
    )
    await save(ctx, { ...sweep, after: found.at(-1)?.key ?? sweep.after })
    if (until()) return deleted
  }
  await save(ctx, { after: null, nextAt: now + DAY_MS })
  return deleted
}

/** What came back may have been moved again: what a row names stays. */
async function unnamed(ctx: World, keys: readonly string[]): Promise<string[]> {
  const named = new Set<string>()
  for (const table of BODY_TABLES) {
    const ids = keys.map(rowOfKey).flatMap((row) => (row?.table === table ? [row.id] : []))
    for (const packed of (await bodiesById(ctx.db, table, ids)).values()) named.add(keyInRow(packed) ?? '')
  }
  return keys.filter((key) => !named.has(key))
}

/** Those whose row is gone. A row that does not name its object yet, or any more, keeps it: it may be about to. */
async function deleteOrphans(ctx: World, bodies: BodyStore, keys: readonly string[]): Promise<number> {
  const orphans: string[] = []
  for (const table of BODY_TABLES) {
    const rows = keys.map((key) => ({ key, row: rowOfKey(key) })).filter(({ row }) => row?.table === table)
    const ids = rows.map(({ row }) => row!.id)
    const existing = await existingIds(ctx.db, table, ids)
    orphans.push(...rows.filter(({ row }) => !existing.has(row!.id)).map(({ key }) => key))
  }
  await bodies.delete(orphans)
  return orphans.length
}

const save = (ctx: World, sweep: Sweep): Promise<void> =>
  writeInstanceSetting(ctx.db, 'bodies_sweep', JSON.stringify(sweep))
