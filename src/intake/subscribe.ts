// Subscriptions at providers: those of an application, for every environment and source, and those of single connections.
import type { Connector } from '../connectors/connector.ts'
import { connectorById, variantsOf } from '../connectors/index.ts'
import { applicationHttp } from '../credentials/application-http.ts'
import { application, clientIdOf } from '../credentials/client.ts'
import { connectorFor, keepSecretExtra } from '../credentials/source-settings.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { connectionsToSubscribe, usedVariants } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { environmentById } from '../store/environments.ts'
import type { JobRow } from '../store/jobs.ts'
import { allEnabledSources, type SourceRow, sourceOf } from '../store/sources.ts'
import type { JobResult } from './jobs.ts'

const LOOK_AFTER_MS = 86_400_000
const BATCH = 200

/** Every enabled source, by jobs: at the start and now and then. Several servers that do so at once do it once. */
export async function queueSourceSubscriptions(ctx: Context): Promise<void> {
  const now = ctx.clock.now()
  const jobs = (await allEnabledSources(ctx.db)).flatMap((source) => subscribingJob(source, now) ?? [])
  await ctx.db.transaction((tx) => enqueue(tx, jobs, now))
}

/** The job that makes what a source needs at its provider; null where subscriptions are not ours to make. */
export function subscribingJob(source: { environment_id: string; provider: string }, now: number): NewJob | null {
  const connector = connectorById(source.provider)
  if (connector === null || !variantsOf(connector).some(subscribes)) return null
  return {
    kind: 'subscribe_source',
    lane: 'live',
    environmentId: source.environment_id,
    userId: null,
    dedupeKey: `subscribe_source:${source.environment_id}:${source.provider}`,
    payload: { provider: source.provider },
    at: now,
  }
}

function subscribes({ connector }: { connector: Connector }): boolean {
  return connector.notifications?.subscribeApplication !== undefined
}

export async function runSubscribeSource(ctx: Context, job: JobRow): Promise<JobResult> {
  const { provider } = JSON.parse(job.payload) as { provider: string }
  const source = await sourceOf(ctx.db, job.environment_id!, provider)
  if (source !== null && source.enabled === 1) await subscribeSource(ctx, source)
  return 'done'
}

async function subscribeSource(ctx: Context, source: SourceRow): Promise<void> {
  const environment = await environmentById(ctx.db, source.environment_id)
  if (environment === null) return
  for (const connector of await connectorsInUse(ctx, source)) {
    if (clientIdOf(source, connector) === null && !ctx.sandbox) continue
    const app = application(ctx, environment, source, connector)
    const told = await connector.notifications?.subscribeApplication?.({
      send: applicationHttp(ctx, app),
      client: app.client,
      callbackUrl: app.callbackUrl,
      verificationToken: app.verificationToken,
      now: ctx.clock.now(),
    })
    if (told !== undefined) await keepSecretExtra(ctx, source, told)
  }
}

/** The API that new connections use, and those that older ones still do. */
async function connectorsInUse(ctx: Context, source: SourceRow): Promise<Connector[]> {
  const own = connectorById(source.provider)
  if (own === null) return []
  const chosen = connectorFor(source)
  if (own.variants === undefined) return [own]
  const used = await usedVariants(ctx.db, source.environment_id, source.provider)
  return variantsOf(own)
    .filter(({ variant, connector }) => connector === chosen || used.includes(variant))
    .map(({ connector }) => connector)
}

/** Once a day for every connection that has a subscription of its own: what is gone at the provider is made again. */
export async function queueSubscriptions(ctx: Context): Promise<number> {
  const now = ctx.clock.now()
  const due = await connectionsToSubscribe(ctx.db, now - LOOK_AFTER_MS, now, BATCH)
  if (due.length === 0) return 0
  const jobs = due.map((row): NewJob => ({
    kind: 'subscribe',
    lane: 'live',
    environmentId: row.environment_id,
    userId: row.user_id,
    dedupeKey: `subscribe:${row.user_id}`,
    payload: {},
    at: now,
  }))
  await ctx.db.transaction((tx) => enqueue(tx, jobs, now))
  return due.length
}
