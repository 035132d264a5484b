// A connector against the sandbox's cloud, over HTTP: what is asked, understood there, answered and mapped. The
// simulators share no code with the connectors, so the two disagree wherever one of them is wrong.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type {
  Address,
  Connector,
  ConnectionHttp,
  Fetched,
  Identity,
  Mapped,
  NotificationRequest,
  NotificationSecrets,
  Page,
  Tokens,
  Wanted,
} from '../../src/connectors/connector.ts'
import { mapPage } from '../../src/connectors/map-pages.ts'
import { readStandardTokens } from '../../src/connectors/token-answers.ts'
import { wholeRecords, type WholeRecord } from '../../src/normalize/whole-records.ts'
import { type ManualClock, manualClock } from '../../src/platform/clock.ts'
import { ProviderError } from '../../src/platform/errors.ts'
import { createHttp } from '../../src/platform/http-client.ts'
import type { HttpRequest, HttpResponse } from '../../src/platform/http.ts'
import { clientSecretOf, createSimulators } from '../../src/simulator/index.ts'
import { memoryState } from '../../src/simulator/memory-state.ts'

export interface Cloud {
  clock: ManualClock
  secrets: NotificationSecrets
  /** Where the gateway listens. */
  callbackUrl: string
  /** What arrived there and was no handshake. */
  notified: NotificationRequest[]
  signIn(person: string, grant?: string): Promise<{ tokens: Tokens; http: ConnectionHttp; identity: Identity }>
  /** Not authorized. */
  send(at: Address, request?: Omit<HttpRequest, 'url'>): Promise<HttpResponse>
  fetch(
    http: ConnectionHttp,
    kind: string,
    wanted: Wanted,
    more?: { timeZone?: string | null; providerUserId?: string },
  ): Promise<Fetched[]>
  map(pages: readonly Fetched[], timeZone?: string | null): Mapped[]
  records(pages: readonly Fetched[], timeZone?: string | null): WholeRecord[]
  control(lever: string, query?: Record<string, string>): Promise<Record<string, unknown>>
  close(): Promise<void>
}

export const BERLIN = 'Europe/Berlin'
const REDIRECT = 'http://127.0.0.1:1/callback'
const VERIFIER = 'a-verifier-of-forty-three-characters-or-more-'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

