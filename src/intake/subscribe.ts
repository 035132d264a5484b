// Subscriptions at providers: those of an application, for every environment and source, and those of single connections.
import type { Connector } from '../connectors/connector.ts'
import { connectorById, variantsOf } from '../connectors/index.ts'
import { application } from '../credentials/client.ts'
import { connectorFor } from '../credentials/source-settings.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { connectionsToSubscribe, usedVariants } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { environmentById } from '../store/environments.ts'
import type { JobRow } from '../store/jobs.ts'
import { allEnabledSources, type SourceRow, sourceOf } from '../store/sources.ts'
import type { JobResult } from './jobs.ts'

const LOOK_AFTER_MS = 86_400_000
const BATCH = 200

/** Every enabled source. One that fails is logged and tried again at the next round; the others go on. */
export async function subscribeApplications(ctx: Context): Promise<void> {
  for (const source of await allEnabledSources(ctx.db)) {
    await subscribeSource(ctx, source).catch((error) =>
      ctx.log.warn(
        { err: error, provider: source.provider, environmentId: source.environment_id },
        'subscribing to notifications failed; data still comes by polling',
      ),
    )
  }
}

/** The job after a source was switched on or its credentials changed. */
export async function runSubscribeSource(ctx: Context, job: JobRow): Promise<JobResult> {
  const { provider } = JSON.parse(job.payload) as { provider: string }
  const source = await sourceOf(ctx.db, job.environment_id!, provider)
  if (source !== null && source.enabled === 1) await subscribeSource(ctx, source)
  return 'done'
}

export async function subscribeSource(ctx: Context, source: SourceRow): Promise<void> {
  const environment = await environmentById(ctx.db, source.environment_id)
  if (environment === null || (source.client_id === null && !ctx.sandbox)) return
  for (const connector of await connectorsInUse(ctx, source)) {
    const app = application(ctx, environment, source, connector)
    await connector.notifications?.subscribeApplication?.({
      send: (at, request = {}) => ctx.http.send({ ...request, url: app.callUrl(at) }),
      client: app.client,
      callbackUrl: app.callbackUrl,
      verificationToken: app.verificationToken,
      now: ctx.clock.now(),
    })
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
