// Bodies that were moved into a bucket: read from there by everyone, gone with their person and by age, and none is lost when
// something dies on the way.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { folderBodies } from '../src/bodies/folder.ts'
import { forgetBodies, sweepBodies } from '../src/bodies/forget.ts'
import { bucketBodies } from '../src/bodies/s3.ts'
import { bodiesSetting, type BucketSettings, MARK } from '../src/bodies/setting.ts'
import { oura } from '../src/connectors/oura/index.ts'
import { eraseConnection } from '../src/credentials/disconnect.ts'
import { stateOf, until } from '../src/deliver/test-world.ts'
import { ingest } from '../src/intake/ingest.ts'
import { runRenormalize } from '../src/intake/renormalize.ts'
import { expire } from '../src/outbox/retention.ts'
import { systemClock } from '../src/platform/clock.ts'
import { createHttp } from '../src/platform/http-client.ts'
import { claimInTurns } from '../src/queue/share.ts'
import { BodiesUnavailable, bodyKey, type BodyStore } from '../src/store/bodies.ts'
import { appendTexts, bodiesInRows, keysIn, move, never, text, worldWith } from './bodies-world.ts'
import { goldenCases } from './golden.ts'
import { ACCESS_KEY, missingS3, type S3, SECRET_KEY, startS3 } from './services/s3.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const missing = missingS3()
if (missing !== null && process.env.CI === 'true') throw new Error(`CI tests bodies in a bucket, and ${missing}`)

