// The product as it is started, with people connected at Garmin: pushes in, webhooks out.
import { createDestination } from '../../src/api/admin/destinations.ts'
import { serveContestant } from '../lib/contestant.ts'
import { people } from './people.ts'
import { startProduct } from './product.ts'

const { running, hook, clientId, stop } = await startProduct()
const { ctx, environment } = running
await ctx.db.run('DELETE FROM destinations')
await createDestination(ctx, environment, {
  type: 'webhook',
  url: process.env.BENCH_SINKS!,
  delivery: { concurrency: 32 },
})
await people(ctx, environment.id, 200)
serveContestant(
  { url: hook.origin, path: `${hook.pathname}${hook.search}`, headers: { 'garmin-client-id': clientId } },
  stop,
)