/** `cloudName`: below `/sandbox/`; for a variant its source's name and its own. */
export async function openCloud(
  connector: Connector,
  now = '2026-11-20T12:00:00Z',
  cloudName = connector.id.toLowerCase(),
): Promise<Cloud> {
  const clock = manualClock(Date.parse(now))
  const http = createHttp({ allowPrivate: true, userAgent: 'test' })
  const slug = cloudName
  const notified: NotificationRequest[] = []
  const accounts = new WeakMap<ConnectionHttp, string>()
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error('not yet'))
  const server = createServer(getRequestListener((request) => handle(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const simulators = createSimulators({
    clock,
    state: memoryState(clock),
    http,
    publicUrl: origin,
    callbackSecretOf: async () => 'known-to-both',
  })
  const extra = Object.fromEntries((connector.credentialFields ?? []).map(({ name }) => [name, `sandbox-${name}`]))
  const client = { id: 'golden', secret: clientSecretOf('golden'), extra }
  const secrets: NotificationSecrets = {
    client,
    verificationToken: 'known-to-both',
    get now() {
      return clock.now()
    },
    send: (at) => http.send({ url: urlOf(at) }),
  }
  const key = connector.notifications?.unsigned === true ? `?key=${secrets.verificationToken}` : ''

  async function hook(request: Request, url: URL): Promise<Response> {
    const incoming: NotificationRequest = {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      query: Object.fromEntries(url.searchParams),
      body: Buffer.from(await request.arrayBuffer()),
    }
    const answer = connector.notifications!.handshake?.(incoming, secrets) ?? null
    if (answer !== null) return new Response(answer.body, { status: answer.status })
    notified.push(incoming)
    const good = await connector.notifications!.verify(incoming, secrets)
    return new Response(good ? 'ok' : 'refused', { status: good ? 200 : 401 })
  }

  handle = async (request) => {
    const url = new URL(request.url)
    if (url.pathname === '/hook') return hook(request, url)
    url.pathname = url.pathname.replace(`/sandbox/${slug}`, '')
    return simulators.get(slug)!.handle(new Request(url, request))
  }

  const urlOf = (at: Address): string => `${origin}/sandbox/${slug}${at.path}`

  const send: Cloud['send'] = (to, request = {}) => http.send({ ...request, url: urlOf(to) })

  function authorized(access: Tokens, providerUserId: string | null): ConnectionHttp {
    const ask = async (url: string, request: Omit<HttpRequest, 'url'> & { expect?: number[] }) => {
      const { expect = [], ...plain } = request
      const call = { ...plain, headers: { accept: 'application/json', ...plain.headers } }
      const sent = connector.authorizeCall?.(call, {
        token: access.accessToken,
        client,
        providerUserId,
        redirectUri: REDIRECT,
      }) ?? {
        ...call,
        headers: { ...call.headers, authorization: `Bearer ${access.accessToken}` },
      }
      const response = await http.send({ ...sent, url })
      const status = connector.statusOf?.(response) ?? response.status
      if ((status >= 200 && status < 300) || expect.includes(status)) return { ...response, status }
      const next = status === 403 ? 'skip' : status === 401 ? 'reauthorize' : status === 429 ? 'retry' : 'give_up'
      throw new ProviderError(`${connector.name} answered ${status}`, { next, status })
    }
    return {
      send: (at, request = {}) => ask(urlOf(at), request),
      follow: (url, request = {}) => {
        assert.equal(new URL(url).origin, origin, "a URL that is not the provider's")
        return ask(url, request)
      },
    }
  }

  async function signIn(person: string, grant?: string) {
    const { auth } = connector
    if (auth.kind === 'password') {
      const answers = { email: `${person}@example.com`, password: 'sandbox' }
      return begun(await auth.signIn({ client, send, answers }), person)
    }
    const redirect = REDIRECT
    const { scopeParameter = 'scope' } = auth
    const asked = await http.send({
      url: urlOf(auth.authorize),
      query: {
        client_id: client.id,
        redirect_uri: redirect,
        response_type: 'code',
        state: 'state-of-this-test',
        ...(auth.pkce ? { code_challenge: CHALLENGE, code_challenge_method: 'S256' } : {}),
        ...(scopeParameter === null ? {} : { [scopeParameter]: auth.scopes.join(auth.scopeSeparator) }),
        ...auth.authorizeParameters,
        auto: 'approve',
        person,
        grant,
      },
    })
    const back = new URL(asked.headers.location!).searchParams
    const form = {
      grant_type: 'authorization_code',
      code: back.get('code')!,
      redirect_uri: redirect,
      ...(auth.pkce ? { code_verifier: VERIFIER } : {}),
      ...(auth.clientAuthentication === 'basic' ? {} : { client_id: client.id, client_secret: client.secret }),
    }
    const about = { grant: 'code', client, previous: null, scopes: auth.scopes, redirectUri: redirect } as const
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
    const sent = auth.tokenForm?.(form, about) ?? form
    const byQuery = auth.tokenRequest === 'query'
    const answer = await http.send({
      method: byQuery ? 'GET' : 'POST',
      url: urlOf(auth.token),
      headers: {
        accept: 'application/json',
        ...(auth.clientAuthentication === 'basic' ? { authorization: basic } : {}),
      },
      ...(byQuery ? { query: sent } : { form: sent }),
    })
    const tokens = auth.readTokens?.(answer, about) ?? readStandardTokens(answer, auth.scopeSeparator)
    return begun(tokens, person)
  }

  async function begun(tokens: Tokens, person: string) {
    const first = authorized(tokens, null)
    const identity = await connector.identify({ http: first, tokens, client, userId: `user-of-${person}` })
    const connection = authorized(tokens, identity.providerUserId)
    accounts.set(connection, identity.providerUserId)
    return { tokens, http: connection, identity }
  }

  function mapped(page: Page, timeZone: string | null): Mapped[] {
    const result = mapPage(connector, page.kind, page.payload, {
      timeZone,
      receivedAt: clock.now(),
      request: page.request,
    })
    assert.deepEqual(result.unknown, [], `${page.kind} has codes that no table knows`)
    assert.deepEqual(result.unreadable, [], `${page.kind} has documents that cannot be read`)
    return result.mapped
  }

  return {
    clock,
    secrets,
    callbackUrl: `${origin}/hook${key}`,
    notified,
    signIn,
    send,
    async fetch(
      connection,
      kind,
      wanted,
      { timeZone = BERLIN, providerUserId = accounts.get(connection) ?? 'x' } = {},
    ) {
      const all: Fetched[] = []
      const context = {
        http: connection,
        wanted,
        providerUserId,
        timeZone,
        grantedScopes: null,
        now: clock.now(),
      }
      for await (const each of connector.reads[kind]!.fetch!(context)) all.push(each)
      return all
    },
    map: (pages, timeZone = BERLIN) => pagesOf(pages).flatMap((page) => mapped(page, timeZone)),
    records(pages, timeZone = BERLIN) {
      const all = pagesOf(pages).map((page) => ({ kind: page.kind, mapped: mapped(page, timeZone) }))
      return wholeRecords(all, { userId: 'u', provider: connector.id, timeZone }).records
    },
    async control(lever, query = {}) {
      const url = `${origin}/sandbox/${slug}/_control/${lever}`
      return (await http.send({ method: 'POST', url, query })).json() as Record<string, unknown>
    },
    async close() {
      await http.close()
      server.close()
    },
  }
}

export function pagesOf(fetched: readonly Fetched[]): Page[] {
  return fetched.filter((each): each is Page => 'payload' in each)
}

/** `at(record, 'metadata.start_time')`. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value)
}
