// Opens the database, starts the API and the two loops. The one file that knows every part; nothing imports it but the
// command line.
import { randomUUID } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { Hono } from 'hono'
import { ensureAdminToken } from './api/admin/sessions.ts'
import { createApi, createHealth } from './api/app.ts'
import { unreadable } from './api/http/failure.ts'
import { directHooks } from './api/v2/hooks-direct.ts'
import { ensureFirstEnvironment } from './api/environments.ts'
import { followOwnAddress } from './api/inspector-destination.ts'
import { sealAnew } from './api/seal-anew.ts'
import { VERSION } from './api/version.ts'
import { startBodies } from './bodies/loop.ts'
import { openBodies } from './bodies/open.ts'
import type { Config } from './config.ts'
import { connectorById } from './connectors/index.ts'
import { bringRefusalsForward } from './credentials/budgets.ts'
import { application, type Application } from './credentials/client.ts'
import { startDelivering } from './deliver/deliver.ts'
import { startIntake } from './intake/loop.ts'
import { queueSourceSubscriptions } from './intake/subscribe.ts'
import { payloadUrls } from './outbox/payloads.ts'
import type { Clock } from './platform/clock.ts'
import { createHttp } from './platform/http-client.ts'
import { closedDoor, endRequests, listen } from './platform/http-server.ts'
import type { Http } from './platform/http.ts'
import { createLog, type Log } from './platform/log.ts'
import { createMetrics, measureProcess, type Metrics } from './platform/metrics.ts'
import { createNetwork } from './platform/network.ts'
import { exportTraces } from './platform/trace-export.ts'
import { createTracer, type Tracer } from './platform/trace.ts'
import { createSealer } from './platform/seal.ts'
import { writeServerProfile } from './platform/server-profile.ts'
import { printer } from './platform/stdout.ts'
import { withinTime } from './platform/within-time.ts'
import { createSimulators, sandboxClient, sandboxOwner } from './simulator/index.ts'
import type { Simulator } from './simulator/simulator.ts'
import { startTicking } from './simulator/ticking.ts'
import type { Context } from './store/context.ts'
import type { Database } from './store/database.ts'
import { environmentByDevId, type EnvironmentRow } from './store/environments.ts'
import { migrate } from './store/migrate.ts'
import { openDatabase } from './store/open.ts'
import { Replicas } from './store/replicas.ts'
import { bringForward, type SharedClock, sharedClock } from './store/shared-clock.ts'
import { simulatorState } from './store/simulator-state.ts'
import { sourceOf } from './store/sources.ts'
import { createDashboard } from './web/index.ts'
import { createWidget } from './widget/index.ts'

/** Together below the ten seconds that most give a process to end. */
const GRACE_MS = 8000
const SANDBOX_GRACE_MS = 250
const TRACES_GRACE_MS = 1000
const CLOCK_MS = 5000

export type Role = 'all' | 'api' | 'intake' | 'deliver'

export interface Running {
  ctx: Context
  url: string
  environment: EnvironmentRow
  adminToken: string
  firstStart: boolean
  /** Finishes what is in flight, gives back the rest, closes. Safe to call twice. */
  stop(): Promise<void>
}

