// For tests of the kit: a cloud made of it, and what its clients, its people and its levers do.
import assert from 'node:assert/strict'
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
export const REDIRECT = 'http://localhost/callback'
export const client = { client_id: 'tester', client_secret: clientSecretOf('tester') }

export const authorize = {
  client_id: client.client_id,
  redirect_uri: REDIRECT,
  response_type: 'code',
  scope: 'letters numbers',
  state: 'xyz',
}

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
export function openAcme(
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
