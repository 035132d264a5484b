// A whole server with a webhook behind it and the sandbox's OURA before it: what a customer, a person and the sandbox do there.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { startServer } from '../src/main.ts'
import { person } from '../src/simulator/people/person.ts'
import { createTestDatabaseUrl } from './database.ts'
import { approve } from './sign-in.ts'

const API_KEY = 'pipeline-api-key'
/** Midnight may pass meanwhile, and the same days are asked for again. */
const BEGUN_AT = Date.now()
const ADMIN = randomBytes(16).toString('hex')

export interface Delivered {
  headers: Record<string, string | string[] | undefined>
  text: string
  body: {
    type: string
    user?: { user_id: string }
    data?: { metadata: Record<string, unknown>; calories_data?: { total_burned_calories: number } }[]
    [name: string]: unknown
  }
}

interface Found {
  metadata: Record<string, unknown>
}

interface Document {
  id: string
  type?: string
  start_datetime?: string
}

interface Answer {
  id: string
  data: { id: string; target: string; state: string }[]
}

export async function openPipeline() {
  const folder = mkdtempSync(join(tmpdir(), 'loam-pipeline-'))
  const delivered: Delivered[] = []
  let answerWith: (delivery: Delivered) => number = () => 200
  const sink = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      const delivery = { headers: request.headers, text, body: JSON.parse(text) as Delivered['body'] }
      delivered.push(delivery)
      response.writeHead(answerWith(delivery)).end('seen')
    })
  })
  const database = await createTestDatabaseUrl()
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_DEV_ID: 'pipeline',
    LOAM_API_KEY: API_KEY,
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '20',
  }
  const running = await startServer(readConfig(settings, folder))
  const url = running.ctx.internalUrl

  async function connect(person: string): Promise<{ userId: string }> {
    const made = await fetch(`${url}/v2/auth/authenticateUser?resource=OURA`, { method: 'POST', headers: keys() })
    const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
    await approve(authUrl, person)
    await until(
      () => delivered.some((each) => each.body.type === 'auth' && each.body.user?.user_id === userId),
      'no auth event',
    )
    await idle()
    return { userId }
  }

  /** Nothing is waiting or under way, but for what was put off. */
  async function idle(): Promise<void> {
    await until(async () => {
      const soon = Date.now() + 3000
      const [row] = await running.ctx.db.all<{ n: number }>(
        `SELECT (SELECT count(*) FROM jobs WHERE state = 'running' OR (state = 'pending' AND next_at < $1))
          + (SELECT count(*) FROM deliveries d JOIN destinations x ON x.id = d.destination_id
             WHERE x.state = 'active' AND (d.state = 'sending' OR (d.attempts = 0 AND d.state IN ('pending', 'waiting')))) AS n`,
        [soon],
      )
      return Number(row!.n) === 0
    }, 'the server does not come to rest')
  }

  async function rest(userId: string, type: string, days = 18): Promise<Found[]> {
    const start = new Date(BEGUN_AT - days * 86_400_000).toISOString().slice(0, 10)
    const response = await fetch(`${url}/v2/${type}?user_id=${userId}&start_date=${start}&to_webhook=false`, {
      headers: keys(),
    })
    const body = (await response.json()) as { data: Found[] }
    assert.equal(response.status, 200, JSON.stringify(body).slice(0, 300))
    return body.data
  }

  async function anyWorkout(userId: string, person: string): Promise<{ id: string; summaryId: string }> {
    const record = (await rest(userId, 'activity')).find(
      (each) => each.metadata.name === null && ![45, 122].includes(Number(each.metadata.type)),
    )
    const start = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10)
    const { data } = await fromSimulator(person, `workout?start_date=${start}`)
    const document = data.find(
      (each) => Date.parse(String(each.start_datetime)) === Date.parse(String(record!.metadata.start_time)),
    )
    assert.ok(document, 'the simulator does not know the workout')
    return { id: document.id, summaryId: String(record!.metadata.summary_id) }
  }

  /** As the provider sees it: with the token of the sandbox's first grant for that person. */
  async function fromSimulator<Found = { data: Document[] }>(person: string, path: string): Promise<Found> {
    const rows = await running.ctx.db.all<{ key: string; value: string }>(
      `SELECT key, value FROM simulator_state WHERE key LIKE 'oura:access:%'`,
    )
    const row = rows.findLast((each) => (JSON.parse(each.value) as { personId: string }).personId === person)!
    const token = row.key.slice('oura:access:'.length)
    const response = await fetch(`${url}/sandbox/oura/v2/usercollection/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return (await response.json()) as Found
  }

  async function lever(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}/sandbox/oura/_control/${path}`, { method: 'POST' })
    return (await response.json()) as Record<string, unknown>
  }

  async function requestsOf(person: string, kind: string): Promise<number> {
    const { kinds } = (await lever(`stats?person=${person}`)) as { kinds: Record<string, { requests: number }> }
    return kinds[kind]?.requests ?? 0
  }

  async function providerCalls(): Promise<number> {
    const metric = await running.ctx.metrics.providerCalls.get()
    return metric.values.reduce((sum, each) => sum + each.value, 0)
  }

  function keys(): Record<string, string> {
    return { 'dev-id': 'pipeline', 'x-api-key': API_KEY }
  }

  async function admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? { id: '', data: [] } : JSON.parse(text)) as Answer
  }

  await admin('POST', '/destinations', { type: 'webhook', url: sinkUrl })
  await until(async () => {
    const rows = await running.ctx.db.all(`SELECT key FROM simulator_state WHERE key LIKE 'oura:subscription:%'`)
    return rows.length >= 40
  }, 'the connector did not subscribe to notifications')

  return {
    running,
    url,
    sinkUrl,
    delivered,
    answerWith: (answer: (delivery: Delivered) => number) => void (answerWith = answer),
    connect,
    idle,
    rest,
    anyWorkout,
    fromSimulator,
    lever,
    requestsOf,
    providerCalls,
    keys,
    admin,
    async close() {
      await running.stop()
      sink.closeAllConnections()
      sink.close()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A person of this name who trains most days: others have weeks without a workout. */
export function sporty(name: string): string {
  for (let i = 0; ; i++) if (person(`${name}-${i}`).workoutsPerWeek >= 5) return `${name}-${i}`
}

export async function until(probe: () => boolean | Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await probe())) {
    assert.ok(Date.now() < end, problem)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
