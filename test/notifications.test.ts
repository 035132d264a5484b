// Notifications on their way in: committed before they are answered, once however often they come, kept for whoever is about to be
// known, and for everyone they concern. Through GARMIN, whose notifications bring the data.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { type Answer, openTestApi, type TestApi } from '../src/api/test-api.ts'
import { garmin } from '../src/connectors/garmin/index.ts'
import { acceptChanges, runGone, runUnclaimed } from '../src/intake/accept.ts'
import { runPush } from '../src/intake/push-job.ts'
import { claim, jobQueue } from '../src/queue/queue.ts'
import type { ConnectionRow } from '../src/store/connections.ts'
import type { JobRow } from '../src/store/jobs.ts'

const CLIENT = 'our-client'
const SECRET = 'our-client-secret'

let api: TestApi
before(async () => {
  api = await openTestApi()
  await useOwnApplication(api.devId)
  await api.ctx.db.run('DELETE FROM jobs')
})
after(() => api.dispose())
afterEach(async () => {
  await api.ctx.db.run('DELETE FROM jobs')
  await api.ctx.db.run('DELETE FROM events')
  await api.ctx.db.run('DELETE FROM auth_flows')
  await api.ctx.db.run('DELETE FROM connections')
})

async function useOwnApplication(devId: string, secret = SECRET): Promise<void> {
  const json = { enabled: true, client_id: CLIENT, client_secret: secret }
  const put = await api.asOperator('PUT', '/admin/v1/sources/GARMIN', { headers: { 'dev-id': devId }, json })
  assert.equal(put.status, 200)
}

async function hookOf(devId = api.devId): Promise<string> {
  const view = await api.asOperator('GET', '/admin/v1/sources/GARMIN', { headers: { 'dev-id': devId } })
  const url = new URL(String(view.json.hook_url))
  return url.pathname + url.search
}

