// What becomes of a destination that fails: left alone but for probes, told to the others, disabled in the end.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { listDeliveries } from '../api/admin/deliveries.ts'
import { getDestination, resumeDestination, updateDestination } from '../api/admin/destinations.ts'
import { FAILURES_TO_OPEN } from './breaker.ts'
import { later, many, openWorld, pause, type Receiver, stateOf, until, type World } from './test-world.ts'

const HOUR_MS = 3600_000

async function stateNow(world: World, destination: string) {
  return getDestination(world.ctx, world.api.environment, { destination_id: destination })
}

/** Sends until the circuit is open. */
async function failing(t: TestContext, delivery: Record<string, unknown> = {}) {
  const world = await openWorld(t)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url, { delivery })
  await world.start()
  await world.append(...many(FAILURES_TO_OPEN + 2))
  await until(async () => (await stateNow(world, destination)).opened_until !== null, 'the circuit stays closed')
  // What was on its way when the circuit opened has arrived; what waited in memory waits in the database.
  await until(async () => {
    const [row] = await world.ctx.db.all<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE state = 'sending'`)
    return row!.n === 0
  }, 'something is still under way')
  return { world, sink, destination }
}

async function witness(world: World): Promise<Receiver> {
  const sink = await world.receiver()
  await world.destination(sink.url, {
    name: 'witness',
    event_types: ['destination_failing', 'destination_disabled', 'destination_recovered'],
  })
  return sink
}

const bodyOf = (sink: Receiver, type: string) => {
  const found = sink.got.filter((event) => event.type === type)
  assert.ok(found.length <= 1, `${type} came ${found.length} times`)
  return found[0] === undefined ? undefined : (JSON.parse(found[0].text) as Record<string, unknown>)
}

test('one that does nothing but fail is left alone, but for a probe now and then; nothing loses its attempts', async (t) => {
  const { world, sink, destination } = await failing(t)
  const before = sink.got.length
  const more = await world.append(...many(50))
  await pause(100)
  assert.equal(sink.got.length, before, 'held')
  for (const id of more) assert.equal(await stateOf(world, id), 'pending 0')
  later(world, destination, 7000)
  await until(() => sink.got.length === before + 1, 'no probe')
  await until(() => sink.open === 0, 'not answered')
  await pause(100)
  assert.equal(sink.got.length, before + 1, 'one probe')
  const { opened_until, failing_since } = await stateNow(world, destination)
  const due = await listDeliveries(world.ctx, world.api.environment, { state: 'pending', limit: 1 })
  assert.deepEqual([due.data[0]!.next_at, due.data[0]!.held], [opened_until, false], 'nothing is tried before')
  assert.ok(Date.parse(opened_until!) > world.api.clock.now() + 7000, 'the next one comes later')
  assert.notEqual(failing_since, null)
})

test('another URL is tried at once, whatever the one before asked for', async (t) => {
  const world = await openWorld(t)
  const busy = await world.receiver((_event, response) => {
    response.setHeader('retry-after', '3600')
    return 429
  })
  const destination = await world.destination(busy.url)
  await world.start()
  await world.append(...many(FAILURES_TO_OPEN + 2))
  await until(async () => (await stateNow(world, destination)).opened_until !== null, 'the circuit stays closed')
  const [fresh] = await world.append({ type: 'sleep' })
  const change = { destination_id: destination, name: 'Renamed' }
  const renamed = await updateDestination(world.ctx, world.api.environment, change)
  assert.ok(Date.parse(renamed.opened_until!) > world.api.clock.now(), 'a name changes nothing')

  const well = await world.receiver()
  await updateDestination(world.ctx, world.api.environment, { destination_id: destination, url: well.url })
  await until(async () => (await stateOf(world, fresh!)) === 'delivered 1', 'held for the URL before')
  assert.equal((await stateNow(world, destination)).opened_until, null)
})

test('back again: what was held goes out step by step, never more at a time than allowed', async (t) => {
  const { world, sink, destination } = await failing(t, { concurrency: 8 })
  const held = await world.append(...many(400))
  const concurrent: number[] = []
  sink.most = 0
  sink.answer = (_event, response) => {
    concurrent.push(sink.open)
    setTimeout(() => response.writeHead(200).end(), 2)
    return null
  }
  later(world, destination, 10_000)
  await until(async () => {
    const [row] = await world.ctx.db.all<{ n: number }>(
      `SELECT count(*) AS n FROM deliveries WHERE state = 'delivered' AND attempts = 1`,
    )
    return row!.n === held.length
  }, 'not all of it came')
  assert.ok(sink.most <= 8, `${sink.most} at a time`)
  assert.deepEqual(concurrent.slice(0, 2), [1, 1])
  const { opened_until, failing_since, state } = await stateNow(world, destination)
  assert.deepEqual([opened_until, failing_since, state], [null, null, 'active'])
})

test('several servers: one of them probes, and all go on when it was good', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url)
  await world.start(false)
  await world.append(...many(FAILURES_TO_OPEN))
  await until(async () => (await stateNow(world, destination)).opened_until !== null, 'the circuit stays closed')
  await world.start(false)
  await world.append(...many(20))
  await pause(50)
  const before = sink.got.length
  let answer: () => void = () => undefined
  sink.answer = (_event, response) => {
    answer = () => response.writeHead(200).end()
    return null
  }
  later(world, destination, 7000)
  await until(() => sink.got.length === before + 1, 'no probe')
  await pause(100)
  assert.equal(sink.got.length, before + 1, 'one of both')
  sink.answer = () => 200
  answer()
  later(world, destination, 30_000)
  await until(() => sink.got.length >= before + 20, 'not all of it came')
})

test('failing for a day is told to the others once, and so is the recovery; never to itself', async (t) => {
  const world = await openWorld(t)
  const told = await witness(world)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url, { name: 'mine' })
  await world.start()
  const [id] = await world.append({ type: 'daily' })
  for (let attempt = 1; attempt <= 13; attempt++) {
    await until(async () => (await stateOf(world, id!)) === `pending ${attempt}`, `no attempt ${attempt}`)
    if (attempt < 3) assert.equal(told.got.length, 0)
    later(world, destination, 10 * HOUR_MS)
  }
  await until(() => bodyOf(told, 'destination_failing') !== undefined, 'nobody was told')
  const { destination: named, last_error, failing_since } = bodyOf(told, 'destination_failing')!
  assert.deepEqual(named, { id: destination, name: 'mine', type: 'webhook' })
  assert.match(String(last_error), /answered 500/)
  assert.match(String(failing_since), /^2026-03-10T12:00/)
  sink.answer = () => 200
  await world.append({ type: 'daily' })
  later(world, destination, HOUR_MS)
  await until(() => bodyOf(told, 'destination_recovered') !== undefined, 'the recovery was not told')
  await pause(50)
  assert.ok(!sink.got.some((event) => event.type.startsWith('destination_')), 'it was told of itself')
})

test('disabled after the hours it was given, told, held; resumed, it gets what was held', async (t) => {
  const world = await openWorld(t)
  const told = await witness(world)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url, { delivery: { disable_after_hours: 10 } })
  await world.start()
  const [id] = await world.append({ type: 'daily' })
  await until(async () => (await stateOf(world, id!)) === 'pending 1', 'not tried')
  later(world, destination, 11 * HOUR_MS)
  await until(async () => (await stateNow(world, destination)).state === 'disabled', 'not disabled')
  assert.match((await stateNow(world, destination)).state_reason!, /failed for 10 h; the last: .*500/)
  await until(() => bodyOf(told, 'destination_disabled') !== undefined, 'nobody was told')
  assert.equal(bodyOf(told, 'destination_disabled')!.state, 'disabled')
  const [held] = await world.append({ type: 'sleep' })
  later(world, destination, 24 * HOUR_MS)
  await pause(50)
  assert.deepEqual([await stateOf(world, id!), await stateOf(world, held!)], ['pending 2', 'pending 0'])
  const waits = await listDeliveries(world.ctx, world.api.environment, { state: 'pending', limit: 1 })
  assert.deepEqual([waits.data[0]!.next_at, waits.data[0]!.held], [null, true])
  sink.answer = () => 200
  await resumeDestination(world.ctx, world.api.environment, { destination_id: destination })
  await until(async () => (await stateOf(world, held!)) === 'delivered 1', 'what was held did not come')
  await until(async () => (await stateOf(world, id!)) === 'delivered 3', 'the old one did not come')
})

test('410 is told, pauses, or is a failure like any other where the switch is off', async (t) => {
  const world = await openWorld(t)
  const told = await witness(world)
  const sink = await world.receiver(() => 410)
  const gone = await world.destination(sink.url, { event_types: ['daily'] })
  const stubborn = await world.destination(sink.url, { event_types: ['sleep'], delivery: { pause_on_gone: false } })
  await world.start()
  const [, sleep] = await world.append({ type: 'daily' }, { type: 'sleep' })
  await until(() => bodyOf(told, 'destination_disabled') !== undefined, 'nobody was told')
  assert.equal(bodyOf(told, 'destination_disabled')!.state, 'paused')
  await until(async () => (await stateOf(world, sleep!)) === 'pending 1', 'not tried')
  assert.equal((await stateNow(world, gone)).state, 'paused')
  assert.equal((await stateNow(world, stubborn)).state, 'active')
})

test('an event that cannot go is no failure of the destination: no day of warning begins with it', async (t) => {
  const world = await openWorld(t)
  const told = await witness(world)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url, {
    delivery: { max_bytes: 1024, oversize: 'fail', disable_after_hours: 1 },
  })
  await world.start()
  const [large] = await world.append({
    type: 'daily',
    body: { type: 'daily', text: 'x'.repeat(2000) } as { type: string },
    onlyDestinationId: destination,
  })
  await until(async () => (await stateOf(world, large!)) === 'failed 1', 'it went')
  assert.equal((await stateNow(world, destination)).failing_since, null)
  world.api.clock.advance(25 * HOUR_MS)
  const [id] = await world.append({ type: 'daily', onlyDestinationId: destination })
  await until(async () => (await stateOf(world, id!)) === 'pending 1', 'not tried')
  assert.equal((await stateNow(world, destination)).state, 'active')
  assert.equal(told.got.length, 0)
})
