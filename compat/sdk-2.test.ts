// The official Node SDK, 2.1.0: every call of the contract's sections 2.2 to 2.6.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { TerraClient, TerraError, Terra, verifyTerraWebhookSignature } from 'terra-api'
import { type Loam, signIn, startLoam, until } from './loam.ts'

let loam: Loam
let client: TerraClient
let userId: string
const received: { headers: Record<string, string | string[] | undefined>; body: string }[] = []
const sink = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    received.push({ headers: request.headers, body })
    response.end('ok')
  })
})

const day = (back: number): string => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)

before(async () => {
  loam = await startLoam()
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const { port } = sink.address() as { port: number }
  await loam.admin('POST', '/destinations', { type: 'webhook', url: `http://127.0.0.1:${port}/hook` })
  client = new TerraClient({
    devId: loam.devId,
    apiKey: loam.apiKey,
    baseUrl: `${loam.url}/v2`,
    maxRetries: 0,
  } as never)
  const session = await client.authentication.generatewidgetsession({
    reference_id: 'ref-2',
    auth_success_redirect_url: 'https://example.com/success?keep=1',
    auth_failure_redirect_url: 'https://example.com/failure',
    language: 'en',
  })
  assert.equal(session.status, 'success')
  assert.equal(session.expires_in, 900)
  const end = new URL(await signIn(session.url!, { person: 'ada' }))
  assert.equal(end.searchParams.get('keep'), '1')
  assert.equal(end.searchParams.get('resource'), 'OURA')
  assert.equal(end.searchParams.get('reference_id'), 'ref-2')
  userId = end.searchParams.get('user_id')!
})
after(async () => {
  sink.closeAllConnections()
  sink.close()
  await loam.stop()
})

test('what is delivered passes the SDK`s own signature check', async () => {
  await until(() => received.some((each) => each.body.includes('"type":"sleep"')), 20_000, 'no sleep event')
  for (const each of received.slice(0, 5)) {
    for (const header of ['terra-signature', 'x-terra-signature']) {
      assert.ok(await verifyTerraWebhookSignature(each.body, String(each.headers[header]), loam.signingSecret))
    }
    assert.match(String(each.headers['terra-reference']), /^[0-9a-f-]{36}$/)
    assert.ok(each.headers['x-terra-trace-id'])
    assert.match(String(each.headers['x-terra-ordering-timestamp']), /^\d{13}$/)
  }
  const auth = JSON.parse(received.find((each) => each.body.includes('"type":"auth"'))!.body)
  assert.equal(auth.reference_id, 'ref-2')
  assert.equal(auth.user.user_id, userId)
  assert.equal(auth.user.last_webhook_update, null)
  const references = received.map((each) => each.headers['terra-reference'])
  assert.equal(new Set(references).size, references.length)
})

test('authenticateUser, and a refusal', async () => {
  const answer = await client.authentication.authenticateuser({
    resource: 'OURA',
    reference_id: 'second',
    auth_success_redirect_url: 'https://example.com/success',
    auth_failure_redirect_url: 'https://example.com/failure',
  } as never)
  assert.equal(answer.status, 'success')
  const end = new URL(await signIn(answer.auth_url!, { deny: true }))
  assert.equal(end.pathname, '/failure')
  assert.equal(end.searchParams.get('reason'), 'access_denied')
  assert.equal(end.searchParams.get('user_id'), answer.user_id)
  await until(
    () => received.some((each) => each.body.includes('"type":"auth_cancelled"')),
    10_000,
    'no auth_cancelled event',
  )
})

test('tokens for mobile apps', async () => {
  const answer = await client.authentication.generateauthtoken()
  assert.match(answer.token!, /^[0-9a-f]{64}$/)
  assert.equal(answer.expires_in, 180)
})

interface Night {
  metadata: { summary_id: string; start_time: string; end_time: string }
  heart_rate_data: { detailed: { hr_samples: unknown[] } }
}

