// Lists that are longer than a stretch: every page, whatever fits, and nothing twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld, type World } from '../src/deliver/test-world.ts'
import { listDeliveries } from '../src/store/deliveries.ts'
import { listEvents } from '../src/store/events.ts'
import type { Sql, Value } from '../src/store/database.ts'
import type { Cursor, Slice } from '../src/store/paging.ts'
import { type Page, STRETCH } from '../src/store/stretches.ts'

const COUNT = 2 * STRETCH + 2
/** In the first stretch and the last one, and at both ends of the one between. */
const RARE = new Set([0, 1, STRETCH + 1, STRETCH + 2, COUNT - 1])

async function filled(world: World): Promise<string[]> {
  const events = Array.from({ length: COUNT }, (_, i) => ({ type: RARE.has(i) ? 'sleep' : 'daily' }))
  const ids = await world.append(...events)
  return ids.filter((_, i) => RARE.has(i))
}

async function everyPage<Row>(limit: number, read: (page: Page) => Promise<Slice<Row>>, lookForMs?: number) {
  const pages: Row[][] = []
  let cursor: Cursor | null = null
  do {
    const slice: Slice<Row> = await read({ cursor, limit, ...(lookForMs !== undefined && { lookForMs }) })
    pages.push(slice.rows)
    cursor = slice.next
  } while (cursor !== null)
  return pages
}

test('few of many events fit: pages are full, and there is nothing twice', async (t) => {
  const world = await openWorld(t)
  const rare = await filled(world)
  const { db } = world.ctx
  const env = world.api.environment.id
  const pages = await everyPage(2, (page) => listEvents(db, env, { type: 'sleep' }, page))
  assert.deepEqual(
    pages.map((rows) => rows.length),
    [2, 2, 1],
  )
  assert.deepEqual(
    pages
      .flat()
      .map(({ id }) => id)
      .sort(),
    [...rare].sort(),
  )
  const all = await everyPage(200, (page) => listEvents(db, env, {}, page))
  assert.equal(new Set(all.flat().map(({ id }) => id)).size, COUNT)
})

test('who has looked long enough answers what there was, and the next page goes on from there', async (t) => {
  const world = await openWorld(t)
  const rare = await filled(world)
  const { db } = world.ctx
  const env = world.api.environment.id
  const pages = await everyPage(10, (page) => listEvents(db, env, { type: 'sleep' }, page), 0)
  assert.equal(pages.length, 3)
  assert.deepEqual(
    pages
      .flat()
      .map(({ id }) => id)
      .sort(),
    [...rare].sort(),
  )
  const none = await everyPage(10, (page) => listEvents(db, env, { provider: 'NOBODY' }, page), 0)
  assert.deepEqual(none, [[], [], []])
})

test('a range ends where it says, in the middle of a stretch', async (t) => {
  const world = await openWorld(t)
  await filled(world)
  const { db } = world.ctx
  const env = world.api.environment.id
  // One a second, the oldest first.
  await db.run(`UPDATE events SET created_at = 1000 * (SELECT count(*) FROM events older WHERE older.id < events.id)`)
  const [since, until] = [500_000, 1_700_000]
  const pages = await everyPage(150, (page) => listEvents(db, env, { since, until }, page))
  const times = pages.flat().map((row) => row.created_at)
  assert.deepEqual([times.length, times[0], times.at(-1)], [1200, until - 1000, since])
  assert.deepEqual(await everyPage(5, (page) => listEvents(db, env, { since, until: since }, page)), [[]])
})

test('deliveries by state, destination and person', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  const destination = await world.destination(receiver.url)
  const connection = await world.api.addUser()
  const [first] = await world.append({ type: 'sleep', connection })
  await filled(world)
  const { db } = world.ctx
  const env = world.api.environment.id
  await db.run(`UPDATE deliveries SET state = 'failed' WHERE event_id = $1`, [first!])
  const eventsOf = async (filter: Parameters<typeof listDeliveries>[2]): Promise<string[]> =>
    (await everyPage(100, (page) => listDeliveries(db, env, filter, page))).flat().map((row) => row.event_id)
  assert.deepEqual(await eventsOf({ state: 'failed' }), [first])
  assert.deepEqual(await eventsOf({ userId: connection.user_id }), [first])
  assert.equal((await eventsOf({ destinationId: destination, type: 'sleep' })).length, RARE.size + 1)
  assert.equal(new Set(await eventsOf({})).size, COUNT + 1)
})

