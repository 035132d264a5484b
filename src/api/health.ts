import { z } from 'zod'
import { ApiError } from '../platform/errors.ts'
import { withinTime } from '../platform/within-time.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import { writeInstanceSetting } from '../store/instance-settings.ts'
import { schemaStatus } from '../store/migrate.ts'
import { operation } from './http/operation.ts'
import { metricsText } from './metrics.ts'

/** Whoever asks waits no longer than that. */
const MOST_MS = 3000
/** Anybody may ask: one commit answers all who do so meanwhile. */
const COMMIT_EVERY_MS = 1000

const Fine = z.object({ status: z.literal('ok') })

/** Database reachable, schema as this version wants it, and a commit gets through: a full disk or a standby can only be read. */
export async function checkReady(ctx: Context): Promise<void> {
  const status = await withinTime(schemaStatus(ctx.db), MOST_MS).catch((error) => {
    throw new ApiError('not_ready', 503, 'the database cannot be reached', { cause: error })
  })
  if (status === null) throw new ApiError('not_ready', 503, 'the database does not answer')
  const { pending } = status
  if (pending.length > 0) throw new ApiError('not_ready', 503, `migrations are to be done: ${pending.join(', ')}`)
  const committed = await withinTime(recentCommit(ctx), MOST_MS).catch((error) => {
    throw new ApiError('not_ready', 503, 'the database takes no commits: its disk is full, or it can only be read', {
      cause: error,
    })
  })
  if (committed === null) throw new ApiError('not_ready', 503, 'the database does not answer commits')
}

interface Commit {
  at: number
  done: Promise<true>
  isUnderWay: boolean
}

const commits = new WeakMap<Database, Commit>()

function recentCommit({ db, clock }: Context): Promise<true> {
  const last = commits.get(db)
  const at = performance.now()
  if (last !== undefined && (last.isUnderWay || at - last.at < COMMIT_EVERY_MS)) return last.done
  const done = writeInstanceSetting(db, 'ready_at', String(clock.now())).then(() => true as const)
  const commit: Commit = { at, done, isUnderWay: true }
  commits.set(db, commit)
  const end = (): void => {
    commit.isUnderWay = false
  }
  done.then(end, end)
  return done
}

const tags = ['Operation']

export const healthOperations = [
  operation({
    method: 'GET',
    path: '/healthz',
    id: 'healthz',
    summary: 'Whether the process answers',
    tags,
    auth: 'none',
    responses: { 200: { description: 'It does.', schema: Fine } },
    handler: async () => ({ status: 'ok' }),
  }),
  operation({
    method: 'GET',
    path: '/readyz',
    id: 'readyz',
    summary: 'Whether the database can be reached and takes commits, and its schema is current',
    tags,
    auth: 'none',
    responses: { 200: { description: 'Ready.', schema: Fine } },
    errors: { 503: 'Not ready; the message says why.' },
    handler: async ({ ctx }) => {
      await checkReady(ctx)
      return { status: 'ok' }
    },
  }),
  operation({
    method: 'GET',
    path: '/metrics',
    id: 'metrics',
    summary: 'Counters in the format of Prometheus; without the database those of this process',
    tags,
    auth: 'none',
    responses: { 200: { description: 'Counters.', contentType: 'text/plain' } },
    handler: async ({ ctx }) =>
      new Response(await metricsText(ctx), { headers: { 'content-type': ctx.metrics.registry.contentType } }),
  }),
]