/** The last argument is the tests': every other caller goes by the database's time of day, and waits as long as requests say. */
export async function startServer(
  config: Config,
  role: Role = 'all',
  { clock: moved, providerTimeoutMs }: { clock?: Clock; providerTimeoutMs?: number } = {},
): Promise<Running> {
  const log = createLog(config.logLevel, config.stdout === 'events' ? 'stderr' : 'stdout')
  if (role !== 'all' && config.embedded) {
    throw new Error(`--role ${role} needs PostgreSQL: set LOAM_DATABASE_URL; one SQLite file serves one process`)
  }
  const db = await openDatabase(config.databaseUrl, log).catch((error: Error) => {
    if (config.embedded) throw error
    throw new Error(`the database of LOAM_DATABASE_URL cannot be used: ${error.message}`, { cause: error })
  })
  await migrate(db)
  const { clock, stop: stopClock } =
    moved === undefined ? await startClock(db, config, log) : { clock: moved, stop: () => {} }
  const userAgent = `Loam/${VERSION}`
  const http = createHttp({
    allowPrivate: true,
    userAgent,
    connectionsPerOrigin: 64,
    ...(providerTimeoutMs !== undefined && { timeoutMs: providerTimeoutMs }),
  })
  // Before anyone can ask: a place that cannot be used stops the start.
  const bodies = await openBodies(config.bodies, { db, http, clock, log }, config.bodiesReturn)
  const door = closedDoor()
  const { server, port } = await listen(config, {
    ...door,
    refuse: (status, problem) => unreadable({ publicUrl: config.publicUrl }, status, problem),
  })
  const internalUrl = `http://${fromWithin(config.host)}:${port}`
  const publicUrl = config.port === 0 ? config.publicUrl.replace(/:0$/, `:${port}`) : config.publicUrl
  const leads = role === 'all' || role === 'api'
  const ownOrigin = await followOwnAddress({ db, clock }, { publicUrl, leads })
  // With the sandbox each part calls clouds of its own, which call it back: what they remember is in the database.
  const answersAll = leads || config.sandbox
  // No limit for a host: each destination has its own, and one that hangs delays no other at the same host.
  const destinationHttp = createHttp({
    allowPrivate: config.allowPrivateDestinations,
    // With the sandbox the inspector is with every part, and the public name need not lead here from within.
    own: { at: `${internalUrl}/inspect/`, ...(config.sandbox && { name: new URL(`${ownOrigin}/inspect/`).href }) },
    mayReachPort: (port) => config.destinationPorts.some(([from, to]) => port >= from && port <= to),
    userAgent,
  })
  const metrics = createMetrics()
  const traces = config.traces === null ? null : startTracing(config.traces, { http, log, metrics, role })
  const ctx: Context = {
    db,
    bodies,
    clock,
    http,
    destinationHttp,
    destinationNetwork: createNetwork({ allowPrivate: config.allowPrivateDestinations }),
    ...(config.destinationFolder === null ? {} : { destinationFolder: config.destinationFolder }),
    ...(config.stdout === 'events' ? { print: printer(process.stdout) } : {}),
    log,
    metrics,
    ...(traces !== null && { tracer: traces.tracer }),
    sealer: createSealer(config.encryptionKey),
    publicUrl,
    internalUrl,
    sandbox: config.sandbox,
    sandboxClient,
    backfillDays: config.backfillDays,
    auditDays: config.auditDays === 0 ? undefined : config.auditDays,
    trustedProxies: config.trustedProxies,
    strangersPerMinute: config.strangersPerMinute,
  }
  measureProcess(ctx.metrics)
  ctx.payloadUrl = payloadUrls(ctx)
  if (config.readUrls.length > 0) {
    ctx.replicas = new Replicas(db, { urls: config.readUrls, mostLagMs: config.readLagSeconds * 1000, log })
  }
  const { token: adminToken } = await ensureAdminToken(ctx, config.adminToken)
  const { environment, created } = await ensureFirstEnvironment(ctx, {
    devId: config.devId,
    apiKey: config.apiKey,
    signingSecret: config.signingSecret,
  })
  const shutdown = new AbortController()
  const simulators = config.sandbox
    ? createSimulators({
        clock: ctx.clock,
        state: simulatorState(db, ctx.clock),
        http,
        publicUrl: ctx.publicUrl,
        callbackOf: async (...named) => (await sandboxApplication(ctx, ...named))?.callbackUrl ?? null,
        callbackSecretOf: async (...named) => (await sandboxApplication(ctx, ...named))?.verificationToken ?? null,
      })
    : new Map<string, Simulator>()
  if (answersAll) {
    const { fetch } = everything(ctx, simulators, shutdown.signal)
    door.open({ fetch, direct: directHooks(ctx) })
  }
  const loops = [
    ...(role === 'all' || role === 'intake' ? [await startIntake(ctx, { onlyProcess: config.embedded })] : []),
    ...(bodies !== undefined && (role === 'all' || role === 'intake')
      ? [startBodies(ctx, bodies, { back: config.bodiesReturn })]
      : []),
    ...(role === 'all' || role === 'deliver' ? [await startDelivering(ctx, { onlyProcess: config.embedded })] : []),
  ]
  if (!answersAll) door.open(createHealth(ctx))
  const ticking = role === 'deliver' ? undefined : startTicking(simulators, log)
  if (leads) {
    writeServerProfile(config.dataDir, {
      url: ctx.internalUrl,
      public_url: ctx.publicUrl,
      admin_token: adminToken,
      dev_id: environment.dev_id,
    })
  }
  if (role === 'all' || role === 'intake') {
    void queueSourceSubscriptions(ctx).catch((error) => log.warn({ err: error }, 'subscribing failed'))
  }

  void sealAnew(ctx).catch((error) =>
    log.warn({ err: error }, 'secrets could not be sealed anew; the next start goes on'),
  )

  let stopping: Promise<void> | null = null
  return {
    ctx,
    url: ctx.publicUrl,
    environment,
    adminToken,
    firstStart: created,
    stop() {
      stopping ??= (async () => {
        clearInterval(ticking)
        stopClock()
        shutdown.abort()
        const idle = Promise.all(loops.map((loop) => loop.stop(GRACE_MS)))
        // What is in flight may be on its way to a cloud of the sandbox, behind our own door: those answer at once.
        if (config.sandbox) await withinTime(idle, SANDBOX_GRACE_MS)
        await Promise.all([endRequests(server, GRACE_MS), idle])
        await traces?.stop(TRACES_GRACE_MS)
        await Promise.all([http.close(), destinationHttp.close()])
        await ctx.replicas?.close()
        await db.close()
      })()
      return stopping
    },
  }
}

