import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { type ManualClock, manualClock } from '../../platform/clock.ts'
import type { HttpRequest } from '../../platform/http.ts'
import { clientSecretOf } from '../clients.ts'
import { memoryState } from '../memory-state.ts'
import type { Simulator } from '../simulator.ts'
import { openKit } from './kit.ts'
import { mountAuthorize, mountToken } from './oauth.ts'
import type { Problem, Rules, TokenRules } from './rules.ts'
import { serve } from './serve.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const REDIRECT = 'http://localhost/callback'
const client = { client_id: 'tester', client_secret: clientSecretOf('tester') }

interface World {
  simulator: Simulator
  clock: ManualClock
  sent: HttpRequest[]
  /** What callbacks answer. */
  answerWith: (status: number) => void
  call(path: string, init?: RequestInit): Promise<Response>
  lever(path: string): Promise<Record<string, unknown>>
  signIn(person: string, extra?: Record<string, string>): Promise<Tokens>
  token(form: Record<string, string>): Promise<{ status: number; body: Tokens }>
  refresh(token: string): Promise<{ status: number; body: Tokens }>
  status(accessToken: string, path?: string): Promise<number>
}

type Tokens = Record<string, string>

/** A provider that keeps letters: as little as a simulator can be. */
function open(
  change: Omit<Partial<Rules>, 'tokens' | 'oauth'> & { tokens?: Partial<TokenRules>; oauth?: object } = {},
): World {
  const clock = manualClock(NOW)
  const sent: HttpRequest[] = []
  let callbackStatus = 200
  let told = 0
  const http = {
    async send(request: HttpRequest) {
      sent.push(request)
      return {
        status: callbackStatus,
        headers: {},
        body: Buffer.alloc(0),
        truncated: false,
        text: () => '',
        json: () => null,
      }
    },
  }
  const kit = openKit(
    { clock, state: memoryState(clock), http, baseUrl: 'http://localhost/sandbox/acme' },
    {
      id: 'ACME',
      name: 'Acme',
      refuse: ({ status, detail, what }: Problem) => Response.json({ what, detail }, { status }),
      ...change,
      oauth: {
        authorizePath: '/authorize',
        tokenPath: '/token',
        scopeSeparator: ' ',
        pkce: 'optional',
        clientAuthentication: 'either',
        scopeInRedirect: true,
        ...change.oauth,
      },
      tokens: { accessSeconds: 3600, refresh: 'rotating', ...change.tokens },
    },
  )
  const cloud = new Hono()
  mountAuthorize(cloud, kit)
  mountToken(cloud, kit)
  cloud.get('/letters', async (c) => {
    const { from, to } = c.req.query()
    const grant = await kit.admit(c.req.raw, { kind: 'letters', scope: 'letters', from, to })
    return grant instanceof Response ? grant : c.json({ letters: 'abcdefghij', of: grant.personId })
  })
  const simulator = serve(kit, cloud, {
    items: async () => [{ kind: 'letters', id: 'a', day: '2026-11-20' }],
    async notify({ grant, id, forged }) {
      const body = `${grant.personId} ${id} ${told++}`
      const request = () => ({ url: 'http://localhost/hook', body: forged ? `${body} forged` : body })
      return [await kit.notifier.send({ personId: grant.personId, request })]
    },
    tick: async () => 0,
  })
  const call = (path: string, init?: RequestInit) => simulator.handle(new Request(`http://localhost${path}`, init))
  const token: World['token'] = async (form) => {
    const body = new URLSearchParams({ ...client, redirect_uri: REDIRECT, ...form })
    const response = await call('/token', { method: 'POST', body })
    return { status: response.status, body: (await response.json()) as Tokens }
  }
  return {
    simulator,
    clock,
    sent,
    answerWith: (status) => void (callbackStatus = status),
    call,
    token,
    async lever(path) {
      return (await (await call(`/_control/${path}`, { method: 'POST' })).json()) as Record<string, unknown>
    },
    async signIn(person, extra = {}) {
      const query = new URLSearchParams({ ...authorize, person, auto: 'approve', ...extra })
      const location = new URL((await call(`/authorize?${query}`)).headers.get('location')!)
      const { status, body } = await token({
        grant_type: 'authorization_code',
        code: location.searchParams.get('code')!,
      })
      assert.equal(status, 200)
      return body
    },
    refresh: (refreshToken) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    async status(accessToken, path = '/letters') {
      return (await call(path, { headers: { authorization: `Bearer ${accessToken}` } })).status
    },
  }
}

