// A whole server on a database of its own, with the sandbox's clouds behind it and a clock that the test moves: for what holds of
// every connector, whatever it connects.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import type { Connector } from '../../src/connectors/connector.ts'
import { connectorById, connectors, variantsOf } from '../../src/connectors/index.ts'
import { type Running, startServer } from '../../src/main.ts'
import { type Clock, systemClock } from '../../src/platform/clock.ts'
import { createSimulators } from '../../src/simulator/index.ts'
import { memoryState } from '../../src/simulator/memory-state.ts'
import type { Stats } from '../../src/simulator/kit/stats.ts'
import { unpackJson } from '../../src/store/compress.ts'
import type { ConnectionRow } from '../../src/store/connections.ts'
import type { JobRow } from '../../src/store/jobs.ts'
import { createTestDatabaseUrl } from '../database.ts'

const ADMIN = randomBytes(16).toString('hex')
const PATIENCE_MS = process.env.LOAM_TEST_LONG === '1' ? 900_000 : 120_000

export interface Gateway {
  running: Running
  /** What it was started with, for others on the same database. */
  settings: Record<string, string>
  /** Time goes on by itself; this moves it ahead, or back. */
  jump(seconds: number): void
  now(): number
  /** An environment of its own: another application at every provider, with limits of its own. */
  environment(): Promise<Environment>
  stop(): Promise<void>
}

