// The OURA connector against the sandbox's cloud, over HTTP: what is asked, understood there, answered and mapped. The
// simulator shares no code with the connector, so the two disagree wherever one of them is wrong.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import type {
  Address,
  ConnectionHttp,
  Fetched,
  Mapped,
  MappedOf,
  OAuth2,
  Page,
  Wanted,
} from '../src/connectors/connector.ts'
import { mapPage } from '../src/connectors/map-pages.ts'
import { oura } from '../src/connectors/oura/index.ts'
import { HeartRateContext } from '../src/model/enumerations.ts'
import { addDays } from '../src/model/local-day.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { wholeRecords } from '../src/normalize/whole-records.ts'
import { type ManualClock, manualClock } from '../src/platform/clock.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { createHttp, type HttpClient } from '../src/platform/http-client.ts'
import type { HttpRequest } from '../src/platform/http.ts'
import { clientSecretOf, createSimulators } from '../src/simulator/index.ts'
import { memoryState } from '../src/simulator/memory-state.ts'

const BERLIN = 'Europe/Berlin'
const DAY = '2026-11-18'
const client = { id: 'golden', secret: clientSecretOf('golden'), extra: {} }
const verificationToken = 'known-to-both'
const secrets = { client, verificationToken, now: 0, send: () => assert.fail('nothing has to be asked') }

let clock: ManualClock
let http: HttpClient
let server: Server
let origin: string
const notified: { headers: Record<string, string>; body: Buffer }[] = []

