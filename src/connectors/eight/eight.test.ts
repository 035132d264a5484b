import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { PasswordLogin } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { answering, responseOf } from '../test-http.ts'
import { fetchTrends } from './fetch.ts'
import { eight } from './index.ts'

const login = eight.auth as PasswordLogin
const client = { id: 'app', secret: 'secret', extra: {} }
const typed = { email: 'mira@example.com', password: 'a secret' }

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8'))
}

async function signIn(json: unknown, status = 200, headers: Record<string, string> = {}) {
  const asked: object[] = []
  const tokens = await login.signIn({
    client,
    answers: typed,
    async send(to, request = {}) {
      asked.push({ ...to, ...request })
      return responseOf({ status, json }, headers)
    },
  })
  return { tokens, asked }
}

test('what was typed in goes to the provider, and is kept to sign in again', async () => {
  const { tokens, asked } = await signIn(sample('tokens/password'))
  const json = {
    client_id: 'app',
    client_secret: 'secret',
    grant_type: 'password',
    username: typed.email,
    password: typed.password,
  }
  assert.deepEqual(asked, [{ host: 'auth', path: '/v1/tokens', method: 'POST', json }])
  assert.equal(tokens.providerUserId, 'e8d4c2b1a09f4e7d8c6b5a4938271605')
  assert.equal(tokens.expiresInSeconds, 72_000)
  assert.deepEqual(JSON.parse(tokens.refreshToken!), typed)
})

test('refusals: a wrong password is the person, the rest passes; none of them shows the password', async () => {
  for (const [name, status, next, afterSeconds] of [
    ['errors/auth-400-bad-password', 400, 'reauthorize', null],
    ['errors/401-unauthorized', 401, 'reauthorize', null],
    ['errors/auth-429', 429, 'retry', 300],
    ['errors/auth-429', 503, 'retry', 30],
  ] as const) {
    await assert.rejects(signIn(sample(name), status), (error) => {
      assert.ok(error instanceof ProviderError)
      assert.ok(!JSON.stringify(error).includes(typed.password) && !error.message.includes(typed.password))
      assert.deepEqual([error.next, error.afterSeconds], [next, afterSeconds])
      return true
    })
  }
  await assert.rejects(signIn({}, 429, { 'retry-after': '7' }), { afterSeconds: 7, rateLimited: true })
  await assert.rejects(signIn({ access_token: 'x' }), { next: 'retry' })
})

const input = { timeZone: null, receivedAt: 0 }
const unreadable: [kind: string, payload: unknown, message: RegExp][] = [
  ['trends', 'text', /no page of kind trends/],
  ['trends', { days: [{ day: '15.09.2026' }] }, /^trends: days\[0\]\.day: expected a day/],
  [
    'intervals',
    { intervals: [{ id: '1', ts: '2026-09-14T21:02:00' }] },
    /^intervals: intervals\[0\]\.ts: expected a time with/,
  ],
  ['me', { user: {} }, /^me: userId: /],
  ['me', [], /^me: userId: |no page of kind me/],
]
for (const [kind, payload, message] of unreadable) {
  test(`unreadable: ${kind} ${message.source}`, () => {
    assert.throws(() => mapPage(eight, kind, payload, input), { name: 'UnreadablePage', message })
  })
}

test('what is odd in a session is told with its place, and takes the session with it nowhere', () => {
  const { mapped, unreadable: told } = mapPage(
    eight,
    'trends',
    sample('trends/odd-stage-snore-and-reading.input'),
    input,
  )
  assert.deepEqual(
    mapped.map(({ type }) => type),
    ['sleep', 'daily'],
  )
  assert.deepEqual(told, [
    { place: '2026-09-15.sessions[0].timeseries.heartRate.1.1', problem: 'expected a number' },
    { place: '2026-09-15.sessions[0].stages.1.duration', problem: 'expected a number' },
    { place: '2026-09-15.sessions[0].snoring.1.duration', problem: 'expected a number, and there is none' },
  ])
})

test('both forms are asked for, in the zone of the person', async () => {
  const base = 'client/v1/users/me-1/trends?tz=Europe/Berlin&from=2026-09-01&to=2026-09-30&include-main=false'
  const { http, asked } = answering({
    [`${base}&model-version=v3`]: { json: { days: [] } },
    [`${base}&include-all-sessions=true&model-version=v2`]: { json: { days: [] } },
  })
  const days = { start: '2026-09-01', end: '2026-09-30' }
  const context = {
    http,
    wanted: { days },
    providerUserId: 'me-1',
    timeZone: 'Europe/Berlin',
    grantedScopes: null,
    now: 0,
  }
  const kinds: string[] = []
  for await (const each of fetchTrends(context)) kinds.push('kind' in each ? each.request.form! : Object.keys(each)[0]!)
  assert.deepEqual(kinds, ['scores', 'sessions', 'listed', 'listed', 'listed'])
  assert.equal(asked.length, 2)
})

test('a night that is computed anew is not gone, though its day be settled', async () => {
  const session = { id: '1', ts: '2026-09-14T21:02:00.000Z', processing: true }
  const day = { day: '2026-09-15', processing: false, incomplete: false, mainSessionId: '1', sessions: [session] }
  const base = 'client/v1/users/me-1/trends?tz=Europe/Berlin&from=2026-09-15&to=2026-09-15&include-main=false'
  const { http } = answering({
    [`${base}&model-version=v3`]: { json: { days: [] } },
    [`${base}&include-all-sessions=true&model-version=v2`]: { json: { days: [day] } },
  })
  const wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
  const context = { http, wanted, providerUserId: 'me-1', timeZone: 'Europe/Berlin', grantedScopes: null, now: 0 }
  const fetched = await Array.fromAsync(fetchTrends(context))
  assert.ok(fetched.every((each) => 'kind' in each))
})
