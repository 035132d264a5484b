// The clock is set back by a day: nothing waits until it comes to the same time again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getDestination } from '../api/admin/destinations.ts'
import { bringForward } from '../store/shared-clock.ts'
import { FAILURES_TO_OPEN } from './breaker.ts'
import { later, many, openWorld, pause, until, type World } from './test-world.ts'

const DAY_MS = 86_400_000

/** As the server does when it notices. */
async function setBack({ api, ctx }: World): Promise<void> {
  api.clock.advance(-DAY_MS)
  await bringForward(ctx.db, DAY_MS, ctx.clock.now())
}

test('a destination with a rate goes on', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  const destination = await world.destination(sink.url, { delivery: { rate_per_minute: 30 } })
  await world.start()
  await world.append(...many(3))
  await until(() => sink.got.length === 1, 'the first did not come')
  // The wait for the second one is known.
  later(world, destination, 1)
  await pause(50)
  await setBack(world)
  for (let passed = 0; sink.got.length < 3; passed += 500) {
    assert.ok(passed <= 10_000, 'it waits for a time that is a day away')
    later(world, destination, 500)
    await pause(100)
  }
})

test('a circuit that was open is tried as soon as it was to be, and closed or opened again', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url)
  const now = () => getDestination(world.ctx, world.api.environment, { destination_id: destination })
  await world.start()
  await world.append(...many(FAILURES_TO_OPEN + 2))
  await until(async () => (await now()).opened_until !== null, 'the circuit stays closed')
  await until(() => sink.open === 0, 'not answered')
  await pause(100)

  await setBack(world)
  const { opened_until, failing_since } = await now()
  assert.ok(Date.parse(opened_until!) < world.ctx.clock.now() + 10_000, opened_until!)
  assert.ok(Date.parse(failing_since!) <= world.ctx.clock.now(), failing_since!)
  const before = sink.got.length
  later(world, destination, 10_000)
  await until(() => sink.got.length > before, 'no probe')
  await until(async () => Date.parse((await now()).opened_until!) > world.ctx.clock.now() + 5000, 'not opened again')
  await pause(100)
  assert.equal(sink.got.length, before + 1, 'one probe')
})