function suiteOf(name: string, skip: string | false, openPlace: (t: TestContext) => Promise<BodyStore>) {
  suite(`bodies in ${name}`, { skip, timeout: 60_000 }, () => {
    test('what is moved is read everywhere as it was', async (t) => {
      const bodies = await openPlace(t)
      const world = await worldWith(t, bodies)
      // Each is refused once.
      const receiver = await world.receiver((event) => {
        const times = receiver.got.filter((each) => each.text === event.text).length
        return times === 1 && event.type === 'daily' ? 500 : 200
      })
      await world.destination(receiver.url)
      const texts = [0, 1, 2].map(text)
      const ids = await appendTexts(world, texts)
      const small = await world.append({ type: 'healthcheck' })
      assert.equal(await move(world, bodies), 3)
      assert.deepEqual(await bodiesInRows(world), [...ids.map((id) => bodyKey('events', null, id)), null])
      assert.deepEqual((await keysIn(bodies)).sort(), ids.map((id) => bodyKey('events', null, id)).sort())
      assert.equal(await move(world, bodies), 0)

      await world.start()
      const all = (state: string) => async (): Promise<boolean> => {
        const states = await Promise.all(ids.map((id) => stateOf(world, id)))
        return states.every((each) => each === state)
      }
      await until(all('pending 1'), 'not refused')
      await until(async () => (await stateOf(world, small[0]!)) === 'delivered 1', 'not delivered')
      world.api.clock.advance(HOUR_MS)
      await until(all('delivered 2'), 'not tried again')
      const sent = receiver.got.map((event) => (JSON.parse(event.text) as { text?: string }).text)
      assert.deepEqual(new Set(sent.filter((each) => each !== undefined)), new Set(texts))

      const path = `/admin/v1/events/${ids[0]}`
      const shown = await world.api.asOperator('GET', path)
      assert.equal((shown.json.body as { text: string }).text, texts[0])
      const made = await world.api.asOperator('POST', `${path}/payload-url`, { json: {} })
      const { pathname, search } = new URL(made.json.url as string)
      const fetched = await world.api.call('GET', `${pathname}${search}`)
      assert.equal(fetched.text, JSON.stringify({ type: 'daily', text: texts[0] }))

      await bodies.delete(await keysIn(bodies))
      assert.equal((await world.api.call('GET', `${pathname}${search}`)).status, 404)
      assert.equal((await world.api.asOperator('GET', path)).status, 404)
    })

    test('pages that were moved are mapped again as before', async (t) => {
      const bodies = await openPlace(t)
      const world = await worldWith(t, bodies)
      const { api, ctx } = world
      const userId = (await api.addUser()).user_id
      for (const { kind, payload, context } of goldenCases(oura)) {
        api.clock.advance(60_000)
        const page = { kind, request: context.request, payload }
        const read = { pages: [page], gone: [], runAt: api.clock.now(), covered: [], listed: [] }
        await ingest(ctx, oura, userId, read, { lane: 'live' })
      }
      const records = (): Promise<unknown[]> => ctx.db.all('SELECT type, key, digest FROM records ORDER BY type, key')
      const before = await records()
      assert.ok(before.length > 20)
      assert.ok((await move(world, bodies)) > 20)
      assert.ok((await bodiesInRows(world, 'pages')).filter((key) => key !== null).length > 10)

      assert.equal((await api.asOperator('POST', '/admin/v1/renormalize', { json: {} })).status, 202)
      const [job] = await claimInTurns(ctx.db, 'backfill', { limit: 1, now: api.clock.now(), leaseMs: 60_000 })
      await ctx.db.run('DELETE FROM record_parts')
      while ((await runRenormalize(ctx, job!)) !== 'done') {
        Object.assign(job!, await ctx.db.one('SELECT * FROM jobs WHERE id = $1', [job!.id]))
      }
      assert.deepEqual(await records(), before)
      assert.ok(Number((await ctx.db.one<{ n: number }>('SELECT count(*) AS n FROM record_parts'))!.n) > 20)
    })

    test('of a person who was deleted nothing is left, and what still tells of it stays', async (t) => {
      const bodies = await openPlace(t)
      const world = await worldWith(t, bodies)
      const { ctx, api } = world
      const [connection, other] = [await api.addUser(), await api.addUser({ provider_user_id: 'other' })]
      await appendTexts(world, [text(0), text(1)], { connection })
      const [kept] = await appendTexts(world, [text(2)], { connection: other })
      assert.equal(await move(world, bodies), 3)
      await ctx.db.transaction((tx) => eraseConnection(ctx, tx, connection.user_id))
      const [deauth] = await appendTexts(world, [text(3)], { connection })
      assert.equal(await move(world, bodies), 1)
      assert.equal(await forgetBodies(ctx, bodies, never), 1)
      const left = [bodyKey('events', other.user_id, kept!), bodyKey('events', connection.user_id, deauth!)].sort()
      assert.deepEqual((await keysIn(bodies)).sort(), left)

      // What was on its way when the person was deleted, of a process that died before it could take it back.
      await bodies.put(bodyKey('pages', connection.user_id, randomUUID()), Buffer.from('late'))
      assert.equal(await forgetBodies(ctx, bodies, never), 0)
      api.clock.advance(HOUR_MS)
      assert.equal(await forgetBodies(ctx, bodies, never), 1)
      assert.deepEqual((await keysIn(bodies)).sort(), left)
      assert.deepEqual(await ctx.db.all('SELECT * FROM body_deletions'), [])
    })

    test('what goes by age goes there too', async (t) => {
      const bodies = await openPlace(t)
      const world = await worldWith(t, bodies)
      const [old, young] = await appendTexts(world, [text(0), text(1)])
      assert.equal(await move(world, bodies), 2)
      await world.ctx.db.run('UPDATE events SET created_at = created_at - $1 WHERE id = $2', [16 * DAY_MS, old!])
      assert.equal((await expire(world.ctx)).events, 1)
      assert.equal(await forgetBodies(world.ctx, bodies, never), 1)
      assert.deepEqual(await keysIn(bodies), [bodyKey('events', null, young!)])
    })

    test('a crash after any write loses nothing, and what it leaves is swept', async (t) => {
      const bodies = await openPlace(t)
      const world = await worldWith(t, bodies)
      const { ctx, api } = world
      const connection = await api.addUser()
      const texts = [0, 1, 2, 3, 4].map(text)
      const ids = await appendTexts(world, texts, { connection })
      // Dies after the first body, then after the second, until a run ends.
      for (let crashAfter = 1; ; crashAfter++) {
        let written = 0
        const dying: BodyStore = {
          ...bodies,
          async put(key, body) {
            await bodies.put(key, body)
            if (++written === crashAfter) throw new Error('crash')
          },
        }
        const ended = await move(world, dying).then(
          () => true,
          (error: Error) => error.message !== 'crash',
        )
        if (ended) break
      }
      for (const [i, id] of ids.entries()) {
        const shown = await api.asOperator('GET', `/admin/v1/events/${id}`)
        assert.equal((shown.json.body as { text: string }).text, texts[i])
      }
      assert.ok((await bodiesInRows(world)).every((key) => key !== null))

      // Deleted while their bodies were on the way.
      const [gone] = await appendTexts(world, [text(5)])
      const late: BodyStore = {
        ...bodies,
        async put(key, body) {
          await ctx.db.run('DELETE FROM events WHERE id = $1', [gone!])
          await bodies.put(key, body)
        },
      }
      assert.equal(await move(world, late), 0)
      assert.equal((await keysIn(bodies)).length, 5)
      const orphan = bodyKey('events', null, randomUUID())
      await bodies.put(orphan, Buffer.from('orphan'))
      await bodies.put('somebody/else', Buffer.from('not ours'))
      const later = { ...ctx, clock: { now: () => Date.now() + HOUR_MS } }
      assert.equal(await sweepBodies(later, bodies, never), 0)
      later.clock.now = () => Date.now() + 2 * DAY_MS
      assert.equal(await sweepBodies(later, bodies, never), 1)
      const left = await keysIn(bodies)
      assert.equal(left.length, 6)
      assert.ok(!left.includes(orphan) && left.includes('somebody/else'))
    })
  })
}

