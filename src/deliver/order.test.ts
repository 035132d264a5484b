// Strict order: a user's next event waits for the one before, whoever sends and whoever writes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resendEvent } from '../outbox/replay.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { releaseStranded } from '../store/deliveries.ts'
import { openWorld, pause, type Receiver, stateOf, until, type World } from './test-world.ts'

const numbered = (connection: ConnectionRow, n: number) => ({
  type: 'daily',
  connection,
  body: { type: 'daily', user: connection.user_id, n } as { type: string },
})

interface Seen {
  user: string
  n: number
}

const seenBy = (sink: Receiver): Seen[] => sink.got.map((event) => JSON.parse(event.text) as Seen)

async function delivered(world: World): Promise<number> {
  const [row] = await world.ctx.db.all<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE state = 'delivered'`)
  return row!.n
}

test('several servers, several people, a receiver that fails now and then: each person’s events come in order', async (t) => {
  const world = await openWorld(t)
  const people = [await world.api.addUser(), await world.api.addUser(), await world.api.addUser()]
  const refused = new Set<string>()
  const sink = await world.receiver((event) => {
    // Every third event is refused the first time.
    const { user, n } = JSON.parse(event.text) as Seen
    if (n % 3 !== 0 || refused.has(`${user} ${n}`)) return 200
    refused.add(`${user} ${n}`)
    return 500
  })
  const destination = await world.destination(sink.url, { delivery: { strict_order: true } })
  await world.start(false)
  await world.start(false)
  const perPerson = 20
  await Promise.all(
    people.map(async (person) => {
      for (let n = 1; n <= perPerson; n++) await world.append(numbered(person, n))
    }),
  )
  await until(async () => {
    world.api.clock.advance(1000)
    wakeDeliveries(world.ctx.db, [destination])
    await pause(20)
    return (await delivered(world)) === people.length * perPerson
  }, 'not all came')
  for (const { user_id: user } of people) {
    const own = seenBy(sink).filter((seen) => seen.user === user)
    // A refused one comes twice in a row; nothing comes between.
    assert.deepEqual(
      own.map(({ n }) => n).filter((n, i, all) => n !== all[i - 1]),
      Array.from({ length: perPerson }, (_, i) => i + 1),
      user,
    )
  }
})

test('the next waits through retries, and goes when the one before has failed for good; others do not wait', async (t) => {
  const world = await openWorld(t)
  const [ana, ben] = [await world.api.addUser(), await world.api.addUser()]
  const sink = await world.receiver((event) => ((JSON.parse(event.text) as Seen).n === 1 ? 500 : 200))
  const destination = await world.destination(sink.url, {
    delivery: { strict_order: true, retry_delays_seconds: [60] },
  })
  await world.start()
  const [first, second] = await world.append(numbered(ana, 1), numbered(ana, 2))
  const [other] = await world.append(numbered(ben, 3))
  await until(async () => (await stateOf(world, first!)) === 'pending 1', 'not tried')
  await until(async () => (await stateOf(world, other!)) === 'delivered 1', 'the other person waits')
  assert.equal(await stateOf(world, second!), 'waiting 0')
  world.api.clock.advance(80_000)
  wakeDeliveries(world.ctx.db, [destination])
  await until(async () => (await stateOf(world, first!)) === 'failed 2', 'not failed')
  await until(async () => (await stateOf(world, second!)) === 'delivered 1', 'the next was never let go')
})

test('sent again: after everything that the person has there already', async (t) => {
  const world = await openWorld(t)
  const ana = await world.api.addUser()
  const sink = await world.receiver()
  await world.destination(sink.url, { delivery: { strict_order: true } })
  const [first] = await world.append(numbered(ana, 1), numbered(ana, 2))
  await resendEvent(world.ctx, world.api.environment.id, first!, null)
  await world.start()
  await until(() => sink.got.length === 3, 'not all came')
  assert.deepEqual(
    seenBy(sink).map(({ n }) => n),
    [1, 2, 1],
  )
})

test('what waits for a delivery that is gone is let go by the sweep', async (t) => {
  const world = await openWorld(t)
  const ana = await world.api.addUser()
  await world.destination('http://127.0.0.1:1/', { delivery: { strict_order: true } })
  const [first, second] = await world.append(numbered(ana, 1), numbered(ana, 2))
  assert.equal(await releaseStranded(world.ctx.db, world.api.clock.now()), 0)
  assert.equal(await stateOf(world, second!), 'waiting 0')
  assert.equal(await world.ctx.db.run('DELETE FROM deliveries WHERE event_id = $1', [first!]), 1)
  // Unless whoever wrote it looks only now whether it may go.
  await releaseStranded(world.ctx.db, world.api.clock.now())
  assert.equal(await stateOf(world, second!), 'pending 0')
})

// The end of one delivery against the writing of the next, in every interleaving that the database makes of them.
test('written while the one before ends: the next is never left waiting, and there is one at a time', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver()
  await world.destination(sink.url, { delivery: { strict_order: true } })
  await world.start(false)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 12 }), async (delays) => {
      const person = await world.api.addUser()
      const from = sink.got.length
      sink.most = 0
      // Two at a time write for the same person.
      await Promise.all(
        delays.map(async (delay, n) => {
          await pause(delay)
          await world.append(numbered(person, n))
        }),
      )
      await until(() => sink.got.length === from + delays.length, 'one was left waiting')
      assert.equal(sink.most, 1)
    }),
    { numRuns: 15 },
  )
})