export interface Environment {
  id: string
  devId: string
  /** The headers of its customer. */
  keys: { 'dev-id': string; 'x-api-key': string }
  /** Signs `person` in. Without a connection: why there is none. */
  connect(
    connector: Connector,
    person: string,
    options?: { auto?: 'approve' | 'deny'; grant?: string },
  ): Promise<{ userId: string; reason: string | null }>
  lever(connector: Connector, path: string): Promise<Record<string, unknown>>
  stats(connector: Connector, person: string, options?: { reset?: boolean }): Promise<Stats>
  /** Reads these days from the provider, to the end. Answers the job. */
  backfill(userId: string, range: { start: string; end: string }): Promise<JobRow>
  connection(userId: string): Promise<ConnectionRow | null>
  records(userId: string): Promise<StoredRecord[]>
  events(userId: string): Promise<StoredEvent[]>
  request(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** Nothing is under way, nothing is due. */
  rest(): Promise<void>
}

export interface StoredRecord {
  type: string
  key: string
  day: string
  digest: string
  body: Record<string, never> & { metadata: Record<string, unknown> }
}

export interface StoredEvent {
  id: string
  type: string
  createdAt: number
  body: { type: string; data?: { metadata?: Record<string, unknown> }[] } & Record<string, unknown>
}

/** Every source of the catalogue that has a cloud in the sandbox, and every variant of one that has. */
export function playedSources(): Connector[] {
  const clouds = createSimulators({
    clock: systemClock,
    state: memoryState(systemClock),
    http: { send: () => Promise.reject(new Error('nothing is sent')) },
    publicUrl: 'http://127.0.0.1',
  })
  return connectors
    .flatMap((own) => variantsOf(own).map(({ connector }) => connector))
    .filter((connector) => clouds.has(cloudOf(connector)))
}

/** Null for the source's own API. */
function variantOf(connector: Connector): string | null {
  const own = connectorById(connector.id)
  return own === null ? null : (variantsOf(own).find((each) => each.connector === connector)?.variant ?? null)
}

/** As it stands in `/sandbox/{cloud}`. */
function cloudOf(connector: Connector): string {
  const variant = variantOf(connector)
  return variant === null ? connector.id.toLowerCase() : `${connector.id.toLowerCase()}-${variant}`
}

/** `FITBIT`, `FITBIT legacy`. */
export function nameOf(connector: Connector): string {
  return [connector.id, variantOf(connector) ?? ''].join(' ').trim()
}

export interface GatewayOptions {
  /** How long a provider may take to answer. */
  providerTimeoutMs?: number
}

export async function openGateway({ providerTimeoutMs }: GatewayOptions = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-gateway-'))
  const database = await createTestDatabaseUrl()
  let ahead = 0
  const clock: Clock = { now: () => Date.now() + ahead }
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: process.env.LOAM_TEST_LOG ?? 'silent',
    LOAM_BACKFILL_DAYS: '0',
  }
  const running = await startServer(readConfig(settings, folder), 'all', {
    clock,
    ...(providerTimeoutMs !== undefined && { providerTimeoutMs }),
  })
  const gateway: Gateway = {
    running,
    settings,
    jump: (seconds) => {
      ahead += seconds * 1000
    },
    now: () => clock.now(),
    environment: () => openEnvironment(gateway),
    async stop() {
      await running.stop()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return gateway
}

async function openEnvironment({ running, now, jump }: Gateway): Promise<Environment> {
  const { ctx } = running
  const url = ctx.internalUrl

  async function call(method: string, path: string, headers: Record<string, string>, body?: unknown) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
  }

  const made = await call(
    'POST',
    '/admin/v1/environments',
    { authorization: `Bearer ${ADMIN}` },
    {
      name: `test ${randomBytes(4).toString('hex')}`,
      kind: 'testing',
    },
  )
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { dev_id: devId, api_key: apiKey } = made.body as { dev_id: string; api_key: string }
  const row = await ctx.db.one<{ id: string }>('SELECT id FROM environments WHERE dev_id = $1', [devId])
  const id = row!.id
  const keys = { 'dev-id': devId, 'x-api-key': apiKey }
  const admin = { authorization: `Bearer ${ADMIN}`, 'dev-id': devId }

  async function until(probe: () => Promise<boolean>, problem: () => Promise<string>): Promise<void> {
    const end = Date.now() + PATIENCE_MS
    while (!(await probe())) {
      if (Date.now() > end) assert.fail(await problem())
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /**
   * Lets the provider send what it promised, if it promised anything. The waiting for more is left out: a jump would bring
   * new days.
   */
  async function sendPromised(connector: Connector, job: JobRow): Promise<boolean> {
    const of = [job.user_id, now()] as const
    if ((await ctx.db.all('SELECT id FROM promises WHERE user_id = $1 AND closes_at > $2', [...of])).length === 0) {
      await environment.lever(connector, 'tick').catch(() => {})
      return false
    }
    jump(2)
    for (let turns = 0; turns < 50; turns++) {
      const { sent = 0 } = await environment.lever(connector, 'tick')
      await environment.rest()
      if (sent === 0) break
    }
    await ctx.db.run('UPDATE promises SET closes_at = $2 WHERE user_id = $1 AND closes_at > $2', [job.user_id, now()])
    await ctx.db.run(`UPDATE jobs SET next_at = $2 WHERE id = $1 AND state = 'pending'`, [job.id, now()])
    return true
  }

  async function openJobs(): Promise<JobRow[]> {
    return ctx.db.all<JobRow>(
      `SELECT * FROM jobs WHERE environment_id = $1 AND kind NOT IN ('unclaimed', 'subscribe_source')
         AND (state = 'running' OR (state = 'pending' AND next_at < $2))`,
      [id, now() + 5000],
    )
  }

  async function isSubscribing(provider: string): Promise<boolean> {
    const key = `subscribe_source:${id}:${provider}`
    const open = `SELECT 1 AS yes FROM jobs WHERE dedupe_key = $1 AND state IN ('pending', 'running')`
    return (await ctx.db.one(open, [key])) !== null
  }

  const environment: Environment = {
    id,
    devId,
    keys,
    async connect(connector, person, { auto = 'approve', grant } = {}) {
      await until(
        async () => !(await isSubscribing(connector.id)),
        async () => `${connector.id} is not subscribed`,
      )
      // What is unofficial is off until an operator switches it on by name.
      if (connector.unofficial) await call('PUT', `/admin/v1/sources/${connector.id}`, admin, { enabled: true })
      const api = variantOf(connector)
      if (api !== null) await call('PUT', `/admin/v1/sources/${connector.id}`, admin, { api })
      const begun = await call('POST', `/v2/auth/authenticateUser?resource=${connector.id}`, keys)
      assert.equal(begun.status, 200, JSON.stringify(begun.body))
      const { auth_url: authUrl, user_id: userId } = begun.body as { auth_url: string; user_id: string }
      const end = await signIn(authUrl, connector, { person, auto, ...(grant === undefined ? {} : { grant }) })
      await environment.rest()
      return { userId, reason: end.searchParams.get('reason') }
    },
    async lever(connector, path) {
      const answer = await call('POST', `/sandbox/${cloudOf(connector)}/_control/${path}`, {})
      assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    async stats(connector, person, { reset = false } = {}) {
      const path = `stats?person=${person}${reset ? '&reset=1' : ''}`
      return (await environment.lever(connector, path)) as unknown as Stats
    },
    async backfill(userId, { start, end }) {
      const order = { start_date: start, end_date: end }
      const made = await call('POST', `/admin/v1/users/${userId}/backfill`, admin, order)
      assert.equal(made.status, 202, JSON.stringify(made.body))
      const jobId = String(made.body.job_id)
      const state = async (): Promise<JobRow> =>
        (await ctx.db.one<JobRow>('SELECT * FROM jobs WHERE id = $1', [jobId]))!
      await until(
        async () => {
          const job = await state()
          // What waits, for a limit or for what was promised, waits by the clock that is ours.
          if (job.state === 'pending' && job.next_at > now() + 2000) {
            if (await sendPromised(connectorOfJob(job), job)) return false
            jump(Math.max(0, Math.ceil((job.next_at - now()) / 1000)))
          }
          return job.state !== 'pending' && job.state !== 'running'
        },
        async () => `the backfill does not end: ${JSON.stringify(await state())}`,
      )
      await environment.rest()
      return state()
    },
    connection: (userId) => ctx.db.one<ConnectionRow>('SELECT * FROM connections WHERE user_id = $1', [userId]),
    async records(userId) {
      const rows = await ctx.db.all<{ type: string; key: string; start_day: string; digest: string; body: Uint8Array }>(
        'SELECT type, key, start_day, digest, body FROM records WHERE user_id = $1 ORDER BY type, key',
        [userId],
      )
      return rows.map(({ start_day: day, body, ...rest }) => ({
        ...rest,
        day,
        body: unpackJson(body) as StoredRecord['body'],
      }))
    },
    async events(userId) {
      const rows = await ctx.db.all<{ id: string; type: string; created_at: number; body: Uint8Array }>(
        'SELECT id, type, created_at, body FROM events WHERE user_id = $1 ORDER BY created_at, id',
        [userId],
      )
      return rows.map(({ created_at: createdAt, body, ...rest }) => ({
        ...rest,
        createdAt,
        body: unpackJson(body) as StoredEvent['body'],
      }))
    },
    request: (method, path, body) => call(method, path, path.startsWith('/admin') ? admin : keys, body),
    rest: () =>
      until(
        async () => (await openJobs()).length === 0,
        async () => `the server does not come to rest: ${JSON.stringify((await openJobs()).slice(0, 3))}`,
      ),
  }
  const known = new Map<string, Connector>()
  const connectorOfJob = (job: JobRow): Connector => known.get(job.user_id!)!
  const { connect } = environment
  environment.connect = async (connector, person, options) => {
    const end = await connect(connector, person, options)
    known.set(end.userId, connector)
    return end
  }
  await environment.rest()
  return environment
}

/** Plays the browser: through consent, or a form of ours, to the page that ends it. */
async function signIn(
  from: string,
  connector: Connector,
  { person, auto, grant }: { person: string; auto: string; grant?: string },
): Promise<URL> {
  const cookies = new Map<string, string>()
  let next = new URL(from)
  for (let hops = 0; hops < 8; hops++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const form = next.pathname.endsWith('/sign-in')
    const response = form
      ? await fetch(next, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie },
          body: typed(connector, next, person, auto),
        })
      : await fetch(next, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=', 2) as [string, string]
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    assert.ok(
      location !== null,
      `${next.pathname} answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
    )
    next = new URL(location, next)
    if (next.pathname.startsWith('/session/') && !next.pathname.endsWith('/sign-in')) return next
    if (next.pathname.includes('/sandbox/')) {
      next.searchParams.set('auto', auto)
      next.searchParams.set('person', person)
      if (grant !== undefined) next.searchParams.set('grant', grant)
    }
  }
  assert.fail('the sign-in goes round in circles')
}

/** The clouds that sign in by a form know everyone by name, and everybody has this password. */
function typed(connector: Connector, form: URL, person: string, auto: string): URLSearchParams {
  assert.ok(connector.auth.kind === 'password')
  const answers = new URLSearchParams({
    state: form.searchParams.get('state') ?? '',
    do: auto === 'deny' ? 'cancel' : 'connect',
  })
  for (const { name, secret } of connector.auth.fields) answers.set(name, secret ? 'sandbox' : `${person}@example.com`)
  return answers
}