test('a destination goes with its deliveries, and those of others stay', async (t) => {
  const world = await openWorld(t)
  const [a, b] = [await world.receiver(), await world.receiver()]
  const kept = await world.destination(a.url, { event_types: ['sleep'] })
  const removed = await world.destination(b.url)
  await filled(world)
  const { db } = world.ctx
  assert.equal((await world.api.asOperator('DELETE', `/admin/v1/destinations/${removed}`)).status, 204)
  assert.deepEqual(await db.all('SELECT DISTINCT destination_id AS id FROM deliveries'), [{ id: kept }])
  assert.equal((await db.one<{ n: number }>('SELECT count(*) AS n FROM deliveries'))!.n, RARE.size)
  assert.equal((await db.one<{ n: number }>('SELECT count(*) AS n FROM events'))!.n, COUNT)
  assert.equal((await world.api.asOperator('GET', `/admin/v1/destinations/${removed}`)).status, 404)
})

test("an event's deliveries, those that were sent again included, page by page and by the event's index", async (t) => {
  const world = await openWorld(t)
  await world.destination('https://receiver.example/')
  const connection = await world.api.addUser()
  const [one] = await world.append({ type: 'sleep', connection }, { type: 'sleep', connection })
  await filled(world)
  for (let i = 0; i < 2; i++) await world.api.asOperator('POST', `/admin/v1/events/${one}/resend`)
  const { db } = world.ctx
  const found: string[] = []
  let next = ''
  do {
    const path = `/admin/v1/deliveries?event_id=${one}&limit=2${next}`
    const { json } = await world.api.asOperator('GET', path)
    found.push(...(json.data as { event_id: string }[]).map(({ event_id: id }) => id))
    next = json.next_cursor === null ? '' : `&cursor=${String(json.next_cursor)}`
  } while (next !== '')
  const all = await db.all('SELECT id FROM deliveries WHERE event_id = $1', [one!])
  assert.deepEqual(
    found,
    all.map(() => one),
  )
  assert.ok(all.length >= 3)
  const other = await world.api.asOperator('GET', `/admin/v1/deliveries?event_id=${one}&user_id=another`)
  assert.deepEqual(other.json.data, [])
  const elsewhere = await world.api.asOperator('POST', '/admin/v1/environments', { json: { name: 'Other' } })
  const headers = { 'dev-id': String(elsewhere.json.dev_id) }
  const theirs = await world.api.asOperator('GET', `/admin/v1/deliveries?event_id=${one}`, { headers })
  assert.deepEqual(theirs.json.data, [])
  for (const filter of [{}, { state: 'failed' }, { userId: 'u' }]) {
    const { rows } = await listDeliveries(
      explained(db),
      world.api.environment.id,
      { eventId: one, ...filter },
      { cursor: null, limit: 50 },
    )
    const plan = rows.map((row) => JSON.stringify(row)).join('\n')
    assert.match(plan, /event_id = |INDEX deliveries_event /, plan)
    assert.doesNotMatch(plan, /Seq Scan|SCAN |environment_id_created_at|_listing/, plan)
  }
})

const explained = (db: World['ctx']['db']): Sql =>
  ({
    dialect: db.dialect,
    all: <Row>(sql: string, params?: readonly Value[]) =>
      db.all<Row>(`EXPLAIN ${db.dialect === 'postgres' ? '(COSTS OFF)' : 'QUERY PLAN'} ${sql}`, params),
  }) as Sql

test("a person's deliveries are found by their events, also where no statistics tell of either", async (t) => {
  const world = await openWorld(t)
  await world.destination('https://receiver.example/')
  await filled(world)
  const { db } = world.ctx
  const env = world.api.environment.id
  for (const filter of [{}, { state: 'pending' }, { type: 'sleep', state: 'pending' }]) {
    const { rows } = await listDeliveries(explained(db), env, { userId: 'u', ...filter }, { cursor: null, limit: 50 })
    const plan = rows.map((row) => JSON.stringify(row)).join('\n')
    assert.match(plan, /Nested Loop|SEARCH e USING INDEX events_user/, plan)
    assert.match(plan, /event_id = e\.id|INDEX deliveries_event /, plan)
    assert.doesNotMatch(plan, /Seq Scan|SCAN |environment_id_created_at|_listing/, plan)
  }
})