test('data at once, for every type', async () => {
  const range = { user_id: userId, start_date: day(8), end_date: day(1), to_webhook: false, with_samples: true }
  const sleep = (await client.sleep.fetch(range as never)) as any
  assert.equal(sleep.type, 'sleep')
  assert.ok(sleep.data.length >= 6)
  const nights = sleep.data as Night[]
  assert.ok(nights.every((each) => each.metadata.summary_id))
  // A list may hold naps, and any of them may come first: a whole night is meant.
  const lasts = ({ metadata }: Night): number => Date.parse(metadata.end_time) - Date.parse(metadata.start_time)
  const [longest] = nights.toSorted((a, b) => lasts(b) - lasts(a))
  assert.ok(longest!.heart_rate_data.detailed.hr_samples.length > 50)
  const daily = (await client.daily.fetch(range as never)) as any
  assert.ok(daily.data.length >= 7)
  assert.ok(daily.data[0].distance_data.steps > 500)
  assert.match(daily.data[0].metadata.start_time, /T00:00:00\.000000\+0[12]:00$/)
  const body = (await client.body.fetch(range as never)) as any
  assert.equal(body.type, 'body')
  const activity = (await client.activity.fetch({ ...range, start_date: day(28) } as never)) as any
  assert.ok(activity.data.length > 3)
  assert.equal(activity.data[0].distance_data.summary.distance_meters, activity.data[0].distance_data.distance_meters)
  for (const type of ['nutrition', 'menstruation'] as const) {
    const none = (await client[type].fetch(range as never)) as any
    assert.deepEqual(none.data, [])
    assert.equal(none.status, 'success')
  }
  const athlete = (await client.athlete.fetch({ user_id: userId, to_webhook: false } as never)) as any
  assert.equal(athlete.type, 'athlete')
  assert.equal(athlete.athlete.email, 'ada@example.com')
})

test('without samples unless they are asked for', async () => {
  const sleep = (await client.sleep.fetch({
    user_id: userId,
    start_date: day(3),
    end_date: day(1),
    to_webhook: false,
  } as never)) as any
  assert.ok(sleep.data.length > 0)
  for (const each of sleep.data) assert.deepEqual(each.heart_rate_data.detailed.hr_samples, [])
})

test('unix seconds are exact bounds', async () => {
  const start = Math.floor(Date.now() / 1000) - 4 * 86_400
  const sleep = (await client.sleep.fetch({
    user_id: userId,
    start_date: start,
    end_date: start + 2 * 86_400,
    to_webhook: false,
  } as never)) as any
  assert.ok(sleep.data.length > 0)
  for (const each of sleep.data) {
    const at = Date.parse(each.metadata.start_time) / 1000
    assert.ok(at >= start && at < start + 2 * 86_400)
  }
})

test('to the webhook: an acknowledgement, then one event with its reference', async () => {
  for (const type of ['activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'] as const) {
    const raw = await client[type]
      .fetch({ user_id: userId, start_date: Math.floor(Date.now() / 1000) - 30 * 86_400 } as never)
      .withRawResponse()
    const ack = raw.data as any
    assert.equal(ack.type, type)
    assert.equal(ack.reference, raw.rawResponse.headers.get('terra-reference'))
    await until(
      () => received.some((each) => each.headers['terra-reference'] === ack.reference),
      20_000,
      `no ${type} event`,
    )
    const events = received.filter((each) => each.headers['terra-reference'] === ack.reference)
    assert.equal(events.length, 1)
    assert.equal(JSON.parse(events[0]!.body).type, type)
  }
})

test('a large request: processing, sending, chunks', async () => {
  const ack = (await client.daily.fetch({ user_id: userId, start_date: day(60), end_date: day(1) } as never)) as any
  assert.match(ack.message, /Large request/)
  const mine = (): any[] =>
    received.filter((each) => each.headers['terra-reference'] === ack.reference).map((each) => JSON.parse(each.body))
  await until(() => mine().some((event) => event.type === 'large_request_sending'), 60_000, 'not sent')
  const { expected_payloads: expected } = mine().find((event) => event.type === 'large_request_sending')
  await until(() => mine().filter((event) => event.type === 'daily').length === expected, 30_000, 'chunks are missing')
  assert.ok(mine().some((event) => event.type === 'large_request_processing'))
  const days = mine()
    .filter((event) => event.type === 'daily')
    .flatMap((event) => event.data.map((each: any) => each.metadata.start_time.slice(0, 10)))
  assert.equal(new Set(days).size, days.length)
  assert.ok(days.length >= 59)
})

test('users', async () => {
  const one = (await client.user.getinfoforuserid({ user_id: userId } as never)) as any
  assert.equal(one.is_authenticated, true)
  assert.equal(one.user.provider, 'OURA')
  const byReference = (await client.user.getinfoforuserid({ reference_id: 'ref-2' } as never)) as any
  assert.equal(byReference.users[0].user_id, userId)
  const all = (await client.user.getalluserids()) as any
  assert.ok(all.users.some((user: any) => user.user_id === userId))
  const page = (await client.user.getalluserids({ page: 0, per_page: 1 } as never)) as any
  assert.equal(page.data.results.length, 1)
  const bulk = await client.user.getinfoformultipleuserids([userId, '00000000-0000-4000-8000-000000000000'])
  assert.deepEqual(
    bulk.map((user) => user.user_id),
    [userId],
  )
  await client.user.modifyuser(userId, { reference_id: 'renamed' } as never)
  const renamed = (await client.user.getinfoforuserid({ user_id: userId } as never)) as any
  assert.equal(renamed.user.reference_id, 'renamed')
  assert.equal(renamed.user.active, true)
})

