// What the end of a process does to the deliveries that it held.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claim, deliveryQueue, recover } from '../queue/queue.ts'
import { openWorld, stateOf, until } from './test-world.ts'

test('attempts whose end nobody saw use up nothing of the schedule', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver(() => 500)
  const destination = await world.destination(sink.url, { delivery: { retry_delays_seconds: [60, 60] } })
  const [id] = await world.append({ type: 'daily' })
  for (let crash = 0; crash < 5; crash++) {
    const now = world.api.clock.now()
    await claim(world.ctx.db, deliveryQueue, [destination, 'live'], { limit: 9, now, leaseMs: 60_000 })
    await recover(world.ctx.db, deliveryQueue, Number.POSITIVE_INFINITY)
  }
  await world.start()
  await until(async () => (await stateOf(world, id!)) !== 'pending 0' && sink.got.length === 1, 'it was not sent')
  await until(async () => !(await stateOf(world, id!)).startsWith('sending'), 'it was not settled')
  assert.equal(await stateOf(world, id!), 'pending 1')
})