/** The host of a URL by which this process reaches itself. */
function fromWithin(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}

async function startClock(db: Database, config: Config, log: Log): Promise<{ clock: Clock; stop(): void }> {
  const clock: SharedClock = await sharedClock(db, async (backMs) => {
    log.warn({ backMs }, 'the clock was set back')
    // Of several servers each would do it again; and a database server's clock is set by people who know.
    if (!config.embedded) return
    bringRefusalsForward(backMs, clock.now())
    await bringForward(db, backMs, clock.now())
  })
  const looking = setInterval(() => {
    clock.look().catch((error) => log.debug({ err: error }, 'the clock could not be read'))
  }, CLOCK_MS)
  looking.unref()
  return { clock, stop: () => clearInterval(looking) }
}

function startTracing(
  { url, headers, service, ratio }: NonNullable<Config['traces']>,
  { role, ...world }: { http: Http; log: Log; metrics: Metrics; role: Role },
): { tracer: Tracer; stop(graceMs: number): Promise<void> } {
  const resource = {
    'service.name': service,
    'service.version': VERSION,
    'service.instance.id': randomUUID(),
    'loam.role': role,
  }
  const sending = exportTraces({ ...world, url, headers, resource, scope: { name: 'loam', version: VERSION } })
  return { tracer: createTracer(ratio, sending.add), stop: sending.stop }
}

function everything(ctx: Context, simulators: Map<string, Simulator>, shutdown: AbortSignal): Hono {
  const app = new Hono()
  for (const [name, simulator] of simulators) {
    const prefix = `/sandbox/${name}`
    app.all(`${prefix}/*`, (c) => {
      const url = new URL(c.req.url)
      url.pathname = url.pathname.slice(prefix.length)
      return simulator.handle(new Request(url, c.req.raw))
    })
  }
  const pages = [createWidget(ctx), createDashboard(ctx)]
  const foldersOfPages = new Set(pages.flatMap((part) => part.routes.map(({ path }) => folderOf(path))))
  const api = createApi(ctx, { shutdown })
  app.all('*', async (c) => {
    // To look for a route costs as much as much of an answer: most requests are for the API.
    for (const part of foldersOfPages.has(folderOf(c.req.path)) ? pages : []) {
      if (belongsTo(part, c.req.method, c.req.path)) return part.fetch(c.req.raw, c.env as object)
    }
    return api.fetch(c.req.raw, c.env as object)
  })
  return app
}

function folderOf(path: string): string {
  return path.split('/', 2)[1]!
}

/** Pages and API are apps of their own, each with its own errors: a request goes to the one that has a route for it. */
function belongsTo(part: Hono, method: string, path: string): boolean {
  const [handlers] = part.router.match(method === 'HEAD' ? 'GET' : method, path)
  return handlers.some(([[, route]]) => route.path !== '*' && route.path !== '/*')
}

/** What an operator would type into the provider's dashboard: where the environment of a sandbox application listens. */
async function sandboxApplication(ctx: Context, provider: string, clientId: string): Promise<Application | null> {
  const connector = connectorById(provider)
  const devId = sandboxOwner(clientId)
  if (connector === null || devId === null) return null
  const environment = await environmentByDevId(ctx.db, devId)
  const source = environment === null ? null : await sourceOf(ctx.db, environment.id, provider)
  if (environment === null || source === null || source.enabled === 0) return null
  return application(ctx, environment, source, connector)
}
