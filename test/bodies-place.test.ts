// The place of bodies that were moved: whose it is, and what its absence means.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBodies } from '../src/bodies/loop.ts'
import { openBodies } from '../src/bodies/open.ts'
import { type BodiesSetting, MARK } from '../src/bodies/setting.ts'
import { openWorld, until } from '../src/deliver/test-world.ts'
import { BodiesUnavailable } from '../src/store/bodies.ts'
import { bodiesTrouble } from '../src/store/body-state.ts'
import { readInstanceSetting } from '../src/store/instance-settings.ts'
import { appendTexts, keysIn, move, text, worldWith } from './bodies-world.ts'

test('a place belongs to one installation, and stays where it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [world, other] = [await openWorld(t), await openWorld(t)]
  const setting: BodiesSetting = { kind: 'folder', folder }
  assert.equal(await openBodies({ kind: 'database' }, world.ctx), undefined)
  for (let start = 0; start < 2; start++) {
    assert.equal((await openBodies(setting, world.ctx))?.place, `file://${folder}`)
  }
  await assert.rejects(openBodies(setting, other.ctx), /belongs to another installation/)
  for (const elsewhere of [{ kind: 'database' } as const, { ...setting, folder: `${folder}/other` }]) {
    await assert.rejects(openBodies(elsewhere, world.ctx), new RegExp(`LOAM_BODIES must be file://${folder}`))
  }
})

test('a folder that is empty, as its file system is not mounted, says nothing of what is gone', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(parent, { recursive: true, force: true }))
  const [folder, away] = [join(parent, 'bodies'), join(parent, 'away')]
  const setting: BodiesSetting = { kind: 'folder', folder }
  const place = await openWorld(t)
  const bodies = (await openBodies(setting, place.ctx))!
  const world = await worldWith(t, bodies)
  const [id] = await appendTexts(world, [text(0)])
  await move(world, bodies)
  const loop = startBodies(place.ctx, bodies, { everyMs: 20 })
  t.after(() => loop.stop(1000))
  const { db } = place.ctx
  // Sweeps look there by themselves, once a day.
  await until(async () => /"after":null/.test((await readInstanceSetting(db, 'bodies_sweep')) ?? ''), 'not swept')
  const status = async () => (await world.api.asOperator('GET', `/admin/v1/events/${id}`)).status

  renameSync(folder, away)
  mkdirSync(folder)
  assert.equal(await status(), 503)
  await until(async () => (await bodiesTrouble(db)) !== null, 'nobody is told while nothing is due')
  const receiver = await world.receiver()
  await world.destination(receiver.url)
  await world.start()
  assert.equal((await world.api.asOperator('POST', `/admin/v1/events/${id}/resend`, { json: {} })).status, 202)
  await assert.rejects(bodies.put('nobody/events/1', Buffer.from('x')), BodiesUnavailable)
  await assert.rejects(bodies.delete(['nobody/events/1']), /is its file system mounted/)
  await assert.rejects(keysIn(bodies), BodiesUnavailable)
  assert.ok(await openBodies(setting, place.ctx), 'a start goes on without it')
  assert.deepEqual(readdirSync(folder), [], 'and makes nothing there')

  rmdirSync(folder)
  renameSync(away, folder)
  assert.ok(existsSync(join(folder, MARK)))
  assert.equal(await status(), 200)
  await until(async () => (await bodiesTrouble(db)) === null, 'still told')
  await until(() => receiver.got.length === 1, 'not delivered once the folder was there again')
})

test('while its file system comes and goes a body is there or unavailable, never gone', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(parent, { recursive: true, force: true }))
  const [folder, away] = [join(parent, 'bodies'), join(parent, 'away')]
  const { ctx } = await openWorld(t)
  const bodies = (await openBodies({ kind: 'folder', folder }, ctx))!
  await bodies.put('nobody/events/1', Buffer.from('x'))
  const read = async (): Promise<string> => {
    const found = await bodies.get('nobody/events/1').catch((error: unknown) => {
      assert.ok(error instanceof BodiesUnavailable)
      return 'unavailable'
    })
    return String(found)
  }
  const found = new Set<string>()
  for (let i = 0; i < 300; i++) {
    for (const [from, to] of [
      [folder, away],
      [away, folder],
    ] as const) {
      const reads = Promise.all([read(), read(), read()])
      for (let turns = i % 6; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
      renameSync(from, to)
      for (const each of await reads) found.add(each)
    }
  }
  assert.deepEqual([...found].sort(), ['unavailable', 'x'])
})
