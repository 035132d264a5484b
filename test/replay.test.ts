// Many events sent again: what is chosen, where it goes, and that a job that dies between two steps loses and repeats nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld, until, type World } from '../src/deliver/test-world.ts'
import { runReplay } from '../src/outbox/replays.ts'
import { claim, jobQueue, recover, retryAt } from '../src/queue/queue.ts'
import { cancelJob, type JobRow } from '../src/store/jobs.ts'
import { deliveriesOfEvent } from '../src/store/deliveries.ts'
import { countToReplay } from '../src/store/replays.ts'
import { STRETCH } from '../src/store/stretches.ts'

const everything = {
  types: [],
  provider: null,
  userId: null,
  referenceId: null,
  onlyFailed: false,
  sentTo: null,
  since: 0,
}

async function ask(world: World, json: object): Promise<Record<string, unknown>> {
  const answer = await world.api.asOperator('POST', '/admin/v1/replays', { json })
  assert.ok(answer.status === 200 || answer.status === 202, answer.text)
  return answer.json
}

async function claimed(world: World): Promise<JobRow> {
  const now = world.ctx.clock.now()
  const [job] = await claim<JobRow>(world.ctx.db, jobQueue, ['backfill'], { limit: 1, now, leaseMs: 60_000 })
  assert.ok(job !== undefined)
  return job
}

/** As the loop does it, each step under a lease of its own. */
async function runAll(world: World): Promise<void> {
  for (;;) {
    const job = await claimed(world)
    if ((await runReplay(world.ctx, job)) === 'done') return
    const lease = { id: job.id, leaseId: job.lease_id! }
    const { sql, params } = retryAt(jobQueue, lease, job.next_at, { error: null, attempt: 'succeeded' })
    await world.ctx.db.run(sql, params)
  }
}

async function replayed(world: World): Promise<{ event_id: string; destination_id: string }[]> {
  return world.ctx.db.all(`SELECT event_id, destination_id FROM deliveries WHERE lane = 'backfill' ORDER BY id`)
}

test('chosen by type and person, counted first, with the ids they had', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url)
  await world.start()
  const connection = await world.api.addUser()
  const [a, b] = await world.append({ type: 'sleep', connection }, { type: 'sleep' }, { type: 'daily', connection })
  await until(() => receiver.got.length === 3, 'not sent')
  const bytes = Buffer.byteLength('{"type":"sleep","umlaut":"ä"}')
  assert.deepEqual(await ask(world, { type: 'sleep', dry_run: true }), {
    replay_id: null,
    events: 2,
    complete: true,
    bytes: 2 * bytes,
    by_type: [{ type: 'sleep', events: 2, bytes: 2 * bytes }],
  })
  assert.deepEqual(await ask(world, { type: 'sleep', user_id: connection.user_id, dry_run: true }), {
    replay_id: null,
    events: 1,
    complete: true,
    bytes,
    by_type: [{ type: 'sleep', events: 1, bytes }],
  })
  assert.equal((await replayed(world)).length, 0)

  const { replay_id: id } = await ask(world, { type: 'sleep' })
  await runAll(world)
  await until(() => receiver.got.length === 5, 'not sent again')
  assert.deepEqual(
    receiver.got
      .slice(3)
      .map(({ headers }) => headers['x-terra-trace-id'])
      .sort(),
    [a, b].sort(),
  )
  const shown = await world.api.asOperator('GET', `/admin/v1/replays/${id}`)
  assert.deepEqual(shown.json['progress'], { done: 2, total: 2 })
})

test('failed ones go where they failed, and those delivered since are left out', async (t) => {
  const world = await openWorld(t)
  let status = 404
  const [broken, well] = [await world.receiver(() => status), await world.receiver()]
  const at = await world.destination(broken.url, { delivery: { retry_delays_seconds: [] } })
  await world.destination(well.url)
  await world.start()
  const [id] = await world.append({ type: 'sleep' })
  await until(async () => (await ask(world, { state: 'failed', dry_run: true }))['events'] === 1, 'it did not fail')
  status = 200
  await ask(world, { state: 'failed' })
  await runAll(world)
  await until(() => broken.got.length === 2, 'not sent again')
  assert.deepEqual(await replayed(world), [{ event_id: id, destination_id: at }])
  assert.equal(well.got.length, 1)
  assert.equal((await ask(world, { state: 'failed', dry_run: true }))['events'], 0)
})

