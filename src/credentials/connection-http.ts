// HTTP for one connection: authorized, paced, with the provider's refusals turned into what should happen next.
import type { AuthorizedRequest, CallAccess, ConnectionHttp } from '../connectors/connector.ts'
import { LONGEST_WAIT_SECONDS, ProviderError } from '../platform/errors.ts'
import { HttpFailure, type HttpRequest, type HttpResponse, retryAfterSeconds } from '../platform/http.ts'
import { endDegraded } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { traced } from '../store/traced.ts'
import type { Application } from './client.ts'
import type { Lane } from './budgets.ts'
import { pace, type Paced, type Prepaid, refused } from './pace.ts'
import { freshAccessToken, refresh } from './tokens.ts'

const DEFAULT_RATE_LIMIT_WAIT_SECONDS = 60

export function connectionHttp(
  ctx: Context,
  application: Application,
  userId: string,
  lane: Lane = 'live',
  prepaid?: Prepaid,
): ConnectionHttp {
  const { connector } = application
  async function ask(url: string, request: Asked): Promise<HttpResponse> {
    let access = await freshAccessToken(ctx, connector, userId)
    let response = await call(ctx, application, { ...access, userId, lane, prepaid }, url, request)
    if (response.status === 401 && request.expect?.includes(401) !== true) {
      access = await refresh(ctx, connector, userId, access.version)
      response = await call(ctx, application, { ...access, userId, lane, prepaid }, url, request)
    }
    const judged = await judge(ctx, application, { userId, lane, ...budgetOf(request) }, response, request.expect)
    // The token is good again: only an answered call says so, not a job that asked nothing.
    if (access.degraded && judged.status < 300) await endDegraded(ctx.db, userId)
    return judged
  }
  return {
    send: (at, request = {}) => ask(application.callUrl(at), request),
    async follow(url, { authorized = true, host, ...request } = {}) {
      checkOrigin(application, url, host)
      if (authorized) return ask(url, request)
      const response = await call(
        ctx,
        application,
        { token: null, userId, lane, providerUserId: null, prepaid },
        url,
        request,
      )
      return judge(ctx, application, { userId, lane, ...budgetOf(request) }, response, request.expect)
    },
  }
}

/**
 * With tokens in hand and no connection stored: before it is, with what the callback just brought, and after its end.
 */
export function firstHttp(
  ctx: Context,
  application: Application,
  accessToken: string,
  providerUserId: string | null = null,
): ConnectionHttp {
  const access = { token: accessToken, userId: null, lane: 'live' as const, providerUserId }
  async function ask(url: string, request: Asked): Promise<HttpResponse> {
    const response = await call(ctx, application, access, url, request)
    return judge(ctx, application, { userId: null, lane: 'live', ...budgetOf(request) }, response, request.expect)
  }
  return {
    send: (at, request = {}) => ask(application.callUrl(at), request),
    async follow(url, { host, headers, expect, maxResponseBytes } = {}) {
      checkOrigin(application, url, host)
      return ask(url, { headers, expect, maxResponseBytes })
    },
  }
}

type Asked = Omit<HttpRequest, 'url'> & { expect?: number[]; budget?: string; cost?: number }

function budgetOf({ budget, cost }: Asked): { budget: string | undefined; cost: number | undefined } {
  return { budget, cost }
}

/** A URL in a notification may be anybody's: our token goes to the provider alone. */
function checkOrigin(application: Application, url: string, host?: string): void {
  const { sandboxed, origins, callUrl } = application
  const own = host === undefined || sandboxed ? origins : [new URL(callUrl({ host, path: '/' })).origin]
  if (URL.canParse(url) && own.includes(new URL(url).origin)) return
  throw new ProviderError(`${application.connector.name} named a URL that is not its own`, { next: 'give_up' })
}

async function call(
  ctx: Context,
  application: Application,
  access: Paced & { token: string | null; providerUserId: string | null },
  url: string,
  request: Asked,
): Promise<HttpResponse> {
  const { connector, client } = application
  const provider = connector.id
  await pace(ctx, application, { ...access, ...budgetOf(request) })
  const { expect: _expect, budget: _budget, cost: _cost, ...plain } = request
  const open = { ...plain, headers: { accept: 'application/json', ...plain.headers } }
  const authorized =
    access.token === null
      ? open
      : (connector.authorizeCall ?? withBearer)(open, {
          token: access.token,
          client,
          providerUserId: access.providerUserId,
          redirectUri: application.redirectUri,
        })
  const tookSeconds = ctx.metrics.providerCallSeconds.startTimer({ provider })
  try {
    const method = request.method ?? 'GET'
    const about = { 'http.request.method': method, 'server.address': new URL(url).host, 'loam.provider': provider }
    const response = await traced(
      ctx,
      `${method} ${provider}`,
      { kind: 'client', attributes: about },
      async (_, span) => {
        const answer = await ctx.http.send({ ...authorized, url })
        const status = connector.statusOf?.(answer) ?? answer.status
        span?.set({ 'http.response.status_code': status })
        return { ...answer, status }
      },
    )
    ctx.metrics.providerCalls.inc({ provider, status: String(response.status) })
    return response
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    ctx.metrics.providerCalls.inc({ provider, status: '0' })
    throw new ProviderError(`${application.connector.name} did not answer (${error.reason})`, {
      next: 'retry',
      afterSeconds: 30,
      cause: error,
    })
  } finally {
    tookSeconds()
  }
}

function withBearer(request: AuthorizedRequest, { token }: CallAccess): AuthorizedRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}

async function judge(
  ctx: Context,
  application: Application,
  paced: Paced,
  response: HttpResponse,
  expect: readonly number[] = [],
): Promise<HttpResponse> {
  const { connector } = application
  const { status } = response
  const said = `${connector.name} answered ${status}`
  if ((status >= 200 && status < 300) || expect.includes(status))
    return { ...response, json: () => jsonOf(response, said) }
  if (status === 401) throw new ProviderError(`${said}: the token is not accepted`, { next: 'reauthorize', status })
  if (status === 403) throw new ProviderError(`${said}: not allowed`, { next: 'skip', status })
  if (status === 429) {
    const now = ctx.clock.now()
    const said429 = connector.limits.waitSeconds?.(response, now) ?? retryAfterSeconds(response.headers, now)
    const wait = Math.min(said429 ?? DEFAULT_RATE_LIMIT_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
    await refused(ctx, application, paced, now + wait * 1000)
    throw new ProviderError(`${said}: too many requests`, {
      next: 'retry',
      afterSeconds: wait,
      status,
      rateLimited: true,
    })
  }
  // Nothing answers data by a redirect: it leads to a page for people, of a sign-in or of maintenance.
  if (status < 400 || status === 408 || status >= 500) {
    const wait = retryAfterSeconds(response.headers, ctx.clock.now())
    throw new ProviderError(said, { next: 'retry', afterSeconds: wait ?? 30, status })
  }
  throw new ProviderError(said, { next: 'give_up', status })
}

/** A proxy's page, half a text: the provider's failure and not ours. */
function jsonOf(response: HttpResponse, said: string): unknown {
  try {
    return response.json()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const instead = response.truncated ? 'more than can be read' : 'something that is no JSON'
    throw new ProviderError(`${said} with ${instead}`, { next: 'retry', status: response.status, cause: error })
  }
}
