// What goes by age, what stays, and that nothing is left of a person who was deleted.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { eraseConnection } from '../src/credentials/disconnect.ts'
import { openWorld, stateOf, until, type World } from '../src/deliver/test-world.ts'
import { expire } from '../src/outbox/retention.ts'
import { storedSums } from '../src/store/stored.ts'

const DAY_MS = 86_400_000

async function count(world: World, table: string): Promise<number> {
  const row = await world.ctx.db.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)
  return Number(row!.n)
}

/** As if it had been written so long ago. */
async function age(world: World, id: string, days: number): Promise<void> {
  await world.ctx.db.run('UPDATE events SET created_at = created_at - $1 WHERE id = $2', [days * DAY_MS, id])
}

test('old events that have ended go with their deliveries and attempts; what waits and what is young stays', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver(({ type }) => (type === 'daily' ? 500 : type === 'body' ? 404 : 200))
  await world.destination(receiver.url, { event_types: ['sleep', 'daily'] })
  await world.destination(receiver.url, { event_types: ['body'], delivery: { retry_delays_seconds: [] } })
  await world.start()
  const ids = await world.append(...['sleep', 'daily', 'body', 'sleep', 'healthcheck'].map((type) => ({ type })))
  const [delivered, pending, failed, young, unwanted] = ids as [string, string, string, string, string]
  await until(async () => (await stateOf(world, failed)) === 'failed 1', 'not failed')
  await until(async () => (await stateOf(world, pending)) === 'pending 1', 'not tried')
  await until(async () => (await stateOf(world, delivered)) === 'delivered 1', 'not delivered')
  await until(async () => (await stateOf(world, young)) === 'delivered 1', 'not delivered')
  for (const id of [delivered, pending, failed, unwanted]) await age(world, id, 16)
  await age(world, young, 13)

  assert.deepEqual(await expire(world.ctx), { events: 3, attempts: 0 })
  const left = await world.ctx.db.all<{ id: string }>('SELECT id FROM events')
  assert.deepEqual(left.map(({ id }) => id).sort(), [pending, young].sort())
  assert.deepEqual([await count(world, 'deliveries'), await count(world, 'attempts')], [2, 1])
  assert.deepEqual(await expire(world.ctx), { events: 0, attempts: 0 })
})

async function settings(world: World, change: Record<string, unknown>): Promise<void> {
  const path = `/admin/v1/environments/${world.api.devId}`
  const answer = await world.api.asOperator('PATCH', path, { json: { settings: change } })
  assert.equal(answer.status, 200, answer.text)
}

test('what is still to be delivered goes only where that is asked for', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver(() => 500)
  await world.destination(receiver.url)
  await world.start()
  const [id] = await world.append({ type: 'sleep' })
  await until(async () => (await stateOf(world, id!)) === 'pending 1', 'not tried')
  await age(world, id!, 16)
  assert.equal((await expire(world.ctx)).events, 0)
  await settings(world, { events_drop_undelivered: true })
  assert.equal((await expire(world.ctx)).events, 1)
  assert.deepEqual([await count(world, 'deliveries'), await count(world, 'attempts')], [0, 0])
  const metrics = (await world.api.call('GET', '/metrics')).text
  assert.match(metrics, /loam_expired_total\{kind="undelivered",how="rows"\} 1\n/, 'what was lost is told')
})

test('by size the oldest go, as soon as their hour is counted', async (t) => {
  const world = await openWorld(t)
  const text = (): string => randomBytes(150_000).toString('base64')
  const ids: string[] = []
  for (let i = 0; i < 10; i++)
    ids.push(...(await world.append({ type: 'sleep', body: { type: 'sleep', text: text() } as never })))
  for (const [i, id] of ids.entries()) {
    await world.ctx.db.run('UPDATE events SET created_at = created_at - $1 WHERE id = $2', [(10 - i) * 3600_000, id])
  }
  await settings(world, { events_retention_days: null, events_retention_mb: 1 })
  const stored = (await world.ctx.db.all<{ body: Uint8Array }>('SELECT body FROM events'))[0]!.body.byteLength
  assert.ok(stored > 140_000)
  const { events } = await expire(world.ctx)
  const left = (await world.ctx.db.all<{ id: string }>('SELECT id FROM events ORDER BY created_at')).map(({ id }) => id)
  assert.deepEqual(left, ids.slice(events))
  assert.ok(left.length * stored <= 1_000_000, `${left.length} are left`)
  assert.ok((left.length + 2) * stored > 1_000_000, `only ${left.length} are left`)
  assert.equal((await expire(world.ctx)).events, 0)
  const [sums] = await storedSums(world.ctx.db)
  assert.ok(sums!.items >= left.length && sums!.items <= left.length + 1)
  const shown = await world.api.asOperator('GET', `/admin/v1/environments/${world.api.devId}/stored`)
  assert.equal((shown.json['events'] as { items: number }).items, sums!.items)
  const metrics = (await world.api.call('GET', '/metrics')).text
  assert.match(metrics, /loam_stored_bytes\{kind="events"\} [1-9]/)
})