test('what failed whole and then went in parts is left out; so are parts that went whole since', async (t) => {
  const world = await openWorld(t)
  const records = Array.from({ length: 4 }, (_, n) => ({ n, text: 'x'.repeat(500) }))
  const large = { type: 'activity', body: { type: 'activity', data: records } as { type: string }, recordCount: 4 }
  let most = 1500
  const receiver = await world.receiver(({ text }) => (text.length > most ? 413 : 200))
  const at = await world.destination(receiver.url, { delivery: { retry_delays_seconds: [] } })
  const broken = await world.receiver(() => 404)
  await world.destination(broken.url, { delivery: { retry_delays_seconds: [] } })
  await world.start()
  const failed = async (): Promise<unknown> =>
    (await ask(world, { state: 'failed', sent_to: at, dry_run: true }))['events']
  const failedRows = async (id: string): Promise<number> =>
    (await deliveriesOfEvent(world.ctx.db, id)).filter((row) => row.destination_id === at && row.state === 'failed')
      .length
  const limit = (max_bytes: number | null) =>
    world.api.asOperator('PATCH', `/admin/v1/destinations/${at}`, { json: { delivery: { max_bytes } } })
  await world.append(large)
  await until(async () => (await failed()) === 1, 'it did not fail')
  /** The other one has failed as well, so the event is looked at, but nothing goes here. */
  const replayElsewhere = async (): Promise<void> => {
    const before = (await replayed(world)).length
    await ask(world, { state: 'failed' })
    await runAll(world)
    const sent = (await replayed(world)).slice(before)
    assert.ok(sent.length > 0 && sent.every(({ destination_id: destination }) => destination !== at))
  }

  await limit(1500)
  await ask(world, { state: 'failed', sent_to: at })
  await runAll(world)
  await until(() => receiver.got.length === 3, 'the parts did not come')
  await until(async () => (await failed()) === 0, 'what went in parts still counts as failed')
  await replayElsewhere()

  most = 100
  const [next] = await world.append(large)
  await until(async () => (await failed()) === 1, 'its parts did not fail')
  await until(async () => (await failedRows(next!)) === 2, 'not both of its parts failed')
  most = 10_000
  await limit(null)
  await world.api.asOperator('POST', `/admin/v1/events/${next}/resend`, { json: { destination_id: at } })
  await until(async () => (await failed()) === 0, 'parts that went whole still count as failed')
  await replayElsewhere()
})

test('what went to one destination goes there again, whatever else wants it', async (t) => {
  const world = await openWorld(t)
  const [a, b] = [await world.receiver(), await world.receiver()]
  const at = await world.destination(a.url, { event_types: ['sleep', 'daily'] })
  await world.destination(b.url)
  const [sleep, , daily] = await world.append({ type: 'sleep' }, { type: 'body' }, { type: 'daily' })
  assert.equal((await ask(world, { types: ['body'], sent_to: at, dry_run: true }))['events'], 0)
  assert.equal((await ask(world, { types: ['body', 'daily'], dry_run: true }))['events'], 2)
  await ask(world, { sent_to: at })
  await runAll(world)
  assert.deepEqual(await replayed(world), [
    { event_id: sleep, destination_id: at },
    { event_id: daily, destination_id: at },
  ])
  const late = await world.api.asOperator('POST', '/admin/v1/replays', {
    json: { since: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00Z' },
  })
  assert.equal(late.status, 400)
  assert.match(String(late.json['message']), /^until: /)
})

test('to another destination, step by step; a step that was not committed is done again, once', async (t) => {
  const world = await openWorld(t)
  const events = Array.from({ length: 7 }, () => ({ type: 'sleep' }))
  const ids = await world.append(...events)
  const receiver = await world.receiver()
  const target = await world.destination(receiver.url, { event_types: ['daily'] })
  await ask(world, { destination_id: target, rate_per_second: 3 })
  const { db } = world.ctx

  assert.notEqual(await runReplay(world.ctx, await claimed(world)), 'done')
  assert.equal((await replayed(world)).length, 3)
  // Whoever held it died; a second run of what it held changes nothing.
  await recover(db, jobQueue, Number.POSITIVE_INFINITY)
  const stale = await claimed(world)
  await recover(db, jobQueue, Number.POSITIVE_INFINITY)
  await assert.rejects(runReplay(world.ctx, stale), /not ours/)
  assert.equal((await replayed(world)).length, 3)
  await runAll(world)
  assert.deepEqual((await replayed(world)).map((row) => row.event_id).sort(), [...ids].sort())
})

test('one to a destination that is removed meanwhile fails and says so', async (t) => {
  const world = await openWorld(t)
  await world.append({ type: 'sleep' }, { type: 'sleep' })
  const receiver = await world.receiver()
  for (const name of ['destination_id', 'sent_to']) {
    const target = await world.destination(receiver.url)
    if (name === 'sent_to') await world.append({ type: 'sleep' }, { type: 'sleep' })
    await ask(world, { [name]: target, rate_per_second: 1 })
    assert.notEqual(await runReplay(world.ctx, await claimed(world)), 'done')
    await world.api.asOperator('DELETE', `/admin/v1/destinations/${target}`)
    await recover(world.ctx.db, jobQueue, Number.POSITIVE_INFINITY)
    const job = await claimed(world)
    await assert.rejects(runReplay(world.ctx, job), { next: 'give_up', message: /the destination was removed/ })
    await cancelJob(world.ctx.db, world.api.environment.id, job.id, 0)
  }
})

test('what no event can be is refused, with the field and what there is', async (t) => {
  const world = await openWorld(t)
  const refused = async (json: object) => {
    const answer = await world.api.asOperator('POST', '/admin/v1/replays', { json })
    assert.equal(answer.status, 400, answer.text)
    return String(answer.json['message'])
  }
  assert.match(await refused({ type: 'sleeps' }), /^type: there is no sleeps; there are .*sleep/)
  assert.match(await refused({ types: ['sleep', 'Daily'] }), /^types: there is no Daily; /)
  assert.match(await refused({ provider: 'our' }), /^provider: there is no OUR; there are .*OURA/)
  assert.match(await refused({ since: '2999-01-01T00:00:00Z' }), /^since: must be before now/)
  assert.match(await refused({ until: '5' }), /^until: must be an ISO 8601 time/)
})

test('a step that comes late makes the next one no later; who was away for long does not catch up at once', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url)
  await world.append(...Array.from({ length: 9 }, () => ({ type: 'sleep' })))
  await ask(world, { rate_per_second: 3 })
  const due = world.ctx.clock.now()
  world.api.clock.advance(700)
  assert.deepEqual(await runReplay(world.ctx, await claimed(world)), { again: due + 1000 })
  await recover(world.ctx.db, jobQueue, Number.POSITIVE_INFINITY)
  world.api.clock.advance(60_000)
  assert.deepEqual(await runReplay(world.ctx, await claimed(world)), { again: world.ctx.clock.now() })
})

