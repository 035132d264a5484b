import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import type { Context } from '../store/context.ts'
import { openDatabase } from '../store/open.ts'
import { type Budget, refuseCalls, takeCalls } from './budgets.ts'

const budget = (requests: number): Budget => ({ name: `test:${randomUUID()}`, limit: { requests, perSeconds: 600 } })

async function open(t: TestContext): Promise<{ ctx: Context; advance: (ms: number) => void }> {
  const api = await openTestApi()
  t.after(() => api.dispose())
  return { ctx: api.ctx, advance: (ms) => api.clock.advance(ms) }
}

async function taken(ctx: Context, own: Budget, tries: number, lane: 'live' | 'backfill' = 'live'): Promise<number> {
  const waits = await Promise.all(Array.from({ length: tries }, () => takeCalls(ctx, own, 1, lane)))
  return waits.filter((wait) => wait === 0).length
}

test('as many calls as allowed, then a wait after which there are some again', async (t) => {
  const { ctx, advance } = await open(t)
  const own = budget(50)
  assert.equal(await taken(ctx, own, 80), 50)
  const wait = await takeCalls(ctx, own, 1, 'live')
  assert.ok(wait > 590_000 && wait <= 640_000, `${wait}`)
  advance(wait)
  assert.equal(await takeCalls(ctx, own, 1, 'live'), 0)
})

test('history leaves a fifth for what is new', async (t) => {
  const { ctx } = await open(t)
  const own = budget(100)
  assert.equal(await taken(ctx, own, 120, 'backfill'), 80)
  assert.equal(await taken(ctx, own, 30), 20)
})

test('a refusal closes the budget until it ends', async (t) => {
  const { ctx, advance } = await open(t)
  const own = budget(50)
  assert.equal(await taken(ctx, own, 1), 1)
  await refuseCalls(ctx, own.name, ctx.clock.now() + 30_000)
  assert.equal(await takeCalls(ctx, own, 1, 'live'), 30_000)
  advance(30_000)
  assert.equal(await takeCalls(ctx, own, 1, 'live'), 0)
})

test('several servers on one database share what is allowed, and a refusal', async (t) => {
  const { ctx } = await open(t)
  if (ctx.db.dialect === 'sqlite') return t.skip('one process is all there is on SQLite')
  const url = (await ctx.db.one<{ name: string }>('SELECT current_database() AS name'))!.name
  const address = new URL(process.env.LOAM_TEST_DATABASE_URL!)
  address.pathname = `/${url}`
  const other = await openDatabase(address.href)
  t.after(() => other.close())
  // What this process holds in advance is kept by name: another name of the lane plays another server.
  const own = budget(200)
  const both = await Promise.all([taken(ctx, own, 150), taken({ ...ctx, db: other }, own, 150, 'backfill')])
  const spent = both[0] + both[1]
  assert.ok(spent <= 200 && spent >= 160, `${spent}`)
  await refuseCalls({ ...ctx, db: other }, own.name, ctx.clock.now() + 30_000)
  assert.ok((await takeCalls(ctx, own, 1, 'live')) > 0)
})
