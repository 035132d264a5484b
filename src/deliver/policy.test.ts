// What each destination asks for: limits, patience, and which events.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pauseDestination, resumeDestination, updateDestination } from '../api/admin/destinations.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import { deliveriesOfEvent } from '../store/deliveries.ts'
import { later, many, openWorld, pause, stateOf, until } from './test-world.ts'

const HOUR_MS = 3600_000

test('so many at a time as the destination allows', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver((_event, response) => {
    setTimeout(() => response.writeHead(200).end(), 20)
    return null
  })
  await world.destination(sink.url, { delivery: { concurrency: 3 } })
  await world.start()
  await world.append(...many(40))
  await until(() => sink.got.length === 40, 'not all came')
  assert.equal(sink.most, 3)
})

test('no faster than the destination allows, with two servers as with one', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  const destination = await world.destination(sink.url, { delivery: { rate_per_minute: 30 } })
  await world.start(false)
  await world.start(false)
  await world.append(...many(6))
  for (let sent = 1; sent <= 6; sent++) {
    await until(() => sink.got.length === sent, `number ${sent} did not come`)
    later(world, destination, 1900)
    await pause(30)
    assert.equal(sink.got.length, sent, 'too early')
    later(world, destination, 100)
  }
})

test('an event beyond max_bytes fails with the reason, and the others go', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.destination(sink.url, { delivery: { max_bytes: 1024, oversize: 'fail' } })
  await world.start()
  const big = { type: 'daily', body: { type: 'daily', text: 'x'.repeat(2000) } }
  const [large, small] = await world.append(big, { type: 'daily' })
  await until(async () => (await stateOf(world, small!)) === 'delivered 1', 'the small one did not go')
  await until(async () => (await stateOf(world, large!)) === 'failed 1', 'the large one is not failed')
  const [row] = await deliveriesOfEvent(world.ctx.db, large!)
  assert.match(row!.last_error!, /2\d\d\d bytes; this destination takes 1024 at most/)
  assert.equal(sink.got.length, 1)
})

test('its own schedule, and an empty one is a single attempt', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver(() => 404)
  const own = await world.destination(sink.url, { delivery: { retry_delays_seconds: [100] }, event_types: ['daily'] })
  await world.destination(sink.url, { delivery: { retry_delays_seconds: [] }, event_types: ['sleep'] })
  await world.start()
  const [twice, once] = await world.append({ type: 'daily' }, { type: 'sleep' })
  await until(async () => (await stateOf(world, once!)) === 'failed 1', 'tried again')
  await until(async () => (await stateOf(world, twice!)) === 'pending 1', 'not tried')
  const [row] = await deliveriesOfEvent(world.ctx.db, twice!)
  const wait = row!.next_at - world.api.clock.now()
  assert.ok(wait >= 80_000 && wait <= 120_000)
  later(world, own, wait)
  await until(async () => (await stateOf(world, twice!)) === 'failed 2', 'not tried again')
})

for (const [status, asked, what] of [
  [503, '31536000', 'a year gets ten hours'],
  [500, '36000', 'ten hours gets them, whatever its error'],
] as const) {
  test(`a receiver that asks for ${what}`, async (t) => {
    const world = await openWorld(t)
    const sink = await world.receiver((_event, response) => {
      response.setHeader('retry-after', asked)
      return status
    })
    await world.destination(sink.url)
    await world.start()
    const [id] = await world.append({ type: 'daily' })
    await until(async () => (await stateOf(world, id!)) === 'pending 1', 'not tried')
    const [row] = await deliveriesOfEvent(world.ctx.db, id!)
    assert.equal(row!.next_at, world.api.clock.now() + 10 * HOUR_MS)
  })
}

for (const rate of [0.0001, 1e-9]) {
  test(`a rate of ${rate} that is raised counts at once`, async (t) => {
    const world = await openWorld(t)
    const sink = await world.receiver()
    const destination = await world.destination(sink.url, { delivery: { rate_per_second: rate } })
    await world.start()
    await world.append(...many(2))
    await until(() => sink.got.length === 1, 'the first did not come')
    await pause(50)
    world.api.clock.advance(1000)
    await updateDestination(world.ctx, world.api.environment, {
      destination_id: destination,
      delivery: { rate_per_second: 100 },
    })
    await until(() => sink.got.length === 2, 'it waits by the old rate')
  })
}

test('fresh events do not wait behind a backlog', async (t) => {
  const world = await openWorld(t)
  const waiting: (() => void)[] = []
  const sink = await world.receiver((event, response) => {
    if (event.type === 'daily') return 200
    waiting.push(() => response.writeHead(200).end())
    return null
  })
  const destination = await world.destination(sink.url, { delivery: { concurrency: 4, timeout_seconds: 60 } })
  await world.append(...many(30, 'body'))
  world.api.clock.advance(60_000)
  await world.start()
  await until(() => sink.open === 2, 'half of the slots')
  await pause(50)
  assert.equal(sink.open, 2)
  const fresh = await world.append(...many(5))
  for (const id of fresh) await until(async () => (await stateOf(world, id)) === 'delivered 1', 'it waited')
  wakeDeliveries(world.ctx.db, [destination])
  await pause(20)
  assert.equal(sink.open, 2)
  waiting.forEach((answer) => answer())
})

test('429, 503 and silence: fewer at a time', async (t) => {
  const world = await openWorld(t)
  const answers: (() => void)[] = []
  const sink = await world.receiver((_event, response) => {
    answers.push(() => response.writeHead(429).end())
    return null
  })
  await world.destination(sink.url, {
    delivery: { concurrency: 8, backfill_concurrency: 1, retry_delays_seconds: [3600, 3600] },
  })
  await world.start()
  await world.append(...many(40))
  await until(() => sink.open === 8, 'as many as allowed')
  answers.splice(0).forEach((answer) => answer())
  await until(() => sink.got.length > 8, 'nothing more')
  await pause(50)
  assert.equal(sink.open, 4, 'half of the nine slots')
})

test('only the people that it asks for', async (t) => {
  const world = await openWorld(t)
  const [ana, ben] = [
    await world.api.addUser({ reference_id: 'ana' }),
    await world.api.addUser({ reference_id: 'ben' }),
  ]
  const byId = await world.receiver()
  const byReference = await world.receiver()
  await world.destination(byId.url, { user_ids: [ana.user_id] })
  await world.destination(byReference.url, { reference_ids: ['ben'] })
  await world.start()
  await world.append({ type: 'daily', connection: ana }, { type: 'sleep', connection: ben }, { type: 'healthcheck' })
  await until(() => byId.got.length + byReference.got.length === 4, 'not all came')
  assert.deepEqual(byId.got.map((event) => event.type).sort(), ['daily', 'healthcheck'])
  assert.deepEqual(byReference.got.map((event) => event.type).sort(), ['healthcheck', 'sleep'])
})

test('settings that change count from the next event on', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  const destination = await world.destination(sink.url)
  await world.start()
  await world.append({ type: 'daily' })
  await until(() => sink.got.length === 1, 'not sent')
  await pauseDestination(world.ctx, world.api.environment, { destination_id: destination })
  await updateDestination(world.ctx, world.api.environment, {
    destination_id: destination,
    delivery: { max_bytes: 1024, oversize: 'fail' },
  })
  await resumeDestination(world.ctx, world.api.environment, { destination_id: destination })
  const [id] = await world.append({
    type: 'daily',
    body: { type: 'daily', text: 'x'.repeat(2000) } as { type: string },
  })
  await until(async () => (await stateOf(world, id!)) === 'failed 1', 'the limit does not count')
})
