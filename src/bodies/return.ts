// The way back: bodies are read from the bucket and written into their rows, and their objects go some minutes later.
import { type BodyStore, keyInRow, NO_BODY } from '../store/bodies.ts'
import {
  bodiesBetween,
  bodiesById,
  hasDeletions,
  isWorthMoving,
  ON_ITS_WAY_MS,
  orderDeletion,
  setBody,
} from '../store/body-moves.ts'
import {
  bodiesPlace,
  BODY_TABLES,
  leavePlace,
  returnPass,
  type ReturnPass,
  saveReturnPass,
} from '../store/body-state.ts'
import type { Context } from '../store/context.ts'

const LOOKED_AT_ONCE = 500
const GET_AT_A_TIME = 8
const LAST_ID = '~'
/** So long after a pass that missed something another one looks again. */
const AGAIN_MS = 3600_000

type World = Pick<Context, 'db' | 'clock' | 'log'>

export interface ReturnOptions {
  /** Rows whose object is not there lose their body for good, instead of keeping Loam with the bucket. */
  withoutMissing: boolean
  until: () => boolean
}

/** Goes on where it stopped; answers how many came back. When all have, and their objects are gone, the place is left. */
export async function returnBodies(ctx: World, bodies: BodyStore, options: ReturnOptions): Promise<number> {
  let pass = await currentPass(ctx, options)
  const before = pass.returned
  while (pass.finishedAt === null && !options.until()) pass = await step(ctx, bodies, pass, options)
  if (pass.finishedAt !== null && pass.missing === 0 && (await isLeft(ctx, pass.finishedAt))) {
    await leavePlace(ctx.db)
    ctx.log.info({ bodies: pass.returned }, 'all bodies are back in the database: set LOAM_BODIES=database')
  }
  return pass.returned - before
}

/** All objects are gone, and nobody has said so yet. Of who is deleted from then on nothing lies there: that is not waited for. */
async function isLeft({ db }: World, finishedAt: number): Promise<boolean> {
  return (await bodiesPlace(db)) !== null && !(await hasDeletions(db, finishedAt + ON_ITS_WAY_MS))
}

async function currentPass(ctx: World, options: ReturnOptions): Promise<ReturnPass> {
  const known = await returnPass(ctx.db)
  const isOver =
    known?.finishedAt != null &&
    known.missing > 0 &&
    (options.withoutMissing || ctx.clock.now() > known.finishedAt + AGAIN_MS)
  if (known !== null && !isOver) return known
  const returned = known?.returned ?? 0
  return { table: BODY_TABLES[0], after: '', returned, missing: 0, finishedAt: null }
}

async function step(ctx: World, bodies: BodyStore, pass: ReturnPass, options: ReturnOptions): Promise<ReturnPass> {
  const { table } = pass
  const rows = await bodiesBetween(ctx.db, table, { after: pass.after, before: LAST_ID }, LOOKED_AT_ONCE)
  let { returned, missing } = pass
  const ids = rows.filter((row) => !isWorthMoving(row)).map(({ id }) => id)
  for (let at = 0; at < ids.length; at += GET_AT_A_TIME) {
    const some = await bringBack(ctx, bodies, { ...pass, returned }, ids.slice(at, at + GET_AT_A_TIME), options)
    returned += some.returned
    missing += some.missing
  }
  const next = { ...pass, after: rows.at(-1)?.id ?? pass.after, returned, missing }
  if (rows.length < LOOKED_AT_ONCE) {
    const following = BODY_TABLES[BODY_TABLES.indexOf(table) + 1]
    if (following === undefined) next.finishedAt = ctx.clock.now()
    else Object.assign(next, { table: following, after: '' })
  }
  await ctx.db.batch([saveReturnPass(next)])
  return next
}

async function bringBack(
  ctx: World,
  bodies: BodyStore,
  pass: ReturnPass,
  ids: readonly string[],
  { withoutMissing }: ReturnOptions,
): Promise<{ returned: number; missing: number }> {
  const { table } = pass
  const inRows = await bodiesById(ctx.db, table, ids)
  const named = [...inRows].flatMap(([id, packed]) => {
    const key = keyInRow(packed)
    return key === null || key === '' ? [] : [{ id, key }]
  })
  const found = await Promise.all(named.map(async ({ id, key }) => ({ id, key, body: await bodies.get(key) })))
  const there = found.flatMap(({ id, key, body }) => (body === null ? [] : [{ id, key, body }]))
  const lost = found.filter(({ body }) => body === null)
  const dueAt = ctx.clock.now() + ON_ITS_WAY_MS
  await ctx.db.transaction((tx) =>
    tx.batch([
      // Whoever read the name a moment ago still finds the object.
      ...there.flatMap(({ id, key, body }) => [setBody(table, { id, key, body }), orderDeletion(key, dueAt)]),
      // Counted once, also when it dies before the pass goes on.
      saveReturnPass({ ...pass, returned: pass.returned + there.length }),
      ...(withoutMissing ? lost.map(({ id, key }) => setBody(table, { id, key, body: NO_BODY })) : []),
    ]),
  )
  return { returned: there.length, missing: withoutMissing ? 0 : lost.length }
}
