// Subscriptions that belong to an application: made for every environment and source, renewed before they end.
import { application } from '../credentials/client.ts'
import { connectorById } from '../connectors/index.ts'
import type { Context } from '../store/context.ts'
import { environmentById } from '../store/environments.ts'
import { allEnabledSources, type SourceRow } from '../store/sources.ts'

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

export async function subscribeSource(ctx: Context, source: SourceRow): Promise<void> {
  const connector = connectorById(source.provider)
  const subscribe = connector?.notifications?.subscribeApplication
  if (connector === null || subscribe === undefined) return
  const environment = await environmentById(ctx.db, source.environment_id)
  if (environment === null || (source.client_id === null && !ctx.sandbox)) return
  const app = application(ctx, environment, source, connector)
  await subscribe({
    send: (at, request = {}) => ctx.http.send({ ...request, url: app.callUrl(at) }),
    client: app.client,
    callbackUrl: app.callbackUrl,
    verificationToken: app.verificationToken,
    now: ctx.clock.now(),
  })
}
