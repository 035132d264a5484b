import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { type ManualClock, manualClock } from '../../platform/clock.ts'
import type { HttpRequest } from '../../platform/http.ts'
import { clientSecretOf } from '../clients.ts'
import { memoryState } from '../memory-state.ts'
import { midnight, plusDays } from '../people/days.ts'
import { simulateDay } from '../people/day.ts'
import { CELL_MS, secondsIn } from '../people/night.ts'
import { person, PERSONAS } from '../people/person.ts'
import type { Simulator } from '../simulator.ts'
import { accountId, COLLECTIONS, documentsOfDay, heartRateRows } from './documents.ts'
import { createOuraSimulator } from './index.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const BASE = 'http://localhost/sandbox/oura'
const REDIRECT = 'http://localhost/callback'
const client = { id: 'tester', secret: clientSecretOf('tester') }

interface World {
  simulator: Simulator
  clock: ManualClock
  /** What went to callbacks. */
  sent: HttpRequest[]
  call(path: string, init?: RequestInit): Promise<Response>
  token(form: Record<string, string>): Promise<{ status: number; body: Record<string, string> }>
  code(who: string): Promise<string>
}

function open(): World {
  const clock = manualClock(NOW)
  const sent: HttpRequest[] = []
  const http = {
    send: async (request: HttpRequest) => {
      sent.push(request)
      const text = JSON.stringify({ challenge: request.query?.challenge })
      const body = Buffer.from(text)
      return { status: 200, headers: {}, body, truncated: false, text: () => text, json: () => JSON.parse(text) }
    },
  }
  const simulator = createOuraSimulator({ clock, state: memoryState(clock), http, baseUrl: BASE })
  const call = (path: string, init?: RequestInit) => simulator.handle(new Request(`http://localhost${path}`, init))
  return {
    simulator,
    clock,
    sent,
    call,
    async token(form) {
      const body = new URLSearchParams({ client_id: client.id, client_secret: client.secret, ...form })
      const response = await call('/oauth/token', { method: 'POST', body })
      return { status: response.status, body: (await response.json()) as Record<string, string> }
    },
    async code(who) {
      const query = new URLSearchParams({
        client_id: client.id,
        redirect_uri: REDIRECT,
        response_type: 'code',
        scope: 'daily workout',
        auto: 'approve',
        person: who,
      })
      const response = await call(`/oauth/authorize?${query}`)
      return new URL(response.headers.get('location')!).searchParams.get('code')!
    },
  }
}

async function signIn(world: World, who: string): Promise<Record<string, string>> {
  const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT, code: await world.code(who) }
  const { status, body } = await world.token(form)
  assert.equal(status, 200)
  return body
}

async function statusWith(world: World, accessToken: string | undefined): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await world.call('/v2/usercollection/personal_info', { headers })).status
}

const month = (start: string): string[] => Array.from({ length: 30 }, (_, i) => plusDays(start, i))

test('a person`s month is the same on every machine', () => {
  const hash = createHash('sha256')
  for (const day of month('2026-10-10')) {
    for (const collection of COLLECTIONS) {
      hash.update(JSON.stringify(documentsOfDay(person('ada'), collection, day, NOW)))
    }
  }
  // Changes with every change of the people or of their documents, and must change with nothing else.
  assert.equal(hash.digest('hex').slice(0, 16), '997f426c723ae1f8')
})

test('stages add up to the durations, and the durations to the time in bed', () => {
  for (const who of [...PERSONAS, 'someone-else'].map(person)) {
    for (const day of month('2026-10-10')) {
      const { night, nap } = simulateDay(who, day)
      for (const document of documentsOfDay(who, 'sleep', day, NOW)) {
        const of = document.type === 'long_sleep' ? night : nap!
        const phases = String(document.sleep_phase_30_sec)
        const seconds = (phase: string) => phases.split(phase).length * 30 - 30
        assert.equal(document.deep_sleep_duration, seconds('1'))
        assert.equal(document.light_sleep_duration, seconds('2'))
        assert.equal(document.rem_sleep_duration, seconds('3'))
        assert.equal(document.awake_time, seconds('4'))
        assert.equal(document.awake_time, secondsIn(of, 'awake'))
        assert.equal(document.total_sleep_duration, seconds('1') + seconds('2') + seconds('3'))
        assert.equal(document.time_in_bed, phases.length * 30)
        assert.equal(
          Date.parse(String(document.bedtime_end)) - Date.parse(String(document.bedtime_start)),
          phases.length * CELL_MS,
        )
        assert.ok(Number(document.lowest_heart_rate) <= Number(document.average_heart_rate))
      }
    }
  }
})

