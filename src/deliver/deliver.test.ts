// The outbound loop on a real database, with receivers on real sockets. The clock is moved by hand: what waits eight hours
// waits no longer than the others.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { deleteDestination, listDestinations, resumeDestination } from '../api/admin/destinations.ts'
import { RETRY_DELAYS_SECONDS } from '../model/delivery-settings.ts'
import { resendEvent } from '../outbox/replay.ts'
import { claim, deliveryQueue } from '../queue/queue.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import { deliveriesOfEvent } from '../store/deliveries.ts'
import { openWorld, pause, stateOf, until } from './test-world.ts'

const MAX_ATTEMPTS = RETRY_DELAYS_SECONDS.length + 1

test('an event arrives once, signed over exactly its bytes', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.destination(sink.url)
  await world.start()
  const [id] = await world.append({ type: 'healthcheck', orderingAt: 77, reference: 'ref', traceId: 'trace' })
  await until(async () => (await stateOf(world, id!)) === 'delivered 1', 'not delivered')
  assert.equal(sink.got.length, 1)
  const { headers, text } = sink.got[0]!
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['terra-signature']))!
  assert.equal(
    signature,
    createHmac('sha256', world.api.signingSecret).update(`${seconds}.`).update(text).digest('hex'),
  )
  assert.deepEqual(
    [headers['terra-reference'], headers['x-terra-trace-id'], headers['x-terra-ordering-timestamp']],
    ['ref', 'trace', '77'],
  )
})

test('destinations that are dead, or never answer, delay another by nothing', async (t) => {
  const world = await openWorld(t)
  const quick = await world.receiver()
  const silent = await world.receiver(() => null)
  await world.destination(silent.url, { delivery: { timeout_seconds: 60 } })
  await world.destination('http://127.0.0.1:1/')
  await world.destination(quick.url)
  await world.start()
  const at = performance.now()
  await world.append(...Array.from({ length: 50 }, () => ({ type: 'daily' })))
  await until(() => quick.got.length === 50, 'the others held up the quick one')
  assert.ok(performance.now() - at < 3000)
  await until(() => silent.got.length > 0, 'the silent one was sent nothing')
  assert.ok(silent.got.length < 50, 'its slots bound what a silent receiver is sent')
})

test('a backlog of history delays no live event of the same destination', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver((event) => (event.type === 'body' ? null : 200))
  await world.destination(sink.url, { delivery: { timeout_seconds: 60 } })
  await world.start()
  await world.append(...Array.from({ length: 30 }, () => ({ type: 'body', lane: 'backfill' as const })))
  await until(() => sink.got.length > 0, 'nothing was sent')
  const [live] = await world.append({ type: 'daily' })
  await until(async () => (await stateOf(world, live!)) === 'delivered 1', 'the live event waited for history')
})

test('410 pauses and holds; resuming delivers what was held, with the same bytes', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver(() => 410)
  const destination = await world.destination(sink.url)
  await world.start()
  const [first] = await world.append({ type: 'daily' })
  const view = async () => (await listDestinations(world.ctx, world.api.environment)).data[0]!
  await until(async () => (await view()).state === 'paused', 'not paused')
  assert.match((await view()).state_reason!, /410/)
  const [second] = await world.append({ type: 'sleep' })
  world.api.clock.advance(86_400_000)
  wakeDeliveries(world.ctx.db, [destination])
  await pause(100)
  assert.equal(sink.got.length, 1)
  assert.deepEqual([await stateOf(world, first!), await stateOf(world, second!)], ['pending 1', 'pending 0'])
  sink.answer = () => 200
  await resumeDestination(world.ctx, world.api.environment, { destination_id: destination })
  await until(() => sink.got.length === 3, 'what was held did not come')
  const [before, after] = sink.got.filter((event) => event.type === 'daily')
  assert.equal(after!.text, before!.text)
  assert.equal(after!.headers['x-terra-trace-id'], before!.headers['x-terra-trace-id'])
})

test('what comes after another waits for it to be delivered, through its retries', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver((event) => (event.type === 'user_reauth' && sink.got.length === 1 ? 500 : 200))
  const destination = await world.destination(sink.url)
  await world.start()
  const [reauth, auth] = await world.append({ type: 'user_reauth' }, { type: 'auth', afterPrevious: true })
  await until(async () => (await stateOf(world, reauth!)) === 'pending 1', 'not tried')
  await pause(100)
  assert.equal(await stateOf(world, auth!), 'waiting 0')
  world.api.clock.advance(10_000)
  wakeDeliveries(world.ctx.db, [destination])
  await until(async () => (await stateOf(world, auth!)) === 'delivered 1', 'auth was never let go')
  assert.deepEqual(
    sink.got.map((event) => event.type),
    ['user_reauth', 'user_reauth', 'auth'],
  )
})

