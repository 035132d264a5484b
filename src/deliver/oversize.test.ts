import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { resendEvent } from '../outbox/replay.ts'
import { deliveriesOfEvent } from '../store/deliveries.ts'
import { openWorld, until, type Received, type World } from './test-world.ts'

type Body = { type: string; data?: { n: number; text: string }[]; url?: string; expires_in?: number }

const bodyOf = (received: Received): Body => JSON.parse(received.text) as Body
const header = (received: Received, name: string): string => String(received.headers[name])
const records = (count: number, size = 500) =>
  Array.from({ length: count }, (_, n) => ({ n, text: `ä"],[{\\${'x'.repeat(size)}` }))

async function large(world: World, data: unknown[]): Promise<string> {
  const body = { type: 'activity', user: { user_id: 'u' }, data, version: 'v' }
  const [id] = await world.append({ type: 'activity', body, recordCount: data.length })
  return id!
}

async function ended(world: World, eventId: string): Promise<void> {
  await until(async () => {
    const rows = await deliveriesOfEvent(world.ctx.db, eventId)
    return rows.length > 0 && rows.every(({ state }) => state === 'delivered' || state === 'failed')
  }, 'an event never ended')
}

/** What `url` of a pointer answers. */
async function fetched(world: World, pointer: Body): Promise<{ status: number; text: string }> {
  const { pathname, search } = new URL(pointer.url!)
  return world.api.call('GET', `${pathname}${search}`)
}

test('an event that is too large goes in parts, each with records of its own and the same reference', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url, { delivery: { max_bytes: 2000 } })
  await world.start()
  const id = await large(world, records(10))
  await until(() => receiver.got.length >= 4, 'the parts never came')
  await ended(world, id)

  const rows = await deliveriesOfEvent(world.ctx.db, id)
  assert.equal(receiver.got.length, rows.length)
  assert.ok(receiver.got.every(({ text }) => Buffer.byteLength(text) <= 2000))
  assert.deepEqual(
    receiver.got
      .flatMap((each) => bodyOf(each).data ?? [])
      .map(({ n }) => n)
      .sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
  assert.deepEqual(
    receiver.got.map((each) => header(each, 'x-terra-trace-id')).sort(),
    rows.map((_, i) => `${id}:chunk:${i + 1}`).sort(),
  )
  assert.equal(new Set(receiver.got.map((each) => header(each, 'terra-reference'))).size, 1)
  const view = await world.api.asOperator('GET', `/admin/v1/events/${id}`)
  const views = view.json['deliveries'] as { part: { number: number; of: number }; trace_id: string }[]
  assert.deepEqual(views.map(({ part }) => part.number).sort(), [1, 2, 3, 4].slice(0, rows.length))
  assert.ok(views.every(({ part, trace_id: name }) => part.of === rows.length && name.endsWith(`:${part.number}`)))
})

test('each part is tried again by itself, with the same bytes and ids', async (t) => {
  const world = await openWorld(t)
  const refused = new Map<string, string>()
  const receiver = await world.receiver((event) => {
    const name = header(event, 'x-terra-trace-id')
    if (!name.endsWith(':2') || refused.has(name)) return 200
    refused.set(name, event.text)
    return 500
  })
  await world.destination(receiver.url, { delivery: { max_bytes: 1500, retry_delays_seconds: [60] } })
  await world.start()
  const id = await large(world, records(6))
  await until(async () => {
    const rows = await deliveriesOfEvent(world.ctx.db, id)
    const left = rows.filter(({ state }) => state !== 'delivered')
    // Its refusal is written down, and the next attempt is counted from there.
    return rows.length > 1 && left.length === 1 && left[0]!.state === 'pending' && left[0]!.attempts === 1
  }, 'the other parts did not come')
  const before = receiver.got.length
  world.api.clock.advance(100_000)
  await ended(world, id)
  assert.equal(receiver.got.length, before + 1)
  assert.equal(receiver.got.at(-1)!.text, refused.get(`${id}:chunk:2`))

  // Sent again, and after the limit was changed, a delivery is the same part.
  const second = (await deliveriesOfEvent(world.ctx.db, id)).find(({ part }) => part!.startsWith('{"number":2,'))!
  const again = await world.api.asOperator('POST', `/admin/v1/deliveries/${second.id}/resend`, { json: {} })
  assert.equal(again.status, 202)
  await until(() => receiver.got.length === before + 2, 'the part was not sent again')
  assert.equal(receiver.got.at(-1)!.text, refused.get(`${id}:chunk:2`))
})

