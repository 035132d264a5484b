// What every route has: a reference, a parsed call, one error shape, and an answer for paths and methods that are not.
import { randomUUID } from 'node:crypto'
import { type Context as HonoContext, Hono } from 'hono'
import type { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import type { SpanOptions } from '../../platform/trace.ts'
import type { Context } from '../../store/context.ts'
import { traced } from '../../store/traced.ts'
import { readJsonBody } from './body-reader.ts'
import { addressOf } from './client-address.ts'
import { identify } from './credentials.ts'
import { failureResponse } from './failure.ts'
import { type Call, type Operation, Reply } from './operation.ts'
import { readQuery, takesNoOthers } from './parameters.ts'
import type { LimitHeaders } from './rate-limit.ts'
import { RawJson } from './raw-json.ts'
import { parseInput } from './validate.ts'

/** Of those that no key is needed for. */
const TRACED_TAGS = new Set(['Notifications', 'Browser'])

export interface FrameOptions {
  /** Tests look at every answer here. */
  onReply?: (operation: Operation, status: number, body: unknown) => void
}

export interface Frame {
  app: Hono<FrameEnv>
  /** Adds operations below `prefix`. */
  mount(prefix: string, operations: readonly Operation[]): void
}

export interface FrameEnv {
  Bindings: { incoming?: { socket?: { remoteAddress?: string } } }
  Variables: { reference: string; limits?: LimitHeaders }
}

interface Route {
  pattern: RegExp
  methods: readonly string[]
  startsWork: boolean
}

const EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export function createFrame(ctx: Context, options: FrameOptions = {}): Frame {
  const app = new Hono<FrameEnv>({ strict: false })
  const routes: Route[] = []

  app.use('*', async (c, next) => {
    c.set('reference', randomUUID())
    if (/%00|\0/.test(c.req.url)) {
      throw new ApiError('invalid_request', 400, 'the URL holds the character U+0000, which is not allowed')
    }
    await next()
    // Into the answer itself: `c.header` would make a new one, whose body goes out by a stream, many times slower.
    const { headers } = c.res
    if (!headers.has('terra-reference')) headers.set('terra-reference', c.get('reference'))
    for (const [name, value] of Object.entries(c.get('limits') ?? {})) headers.set(name, value)
  })

  app.onError((error, c) =>
    failureResponse(ctx, error, { instance: instanceOf(c.req.url), reference: c.get('reference') ?? randomUUID() }),
  )

  app.notFound((c) => {
    const allowed = allowedMethods(routes, c.req.path)
    if (allowed.length === 0) throw new ApiError('route_not_found', 404, `there is nothing at ${c.req.path}`)
    if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: allowed.join(', ') } })
    throw notAllowed(c.req.path, allowed)
  })

  return {
    app,
    mount(prefix, operations) {
      for (const operation of operations) {
        const path = `${prefix}${operation.path}`
        routes.push({
          pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
          methods: operation.method === 'ALL' ? EVERY_METHOD : [operation.method],
          startsWork: operation.startsWork === true,
        })
        const honoPath = path.replace(/\{([^}]+)\}/g, ':$1')
        app.on(operation.method === 'ALL' ? EVERY_METHOD : [operation.method], [honoPath], (c) => {
          if (operation.startsWork && c.req.method === 'HEAD')
            throw notAllowed(c.req.path, allowedMethods(routes, c.req.path))
          return answer(ctx, options, operation, c)
        })
      }
    },
  }
}

async function answer(
  ctx: Context,
  options: FrameOptions,
  operation: Operation,
  c: HonoContext<FrameEnv>,
): Promise<Response> {
  const caller = { request: c.req.raw, client: addressOf(ctx, c) }
  const { environment, actor, limits } = await identify(ctx, operation, caller)
  if (limits !== undefined) c.set('limits', limits)
  const as = actor === undefined ? ctx : { ...ctx, actor }
  const call = {
    ctx: as,
    environment,
    params: operation.params === undefined ? {} : parseInput(operation.params, c.req.param(), 'path'),
    query: readQuery(operation, c.req.url),
    body: operation.body === undefined ? {} : await bodyOf(operation, operation.body, c.req.raw),
    reference: c.get('reference'),
    ...caller,
  } satisfies Call as Call
  const result = await stepOf(operation, call)
  if (result instanceof Response) return result
  const reply = result instanceof Reply ? result : new Reply(200, result)
  const { body } = reply
  options.onReply?.(operation, reply.status, body instanceof RawJson ? body.parsed() : body)
  if (body === null) return new Response(null, { status: reply.status, headers: reply.headers })
  return new Response(body instanceof RawJson ? body.bytes : JSON.stringify(body), {
    status: reply.status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...reply.headers },
  })
}

/** What customers ask and providers tell begins a trace, or goes on with the caller's; a stranger's is not taken up. */
async function stepOf(operation: Operation, call: Call): Promise<unknown> {
  const { ctx, request, environment, reference } = call
  if (ctx.tracer === undefined || (operation.auth !== 'apiKey' && !TRACED_TAGS.has(operation.tags[0]!))) {
    return operation.handler(call)
  }
  const options: SpanOptions = {
    kind: 'server',
    parent: operation.auth === 'apiKey' ? request.headers.get('traceparent') : null,
    attributes: {
      'http.request.method': request.method,
      'http.route': operation.path,
      'loam.operation': operation.id,
      'loam.reference': reference,
      'loam.environment': environment?.dev_id ?? null,
    },
  }
  return traced(ctx, `${request.method} ${operation.path}`, options, async (within, span) => {
    const result = await operation.handler({ ...call, ctx: within })
    span?.set({ 'http.response.status_code': statusOf(result) })
    return result
  })
}

function statusOf(result: unknown): number {
  return result instanceof Response || result instanceof Reply ? result.status : 200
}

async function bodyOf(operation: Operation, schema: z.ZodType, request: Request): Promise<unknown> {
  const checked = takesNoOthers(operation, schema) ? schema.strict() : schema
  return parseInput(checked, await readJsonBody(request), 'body')
}

function instanceOf(url: string): string {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

function allowedMethods(routes: readonly Route[], path: string): string[] {
  const here = routes.filter((route) => route.pattern.test(path))
  const methods = new Set(here.flatMap((route) => route.methods))
  if (methods.size === 0) return []
  if (here.some((route) => route.methods.includes('GET') && !route.startsWork)) methods.add('HEAD')
  methods.add('OPTIONS')
  return [...methods]
}

function notAllowed(path: string, allowed: readonly string[]): ApiError {
  const list = allowed.join(', ')
  return new ApiError('method_not_allowed', 405, `${path} takes ${list}`, { headers: { allow: list } })
}
