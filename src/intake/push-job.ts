// The job behind a notification that brought something itself: pages, removals, the end of access.
import { accessRevoked, permissionsChanged } from '../credentials/disconnect.ts'
import type { Gone, Page } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/index.ts'
import { connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { JobRow } from '../store/jobs.ts'
import { ingest, type Read } from './ingest.ts'
import type { JobResult } from './jobs.ts'

export interface PushPayload {
  /** When it was received: what comes later replaces it, whichever is stored first. */
  at: number
  pages: Page[]
  /** What the pages are the whole of, as in `Listed`. */
  listed: Read['listed']
  gone: Gone['gone'][]
  /** What may be read from now on; null when nothing was said of that. */
  scopes: string[] | null
  revoked: boolean
}

export async function runPush(ctx: Context, job: JobRow): Promise<JobResult> {
  const payload = JSON.parse(job.payload) as PushPayload
  const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
  const connector = connection === null ? null : connectorOf(connection)
  if (connection === null || connector === null) return 'done'
  if (payload.pages.length > 0 || payload.gone.length > 0) {
    const read = { pages: payload.pages, gone: payload.gone, runAt: payload.at, covered: [], listed: payload.listed }
    await ingest(ctx, connector, connection.user_id, read, { lane: 'live' })
  }
  if (payload.scopes !== null) await permissionsChanged(ctx, connection.user_id, payload.scopes)
  if (payload.revoked) await accessRevoked(ctx, connection.user_id)
  return 'done'
}