test('a limit of records divides too, and leaves what has no records alone', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url, { delivery: { max_records: 4 } })
  await world.start()
  const id = await large(world, records(10, 1))
  const [other] = await world.append({ type: 'healthcheck' })
  await until(() => receiver.got.length === 4, 'not all came')
  await ended(world, id)
  const counts = receiver.got.filter(({ type }) => type === 'activity').map((each) => bodyOf(each).data!.length)
  assert.deepEqual(counts.sort(), [2, 4, 4])
  assert.equal((await deliveriesOfEvent(world.ctx.db, other!)).length, 1)
})

test('in strict order the next event of a user waits for all parts', async (t) => {
  const world = await openWorld(t)
  const connection = await world.api.addUser()
  const receiver = await world.receiver()
  await world.destination(receiver.url, { delivery: { max_bytes: 1500, strict_order: true } })
  const body = { type: 'activity', data: records(6) }
  await world.append({ type: 'activity', body, connection, recordCount: 6 }, { type: 'sleep', connection })
  await world.start()
  await until(() => receiver.got.at(-1)?.type === 'sleep', 'the last one never came')
  assert.deepEqual(
    receiver.got.flatMap((each) => (bodyOf(each).data ?? [{ n: 'sleep' }]).map(({ n }) => n)),
    [0, 1, 2, 3, 4, 5, 'sleep'],
  )
})

test('one record that is too large alone goes as a pointer, and the pointer answers with the exact bytes', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url, { delivery: { max_bytes: 1200 } })
  await world.start()
  const id = await large(world, records(2, 3000))
  await ended(world, id)
  const [got] = receiver.got
  const pointer = bodyOf(got!)
  assert.deepEqual([pointer.type, pointer.expires_in], ['s3_payload', 300])
  assert.equal(header(got!, 'x-terra-trace-id'), id)
  const request = await world.api.asOperator('GET', `/admin/v1/events/${id}/request`)
  const exact = Buffer.from(request.json['body_base64'] as string, 'base64').toString()
  assert.deepEqual(await fetched(world, pointer).then(({ status, text }) => ({ status, text })), {
    status: 200,
    text: exact,
  })
})

test('ping and fail, where that is asked for', async (t) => {
  const world = await openWorld(t)
  const [pinged, failing] = [await world.receiver(), await world.receiver()]
  await world.destination(pinged.url, { delivery: { max_bytes: 1200, oversize: 'ping', expires_in: 60 } })
  await world.destination(failing.url, { delivery: { max_bytes: 1200, oversize: 'fail' } })
  await world.start()
  const id = await large(world, records(9))
  await ended(world, id)
  assert.deepEqual(
    pinged.got.map(bodyOf).map(({ type, expires_in: seconds }) => [type, seconds]),
    [['s3_payload', 60]],
  )
  assert.equal(failing.got.length, 0)
  const failed = (await deliveriesOfEvent(world.ctx.db, id)).find(({ state }) => state === 'failed')
  assert.match(failed!.last_error!, /bytes; this destination takes 1200 at most \(delivery\.max_bytes\)/)
})

