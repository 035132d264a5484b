// One trace from what came in to what went out, as a collector gets it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import type { EndedSpan, OtlpValue } from '../src/platform/trace.ts'
import { sandboxClient } from '../src/simulator/clients.ts'
import { createTestDatabaseUrl } from './database.ts'
import { approve } from './sign-in.ts'

const ADMIN = randomBytes(16).toString('hex')
const KEYS = { 'dev-id': 'traces', 'x-api-key': 'traces-api-key' }
const folder = mkdtempSync(join(tmpdir(), 'loam-traces-'))

const spans: EndedSpan[] = []
const resources = new Set<string>()
const collectorHeaders: IncomingHttpHeaders[] = []
const got: { headers: IncomingHttpHeaders; body: { type: string } }[] = []
let refuse = 0

function reading(work: (text: string, headers: IncomingHttpHeaders, path: string) => number): RequestListener {
  return (request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => response.writeHead(work(text, request.headers, request.url!)).end('{}'))
  }
}

const collector = createServer(
  reading((text, headers, path) => {
    assert.equal(path, '/v1/traces')
    if (refuse-- > 0) return 503
    collectorHeaders.push(headers)
    const sent = JSON.parse(text) as {
      resourceSpans: {
        resource: { attributes: { key: string; value: OtlpValue }[] }
        scopeSpans: { spans: EndedSpan[] }[]
      }[]
    }
    for (const { resource, scopeSpans } of sent.resourceSpans) {
      for (const { key, value } of resource.attributes) resources.add(`${key}=${Object.values(value)[0]}`)
      for (const scope of scopeSpans) spans.push(...scope.spans)
    }
    return 200
  }),
)
const receiver = createServer(
  reading((text, headers) => {
    got.push({ headers, body: JSON.parse(text) as { type: string } })
    return 200
  }),
)

let running: Running
let url: string
let hook: string
let person: { userId: string; account: string }
let removeDatabase: () => Promise<void>

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function admin(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' }
  const response = await fetch(`${url}/admin/v1${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Record<string, unknown>
}

before(async () => {
  const database = await createTestDatabaseUrl()
  removeDatabase = database.remove
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_DEV_ID: KEYS['dev-id'],
    LOAM_API_KEY: KEYS['x-api-key'],
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: `${await listening(collector)}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=sesame',
    OTEL_SERVICE_NAME: 'loam-under-test',
  }
  refuse = 1
  running = await startServer(readConfig(settings, folder))
  url = running.ctx.internalUrl
  await admin('POST', '/destinations', { type: 'webhook', url: await listening(receiver) })
  hook = String((await admin('GET', '/sources/GARMIN')).hook_url).replace(/^https?:\/\/[^/]+/, url)
  const made = await fetch(`${url}/v2/auth/authenticateUser?resource=GARMIN`, { method: 'POST', headers: KEYS })
  const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
  await approve(authUrl, 'traced')
  const query = 'SELECT provider_user_id AS account FROM connections WHERE user_id = $1'
  person = { userId, ...(await running.ctx.db.one<{ account: string }>(query, [userId]))! }
})
after(async () => {
  await running.stop()
  for (const server of [collector, receiver]) {
    server.closeAllConnections()
    server.close()
  }
  await removeDatabase()
  rmSync(folder, { recursive: true, force: true })
})

