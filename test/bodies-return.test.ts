// The way back from the bucket, and who of several servers moves bodies.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { folderBodies } from '../src/bodies/folder.ts'
import { forgetBodies } from '../src/bodies/forget.ts'
import { type BodiesOptions, startBodies } from '../src/bodies/loop.ts'
import { moveBodies } from '../src/bodies/move.ts'
import { openBodies } from '../src/bodies/open.ts'
import { returnBodies } from '../src/bodies/return.ts'
import { type BodiesSetting, MARK } from '../src/bodies/setting.ts'
import { openWorld, until, type World } from '../src/deliver/test-world.ts'
import { BodiesUnavailable, type BodyStore, keyInRow } from '../src/store/bodies.ts'
import { beginMoving, returnPass } from '../src/store/body-state.ts'
import { createMetrics } from '../src/platform/metrics.ts'

const HOUR_MS = 3_600_000
const never = (): boolean => false
const texts = Array.from({ length: 30 }, (_, i) => `${i} äé😀 ${randomBytes(400).toString('hex')}`)

async function moved(
  t: TestContext,
): Promise<{ world: World; bodies: BodyStore; setting: BodiesSetting; ids: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const world = await openWorld(t)
  const setting: BodiesSetting = { kind: 'folder', folder }
  const bodies = (await openBodies(setting, world.ctx))!
  world.ctx.bodies = bodies
  world.api.ctx.bodies = bodies
  const ids = await append(world, texts)
  assert.equal(await move(world, bodies), texts.length)
  return { world, bodies, setting, ids }
}

const append = (world: World, some: readonly string[]): Promise<string[]> =>
  world.append(...some.map((text) => ({ type: 'daily', body: { type: 'daily', text } })))
const move = (world: World, bodies: BodyStore): Promise<number> =>
  moveBodies(world.ctx, bodies, { madeBefore: Date.now() + 1000, until: never })
const back = (world: World, bodies: BodyStore, more = {}): Promise<number> =>
  returnBodies(world.ctx, bodies, { withoutMissing: false, until: never, ...more })

async function named({ ctx }: World): Promise<number> {
  const rows = await ctx.db.all<{ body: Uint8Array }>('SELECT body FROM events')
  return rows.filter(({ body }) => keyInRow(body) !== null).length
}

async function objects(bodies: BodyStore): Promise<number> {
  let count = 0
  for await (const found of bodies.list('')) count += found.filter(({ key }) => key !== 'loam.json').length
  return count
}

async function readsAll({ api }: World, ids: readonly string[]): Promise<void> {
  for (const [i, id] of ids.entries()) {
    const { status, json } = await api.asOperator('GET', `/admin/v1/events/${id}`)
    assert.equal(status, 200)
    assert.equal((json.body as { text: string }).text, texts[i])
  }
}

const shown = async ({ api }: World) => (await api.asOperator('GET', '/admin/v1/instance')).json.bodies as Bodies
interface Bodies {
  place: string | null
  waiting: number
  failing_since: string | null
  error: string | null
  returned: { bodies: number; missing: number; finished_at: string | null } | null
}

test('all bodies come back, whatever crashes on the way; then the place is left', async (t) => {
  const { world, bodies, setting, ids } = await moved(t)
  for (let crashAfter = 1; ; crashAfter += 4) {
    let read = 0
    const dying: BodyStore = {
      ...bodies,
      async get(key) {
        if (++read > crashAfter) throw new BodiesUnavailable('crash')
        return bodies.get(key)
      },
    }
    const ended = await back(world, dying).then(
      () => true,
      () => false,
    )
    await readsAll(world, ids)
    if (ended) break
    assert.ok(crashAfter < 100, 'it never ends')
  }
  assert.equal(await named(world), 0)
  assert.equal(await objects(bodies), texts.length, 'who read the name a moment ago finds the object')
  await assert.rejects(openBodies({ kind: 'database' }, world.ctx), /LOAM_BODIES_RETURN=on/)
  world.api.clock.advance(HOUR_MS)
  await forgetBodies(world.ctx, bodies, never)
  assert.equal(await objects(bodies), 0)
  assert.equal((await shown(world)).place, bodies.place)
  await back(world, bodies)
  const { place, returned } = await shown(world)
  assert.deepEqual([place, returned!.bodies, returned!.missing], [null, texts.length, 0])
  assert.equal(await openBodies({ kind: 'database' }, world.ctx), undefined)
  assert.equal(await openBodies(setting, world.ctx, 'on'), undefined, 'the setting may stay a while')
  delete world.api.ctx.bodies
  await readsAll(world, ids)
})

test('who is deleted after all have come back keeps nobody in the place', async (t) => {
  const { world, bodies } = await moved(t)
  const { api } = world
  await back(world, bodies)
  for (let minutes = 0; minutes < 20; minutes += 5) {
    const user = await api.addUser()
    assert.equal((await api.asOperator('DELETE', `/admin/v1/users/${user.user_id}`)).status, 204)
    await forgetBodies(world.ctx, bodies, never)
    await back(world, bodies)
    api.clock.advance(5 * 60_000)
  }
  assert.equal((await shown(world)).place, null)
  assert.equal(await objects(bodies), 0)
  await openBodies({ kind: 'database' }, world.ctx)
  assert.deepEqual(await world.ctx.db.all('SELECT path FROM body_deletions'), [], 'nothing names them any more')
})

test('it stops when its time is up, and goes on where it was', async (t) => {
  const { world, bodies } = await moved(t)
  assert.equal(await back(world, bodies, { until: () => true }), 0)
  let looks = 0
  const one = () => looks++ > 0
  assert.equal(await back(world, bodies, { until: one }), texts.length)
  assert.equal((await returnPass(world.ctx.db))!.table, 'pages')
  assert.equal((await returnPass(world.ctx.db))!.finishedAt, null)
  await back(world, bodies)
  assert.notEqual((await returnPass(world.ctx.db))!.finishedAt, null)
})

