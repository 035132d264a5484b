// kill -9 while events are sent again: the replay goes on where it was, nothing is left out or queued twice, and it says how far
// it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENGINES, rounds, skipOn } from './harness/forms.ts'
import { randomFor } from './harness/random.ts'
import { pause, until } from './harness/until.ts'
import { openWorld } from './harness/world.ts'

const EVENTS = 300
const KILLS = rounds(3, 20)
/** On a busy machine a start takes as long as many steps: the last kills may come when all is done. */
const FEWEST_IN_THE_MIDDLE = 3

interface Replay {
  state: string
  progress: { done: number; total: number }
}

for (const engine of ENGINES) {
  test(`${engine}: a replay of ${EVENTS} events through kills`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine, { roles: ['api', 'intake', 'deliver'], people: 4 })
    world.load.start()
    await until(() => world.ledger.accepted.size > EVENTS, 'not enough is accepted')
    await world.load.stop()
    await world.settle()
    const sent = new Set(world.sink.receipts.filter(({ type }) => type === 'daily').map(({ trace }) => trace))
    const ordered = world.sink.receipts.length
    const { replay_id: id } = await world.entry.admin<{ replay_id: string }>('POST', '/replays', {
      type: 'daily',
      destination_id: world.destinationId,
      // Slow enough to be found in the middle of it each time.
      rate_per_second: EVENTS / (6 * KILLS),
    })
    const read = (): Promise<Replay> => world.entry.admin<Replay>('GET', `/replays/${id}`)
    const random = randomFor(`replay ${engine}`)
    let last = await read()
    assert.equal(last.progress.total, sent.size)
    let killed = 0
    for (; killed < KILLS && last.state !== 'done'; killed++) {
      await pause(random.between(200, 1500))
      for (const server of world.servers) await server.kill()
      await world.engine.endLeases()
      await Promise.all(world.servers.map((server) => server.start()))
      const next = await read()
      assert.ok(next.progress.done >= last.progress.done, `from ${last.progress.done} back to ${next.progress.done}`)
      last = next
    }
    assert.ok(killed >= FEWEST_IN_THE_MIDDLE, `it was killed ${killed} times before it was done`)
    t.diagnostic(`${killed} kills`)
    await until(async () => (await read()).state === 'done', 'it does not end')
    await world.settle()
    assert.deepEqual((await read()).progress, { done: sent.size, total: sent.size })
    const again = new Set(
      world.sink.receipts
        .slice(ordered)
        .filter(({ type }) => type === 'daily')
        .map(({ trace }) => trace),
    )
    assert.deepEqual(
      [...sent].filter((trace) => !again.has(trace)),
      [],
      'left out',
    )
    const queued = `SELECT event_id FROM deliveries WHERE lane = 'backfill' AND destination_id = '${world.destinationId}'
      GROUP BY event_id HAVING count(*) > 1`
    assert.deepEqual(await world.engine.query(queued), [], 'queued twice')
    await world.verify()
  })
}
