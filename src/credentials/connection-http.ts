// HTTP for one connection: authorized, paced, with the provider's refusals turned into what should happen next.
import type { Address, Connector, ConnectionHttp } from '../connectors/connector.ts'
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
  return {
    async send(at, request = {}) {
      let access = await freshAccessToken(ctx, connector, userId)
      let response = await call(ctx, application, userId, at, request, access.token)
      if (response.status === 401 && request.expect?.includes(401) !== true) {
        access = await refresh(ctx, connector, userId, access.version)
        response = await call(ctx, application, userId, at, request, access.token)
      }
      const judged = judge(ctx, connector, response, request.expect)
      // The token is good again: only an answered call says so, not a job that asked nothing.
      if (access.degraded && judged.status < 300) await endDegraded(ctx.db, userId)
      return judged
    },
  }
}

/** Before the connection is stored: with the tokens that the callback just brought. */
export function firstHttp(ctx: Context, application: Application, accessToken: string): ConnectionHttp {
  return {
    async send(at, request = {}) {
      const response = await call(ctx, application, null, at, request, accessToken)
      return judge(ctx, application.connector, response, request.expect)
    },
  }
}

async function call(
  ctx: Context,
  application: Application,
  userId: string | null,
  at: Address,
  request: Omit<HttpRequest, 'url'>,
  token: string,
): Promise<HttpResponse> {
  const provider = application.connector.id
  await pace(ctx.clock, application, userId)
  try {
    const response = await ctx.http.send({
      ...request,
      url: application.callUrl(at),
      headers: { accept: 'application/json', ...request.headers, authorization: `Bearer ${token}` },
    })
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

function judge(
  ctx: Context,
  connector: Connector,
  response: HttpResponse,
  expect: readonly number[] = [],
): HttpResponse {
  const special = connector.readError?.(response) ?? null
  if (special !== null) throw special
  const { status } = response
  if ((status >= 200 && status < 300) || expect.includes(status)) return response
  const said = `${connector.name} answered ${status}`
  if (status === 401) throw new ProviderError(`${said}: the token is not accepted`, { next: 'reauthorize', status })
  if (status === 403) throw new ProviderError(`${said}: not allowed`, { next: 'skip', status })
  if (status === 429) {
    const wait = retryAfterSeconds(response.headers, ctx.clock.now()) ?? DEFAULT_RATE_LIMIT_WAIT_SECONDS
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