test('a stopped replay queues nothing more, and no replay goes to a destination of others', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url)
  await world.append({ type: 'sleep' })
  const { replay_id: id } = await ask(world, {})
  const job = await claimed(world)
  assert.equal(await cancelJob(world.ctx.db, world.api.environment.id, id as string, 0), 1)
  await assert.rejects(runReplay(world.ctx, job), /not ours/)
  assert.equal((await replayed(world)).length, 0)
  const wrong = await world.api.asOperator('POST', '/admin/v1/replays', { json: { destination_id: 'none' } })
  assert.equal(wrong.status, 404)
})

test('what no destination wants is not counted, and holds up nothing', async (t) => {
  const world = await openWorld(t)
  const connection = await world.api.addUser({ reference_id: 'ada' })
  const stranger = await world.api.addUser()
  await world.append(
    { type: 'sleep', connection },
    { type: 'daily', connection },
    { type: 'sleep', connection: stranger },
    ...Array.from({ length: 150 }, () => ({ type: 'body', connection })),
  )
  assert.equal((await ask(world, { dry_run: true }))['events'], 0)
  const [sleeps, hers] = [await world.receiver(), await world.receiver()]
  const to = await world.destination(sleeps.url, { event_types: ['sleep'] })
  await world.destination(hers.url, { event_types: ['daily', 'sleep'], reference_ids: ['ada'] })
  const counted = await ask(world, { dry_run: true })
  assert.equal(counted['events'], 3)
  assert.deepEqual(
    (counted['by_type'] as { type: string; events: number }[]).map(({ type, events }) => [type, events]),
    [
      ['sleep', 2],
      ['daily', 1],
    ],
  )
  assert.equal((await ask(world, { dry_run: true, destination_id: to }))['events'], 153)
  const { replay_id: id } = await ask(world, {})
  await runAll(world)
  assert.equal((await replayed(world)).length, 4)
  const shown = await world.api.asOperator('GET', `/admin/v1/replays/${id}`)
  assert.deepEqual(shown.json['progress'], { done: 3, total: 3 })
  assert.equal((await world.destination(hers.url), await ask(world, { dry_run: true }))['events'], 153)
})

test('many of which few fit: looked through a stretch at a time, each counted and sent once', async (t) => {
  const world = await openWorld(t)
  const receiver = await world.receiver()
  await world.destination(receiver.url)
  const { ctx, api } = world
  // They are of the same millisecond: a stretch ends in the middle of it.
  const wanted = new Set([0, STRETCH - 1, STRETCH, 2 * STRETCH, 2 * STRETCH + 1])
  const events = Array.from({ length: 2 * STRETCH + 2 }, (_, i) => ({ type: wanted.has(i) ? 'sleep' : 'daily' }))
  const ids = await world.append(...events)
  const sleeps = ids.filter((_, i) => wanted.has(i))
  const counted = await ask(world, { type: 'sleep', dry_run: true })
  assert.deepEqual([counted['events'], counted['complete']], [sleeps.length, true])
  const filter = { ...everything, environmentId: api.environment.id, until: ctx.clock.now() + 1 }
  assert.deepEqual(await countToReplay(ctx.db, filter, 0), { byType: [], complete: false })

  await ask(world, { type: 'sleep', rate_per_second: 2 })
  await runAll(world)
  assert.deepEqual((await replayed(world)).map((row) => row.event_id).sort(), [...sleeps].sort())
})