test('after the last attempt it has failed, says so, and what waited for it goes', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver((event) => (event.type === 'user_reauth' ? 500 : 200))
  const destination = await world.destination(sink.url)
  await world.start()
  const [reauth, auth] = await world.append({ type: 'user_reauth' }, { type: 'auth', afterPrevious: true })
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
    await until(async () => (await stateOf(world, reauth!)) === `pending ${attempt}`, `no attempt ${attempt}`)
    world.api.clock.advance(10 * 3600_000)
    wakeDeliveries(world.ctx.db, [destination])
  }
  await until(async () => (await stateOf(world, reauth!)) === `failed ${MAX_ATTEMPTS}`, 'it never fails')
  // So many failures in a row: the next one is a probe, a minute later at most.
  world.api.clock.advance(100_000)
  wakeDeliveries(world.ctx.db, [destination])
  await until(async () => (await stateOf(world, auth!)) === 'delivered 1', 'auth was never let go')
  const attempts = await world.ctx.db.all<{ status: number }>('SELECT status FROM attempts WHERE outcome = $1', [
    'retry',
  ])
  assert.deepEqual(
    attempts.map((row) => row.status),
    Array.from({ length: MAX_ATTEMPTS }, () => 500),
  )
})

test('a receiver that asks for time gets it', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver((_event, response) => {
    response.setHeader('retry-after', '600')
    return 429
  })
  await world.destination(sink.url)
  await world.start()
  const [id] = await world.append({ type: 'daily' })
  await until(async () => (await stateOf(world, id!)) === 'pending 1', 'not tried')
  const [row] = await deliveriesOfEvent(world.ctx.db, id!)
  assert.equal(row!.next_at, world.api.clock.now() + 600_000)
})

test('sent again: a new delivery of the same bytes under the same ids', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.destination(sink.url)
  await world.start()
  const [id] = await world.append({ type: 'daily', orderingAt: 5 })
  await until(() => sink.got.length === 1, 'not delivered')
  world.api.clock.advance(3600_000)
  await resendEvent(world.ctx, world.api.environment.id, id!, null)
  await until(() => sink.got.length === 2, 'not sent again')
  const [first, again] = sink.got
  assert.equal(again!.text, first!.text)
  for (const name of ['x-terra-trace-id', 'terra-reference', 'x-terra-ordering-timestamp']) {
    assert.equal(again!.headers[name], first!.headers[name], name)
  }
  assert.notEqual(again!.headers['terra-signature'], first!.headers['terra-signature'], 'signed at the time of sending')
})

test('what a killed process held is left alone while its lease lasts, then sent', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  const destination = await world.destination(sink.url)
  const [id] = await world.append({ type: 'daily' })
  const take = () =>
    claim(world.ctx.db, deliveryQueue, [destination, 'live'], {
      limit: 1,
      now: world.api.clock.now(),
      leaseMs: 120_000,
    })
  assert.equal((await take()).length, 1)
  const beside = await world.start(false)
  await pause(100)
  assert.equal(sink.got.length, 0, 'another process holds it')
  await beside.stop(100)
  world.api.clock.advance(120_001)
  await world.start(false)
  await until(async () => (await stateOf(world, id!)) === 'delivered 1', 'not sent')
})

test('a destination that is removed while it is sent to: nothing is left of its deliveries', async (t) => {
  const world = await openWorld(t)
  const waiting: ServerResponse[] = []
  const sink = await world.receiver((_event, response) => {
    waiting.push(response)
    return null
  })
  const destination = await world.destination(sink.url)
  const loop = await world.start()
  const [id] = await world.append({ type: 'daily' })
  await until(() => waiting.length === 1, 'not sent')
  await deleteDestination(world.ctx, world.api.environment, { destination_id: destination })
  waiting[0]!.writeHead(200).end()
  await loop.stop(5000)
  assert.equal(await stateOf(world, id!), 'none')
  assert.deepEqual(await world.ctx.db.all('SELECT id FROM attempts'), [])
})

test('stopping waits for what is in flight, and begins nothing', async (t) => {
  const world = await openWorld(t)
  const waiting: ServerResponse[] = []
  const sink = await world.receiver((_event, response) => {
    waiting.push(response)
    return null
  })
  await world.destination(sink.url)
  const loop = await world.start()
  const [first] = await world.append({ type: 'daily' })
  await until(() => waiting.length === 1, 'not sent')
  const stopping = loop.stop(5000)
  const [second] = await world.append({ type: 'sleep' })
  await pause(50)
  waiting[0]!.writeHead(200).end()
  await stopping
  assert.deepEqual([await stateOf(world, first!), await stateOf(world, second!)], ['delivered 1', 'pending 0'])
})
