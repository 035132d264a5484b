// The work of each kind of job.
import { connectorOf } from '../connectors/index.ts'
import { revokeAtProvider, type RevokePayload, subscribeAtProvider } from '../credentials/disconnect.ts'
import { runReplay } from '../outbox/replays.ts'
import { connectionById } from '../store/connections.ts'
import { saveJobProgress } from '../store/jobs.ts'
import { runBackfill } from './backfill.ts'
import type { Work } from './jobs.ts'
import { runRead } from './read-job.ts'
import { runGone, runUnclaimed } from './accept.ts'
import { runPush } from './push-job.ts'
import { runRenormalize } from './renormalize.ts'
import { runDataRequest } from './data-request.ts'
import { runSubscribeSource } from './subscribe.ts'

export const workers: Record<string, Work> = {
  read: runRead,
  backfill: runBackfill,
  request: runDataRequest,
  push: runPush,
  gone: runGone,
  unclaimed: runUnclaimed,
  renormalize: runRenormalize,
  replay: runReplay,
  subscribe_source: runSubscribeSource,
  async subscribe(ctx, job) {
    const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
    const connector = connection === null ? null : connectorOf(connection)
    if (connection === null) return 'gone'
    if (connector !== null) await subscribeAtProvider(ctx, connector, connection)
    return 'done'
  },
  async revoke(ctx, job) {
    const keep = async (payload: RevokePayload): Promise<void> => {
      await ctx.db.batch([saveJobProgress(job.id, job.lease_id!, JSON.stringify(payload), null)])
    }
    await revokeAtProvider(ctx, JSON.parse(job.payload) as RevokePayload, job.environment_id!, keep)
    return 'done'
  },
}