test('days of 23 and 25 hours: minutes, offsets and neighbours fit', () => {
  const who = person('ada')
  for (const [day, hours, before, after] of [
    ['2026-03-29', 23, '+01:00', '+02:00'],
    ['2026-10-25', 25, '+02:00', '+01:00'],
  ] as const) {
    const of = simulateDay(who, day)
    assert.equal(of.length, hours * 60)
    assert.equal(of.bpm.length, of.length)
    assert.equal(of.startAt + of.length * 60_000, midnight(plusDays(day, 1), who.timeZone))
    const [night] = documentsOfDay(who, 'sleep', day, NOW)
    assert.ok(String(night!.bedtime_start).endsWith(before), String(night!.bedtime_start))
    assert.ok(String(night!.bedtime_end).endsWith(after), String(night!.bedtime_end))
    const rows = heartRateRows(who, of.startAt, of.startAt + of.length * 60_000, NOW)
    const times = rows.map((row) => Date.parse(row.timestamp))
    assert.ok(rows.length > hours * 6)
    assert.deepEqual(
      times,
      [...new Set(times)].sort((a, b) => a - b),
    )
  }
})

test('data appears as time passes: nothing of tomorrow, no night before it is over', () => {
  const who = person('ada')
  const { night } = simulateDay(who, '2026-11-20')
  assert.deepEqual(documentsOfDay(who, 'sleep', '2026-11-20', night.endAt), [])
  assert.equal(documentsOfDay(who, 'sleep', '2026-11-20', night.endAt + 3600_000).length, 1)
  for (const collection of COLLECTIONS) assert.deepEqual(documentsOfDay(who, collection, '2026-11-22', NOW), [])
})

test('a code is good once, for the redirect that it was made for, by the client that asked', async () => {
  const world = open()
  const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT }
  const code = await world.code('ada')
  assert.equal((await world.token({ ...form, code })).status, 200)
  assert.deepEqual(
    [(await world.token({ ...form, code })).status, (await world.token({ ...form, code })).body.error],
    [400, 'invalid_grant'],
  )
  const elsewhere = { ...form, redirect_uri: 'http://elsewhere/', code: await world.code('ada') }
  assert.equal((await world.token(elsewhere)).status, 400)
  const stranger = { client_id: 'stranger', client_secret: clientSecretOf('stranger') }
  assert.equal((await world.token({ ...form, ...stranger, code: await world.code('ada') })).status, 400)
  assert.equal((await world.token({ ...form, client_secret: 'guess', code: await world.code('ada') })).status, 401)
  const late = await world.code('ada')
  world.clock.advance(11 * 60_000)
  assert.equal((await world.token({ ...form, code: late })).status, 400)
})

test('refresh tokens rotate: the old one is void, also for two who come at once', async () => {
  const world = open()
  const first = await signIn(world, 'ada')
  const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token! }
  const both = await Promise.all([world.token(form), world.token(form)])
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400])
  const next = both.find(({ status }) => status === 200)!.body
  assert.notEqual(next.refresh_token, first.refresh_token)
  assert.equal(await statusWith(world, next.access_token), 200)
  assert.equal((await world.token({ ...form, refresh_token: next.refresh_token! })).status, 200)
})

test('tokens end: by time, and all at once when the person takes access away', async () => {
  const world = open()
  const { access_token: access, refresh_token: refresh } = await signIn(world, 'ada')
  const other = await signIn(world, 'sam')
  world.clock.advance(86_399_000)
  assert.equal(await statusWith(world, access), 200)
  world.clock.advance(1000)
  assert.equal(await statusWith(world, access), 401)
  const { body } = await world.token({ grant_type: 'refresh_token', refresh_token: refresh! })
  await world.call('/_control/revoke?person=ada', { method: 'POST' })
  assert.equal(await statusWith(world, body.access_token), 401)
  const again = await world.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token! })
  assert.equal(again.body.error, 'invalid_grant')
  const rest = await world.token({ grant_type: 'refresh_token', refresh_token: other.refresh_token! })
  assert.equal(rest.status, 200)
})

test('a notification: its bytes, its headers, and a signature that anyone can compute', async () => {
  const world = open()
  await signIn(world, 'ada')
  const subscribed = await world.call('/v2/webhook/subscription', {
    method: 'POST',
    headers: { 'x-client-id': client.id, 'x-client-secret': client.secret },
    body: JSON.stringify({
      callback_url: 'http://localhost/hook',
      verification_token: 'known',
      event_type: 'update',
      data_type: 'sleep',
    }),
  })
  assert.equal(subscribed.status, 201)
  assert.deepEqual([world.sent[0]!.query!.verification_token, world.sent.length], ['known', 1])
  const query = 'person=ada&data_type=sleep&event_type=update&object_id=night-1'
  const told = await world.call(`/_control/notify?${query}`, { method: 'POST' })
  assert.deepEqual(await told.json(), { accepted: 1 })
  const { headers, body } = world.sent[1]!
  assert.equal(
    body,
    `{"event_type":"update","data_type":"sleep","object_id":"night-1","user_id":"${accountId('ada')}","event_time":"2026-11-20T12:00:00.000000+00:00"}`,
  )
  assert.equal(headers!['x-oura-timestamp'], '1795176000')
  const expected = createHmac('sha256', client.secret)
    .update(`1795176000${String(body)}`)
    .digest('hex')
    .toUpperCase()
  assert.equal(headers!['x-oura-signature'], expected)
  // The same by a tool that knows nothing of us: `openssl dgst -sha256 -hmac`.
  assert.equal(expected, '02FB2D6A05A04EA0C5C34C8867E14F06E11612EC92F05EB679723F9FED3799AC')
})