before(async () => {
  clock = manualClock(Date.parse('2026-11-20T12:00:00Z'))
  http = createHttp({ allowPrivate: true, userAgent: 'test' })
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error('not yet'))
  server = createServer(getRequestListener((request) => handle(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const simulators = createSimulators({ clock, state: memoryState(clock), http, publicUrl: origin })
  handle = async (request) => {
    const url = new URL(request.url)
    if (url.pathname === '/hook') return hook(request, url)
    url.pathname = url.pathname.replace(/^\/sandbox\/oura/, '')
    return simulators.get('oura')!.handle(new Request(url, request))
  }
})

after(async () => {
  await http.close()
  server.close()
})

/** What the gateway's callback does: the handshake, else the notification is kept. */
async function hook(request: Request, url: URL): Promise<Response> {
  const incoming = {
    method: request.method,
    headers: Object.fromEntries(request.headers),
    query: Object.fromEntries(url.searchParams),
    body: Buffer.from(await request.arrayBuffer()),
  }
  const answer = oura.notifications!.handshake!(incoming, secrets)
  if (answer !== null) return new Response(answer.body, { status: answer.status })
  notified.push(incoming)
  return new Response('ok')
}

const urlOf = (at: Address): string => `${origin}/sandbox/oura${at.path}`
const callback = 'http://127.0.0.1:1/callback'

async function signIn(person: string, grant?: string): Promise<string> {
  const auth = oura.auth as OAuth2
  const asked = await http.send({
    url: urlOf(auth.authorize),
    query: {
      client_id: client.id,
      redirect_uri: callback,
      response_type: 'code',
      scope: auth.scopes.join(auth.scopeSeparator),
      auto: 'approve',
      person,
      grant,
    },
  })
  const code = new URL(asked.headers.location!).searchParams.get('code')!
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    client_id: client.id,
    client_secret: client.secret,
  }
  const answer = await http.send({ method: 'POST', url: urlOf(auth.token), form })
  return (answer.json() as { access_token: string }).access_token
}

function connectionOf(token: string): ConnectionHttp {
  return {
    async send(at, request = {}) {
      const headers = { ...request.headers, authorization: `Bearer ${token}` }
      const response = await http.send({ ...request, headers, url: urlOf(at) })
      const { status } = response
      if (status === 200 || request.expect?.includes(status)) return response
      throw new ProviderError(`Oura answered ${status}`, { next: status === 403 ? 'skip' : 'give_up', status })
    },
    follow: (url) => assert.fail(`nobody should follow ${url}`),
  }
}

async function fetchAll(token: string, kind: string, wanted: Wanted): Promise<Fetched[]> {
  const context = {
    http: connectionOf(token),
    wanted,
    providerUserId: 'x',
    timeZone: BERLIN,
    grantedScopes: null,
    now: clock.now(),
  }
  const all: Fetched[] = []
  for await (const each of oura.reads[kind]!.fetch!(context)) all.push(each)
  return all
}

function pagesOf(fetched: readonly Fetched[]): Page[] {
  return fetched.filter((each): each is Page => 'payload' in each)
}

function mapped(page: Page): Mapped[] {
  const result = mapPage(oura, page.kind, page.payload, {
    timeZone: BERLIN,
    receivedAt: clock.now(),
    request: page.request,
  })
  assert.deepEqual(result.unknown, [], `${page.kind} has codes that no table knows`)
  return result.mapped
}

const oneDay: Wanted = { days: { start: DAY, end: DAY } }

test('every kind of a day in Berlin is fetched, understood, and becomes whole records', async () => {
  const token = await signIn('ada')
  const pages: Page[] = []
  const read = Object.keys(oura.reads).filter((kind) => oura.reads[kind]!.fetch !== undefined)
  for (const kind of read) pages.push(...pagesOf(await fetchAll(token, kind, oneDay)))
  const kinds = new Set(pages.map((page) => page.kind))
  assert.deepEqual([...kinds].sort(), read.sort())

  const { records } = wholeRecords(
    pages.map((page) => ({ kind: page.kind, mapped: mapped(page) })),
    { userId: 'u', provider: 'OURA', timeZone: BERLIN },
  )
  const ofDay = (type: string) =>
    records
      .filter((each) => each.type === type)
      .map((each) => each.record as Record<string, never>)
      .filter((record) => String(at(record, 'metadata.start_time')).startsWith(DAY))
  const [daily, ...more] = ofDay('daily')
  assert.deepEqual(more, [])
  assert.equal(at(daily, 'metadata.start_time'), '2026-11-18T00:00:00.000000+01:00')
  assert.equal(at(daily, 'metadata.end_time'), '2026-11-19T00:00:00.000000+01:00')
  for (const path of [
    'distance_data.steps',
    'scores.activity',
    'scores.sleep',
    'scores.recovery',
    'stress_data.stress_rating',
    'oxygen_data.avg_saturation_percentage',
    'heart_rate_data.summary.resting_hr_bpm',
  ]) {
    assert.equal(typeof at(daily, path), 'number', path)
  }
  const rows = documents(pages.filter((page) => page.kind === 'heartrate' && page.request.workout_id === undefined))
  assert.equal((at(daily, 'heart_rate_data.detailed.hr_samples') as unknown[]).length, rows.length)
  assert.ok(rows.length > 250, 'heart rate has several pages')

  const night = records.find(
    (each) => each.type === 'sleep' && String(at(each.record, 'metadata.end_time')).startsWith(DAY),
  )
  assert.equal(typeof at(night?.record, 'scores.sleep'), 'number', 'the score finds its night')
  assert.equal(typeof at(night?.record, 'respiration_data.oxygen_saturation_data.avg_saturation_percentage'), 'number')
  assert.ok(records.some((each) => each.type === 'athlete') && records.some((each) => each.type === 'body'))
})

test('a night: cells add up to its durations, samples lie within it', async () => {
  const token = await signIn('noor')
  const [page] = pagesOf(await fetchAll(token, 'sleep', { days: { start: addDays(DAY, -6), end: DAY } }))
  const nights = mapped(page!).filter((part) => part.type === 'sleep')
  assert.ok(nights.length >= 7)
  for (const { record } of nights) {
    const sleep = record!.sleep_durations_data!
    const seconds = (level: number) => sleep.hypnogram_samples!.filter((sample) => sample.level === level).length * 30
    assert.equal(seconds(5), sleep.asleep!.duration_deep_sleep_state_seconds)
    assert.equal(seconds(4), sleep.asleep!.duration_light_sleep_state_seconds)
    assert.equal(seconds(6), sleep.asleep!.duration_REM_sleep_state_seconds)
    assert.equal(seconds(1), sleep.awake!.duration_awake_state_seconds)
    const { start_time: start, end_time: end } = record!.metadata!
    const bounds = [instant(start!), instant(end!)] as const
    assert.equal((bounds[1] - bounds[0]) / 1000, sleep.other!.duration_in_bed_seconds)
    for (const { timestamp } of [...sleep.hypnogram_samples!, ...record!.heart_rate_data!.detailed!.hr_samples!]) {
      assert.ok(instant(timestamp!) >= bounds[0] && instant(timestamp!) < bounds[1])
    }
  }
})

test('a workout has the heart rate of its time and no other', async () => {
  const token = await signIn('ada')
  const fetched = await fetchAll(token, 'workout', { days: { start: addDays(DAY, -7), end: DAY } })
  const parts = pagesOf(fetched)
    .flatMap(mapped)
    .filter((part): part is MappedOf<'activity'> => part.type === 'activity')
  const workouts = parts.filter((part) => part.record?.metadata !== undefined)
  assert.ok(workouts.length > 0)
  for (const workout of workouts) {
    const { start_time: start, end_time: end } = workout.record!.metadata!
    const samples = parts
      .filter((part) => part.record?.metadata === undefined && isDeepStrictEqual(part.key, workout.key))
      .flatMap((part) => part.record!.heart_rate_data!.detailed!.hr_samples!)
    assert.ok(samples.length > 0, 'no heart rate')
    for (const { timestamp, context } of samples) {
      assert.equal(context, HeartRateContext.Active)
      assert.ok(instant(timestamp!) >= instant(start!) && instant(timestamp!) <= instant(end!))
    }
  }
})

test('what was not granted is skipped, and the account is known all the same', async () => {
  const token = await signIn('sam', 'workout')
  const { providerUserId } = await oura.identify({
    http: connectionOf(token),
    tokens: { accessToken: token, refreshToken: null, expiresInSeconds: null, scopes: null },
    client,
    userId: 'user',
  })
  assert.match(providerUserId, /^[0-9a-f-]{36}$/)
  for (const kind of ['sleep', 'heartrate', 'daily_spo2', 'daily_stress', 'enhanced_tag']) {
    await assert.rejects(
      fetchAll(token, kind, oneDay),
      (error) => error instanceof ProviderError && error.next === 'skip',
      kind,
    )
  }
  const workouts = await fetchAll(token, 'workout', { days: { start: addDays(DAY, -14), end: DAY } })
  assert.deepEqual(new Set(pagesOf(workouts).map((page) => page.kind)), new Set(['workout']))
})

test('subscriptions are made with the handshake, stay as they are, are renewed, and their notifications are ours', async () => {
  const calls: string[] = []
  const subscribe = () => {
    calls.length = 0
    return oura.notifications!.subscribeApplication!({
      send: (at: Address, request: Omit<HttpRequest, 'url'> = {}) => {
        calls.push(`${request.method ?? 'GET'} ${at.path}`)
        return http.send({ ...request, url: urlOf(at) })
      },
      client,
      callbackUrl: `${origin}/hook`,
      verificationToken,
      now: clock.now(),
    })
  }
  await subscribe()
  assert.equal(calls.length, 43)
  await subscribe()
  assert.deepEqual(calls, ['GET /v2/webhook/subscription'])
  clock.advance(61 * 86_400_000)
  await subscribe()
  assert.equal(calls.filter((call) => call.startsWith('PUT /v2/webhook/subscription/renew/')).length, 42)

  await signIn('ada')
  const control = `${origin}/sandbox/oura/_control/notify`
  const order = { person: 'ada', data_type: 'vo2_max', event_type: 'update', object_id: 'an-id' }
  const sent = await http.send({ method: 'POST', url: control, query: order })
  assert.deepEqual(sent.json(), { accepted: 1 })
  const { headers, body } = notified.at(-1)!
  const request = { method: 'POST', headers, query: {}, body }
  assert.equal(oura.notifications!.verify(request, secrets), true)
  const [change] = oura.notifications!.parse(request)
  assert.ok(change?.what === 'changed')
  assert.deepEqual([change.kind, change.wanted], ['vO2_max', { object: 'an-id' }])
})

function documents(pages: readonly Page[]): unknown[] {
  return pages.flatMap((page) => (page.payload as { data: unknown[] }).data)
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value)
}

function instant(text: string): number {
  return parseTimestamp(text).epochMs!
}
