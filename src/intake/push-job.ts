// What a notification brought itself: pages, removals, the end of access. Stored as it comes (at-once.ts), or by a job.
import { hash } from 'node:crypto'
import type { Gone, Page } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/index.ts'
import { accessRevoked, permissionsChanged } from '../credentials/disconnect.ts'
import type { NewJob } from '../queue/enqueue.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { JobRow } from '../store/jobs.ts'
import { soonest } from './coalesce.ts'
import { ingest, type Read } from './ingest.ts'
import type { JobResult } from './jobs.ts'
import type { PageDigest } from './page-digest.ts'

interface PushPayload {
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

/** Pages that were pushed for one connection. */
export interface Push {
  connection: ConnectionRow
  at: number
  pages: Page[]
  digests: PageDigest[]
  listed: Read['listed']
  /** The same pages have the same. */
  key: string
}

export function pushOf(push: Omit<Push, 'key'>): Push {
  const content = [...push.digests.map(({ digest }) => digest), JSON.stringify(push.listed)]
  return { ...push, key: `push:${push.connection.user_id}:${hash('sha256', content.join('\0'), 'base64url')}` }
}

/** `at`: not before. */
export function jobOfPush(push: Push, at: number): NewJob {
  const { pages, listed } = push
  const payload: PushPayload = { at: push.at, pages, listed, gone: [], scopes: null, revoked: false }
  return { ...ownerOf(push.connection), kind: 'push', lane: 'live', dedupeKey: push.key, payload, at }
}

export interface Said {
  gone: Gone['gone'][]
  scopes: string[] | null
  revoked: boolean
}

/** Two that say the same are one while they wait: when they came is left out of what is compared. */
export function jobOfSaid(connection: ConnectionRow, said: Said, at: number): NewJob {
  const key = `push:${connection.user_id}:${hash('sha256', JSON.stringify(said), 'base64url')}`
  const payload: PushPayload = { at, pages: [], listed: [], ...said }
  return { ...ownerOf(connection), kind: 'push', lane: 'live', dedupeKey: key, payload, at: soonest(key, at) }
}

function ownerOf(connection: ConnectionRow): { environmentId: string; userId: string } {
  return { environmentId: connection.environment_id, userId: connection.user_id }
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
