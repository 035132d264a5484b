// The API on a database of its own, for tests: real handlers, real SQL, a world outside that the test decides.
import assert from 'node:assert/strict'
import { openTestDatabase } from '../../test/database.ts'
import { connectSomebody } from '../../test/somebody.ts'
import { payloadUrls } from '../outbox/payloads.ts'
import { type ManualClock, manualClock } from '../platform/clock.ts'
import type { GuardedHttp, HttpRequest, HttpResponse } from '../platform/http.ts'
import { silentLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { createNetwork } from '../platform/network.ts'
import { createSealer } from '../platform/seal.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'
import { ensureAdminToken } from './admin/sessions.ts'
import { createApi } from './app.ts'
import { ensureFirstEnvironment, signingSecretOf } from './environments.ts'
import type { Operation } from './http/operation.ts'

export const NOW = Date.parse('2026-03-10T12:00:00Z')

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body as JSON. */
  json: Record<string, unknown>
}

export type Rows = Record<string, unknown>[]

/** Of a list. */
export const rowsOf = ({ json }: Pick<Answer, 'json'>): Rows => json.data as Rows

export interface CallOptions {
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is. */
  body?: string | Uint8Array<ArrayBuffer>
}

export interface TestApi {
  ctx: Context
  clock: ManualClock
  environment: EnvironmentRow
  devId: string
  apiKey: string
  adminToken: string
  signingSecret: string
  /** Every request that left, in order. Answer with `respond`. */
  sent: HttpRequest[]
  respond: (
    answer: (request: HttpRequest) => { status: number; headers?: Record<string, string>; json?: unknown },
  ) => void
  request(path: string, init?: RequestInit): Promise<Response>
  /** Without any credentials. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** With the environment's dev-id and key. */
  asCustomer(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** With the admin token. */
  asOperator(method: string, path: string, options?: CallOptions): Promise<Answer>
  addUser(change?: Partial<ConnectionRow>): Promise<ConnectionRow>
  dispose(): Promise<void>
}

export async function openTestApi(options: { sandbox?: boolean; shutdown?: AbortSignal } = {}): Promise<TestApi> {
  const { db, dispose } = await openTestDatabase()
  const clock = manualClock(NOW)
  const sent: HttpRequest[] = []
  let answer: (request: HttpRequest) => { status: number; headers?: Record<string, string>; json?: unknown } = () => ({
    status: 200,
    json: {},
  })
  const http: GuardedHttp = {
    send: async (request) => {
      sent.push(request)
      const { status, headers = {}, json } = answer(request)
      return httpResponse(status, headers, json)
    },
    // What a guarded one refuses is tested in http-client.test.ts.
    check: () => undefined,
  }
  const ctx: Context = {
    db,
    clock,
    http,
    destinationHttp: http,
    destinationNetwork: createNetwork({ allowPrivate: true }),
    log: silentLog,
    metrics: createMetrics(),
    sealer: createSealer(Buffer.alloc(32, 7).toString('base64')),
    publicUrl: 'http://localhost:4000',
    internalUrl: 'http://127.0.0.1:4000',
    sandbox: options.sandbox ?? true,
    sandboxClient: (devId) => ({ id: `sandbox-${devId}`, secret: 'sandbox' }),
    backfillDays: 0,
  }
  ctx.payloadUrl = payloadUrls(ctx)
  const fixed = { devId: 'testing-dev', apiKey: 'testing-key-0123456789', signingSecret: 'a'.repeat(48) }
  const { environment } = await ensureFirstEnvironment(ctx, fixed)
  const { token: adminToken } = await ensureAdminToken(ctx)
  const app = createApi(ctx, { onReply: checkReply, shutdown: options.shutdown })

  async function call(method: string, path: string, { headers = {}, json, body }: CallOptions = {}): Promise<Answer> {
    const response = await app.request(path, {
      method,
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: json === undefined ? body : JSON.stringify(json),
    })
    const text = await response.text()
    assert.match(response.headers.get('terra-reference') ?? '', /^[0-9a-f-]{36}$/)
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as Record<string, unknown>
      },
    }
  }
  const credentials = { 'dev-id': fixed.devId, 'x-api-key': fixed.apiKey }

  return {
    ctx,
    clock,
    environment,
    ...fixed,
    adminToken,
    signingSecret: await signingSecretOf(ctx, environment),
    sent,
    respond: (next) => {
      answer = next
    },
    request: async (path, init) => app.request(path, init),
    call,
    asCustomer: (method, path, more = {}) =>
      call(method, path, { ...more, headers: { ...credentials, ...more.headers } }),
    asOperator: (method, path, more = {}) =>
      call(method, path, { ...more, headers: { authorization: `Bearer ${adminToken}`, ...more.headers } }),
    addUser: (change) => connectSomebody(ctx, environment.id, change),
    dispose,
  }
}

/** Every answer of every test is what the document says: nothing missing, nothing besides. */
function checkReply(operation: Operation, status: number, body: unknown): void {
  const spec = operation.responses[status]
  assert.ok(spec !== undefined, `${operation.id} answers ${status}, which it does not document`)
  if (spec.schema === undefined) return
  const plain: unknown = JSON.parse(JSON.stringify(body))
  const parsed = spec.schema.safeParse(plain)
  assert.ok(parsed.success, `${operation.id} answers otherwise than documented: ${parsed.error?.message}`)
  assert.deepEqual(parsed.data, plain, `${operation.id} answers members that it does not document`)
}

function httpResponse(status: number, headers: Record<string, string>, json: unknown): HttpResponse {
  const text = json === undefined ? '' : JSON.stringify(json)
  return {
    status,
    headers,
    body: Buffer.from(text),
    truncated: false,
    text: () => text,
    json: () => JSON.parse(text),
  }
}
