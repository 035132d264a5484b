// Who calls: an environment by its dev-id and key, or the operator by the admin token or a dashboard session.
import { ApiError } from '../../platform/errors.ts'
import type { Actor } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { Database } from '../../store/database.ts'
import { environmentByDevId, type EnvironmentRow } from '../../store/environments.ts'
import { environmentNamed } from '../admin/environments.ts'
import { checkAdminToken, isSignedIn, SESSION_COOKIE, sessionActor } from '../admin/sessions.ts'
import { type Authenticated, authenticate, wereRight } from '../authenticate.ts'
import { cookiesOf } from './cookies.ts'
import { type LimitHeaders, takeRequest } from './rate-limit.ts'
import type { Operation } from './operation.ts'
import { asStranger } from './strangers.ts'

export interface Caller {
  request: Request
  client: string | null
}

/** `actor` is absent where nobody had to say who they are. */
export interface Identity {
  environment: EnvironmentRow | null
  actor?: Actor
  /** What the caller is told about its limit. */
  limits?: LimitHeaders
}

export async function identify(ctx: Context, operation: Operation, caller: Caller): Promise<Identity> {
  switch (operation.auth) {
    case 'none':
      return { environment: null }
    case 'apiKey': {
      const {
        environment,
        keyId,
        requestsPerMinute: most,
      } = await asStranger(ctx, { client: caller.client, wasRight: wereRight(ctx, ...keyOf(caller.request)) }, () =>
        byApiKey(ctx, operation, caller.request),
      )
      const limits = most === null ? {} : takeRequest(ctx, keyId, most)
      return { environment, limits, actor: { kind: 'api_key', id: keyId, address: caller.client } }
    }
    case 'devId':
      return { environment: await byDevId(ctx, caller) }
    case 'instance':
      return { environment: null, actor: await operator(ctx, caller) }
    case 'admin': {
      const actor = await operator(ctx, caller)
      return { environment: await environmentNamed(ctx, devIdOf(caller.request)), actor }
    }
  }
}

function keyOf({ headers }: Request): [devId: string, apiKey: string] {
  return [headers.get('dev-id') ?? '', headers.get('x-api-key') ?? '']
}

async function byApiKey(ctx: Context, operation: Operation, request: Request): Promise<Authenticated> {
  const [devId, apiKey] = keyOf(request)
  if (devId === '' || apiKey === '') {
    throw new ApiError('credentials_missing', 401, 'dev-id or x-api-key headers are missing')
  }
  const known = await authenticate(ctx, devId, apiKey)
  if (known !== null) return known
  const instead = operation.wrongCredentials
  if (instead?.when === 'wrong') throw new ApiError('credentials_wrong', instead.status, instead.message)
  if (instead?.when === 'unknown dev-id' && (await environmentByDevId(ctx.db, devId)) === null) {
    throw new ApiError('unknown_dev_id', instead.status, instead.message)
  }
  throw new ApiError('credentials_wrong', 401, 'Invalid x-api-key & dev-id combination')
}

/** A dev-id narrows the answer; a key beside it is neither needed nor looked at. */
async function byDevId(ctx: Context, { request, client }: Caller): Promise<EnvironmentRow | null> {
  const devId = request.headers.get('dev-id')
  if (!devId) return null
  const known = knownDevIds(ctx.db)
  return asStranger(ctx, { client, wasRight: known.has(devId) }, async () => {
    const environment = await environmentByDevId(ctx.db, devId)
    if (environment === null) throw new ApiError('unknown_dev_id', 404, 'Invalid dev-id was provided')
    known.add(devId)
    return environment
  })
}

/** Those that were right once: customers' web pages go on asking beside somebody who tries others from the same address. */
const devIds = new WeakMap<Database, Set<string>>()

function knownDevIds(db: Database): Set<string> {
  let known = devIds.get(db)
  if (known === undefined) devIds.set(db, (known = new Set()))
  return known
}

/** Event streams cannot set headers in a browser: there the query names the environment. */
function devIdOf(request: Request): string | null {
  return request.headers.get('dev-id') || new URL(request.url).searchParams.get('dev_id') || null
}

async function operator(ctx: Context, caller: Caller): Promise<Actor> {
  const { request } = caller
  const authorization = request.headers.get('authorization')
  if (authorization !== null) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    if (token === undefined) {
      throw new ApiError('admin_token_missing', 401, 'authorization: must be `Bearer <admin token>`')
    }
    await checkAdminToken(ctx, { token, client: caller.client })
    return { kind: 'admin_token', id: null, address: caller.client }
  }
  const session = cookiesOf(request)[SESSION_COOKIE]
  if (session === undefined || !(await isSignedIn(ctx, session))) {
    throw new ApiError('admin_token_missing', 401, 'send the header `Authorization: Bearer <admin token>`, or sign in')
  }
  if (!['GET', 'HEAD'].includes(request.method) && !isSameSite(ctx, request)) {
    throw new ApiError('cross_site_request', 403, 'changes with the dashboard session must come from the dashboard')
  }
  return sessionActor(session, caller.client)
}

/** A browser says where a request comes from; a page of someone else cannot make it say otherwise. */
export function isSameSite(ctx: Context, request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  return origin !== null && (origin === new URL(ctx.publicUrl).origin || origin === new URL(request.url).origin)
}