async function until<T>(probe: () => T | undefined, problem: string): Promise<T> {
  const end = Date.now() + 15_000
  for (;;) {
    const found = probe()
    if (found !== undefined) return found
    assert.ok(Date.now() < end, problem)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function push(steps: number, heartRates: Record<string, number> = {}): Promise<void> {
  const start = Math.floor(Date.now() / 86_400_000 - 1) * 86_400
  const daily = {
    userId: person.account,
    summaryId: 'traced-day',
    calendarDate: new Date(start * 1000).toISOString().slice(0, 10),
    startTimeInSeconds: start,
    startTimeOffsetInSeconds: 0,
    durationInSeconds: 86_400,
    activityType: 'WALKING',
    steps,
    timeOffsetHeartRateSamples: heartRates,
  }
  const headers = { 'content-type': 'application/json', 'garmin-client-id': sandboxClient(KEYS['dev-id']).id }
  const response = await fetch(hook, { method: 'POST', headers, body: JSON.stringify({ dailies: [daily] }) })
  assert.equal(response.status, 200)
}

const attribute = (span: EndedSpan, key: string): unknown =>
  Object.values(span.attributes.find((each) => each.key === key)?.value ?? {})[0]

/** From an attempt back to where its trace began. */
async function stepsTo(traceparent: string): Promise<EndedSpan[]> {
  const [, traceId, spanId, flags] = traceparent.split('-')
  assert.equal(flags, '01')
  const steps: EndedSpan[] = []
  for (let next: string | undefined = spanId; next !== undefined;) {
    const id: string = next
    const step = spans.find((each) => each.traceId === traceId && each.spanId === id)
    if (step === undefined) break
    steps.unshift(step)
    next = step.parentSpanId
  }
  return steps
}

async function delivered(count: number, type: string): Promise<string> {
  const event = await until(() => got.filter(({ body }) => body.type === type)[count - 1], `no ${type} event ${count}`)
  const traceparent = String(event.headers.traceparent)
  await until(() => spans.find((each) => each.spanId === traceparent.split('-')[2]), 'the attempt was not exported')
  return traceparent
}

test('a push: notification, records, attempt; a large one goes by a job', async () => {
  await push(1000)
  const first = await stepsTo(await delivered(1, 'daily'))
  assert.deepEqual(
    first.map(({ name }) => name),
    ['POST /hooks/{provider}/{dev_id}', 'records', 'deliver webhook'],
  )
  assert.deepEqual(
    first.map(({ kind }) => kind),
    [2, 1, 4],
  )
  const attempt = first.at(-1)!
  assert.equal(attribute(attempt, 'loam.outcome'), 'delivered')
  assert.equal(attribute(attempt, 'http.response.status_code'), '200')
  assert.ok(BigInt(attempt.endTimeUnixNano) >= BigInt(attempt.startTimeUnixNano))
  const samples = Array.from({ length: 40_000 }, (_, i) => [String(i * 2), 60 + (i % 9)] as const)
  await push(3000, Object.fromEntries(samples))
  const second = await stepsTo(await delivered(2, 'daily'))
  assert.deepEqual(
    second.map(({ name }) => name),
    ['POST /hooks/{provider}/{dev_id}', 'job push', 'records', 'deliver webhook'],
  )
  assert.notEqual(second[0]!.traceId, first[0]!.traceId)
})

test("a customer's trace goes on through the request, its job and the delivery; a stranger's is not taken up", async () => {
  const trace = randomBytes(16).toString('hex')
  const traceparent = `00-${trace}-${randomBytes(8).toString('hex')}-01`
  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)
  const query = `user_id=${person.userId}&start_date=${day}&to_webhook=true`
  const asked = await fetch(`${url}/v2/nutrition?${query}`, { headers: { ...KEYS, traceparent } })
  assert.equal(asked.status, 200, await asked.text())
  const steps = await stepsTo(await delivered(1, 'nutrition'))
  assert.deepEqual(
    steps.map(({ name }) => name),
    ['GET /nutrition', 'job request', 'deliver webhook'],
  )
  assert.ok(steps.every(({ traceId }) => traceId === trace))
  assert.equal(steps[0]!.parentSpanId, traceparent.split('-')[2])
  await fetch(hook, { method: 'POST', headers: { traceparent }, body: '{}' })
  const refused = await until(() => spans.findLast(({ name }) => name.startsWith('POST /hooks')), 'no step')
  assert.notEqual(refused.traceId, trace)
})

test('calls to the provider are steps; nothing in a trace is a secret, an address or a value', async () => {
  const call = await until(() => spans.find(({ kind }) => kind === 3), 'no call to the provider')
  assert.match(call.name, /^GET GARMIN$/)
  assert.equal(attribute(call, 'http.response.status_code'), '200')
  assert.ok(spans.some(({ spanId }) => spanId === call.parentSpanId))
  const text = JSON.stringify(spans)
  for (const secret of [ADMIN, KEYS['x-api-key'], person.account, '"3000"', 'access_token', 'code=']) {
    assert.ok(!text.includes(secret), secret)
  }
})

test('the collector is told who speaks; what it could not take was sent again', async () => {
  assert.ok(refuse < 0)
  assert.ok(resources.has('service.name=loam-under-test') && resources.has('loam.role=all'))
  assert.ok(collectorHeaders.every((headers) => headers['x-collector-key'] === 'sesame'))
  const { values } = await running.ctx.metrics.traceSpans.get()
  assert.deepEqual(
    values.map(({ labels }) => labels.outcome),
    ['exported'],
  )
})