test('the log of attempts has limits of its own', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver(() => 500)
  await world.destination(receiver.url)
  await world.start()
  const [id] = await world.append({ type: 'sleep' })
  await until(async () => (await stateOf(world, id!)) === 'pending 1', 'not tried')
  await world.ctx.db.run('UPDATE attempts SET started_at = started_at - $1', [5 * DAY_MS])
  assert.equal((await expire(world.ctx)).attempts, 0)
  await settings(world, { attempts_retention_days: 3 })
  assert.deepEqual(await expire(world.ctx), { events: 0, attempts: 1 })
  assert.equal(await stateOf(world, id!), 'pending 1')
})

test('attempts that go with their event are not counted any more', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver(() => 404)
  await world.destination(receiver.url, { delivery: { retry_delays_seconds: [] } })
  await world.start()
  const [id] = await world.append({ type: 'sleep' })
  await until(async () => (await stateOf(world, id!)) === 'failed 1', 'not failed')
  await age(world, id!, 16)
  await world.ctx.db.run('UPDATE attempts SET started_at = started_at - $1', [16 * DAY_MS])
  await settings(world, { attempts_retention_days: null })
  assert.equal((await expire(world.ctx)).events, 1)
  const sums = await storedSums(world.ctx.db)
  assert.deepEqual(sums.map(({ kind, items }) => [kind, Number(items)]).sort(), [
    ['attempts', 0],
    ['events', 0],
  ])
})

test('an environment keeps its events as long as it says', async (t) => {
  const world = await openWorld(t)
  const [id] = await world.append({ type: 'sleep' })
  await age(world, id!, 5000)
  const keep = (days: number | null): Promise<void> => settings(world, { events_retention_days: days })
  await keep(null)
  assert.equal((await expire(world.ctx)).events, 0)
  await keep(10)
  assert.equal((await expire(world.ctx)).events, 1)
})

test('of a person who was deleted no event, part, replay, attempt or payload is left', async (t) => {
  const world = await openWorld(t)
  const connection = await world.api.addUser()
  const receiver = await world.receiver(() => 500)
  await world.destination(receiver.url, { delivery: { max_bytes: 1024 } })
  await world.start()
  const body = { type: 'activity', data: Array.from({ length: 4 }, () => ({ text: 'x'.repeat(600) })) }
  const [id] = await world.append({ type: 'activity', body, connection, recordCount: 4 })
  await until(async () => (await count(world, 'attempts')) === 4, 'the parts were not tried')
  const made = await world.api.asOperator('POST', `/admin/v1/events/${id}/payload-url`, { json: {} })
  const { pathname, search } = new URL(made.json['url'] as string)
  assert.equal((await world.api.call('GET', `${pathname}${search}`)).status, 200)
  await world.api.asOperator('POST', '/admin/v1/replays', { json: { user_id: connection.user_id } })

  await world.ctx.db.transaction((tx) => eraseConnection(world.ctx, tx, connection.user_id))
  for (const table of ['events', 'deliveries', 'attempts', 'pages', 'records', 'record_parts']) {
    assert.equal(await count(world, table), 0, table)
  }
  // Other jobs are of the sources, and of nobody.
  assert.deepEqual(await world.ctx.db.all(`SELECT kind FROM jobs WHERE kind = 'replay' OR user_id IS NOT NULL`), [])
  assert.equal((await world.api.call('GET', `${pathname}${search}`)).status, 404)
})
