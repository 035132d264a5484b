// HTTP for one connection: authorized, paced, with the provider's refusals turned into what should happen next.
import type { AuthorizedRequest, CallAccess, Connector, ConnectionHttp } from '../connectors/connector.ts'
import { ProviderError } from '../platform/errors.ts'
import { HttpFailure, type HttpRequest, type HttpResponse, retryAfterSeconds } from '../platform/http.ts'
import { endDegraded } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Application } from './client.ts'
import { pace } from './pace.ts'
import { freshAccessToken, refresh } from './tokens.ts'

const DEFAULT_RATE_LIMIT_WAIT_SECONDS = 60

export function connectionHttp(ctx: Context, application: Application, userId: string): ConnectionHttp {
  const { connector } = application
  async function ask(url: string, request: Asked): Promise<HttpResponse> {
    let access = await freshAccessToken(ctx, connector, userId)
    let response = await call(ctx, application, { ...access, userId }, url, request)
    if (response.status === 401 && request.expect?.includes(401) !== true) {
      access = await refresh(ctx, connector, userId, access.version)
      response = await call(ctx, application, { ...access, userId }, url, request)
    }
    const judged = judge(ctx, connector, response, request.expect)
    // The token is good again: only an answered call says so, not a job that asked nothing.
    if (access.degraded && judged.status < 300) await endDegraded(ctx.db, userId)
    return judged
  }
  return {
    send: (at, request = {}) => ask(application.callUrl(at), request),
    async follow(url, { authorized = true, ...request } = {}) {
      checkOrigin(application, url)
      if (authorized) return ask(url, request)
      const response = await call(ctx, application, { token: null, userId, providerUserId: null }, url, request)
      return judge(ctx, connector, response, request.expect)
    },
  }
}

/** Before the connection is stored: with the tokens that the callback just brought. */
export function firstHttp(ctx: Context, application: Application, accessToken: string): ConnectionHttp {
  const access = { token: accessToken, userId: null, providerUserId: null }
  async function ask(url: string, request: Asked): Promise<HttpResponse> {
    const response = await call(ctx, application, access, url, request)
    return judge(ctx, application.connector, response, request.expect)
  }
  return {
    send: (at, request = {}) => ask(application.callUrl(at), request),
    async follow(url, { headers, expect, maxResponseBytes } = {}) {
      checkOrigin(application, url)
      return ask(url, { headers, expect, maxResponseBytes })
    },
  }
}

type Asked = Omit<HttpRequest, 'url'> & { expect?: number[] }

/** A URL in a notification may be anybody's: our token goes to the provider alone. */
function checkOrigin(application: Application, url: string): void {
  if (URL.canParse(url) && application.origins.includes(new URL(url).origin)) return
  throw new ProviderError(`${application.connector.name} named a URL that is not its own`, { next: 'give_up' })
}

async function call(
  ctx: Context,
  application: Application,
  access: { token: string | null; userId: string | null; providerUserId: string | null },
  url: string,
  request: Asked,
): Promise<HttpResponse> {
  const { connector, client } = application
  const provider = connector.id
  await pace(ctx.clock, application, access.userId)
  const { expect: _, ...plain } = request
  const open = { ...plain, headers: { accept: 'application/json', ...plain.headers } }
  const authorized =
    access.token === null
      ? open
      : (connector.authorizeCall ?? withBearer)(open, {
          token: access.token,
          client,
          providerUserId: access.providerUserId,
        })
  try {
    const answer = await ctx.http.send({ ...authorized, url })
    const response = { ...answer, status: connector.statusOf?.(answer) ?? answer.status }
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
  }
}

function withBearer(request: AuthorizedRequest, { token }: CallAccess): AuthorizedRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}

function judge(
  ctx: Context,
  connector: Connector,
  response: HttpResponse,
  expect: readonly number[] = [],
): HttpResponse {
  const { status } = response
  if ((status >= 200 && status < 300) || expect.includes(status)) return response
  const said = `${connector.name} answered ${status}`
  if (status === 401) throw new ProviderError(`${said}: the token is not accepted`, { next: 'reauthorize', status })
  if (status === 403) throw new ProviderError(`${said}: not allowed`, { next: 'skip', status })
  if (status === 429) {
    const now = ctx.clock.now()
    const said429 = connector.limits.waitSeconds?.(response, now) ?? retryAfterSeconds(response.headers, now)
    const wait = said429 ?? DEFAULT_RATE_LIMIT_WAIT_SECONDS
    throw new ProviderError(`${said}: too many requests`, {
      next: 'retry',
      afterSeconds: wait,
      status,
      rateLimited: true,
    })
  }
  if (status === 408 || status >= 500) {
    const wait = retryAfterSeconds(response.headers, ctx.clock.now())
    throw new ProviderError(said, { next: 'retry', afterSeconds: wait ?? 30, status })
  }
  throw new ProviderError(said, { next: 'give_up', status })
}