function placeInFolder(t: TestContext): Promise<BodyStore> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-bodies-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, MARK), '{}')
  return Promise.resolve(folderBodies(folder))
}

async function placeIn(server: S3, t: TestContext): Promise<BodyStore> {
  const bucket = `bodies-${randomBytes(6).toString('hex')}`
  await server.createBucket(bucket)
  const http = createHttp({ allowPrivate: true, userAgent: 'test' })
  t.after(() => http.close())
  const aws = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: undefined,
    accessKeyId: ACCESS_KEY,
    secretAccessKey: SECRET_KEY,
  }
  const setting = bodiesSetting(`s3://${bucket}/health/loam`, aws) as BucketSettings
  return bucketBodies(setting, { http, clock: systemClock })
}

suiteOf('a folder', false, placeInFolder)

suiteOf('an S3 bucket', missing ?? false, async (t) => {
  const server = await startS3()
  t.after(() => server.stop())
  return placeIn(server, t)
})

suite('bodies in an S3 bucket that dies', { skip: missing ?? false, timeout: 60_000 }, () => {
  test('killed in the middle: nothing is lost, and what is there is found again', async (t) => {
    const server = await startS3()
    t.after(() => server.stop())
    const bodies = await placeIn(server, t)
    const world = await worldWith(t, bodies)
    const texts = Array.from({ length: 200 }, (_, i) => text(i))
    const ids = await appendTexts(world, texts)
    let puts = 0
    const watched: BodyStore = {
      ...bodies,
      async put(key, body) {
        if (++puts === 60) await server.kill()
        await bodies.put(key, body)
      },
    }
    await assert.rejects(move(world, watched), BodiesUnavailable)
    const shown = async (id: string): Promise<number> =>
      (await world.api.asOperator('GET', `/admin/v1/events/${id}`)).status
    assert.equal(await shown(ids[0]!), 200)
    await server.restart()
    assert.equal(await move(world, watched), 200)

    const receiver = await world.receiver()
    await world.destination(receiver.url)
    await world.start()
    await server.kill()
    assert.equal(await shown(ids[0]!), 503)
    const replayed = await world.api.asOperator('POST', `/admin/v1/events/${ids[0]}/resend`, { json: {} })
    assert.ok(replayed.status < 300, replayed.text)
    await server.restart()
    await until(() => receiver.got.length === 1, 'not delivered once the bucket was there again')
    assert.equal((JSON.parse(receiver.got[0]!.text) as { text: string }).text, texts[0])
    for (const [i, id] of ids.entries()) {
      const { json } = await world.api.asOperator('GET', `/admin/v1/events/${id}`)
      assert.equal((json.body as { text: string }).text, texts[i])
    }
  })
})