async function push(body: object | string, hook?: string): Promise<Answer> {
  return api.call('POST', hook ?? (await hookOf()), {
    headers: { 'content-type': 'application/json', 'garmin-client-id': CLIENT },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const daily = (account: string, steps: number, summaryId = 'x1') => ({
  userId: account,
  summaryId,
  calendarDate: '2026-03-08',
  startTimeInSeconds: 1_772_928_000,
  startTimeOffsetInSeconds: 3600,
  durationInSeconds: 86_400,
  steps,
})

const newUser = (change: Partial<ConnectionRow> = {}): Promise<ConnectionRow> =>
  api.addUser({ provider: 'GARMIN', provider_user_id: randomUUID(), scopes: null, ...change })

const jobs = (): Promise<JobRow[]> => api.ctx.db.all<JobRow>('SELECT * FROM jobs ORDER BY created_at, id')

/** Does what waits, as the loop would. */
async function work(): Promise<void> {
  const due = { limit: 50, now: api.clock.now() + 60_000, leaseMs: 60_000 }
  for (const job of await claim<JobRow>(api.ctx.db, jobQueue, ['live'], due)) {
    if (job.kind === 'push') assert.equal(await runPush(api.ctx, job), 'done')
    if (job.kind === 'gone') assert.equal(await runGone(api.ctx, job), 'done')
    await api.ctx.db.run('DELETE FROM jobs WHERE id = $1', [job.id])
  }
}

async function records(userId: string): Promise<number> {
  const row = await api.ctx.db.one<{ n: number }>('SELECT count(*) AS n FROM records WHERE user_id = $1', [userId])
  return Number(row!.n)
}

test('a body that begins with a byte order mark is read like any other', async () => {
  const ada = await newUser()
  assert.equal((await push(`\uFEFF${JSON.stringify({ dailies: [daily(ada.provider_user_id, 100)] })}`)).status, 200)
  await work()
  assert.equal(await records(ada.user_id), 1)
})

test('one request for several people: all of it is committed when it is answered', async () => {
  const [ada, sam] = [await newUser(), await newUser()]
  const answer = await push({
    dailies: [
      daily(ada.provider_user_id, 100),
      daily(sam.provider_user_id, 200),
      daily(ada.provider_user_id, 300, 'x2'),
    ],
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(
    (await jobs()).map(({ kind, user_id: userId }) => [kind, userId]).sort(),
    [
      ['push', ada.user_id],
      ['push', sam.user_id],
    ].sort(),
  )
  await work()
  assert.deepEqual([await records(ada.user_id), await records(sam.user_id)], [1, 1])
})

test('the same push a hundred times is one piece of work while it waits, and is told once', async () => {
  const ada = await newUser()
  const body = { dailies: [daily(ada.provider_user_id, 4321)] }
  const answers = await Promise.all(Array.from({ length: 100 }, () => push(body)))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal((await jobs()).length, 1)
  await work()
  const told = () => api.ctx.db.all('SELECT id FROM events WHERE user_id = $1', [ada.user_id])
  assert.equal((await told()).length, 1)
  assert.equal((await push(body)).status, 200)
  await work()
  assert.equal((await told()).length, 1)
})

test('of two pushes the one received later counts, whichever is stored first', async () => {
  const ada = await newUser()
  await push({ dailies: [daily(ada.provider_user_id, 1000)] })
  api.clock.advance(10)
  await push({ dailies: [daily(ada.provider_user_id, 2000)] })
  const [early, late] = await jobs()
  for (const job of [late!, early!]) await runPush(api.ctx, job)
  const shown = await api.asOperator(
    'GET',
    `/admin/v1/users/${ada.user_id}/records?type=daily&start_date=2026-03-01&end_date=2026-03-20`,
  )
  const [record] = (shown.json as { data: { distance_data: { steps: number } }[] }).data
  assert.equal(record!.distance_data.steps, 2000)
})

test('who is not known and not signing in is passed over; who is signing in is waited for', async () => {
  const account = randomUUID()
  assert.equal((await push({ dailies: [daily(account, 10)] })).status, 200)
  assert.deepEqual(await jobs(), [])
  await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=GARMIN')
  assert.equal((await push({ dailies: [daily(account, 10)] })).status, 200)
  const [waiting] = await jobs()
  assert.equal(waiting!.kind, 'unclaimed')
  assert.notEqual(await runUnclaimed(api.ctx, waiting!), 'done')
  const ada = await newUser({ provider_user_id: account })
  assert.equal(await runUnclaimed(api.ctx, waiting!), 'done')
  await api.ctx.db.run('DELETE FROM jobs WHERE id = $1', [waiting!.id])
  await work()
  assert.equal(await records(ada.user_id), 1)
})

test('much of somebody who is signing in waits in several jobs, none of which is large', async () => {
  const account = randomUUID()
  await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=GARMIN')
  const samples = Array.from({ length: 9000 }, (_, i) => ({ startTimeInSeconds: 1_777_905_000 + i, heartRate: 100 }))
  const workouts = [1, 2, 3, 4, 5, 6].map((n) => ({ userId: account, summaryId: `${n}-detail`, samples }))
  assert.equal((await push({ activityDetails: workouts })).status, 200)
  const waiting = await jobs()
  assert.ok(waiting.length > 1)
  assert.ok(waiting.every(({ kind, payload }) => kind === 'unclaimed' && payload.length < 2_100_000))
  await newUser({ provider_user_id: account })
  for (const job of waiting) assert.equal(await runUnclaimed(api.ctx, job), 'done')
  const pushes = (await jobs()).filter(({ kind }) => kind === 'push')
  assert.equal(pushes.flatMap(({ payload }) => (JSON.parse(payload) as { pages: unknown[] }).pages).length, 6)
})

test('after ten minutes nobody is waited for any more', async () => {
  await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=GARMIN')
  await push({ dailies: [daily(randomUUID(), 10)] })
  const [waiting] = await jobs()
  api.clock.advance(11 * 60_000)
  assert.equal(await runUnclaimed(api.ctx, waiting!), 'done')
  assert.equal((await jobs()).length, 1)
})

test('one account in two environments of one application: both get it, a third with other credentials does not', async () => {
  const account = randomUUID()
  const own = await newUser({ provider_user_id: account })
  const others: ConnectionRow[] = []
  for (const secret of [SECRET, 'another secret']) {
    const made = await api.asOperator('POST', '/admin/v1/environments', { json: { name: secret, kind: 'testing' } })
    const devId = String(made.json.dev_id)
    await useOwnApplication(devId, secret)
    const row = await api.ctx.db.one<{ id: string }>('SELECT id FROM environments WHERE dev_id = $1', [devId])
    others.push(await newUser({ provider_user_id: account, environment_id: row!.id }))
  }
  await api.ctx.db.run('DELETE FROM jobs')
  assert.equal((await push({ dailies: [daily(account, 77)] })).status, 200)
  const reached = (await jobs()).map(({ user_id: userId }) => userId)
  assert.deepEqual(reached.sort(), [own.user_id, others[0]!.user_id].sort())
})

test('bodies up to what the provider sends are taken, larger ones are refused', async () => {
  const ada = await newUser()
  const many = Array.from({ length: 20_000 }, (_, i) => daily(ada.provider_user_id, i, `m${i}`))
  assert.ok(JSON.stringify(many).length > 2_000_000)
  assert.equal((await push({ dailies: many })).status, 200)
  const hook = (await api.asOperator('GET', '/admin/v1/sources/OURA')).json.hook_url
  const large = await push(' '.repeat(2_000_001), new URL(String(hook)).pathname)
  assert.equal(large.status, 413)
  assert.equal((await push('{}', '/v2/hooks/nobody/x')).status, 404)
})

test('a probe of the address is answered to who knows the key, and to nobody else', async () => {
  const headers = { 'garmin-client-id': CLIENT }
  const hook = await hookOf()
  for (const method of ['GET', 'HEAD']) {
    assert.equal((await api.request(hook, { method, headers })).status, 200, method)
    assert.equal((await api.request(hook.split('?')[0]!, { method, headers })).status, 401, method)
  }
  assert.deepEqual(await jobs(), [])
})

test('a handshake that is refused, as the provider expects, is no forged notification', async () => {
  const view = await api.asOperator('GET', '/admin/v1/sources/FITBIT', { headers: { 'dev-id': api.devId } })
  const { pathname, search } = new URL(String(view.json.hook_url))
  const count = async (): Promise<number> => {
    const { values } = await api.ctx.metrics.notifications.get()
    const refused = values.filter(({ labels }) => labels.provider === 'FITBIT' && labels.outcome === 'refused')
    return refused.reduce((sum, { value }) => sum + value, 0)
  }
  const headers = { 'content-type': 'application/json' }
  const probed = await api.call('POST', pathname + search, { headers, body: '{"type":"verification"}' })
  assert.equal(probed.status, 401)
  assert.equal(await count(), 0)
  const forged = await api.call('POST', pathname + search, { headers, body: '{"data":{}}' })
  assert.equal(forged.status, 401)
  assert.equal(await count(), 1)
})

test('a deletion that names a record and nobody: whoever has it loses it', async () => {
  const [ada, sam] = [await newUser(), await newUser()]
  const activity = (account: string, activityId: number) => ({
    userId: account,
    summaryId: String(activityId),
    activityId,
    activityType: 'RUNNING',
    startTimeInSeconds: 1_772_960_000,
    startTimeOffsetInSeconds: 3600,
    durationInSeconds: 1800,
  })
  await push({ activities: [activity(ada.provider_user_id, 1), activity(sam.provider_user_id, 2)] })
  await work()
  const key = (await api.ctx.db.one<{ key: string }>('SELECT key FROM records WHERE user_id = $1', [ada.user_id]))!.key
  api.clock.advance(1000)
  const gone = { type: 'activity', id: key.replace(/^id:/, '') } as const
  const told = {
    provider: garmin.id,
    variant: null,
    environmentIds: [api.environment.id],
    changes: [{ what: 'gone', providerUserId: null, gone } as const],
  }
  await acceptChanges(api.ctx, [told], api.clock.now())
  await work()
  await work()
  assert.deepEqual([await records(ada.user_id), await records(sam.user_id)], [0, 1])
})

test('a refusal is what the provider wants to hear: Fitbit 404, others 401', async () => {
  const headers = { 'dev-id': api.devId }
  const json = { enabled: true, client_id: CLIENT, client_secret: SECRET, api: 'legacy' }
  const put = await api.asOperator('PUT', '/admin/v1/sources/FITBIT', { headers, json })
  assert.equal(put.status, 200, put.text)
  const view = await api.asOperator('GET', '/admin/v1/sources/FITBIT', { headers })
  const url = new URL(String(view.json.hook_url))
  const notice = (given: Record<string, string>) =>
    api.call('POST', url.pathname + url.search, {
      headers: { 'content-type': 'application/json', ...given },
      body: '[{"collectionType":"sleep","date":"2026-09-15","ownerId":"9XK4TB","ownerType":"user","subscriptionId":"x"}]',
    })
  assert.equal((await notice({ 'x-fitbit-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })).status, 404)
  assert.equal((await notice({})).status, 401)
})
