// Ten thousand deliveries that failed before and are due at once, as after an outage: no more at a time than allowed, and what is new
// does not wait behind them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENGINES, rounds, skipOn } from './harness/forms.ts'
import { until } from './harness/until.ts'
import { arrived, openWorld } from './harness/world.ts'

const DUE = rounds(2000, 10_000)
const CONCURRENCY = 8

for (const engine of ENGINES) {
  test(`${engine}: ${DUE} retries are due at once`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine, {
      roles: ['api', 'intake', 'deliver', 'deliver'],
      delivery: { concurrency: CONCURRENCY },
    })
    await world.load.push(1)
    await world.settle()
    for (const server of world.servers) await server.kill()
    const [first] = await world.engine.query<{ id: string }>(`SELECT id FROM events WHERE type = 'daily' LIMIT 1`)
    const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${DUE})`
    const now = Date.now()
    // Days of nobody's ledger: the same body under ids of their own.
    await world.engine.change(`${numbers} INSERT INTO events (id, environment_id, user_id, reference_id, provider, type,
        trace_id, reference, ordering_at, byte_length, record_count, created_at, body)
      SELECT 'herd-' || n, environment_id, user_id, reference_id, provider, 'healthcheck', 'herd-' || n, reference, ordering_at,
        byte_length, record_count, ${now - 60_000}, body FROM events, numbers WHERE id = '${first!.id}'`)
    await world.engine
      .change(`${numbers} INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, state,
        attempts, next_at, created_at)
      SELECT 'herd-' || n, 'herd-' || n, environment_id, destination_id, lane, 'pending', 3, ${now - 1000}, ${now - 60_000}
      FROM deliveries, numbers WHERE event_id = '${first!.id}' AND destination_id = '${world.destinationId}'`)
    world.sink.receipts.length = 0
    world.ledger.accepted.clear()
    Object.assign(world.sink, { mostOpen: 0, delayMs: 5 })
    await Promise.all(world.servers.map((server) => server.start()))
    world.load.start({ clients: 2 })
    const herd = (): number =>
      new Set(world.sink.receipts.map(({ trace }) => trace).filter((trace) => trace.startsWith('herd-'))).size
    await until(() => arrived(world.sink.receipts).size > 1 && herd() > 100, 'nothing new arrives beside the backlog')
    assert.ok(herd() < DUE, 'what is new waited for the backlog')
    await until(
      () => herd() === DUE,
      () => `${DUE - herd()} did not arrive`,
      170_000,
    )
    await world.load.stop()
    await world.settle()
    // Two servers that have just begun may not know of each other for a moment.
    assert.ok(world.sink.mostOpen > 1, 'it was never under load')
    const most = engine === 'SQLite' ? CONCURRENCY : 2 * CONCURRENCY
    assert.ok(world.sink.mostOpen <= most, `${world.sink.mostOpen} at a time`)
    t.diagnostic(`at most ${world.sink.mostOpen} at a time`)
    world.sink.receipts.splice(
      0,
      world.sink.receipts.length,
      ...world.sink.receipts.filter(({ trace }) => !trace.startsWith('herd-')),
    )
    await world.verify()
  })
}