test('ping and fail, by the number of records', async (t) => {
  const world = await openWorld(t)
  const [pinged, failing] = [await world.receiver(), await world.receiver()]
  await world.destination(pinged.url, { delivery: { max_records: 2, oversize: 'ping' } })
  await world.destination(failing.url, { delivery: { max_records: 2, oversize: 'fail' } })
  await world.start()
  const [id, small] = [await large(world, records(3, 1)), await large(world, records(2, 1))]
  await ended(world, id)
  await ended(world, small)
  assert.deepEqual(pinged.got.map(({ type }) => type).sort(), ['activity', 's3_payload'])
  assert.equal(failing.got.length, 1)
  const failed = (await deliveriesOfEvent(world.ctx.db, id)).find(({ state }) => state === 'failed')
  assert.match(failed!.last_error!, /3 records; this destination takes 2 at most \(delivery\.max_records\)/)
})

test('more parts than anyone wants go as a pointer', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url, { delivery: { max_records: 1 } })
  await world.start()
  await ended(world, await large(world, records(1001, 1)))
  assert.deepEqual(
    receiver.got.map(bodyOf).map(({ type }) => type),
    ['s3_payload'],
  )
})

test('a webhook that wants pings gets one for every event but signs of life, signed as it is sent', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url, {
    url: undefined,
    settings: { url: receiver.url, ping: true },
    delivery: { max_bytes: 1024 },
  })
  await world.start()
  const id = await large(world, records(4))
  await until(() => receiver.got.length === 1, 'no ping came')
  assert.equal(receiver.got[0]!.type, 's3_payload')
  const answer = await fetched(world, bodyOf(receiver.got[0]!))
  assert.equal((JSON.parse(answer.text) as Body).data!.length, 4)
  await world.append({ type: 'healthcheck' })
  await until(() => receiver.got.length === 2, 'the sign of life never came')
  assert.equal(receiver.got[1]!.type, 'healthcheck')
  // Each attempt has a URL of its own that is fresh.
  world.api.clock.advance(400_000)
  await resendEvent(world.ctx, world.api.environment.id, id, null)
  await until(() => receiver.got.length === 3, 'it was not sent again')
  assert.deepEqual([await status(world, receiver.got[0]!), await status(world, receiver.got[2]!)], [400, 200])
})

async function status(world: World, received: Received): Promise<number> {
  return (await fetched(world, bodyOf(received))).status
}

async function openPayload(t: TestContext): Promise<{ world: World; id: string; url: URL }> {
  const world = await openWorld(t)
  const id = await large(world, records(2))
  const made = await world.api.asOperator('POST', `/admin/v1/events/${id}/payload-url`, { json: { expires_in: 60 } })
  assert.deepEqual([made.status, made.json['expires_in']], [200, 60])
  return { world, id, url: new URL(made.json['url'] as string) }
}

test('a payload URL ends, cannot be changed, and can be made again', async (t) => {
  const { world, id, url } = await openPayload(t)
  const get = (search: string, path = url.pathname) => world.api.call('GET', `${path}${search}`)
  assert.equal((await get(url.search)).status, 200)
  assert.equal((await get(url.search)).headers.get('cache-control'), 'no-store')
  const other = await large(world, records(1))
  const later = new URLSearchParams(url.search)
  later.set('expires', String(Number(later.get('expires')) + 1))
  assert.equal((await get(`?${later}`)).status, 403)
  assert.equal((await get(url.search, `/payloads/${other}`)).status, 403)
  assert.equal((await get(`${url.search}&part=x`)).status, 403)
  assert.equal((await get(url.search.replace(/signature=\w+/, 'signature=00'))).status, 403)
  assert.equal((await get('?expires=1')).status, 400)

  world.api.clock.advance(60_000)
  const late = await get(url.search)
  assert.deepEqual([late.status, late.json['message']], [400, 'expired token'])
  const again = await world.api.asOperator('POST', `/admin/v1/events/${id}/payload-url`, { json: {} })
  assert.equal((await get(new URL(again.json['url'] as string).search)).status, 200)
  assert.equal((await world.api.asOperator('POST', '/admin/v1/events/none/payload-url', { json: {} })).status, 404)

  await world.ctx.db.run('DELETE FROM events WHERE id = $1', [id])
  assert.equal((await get(new URL(again.json['url'] as string).search)).status, 404)
})
