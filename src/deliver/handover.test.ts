// What goes from a commit to the receiver through memory, and what becomes of it when something else happens meanwhile.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { deauthenticate } from '../credentials/disconnect.ts'
import { appendEvents } from '../outbox/append.ts'
import { deliveriesOfEvent } from '../store/deliveries.ts'
import { later, openWorld, pause, type Receiver, stateOf, until, type World } from './test-world.ts'

/** A destination that the loop knows: the first event of one that it does not is looked for in the database. */
async function known(world: World, url: string, settings?: Record<string, unknown>): Promise<void> {
  const destination = await world.destination(url, settings)
  const [id] = await world.append({ type: 'healthcheck', onlyDestinationId: destination })
  await until(async () => (await stateOf(world, id!)) === 'delivered 1', 'the first event did not come')
}

/** From now on it answers nothing by itself. */
function holdAll(sink: Receiver): ServerResponse[] {
  const waiting: ServerResponse[] = []
  sink.answer = (_event, response) => {
    waiting.push(response)
    return null
  }
  return waiting
}

function event(world: World, type: string) {
  return { environmentId: world.api.environment.id, connection: null, body: { type }, lane: 'live' as const }
}

test('leased by the commit that made it, and delivered with its bytes', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.start()
  await known(world, sink.url)
  sink.got.length = 0
  const waiting = holdAll(sink)
  const [id] = await world.append({ type: 'daily' })
  const [row] = await deliveriesOfEvent(world.ctx.db, id!)
  assert.deepEqual([row!.state, row!.attempts], ['sending', 1])
  assert.ok(row!.lease_until! > world.api.clock.now())
  await until(() => waiting.length === 1, 'not sent')
  assert.equal(sink.got[0]!.text, '{"type":"daily","umlaut":"ä"}')
  waiting[0]!.writeHead(200).end()
  await until(async () => (await stateOf(world, id!)) === 'delivered 1', 'not settled')
  const [after] = await deliveriesOfEvent(world.ctx.db, id!)
  assert.deepEqual([after!.lease_id, after!.last_status, after!.response], [null, 200, ''])
})

test('nothing is sent before its commit, and nothing of what was rolled back', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.start()
  await known(world, sink.url)
  sink.got.length = 0
  const { ctx } = world
  await assert.rejects(
    ctx.db.transaction(async (tx) => {
      await appendEvents(ctx, tx, [event(world, 'daily')])
      throw new Error('changed its mind')
    }),
    /changed its mind/,
  )
  await ctx.db.transaction(async (tx) => {
    await appendEvents(ctx, tx, [event(world, 'sleep')])
    for (let i = 0; i < 20; i++) await tx.all('SELECT count(*) AS n FROM events')
    assert.equal(sink.got.length, 0, 'sent while it could still be rolled back')
  })
  await until(() => sink.got.length === 1, 'not sent')
  await pause(50)
  assert.deepEqual(
    sink.got.map((each) => each.type),
    ['sleep'],
  )
})

test('room that a rollback gives back is room again', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.start()
  await known(world, sink.url)
  sink.got.length = 0
  const { ctx } = world
  for (let i = 0; i < 30; i++) {
    await assert.rejects(
      ctx.db.transaction(async (tx) => {
        await appendEvents(
          ctx,
          tx,
          Array.from({ length: 50 }, () => event(world, 'daily')),
        )
        throw new Error('no')
      }),
    )
  }
  const [id] = await world.append({ type: 'sleep' })
  const [row] = await deliveriesOfEvent(ctx.db, id!)
  assert.notEqual(row!.state, 'pending', 'nobody had room for it')
  await until(() => sink.got.length === 1, 'not sent')
})

test('what finds no room in memory waits in the database and comes as well, each once', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.start()
  await known(world, sink.url)
  sink.got.length = 0
  const ids = await world.append(...Array.from({ length: 3000 }, () => ({ type: 'daily' })))
  const [{ n }] = (await world.ctx.db.all<{ n: number }>(
    `SELECT count(*) AS n FROM deliveries WHERE state = 'pending'`,
  )) as [{ n: number }]
  assert.ok(n > 0, 'all of them fit into memory: this test tests nothing')
  await until(() => sink.got.length >= ids.length, 'some are missing')
  await until(
    async () => (await world.ctx.db.all(`SELECT id FROM deliveries WHERE state <> 'delivered' LIMIT 1`)).length === 0,
    'not settled',
  )
  const traces = sink.got.map((each) => String(each.headers['x-terra-trace-id']))
  assert.deepEqual([traces.length, new Set(traces).size], [ids.length, ids.length])
})

test('that someone was deleted is told at once, also while the database is asked', async (t) => {
  const world = await openWorld(t)
  const { ctx } = world
  const sink = await world.receiver()
  const user = await world.api.addUser()
  const destination = await world.destination(sink.url, { delivery: { rate_per_second: 1000 } })
  await world.start()
  await world.append({ type: 'healthcheck' })
  await until(() => sink.got.length === 1, 'the first event did not come')
  let release = (): void => {}
  const isReleased = new Promise<void>((resolve) => (release = resolve))
  const holding = ctx.db.transaction(async (tx) => {
    await tx.lock(`rate:${destination}`)
    await isReleased
  })
  await pause(50)
  later(world, destination, 2000)
  await world.append({ type: 'daily' })
  // So old that the database has to confirm it.
  await pause(1100)
  await deauthenticate(ctx, user)
  release()
  await holding
  await until(() => sink.got.length === 3, 'not told')
})

test('of someone who was deleted nothing is sent any more, though it waited in memory', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.start()
  await known(world, sink.url, { delivery: { concurrency: 1 } })
  sink.got.length = 0
  const waiting = holdAll(sink)
  const connection = await world.api.addUser()
  await world.append(...Array.from({ length: 20 }, () => ({ type: 'daily', connection })))
  await until(() => waiting.length === 1, 'not sent')
  await deauthenticate(world.ctx, connection)
  sink.answer = () => 200
  waiting[0]!.writeHead(200).end()
  await until(() => sink.got.some((each) => each.type === 'deauth'), 'the deauth did not come')
  await pause(50)
  assert.deepEqual(
    sink.got.map((each) => each.type),
    ['daily', 'deauth'],
  )
})

test('what another server took meanwhile is not sent from memory', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.start()
  await known(world, sink.url, { delivery: { concurrency: 1, timeout_seconds: 60 } })
  sink.got.length = 0
  const waiting = holdAll(sink)
  const [, second, third] = await world.append({ type: 'daily' }, { type: 'sleep' }, { type: 'body' })
  await until(() => waiting.length === 1, 'not sent')
  await world.ctx.db.run(`UPDATE deliveries SET lease_id = 'another' WHERE event_id = $1`, [second!])
  // Long enough in memory that the database is asked.
  await pause(1100)
  sink.answer = () => 200
  waiting[0]!.writeHead(200).end()
  await until(async () => (await stateOf(world, third!)) === 'delivered 1', 'not sent')
  assert.deepEqual(
    sink.got.map((each) => each.type),
    ['daily', 'body'],
  )
})