const authorize = {
  client_id: client.client_id,
  redirect_uri: REDIRECT,
  response_type: 'code',
  scope: 'letters numbers',
  state: 'xyz',
}

describe('signing in', () => {
  test('the page names everyone, what is asked, and keeps what was unticked', async () => {
    const world = open()
    const response = await world.call(`/authorize?${new URLSearchParams(authorize)}`)
    const text = await response.text()
    assert.equal(response.status, 200)
    for (const word of ['Acme', 'Ada', 'Sam', 'Noor', 'letters', 'numbers', 'Deny'])
      assert.ok(text.includes(word), word)
    const links = [...text.matchAll(/href="([^"]+)"/g)].map((match) => new URL(match[1]!.replaceAll('&amp;', '&')))
    const without = links.find((url) => url.searchParams.get('grant') === 'numbers' && !url.searchParams.has('auto'))!
    const again = await (await world.call(`/authorize${without.search}`)).text()
    assert.ok(again.includes('\u2717 letters') && again.includes('\u2713 numbers'))
    const ada = /href="([^"]*person=ada[^"]*)"/.exec(again)![1]!.replaceAll('&amp;', '&')
    const back = await world.call(`/authorize${new URL(ada).search}`)
    assert.equal(new URL(back.headers.get('location')!).searchParams.get('scope'), 'numbers')
    const denied = await world.call(`/authorize?${new URLSearchParams({ ...authorize, auto: 'deny' })}`)
    assert.equal(denied.headers.get('location'), `${REDIRECT}?error=access_denied&state=xyz`)
  })

  test('PKCE: the verifier must belong to the challenge, and there must be one where it is required', async () => {
    const world = open({ oauth: { pkce: 'required' } })
    const bare = await world.call(`/authorize?${new URLSearchParams({ ...authorize, auto: 'approve' })}`)
    assert.equal(new URL(bare.headers.get('location')!).searchParams.get('error'), 'invalid_request')
    const challenge = createHash('sha256').update('verifier').digest('base64url')
    const query = {
      ...authorize,
      auto: 'approve',
      person: 'ada',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    for (const [verifier, status] of [
      ['wrong', 400],
      [undefined, 400],
      ['verifier', 200],
    ] as const) {
      const asked = await world.call(`/authorize?${new URLSearchParams(query)}`)
      const code = new URL(asked.headers.get('location')!).searchParams.get('code')!
      const form = {
        grant_type: 'authorization_code',
        code,
        ...(verifier === undefined ? {} : { code_verifier: verifier }),
      }
      assert.equal((await world.token(form)).status, status, verifier)
    }
  })

  test('a code lives as long as the provider says; one that comes twice may end what it gave', async () => {
    const world = open({ tokens: { codeSeconds: 30, codeReuseRevokes: true } })
    const code = async () => {
      const asked = await world.call(
        `/authorize?${new URLSearchParams({ ...authorize, auto: 'approve', person: 'ada' })}`,
      )
      return new URL(asked.headers.get('location')!).searchParams.get('code')!
    }
    const late = await code()
    world.clock.advance(30_000)
    assert.equal((await world.token({ grant_type: 'authorization_code', code: late })).status, 400)
    const form = { grant_type: 'authorization_code', code: await code() }
    const { body } = await world.token(form)
    assert.equal(await world.status(body.access_token!), 200)
    assert.equal((await world.token(form)).status, 400)
    assert.equal(await world.status(body.access_token!), 401)
  })
})

describe('refreshing', () => {
  test('without grace the old token is void at once', async () => {
    const world = open()
    const first = await world.signIn('ada')
    const { body: second } = await world.refresh(first.refresh_token!)
    assert.equal((await world.refresh(first.refresh_token!)).status, 400)
    assert.equal(await world.status(first.access_token!), 200)
    assert.equal((await world.refresh(second.refresh_token!)).status, 200)
  })

  test('with grace eight who come at once get the same pair, later ones nothing', async () => {
    const world = open({ tokens: { grace: { seconds: 120, answers: 'same pair' } } })
    const first = await world.signIn('ada')
    const all = await Promise.all(Array.from({ length: 8 }, () => world.refresh(first.refresh_token!)))
    assert.equal(new Set(all.map(({ body }) => `${body.access_token} ${body.refresh_token}`)).size, 1)
    world.clock.advance(120_000)
    assert.equal((await world.refresh(first.refresh_token!)).status, 400)
  })

  test('grace may end with the first use of the new token, and a refresh may end the old one', async () => {
    const grace = { seconds: 8 * 3600, answers: 'new pair', endsWithUse: true } as const
    const world = open({ tokens: { grace, oneAccessToken: true } })
    const first = await world.signIn('ada')
    assert.equal((await world.refresh(first.refresh_token!)).status, 200)
    assert.equal(await world.status(first.access_token!), 401)
    const { status, body } = await world.refresh(first.refresh_token!)
    assert.equal(status, 200)
    assert.equal(await world.status(body.access_token!), 200)
    assert.equal((await world.refresh(first.refresh_token!)).status, 400)
  })

  test('a lasting token is never answered again; a fresh access token may be kept; some have none at all', async () => {
    const lasting = open({ tokens: { refresh: 'lasting' } })
    const { refresh_token: token } = await lasting.signIn('ada')
    for (let i = 0; i < 3; i++) assert.equal((await lasting.refresh(token!)).body.refresh_token, undefined)
    const kept = open({ tokens: { keepAccessAboveSeconds: 1800 } })
    const first = await kept.signIn('ada')
    const { body: same } = await kept.refresh(first.refresh_token!)
    assert.deepEqual([same.access_token, same.refresh_token], [first.access_token, first.refresh_token])
    kept.clock.advance(2000_000)
    assert.notEqual((await kept.refresh(first.refresh_token!)).body.access_token, first.access_token)
    assert.equal((await open({ tokens: { refresh: 'none' } }).signIn('ada')).refresh_token, undefined)
  })

  test('who allows it again after having ended it does not bring old tokens back', async () => {
    const world = open()
    const old = await world.signIn('ada')
    assert.deepEqual(await world.lever('revoke?person=ada'), { ended: 1 })
    const again = await world.signIn('ada')
    assert.equal(await world.status(old.access_token!), 401)
    assert.equal((await world.refresh(old.refresh_token!)).status, 400)
    assert.equal(await world.status(again.access_token!), 200)
  })
})

describe('levers', () => {
  test('fail: by status and path, a number of times; sign-in only when it is named', async () => {
    const world = open()
    const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
    await world.lever('fail?status=503&times=2')
    assert.equal((await world.refresh(refresh!)).status, 200)
    assert.deepEqual(
      [await world.status(token!), await world.status(token!), await world.status(token!)],
      [503, 503, 200],
    )
    await world.lever('fail?status=500&path=/token')
    assert.equal(await world.status(token!), 200)
    assert.equal((await world.refresh('any')).status, 500)
    await world.lever('fail?status=429&times=100')
    await world.lever('heal')
    assert.equal(await world.status(token!), 200)
    const { error } = await world.lever('fail?half=some')
    assert.equal(error, 'half must be text, connection or answer')
  })

  test('fail: late, half of the text, a connection that ends, an answer that is lost', async () => {
    const world = open()
    const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
    const server = await listening(world.simulator)
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/letters`
    const ask = () => fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const whole = await (await ask()).text()
    await world.lever('fail?half=text')
    assert.equal(await (await ask()).text(), whole.slice(0, Math.floor(whole.length / 2)))
    await world.lever('fail?half=connection')
    await assert.rejects(async () => (await ask()).text())
    await world.lever('fail?delay=80')
    const at = performance.now()
    assert.equal(await (await ask()).text(), whole)
    assert.ok(performance.now() - at >= 79)
    await world.lever('fail?half=answer&path=/token')
    const form = new URLSearchParams({ ...client, grant_type: 'refresh_token', refresh_token: refresh! })
    await assert.rejects(async () =>
      (await fetch(url.replace('letters', 'token'), { method: 'POST', body: form })).text(),
    )
    assert.equal((await world.refresh(refresh!)).status, 400, 'rotated, and nobody heard of it')
    server.close()
    server.closeAllConnections()
  })

  test('expire, token-lifetime, scopes', async () => {
    const world = open()
    const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
    await world.lever('scopes?person=ada&grant=numbers')
    assert.equal(await world.status(token!), 403)
    await world.lever('scopes?person=ada&grant=letters')
    await world.lever('expire?person=ada')
    assert.equal(await world.status(token!), 401)
    await world.lever('token-lifetime?seconds=5')
    const { body } = await world.refresh(refresh!)
    assert.equal(body.expires_in, 5)
    world.clock.advance(5000)
    assert.equal(await world.status(body.access_token!), 401)
  })

  test('limits: the tightest window refuses, by token or by application; a lever narrows them', async () => {
    const world = open({
      limits: [
        { requests: 3, seconds: 60, per: 'token' },
        { requests: 4, seconds: 3600, per: 'application' },
      ],
    })
    const [ada, sam] = [await world.signIn('ada'), await world.signIn('sam')]
    const statuses = []
    for (const { access_token: token } of [ada, ada, ada, ada, sam]) statuses.push(await world.status(token!))
    assert.deepEqual(statuses, [200, 200, 200, 429, 429])
    world.clock.advance(3600_000 - 60_000)
    await world.lever('rate-limit?requests=1&seconds=10')
    const { access_token: token } = await world.signIn('noor')
    assert.deepEqual([await world.status(token!), await world.status(token!)], [200, 429])
    world.clock.advance(10_000)
    assert.equal(await world.status(token!), 200)
  })

  test('clock: ahead, and faster', async () => {
    const world = open()
    const { access_token: token } = await world.signIn('ada')
    await world.lever('clock?advance=3600')
    assert.equal(await world.status(token!), 401)
    await world.lever('clock?rate=60')
    world.clock.advance(60_000)
    assert.deepEqual(await world.lever('clock'), { now: '2026-11-20T14:00:00.000Z' })
  })

  test('notify: a storm; what is not taken is tried again after pauses, and not for ever', async () => {
    const world = open({ notifications: { retryAfterSeconds: [10, 60] } })
    await world.signIn('ada')
    assert.deepEqual(await world.lever('notify?person=ada&times=500&concurrency=50'), { accepted: 500 })
    assert.equal(world.sent.length, 500)
    assert.equal(new Set(world.sent.map(({ body }) => String(body))).size, 1)
    assert.deepEqual(await world.lever('forge?person=ada'), { statuses: { 200: 1 } })
    world.sent.length = 0
    world.answerWith(500)
    assert.deepEqual(await world.lever('notify?person=ada'), { accepted: 0 })
    const tries = []
    for (const seconds of [9, 1, 59, 1, 3600]) {
      world.clock.advance(seconds * 1000)
      await world.simulator.tick()
      tries.push(world.sent.length)
    }
    assert.deepEqual(tries, [1, 2, 2, 3, 3])
  })

  test('rewrite and delete take the newest item when none is named, and count versions', async () => {
    const world = open()
    await world.signIn('ada')
    const item = { kind: 'letters', id: 'a' }
    assert.deepEqual(await world.lever('rewrite?person=ada'), {
      ...item,
      what: 'rewritten',
      day: '2026-11-20',
      times: 1,
    })
    assert.equal((await world.lever('rewrite?person=ada&kind=letters&id=a')).times, 2)
    assert.equal((await world.lever('delete?person=ada')).what, 'gone')
  })

  test('stats: what was asked, of whom, how far, and how tokens were used', async () => {
    const world = open()
    const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
    await world.status(token!, '/letters?from=2026-01-01&to=2026-01-30')
    await world.status(token!, '/letters?from=2025-12-31&to=2025-12-31')
    await world.refresh(refresh!)
    await world.refresh(refresh!)
    const stats = await world.lever('stats?person=ada')
    assert.deepEqual(stats.kinds, {
      letters: { requests: 2, longestDays: 30, firstDay: '2025-12-31', lastDay: '2026-01-30' },
    })
    assert.deepEqual([stats.codes, stats.refreshes], [1, 1])
    const all = await world.lever('stats?reset=1')
    assert.equal(all.refusedGrants, 1)
    assert.equal((await world.lever('stats')).requests, 0)
  })
})

async function listening(simulator: Simulator): Promise<Server> {
  const server = createServer(getRequestListener((request) => simulator.handle(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