test('what is missing keeps the place until it is put back, or given up', async (t) => {
  const { world, bodies, ids } = await moved(t)
  const keys: string[] = []
  for await (const found of bodies.list('nobody/')) keys.push(...found.map(({ key }) => key))
  const taken = keys.sort().slice(0, 2)
  const kept = await bodies.get(taken[0]!)
  await bodies.delete(taken)
  assert.equal(await back(world, bodies), texts.length - 2)
  const finish = async (more = {}) => {
    world.api.clock.advance(2 * HOUR_MS)
    await forgetBodies(world.ctx, bodies, never)
    await back(world, bodies, more)
    world.api.clock.advance(HOUR_MS / 2)
    await forgetBodies(world.ctx, bodies, never)
    await back(world, bodies, more)
    return shown(world)
  }
  assert.deepEqual([(await finish()).place, (await shown(world)).returned!.missing], [bodies.place, 2])
  await bodies.put(taken[0]!, kept!)
  assert.equal((await finish()).returned!.missing, 1)
  const given = await finish({ withoutMissing: true })
  assert.deepEqual([given.place, given.returned!.missing, given.returned!.bodies], [null, 0, texts.length - 1])
  delete world.api.ctx.bodies
  const lost = ids.find((id) => taken[1]!.endsWith(id))!
  assert.equal((await world.api.asOperator('GET', `/admin/v1/events/${lost}`)).status, 404)
  const found = ids.find((id) => taken[0]!.endsWith(id))!
  assert.equal((await world.api.asOperator('GET', `/admin/v1/events/${found}`)).status, 200)
})

test('moved again before the order to delete was carried out: the order is void', async (t) => {
  const { world, bodies, ids } = await moved(t)
  await back(world, bodies)
  await beginMoving(world.ctx.db, bodies.place)
  assert.equal(await move(world, bodies), texts.length)
  world.api.clock.advance(HOUR_MS)
  await forgetBodies(world.ctx, bodies, never)
  assert.equal(await objects(bodies), texts.length)
  await readsAll(world, ids)
})

/** A server's loop over the shared database, quick; `stuck` are the objects that it never finishes to write. */
function server(t: TestContext, world: World, bodies: BodyStore, options: BodiesOptions) {
  const metrics = createMetrics()
  const loop = startBodies({ ...world.ctx, metrics }, bodies, { everyMs: 20, turnMs: 50, leaseMs: 1000, ...options })
  t.after(() => loop.stop(0))
  return loop
}

/** Made so long ago that they are due. */
async function due(world: World): Promise<void> {
  const rows = await world.ctx.db.all<{ id: string }>('SELECT id FROM events')
  for (const { id } of rows) {
    await world.ctx.db.run('UPDATE events SET id = $1 WHERE id = $2', [`00000000${id.slice(8)}`, id])
  }
  await world.ctx.db.run(`DELETE FROM instance_settings WHERE name = 'bodies_moved_events'`)
}

test('of several servers one moves at a time; when it dies another goes on, once its lease is over', async (t) => {
  const world = await openWorld(t)
  const folder = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, MARK), '{}')
  const bodies = folderBodies(folder)
  await append(world, texts)
  await due(world)
  let diedAt = 0
  const dead = {
    ...bodies,
    // From its first body on nothing is heard of it any more.
    put: () => new Promise<never>(() => (diedAt = performance.now())),
  }
  server(t, world, dead, {})
  await until(() => diedAt > 0, 'nobody began')
  const active = new Set<string>()
  const began: number[] = []
  const watched = (name: string): BodyStore => ({
    ...bodies,
    async put(key, body) {
      began.push(performance.now())
      active.add(name)
      assert.deepEqual([...active], [name], 'two move at a time')
      await new Promise((resolve) => setTimeout(resolve, 5))
      await bodies.put(key, body)
      active.delete(name)
    },
  })
  for (const name of ['one', 'two', 'three']) server(t, world, watched(name), {})
  await until(async () => (await named(world)) === texts.length, 'nobody went on')
  assert.ok(began[0]! - diedAt > 900, `another began after ${began[0]! - diedAt} ms, before the lease was over`)
})

test('what fails is seen everywhere, until it works again', async (t) => {
  const world = await openWorld(t)
  const folder = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, MARK), '{}')
  const bodies = folderBodies(folder)
  world.api.ctx.bodies = bodies
  await append(world, texts)
  await due(world)
  let isAway = true
  const flaky = {
    ...bodies,
    put: (key: string, body: Uint8Array) =>
      isAway ? Promise.reject(new BodiesUnavailable('the bucket is away')) : bodies.put(key, body),
  }
  const seen = await shown(world)
  assert.deepEqual([seen.waiting, seen.error], [texts.length, null])
  const metrics = (await world.api.call('GET', '/metrics')).text
  assert.match(metrics, new RegExp(`loam_bodies_waiting\\{table="events"\\} ${texts.length}`))
  assert.match(metrics, /loam_bodies_late_seconds\{table="events"\} [1-9]/)
  server(t, world, flaky, {})
  await until(async () => (await shown(world)).error === 'the bucket is away', 'nobody says that it fails')
  assert.notEqual((await shown(world)).failing_since, null)
  isAway = false
  await until(async () => (await shown(world)).failing_since === null, 'nobody says that it works')
  assert.equal((await shown(world)).waiting, 0)
  assert.equal(await named(world), texts.length)
})