test('integrations', async () => {
  const all = (await client.integrations.fetch()) as any
  assert.ok(all.providers.includes('OURA'))
  assert.deepEqual(all.sdk_providers, all.sdk_resource)
  const detailed = (await client.integrations.detailedfetch()) as any
  const oura = detailed.providers.find((each: any) => each.provider === 'OURA')
  assert.equal(oura.types.sleep, true)
  assert.equal(oura.types.nutrition, false)
})

test('errors arrive in the SDK`s error classes', async () => {
  await assert.rejects(
    async () => client.sleep.fetch({ user_id: userId, start_date: 'yesterday', to_webhook: false } as never),
    (error: any) =>
      error instanceof Terra.BadRequestError && /start_date/.test(error.body.message) && error.body.status === 'error',
  )
  await assert.rejects(
    async () => client.sleep.fetch({ user_id: '00000000-0000-4000-8000-000000000000', start_date: day(1) } as never),
    (error: any) => error instanceof Terra.NotFoundError && /user not found/.test(error.body.detail),
  )
  const stranger = new TerraClient({
    devId: loam.devId,
    apiKey: 'wrong',
    baseUrl: `${loam.url}/v2`,
    maxRetries: 0,
  } as never)
  await assert.rejects(
    async () => stranger.user.getalluserids(),
    (error: any) => error instanceof TerraError && error.statusCode === 401,
  )
  await assert.rejects(
    async () => client.plannedworkout.fetch({ user_id: userId, start_date: day(3) } as never),
    (error: any) => error instanceof TerraError && error.statusCode === 400 && /OURA/.test(JSON.stringify(error.body)),
  )
})

test('the same account again: user_reauth, then auth, and the old id is gone', async () => {
  const session = await client.authentication.generatewidgetsession({
    auth_success_redirect_url: 'https://example.com/success',
  } as never)
  const next = new URL(await signIn(session.url!, { person: 'ada' })).searchParams.get('user_id')!
  assert.notEqual(next, userId)
  const position = (type: string): number =>
    received.findIndex((each) => each.body.startsWith(`{"type":"${type}"`) && each.body.includes(next))
  await until(() => position('auth') >= 0, 10_000, 'no auth event')
  assert.ok(position('user_reauth') >= 0 && position('user_reauth') < position('auth'))
  await assert.rejects(async () => client.user.getinfoforuserid({ user_id: userId } as never))
  userId = next
})

test('deauthentication deletes everything and says so', async () => {
  const answer = await client.authentication.deauthenticateuser({ user_id: userId } as never)
  assert.equal((answer as any).status, 'success')
  await until(
    () => received.some((each) => each.body.includes('"type":"deauth"') && each.body.includes(userId)),
    10_000,
    'no deauth event',
  )
  await assert.rejects(async () => client.user.getinfoforuserid({ user_id: userId } as never))
  const events = await loam.admin('GET', `/events?user_id=${userId}`)
  assert.deepEqual(
    events.data.map((each: any) => each.type),
    ['deauth'],
  )
})

test('workouts are planned, listed and taken away at a source that has a calendar', async () => {
  const session = await client.authentication.generatewidgetsession({
    auth_success_redirect_url: 'https://example.com/success',
    auth_failure_redirect_url: 'https://example.com/failure',
  })
  const end = new URL(await signIn(session.url!, { person: 'planner', provider: 'GARMIN' }))
  const planner = end.searchParams.get('user_id')!
  const written = await client.plannedworkout.write({
    user_id: planner,
    data: [
      {
        metadata: { name: 'Easy run', planned_date: '2027-03-01', type: 8 } as never,
        steps: [
          {
            intensity: 'WARMUP',
            durations: [{ duration_type: 'TIME', seconds: 600 } as Terra.PlannedWorkoutStepDurations],
          },
        ] as never,
      },
    ],
  })
  assert.equal(written.user?.provider, 'GARMIN')
  const [id] = written.log_ids!
  const listed = await client.plannedworkout.fetch({
    user_id: planner,
    start_date: '2027-03-01',
    end_date: '2027-03-02',
  } as never)
  assert.equal(listed.data?.[0]?.metadata?.id, id)
  const gone = await client.plannedworkout.delete({ user_id: planner, data: [id!] })
  assert.deepEqual(gone.processed_data, [{ id, response_code: 200 }])
})
