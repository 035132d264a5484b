import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import type { Connector } from '../../connectors/connector.ts'
import { connectorById, connectors } from '../../connectors/index.ts'
import { kindsOf, readerOf } from '../../connectors/map-pages.ts'
import { startRenormalizing } from '../../intake/renormalize.ts'
import { wakeJobs } from '../../queue/wake.ts'
import { isUniqueViolation } from '../../store/errors.ts'
import {
  cancelJob as cancelRow,
  jobById,
  type JobRow,
  listJobs as listRows,
  resumeJob as resumeRow,
} from '../../store/jobs.ts'
import { connectionNamed } from '../connection-named.ts'
import { operation, Reply } from '../http/operation.ts'
import { connectorNamed } from './sources.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

const State = z.enum(['pending', 'running', 'done', 'failed', 'cancelled'])

export const JobView = z
  .object({
    id: z.string(),
    kind: z.string().describe('`backfill`, `read`, `push`, `request`, `renormalize` …'),
    lane: z.enum(['live', 'backfill']),
    user_id: z.string().nullable(),
    state: State,
    progress: z
      .object({
        done: z.number(),
        total: z.number(),
        unit: z
          .enum(['days', 'chunks'])
          .optional()
          .describe('Of a large `request`: days are read, then chunks are sent.'),
        changed: z.number().optional().describe('Records that came out different, of a `renormalize`.'),
        removed: z.number().optional().describe('Records that the pages do not hold any more, of a `renormalize`.'),
      })
      .nullable()
      .describe('Null before the first step, and for short jobs.'),
    attempts: z.number(),
    next_at: z.string().nullable(),
    last_error: z.string().nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .meta({
    id: 'Job',
    description:
      'Inbound work: reading from a provider. When it is done it can be seen for an hour, what was asked for (a `backfill`, a `replay` …) for a week and a `request` for a day; what failed, for a week.',
  })
export type JobView = z.infer<typeof JobView>

export const JobFilter = z.object({
  ...pageQuery,
  user_id: z.string().optional(),
  kind: z.string().optional(),
  state: State.optional(),
})
export type JobFilter = PageInput & Omit<z.output<typeof JobFilter>, 'limit' | 'cursor'>

/** Newest first. */
export async function listJobs(
  ctx: Context,
  environment: EnvironmentRow,
  input: JobFilter = {},
): Promise<Listing<JobView>> {
  const filter = { userId: input.user_id, kind: input.kind, state: input.state }
  return listingOf(await listRows(ctx.db, environment.id, filter, pageOf(input)), jobView)
}

export async function getJob(ctx: Context, environment: EnvironmentRow, input: { job_id: string }): Promise<JobView> {
  const row = await jobById(ctx.db, input.job_id)
  if (row === null || row.environment_id !== environment.id) throw notFound()
  return jobView(row)
}

/** What it has read stays. */
export async function cancelJob(
  ctx: Context,
  environment: EnvironmentRow,
  input: { job_id: string },
): Promise<JobView> {
  const changed = await ctx.db.transaction(async (tx) => {
    const count = await cancelRow(tx, environment.id, input.job_id, ctx.clock.now())
    const act = { environmentId: environment.id, subject: input.job_id }
    if (count > 0) audit(ctx, tx, { action: 'job.stopped', ...act })
    return count
  })
  const view = await getJob(ctx, environment, input)
  if (changed === 0 && view.state !== 'cancelled') {
    throw new ApiError('job_finished', 409, `this job is ${view.state} already`)
  }
  return view
}

/** From where it stopped. */
export async function resumeJob(
  ctx: Context,
  environment: EnvironmentRow,
  input: { job_id: string },
): Promise<JobView> {
  await getJob(ctx, environment, input)
  let changed = 0
  try {
    changed = await ctx.db.transaction(async (tx) => {
      const count = await resumeRow(tx, environment.id, input.job_id, ctx.clock.now())
      const act = { environmentId: environment.id, subject: input.job_id }
      if (count > 0) audit(ctx, tx, { action: 'job.resumed', ...act })
      return count
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ApiError('job_not_stopped', 409, 'another job does the same work already')
  }
  const view = await getJob(ctx, environment, input)
  if (changed === 0) throw new ApiError('job_not_stopped', 409, `this job is ${view.state}: only a stopped one goes on`)
  wakeJobs()
  return view
}

function notFound(): ApiError {
  return new ApiError('job_not_found', 404, 'job not found')
}

export function jobView(row: JobRow): JobView {
  return {
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    user_id: row.user_id,
    state: row.state,
    progress: row.progress === null ? null : (JSON.parse(row.progress) as JobView['progress']),
    attempts: row.attempts,
    next_at: row.state === 'pending' ? isoTime(row.next_at) : null,
    last_error: row.last_error,
    created_at: isoTime(row.created_at),
    finished_at: isoTime(row.finished_at),
  }
}

export const RenormalizeInput = z.object({
  provider: z.string().max(100).optional().describe('Only connections of this source.'),
  user_id: z.string().max(100).optional().describe('Only this user.'),
  kind: z.string().max(200).optional().describe("Only pages of this kind, by the provider's own name."),
  dry_run: z.boolean().default(false).describe('Count what would change; change and send nothing.'),
})

/** Maps stored pages again, as a job; events follow for what came out different. */
export async function renormalize(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.output<typeof RenormalizeInput>,
): Promise<{ job_id: string }> {
  const user = input.user_id === undefined ? null : await connectionNamed(ctx, environment, input.user_id)
  const connector = input.provider === undefined ? null : connectorNamed(input.provider)
  if (input.kind !== undefined)
    checkKind(input.kind, connector ?? (user === null ? null : connectorById(user.provider)))
  const jobId = await startRenormalizing(ctx, {
    environmentId: environment.id,
    provider: connector?.id ?? null,
    userId: input.user_id ?? null,
    kind: input.kind ?? null,
    dryRun: input.dry_run,
  })
  return { job_id: jobId }
}

function checkKind(kind: string, connector: Connector | null): void {
  if ((connector === null ? connectors : [connector]).some((each) => readerOf(each, kind) !== null)) return
  const problem =
    connector === null
      ? 'no source has such a page; with a provider, this names those it has'
      : `${connector.name} has no such page; it has ${kindsOf(connector).join(', ')}`
  throw new ApiError('invalid_request', 400, `kind: ${problem}`)
}

const JobParams = z.object({ job_id: z.string() })
const missing = { 404: 'This environment has no such job.' }

export const jobOperations = [
  operation({
    method: 'POST',
    path: '/renormalize',
    id: 'renormalize',
    summary: 'Map stored pages again',
    description:
      'After a mapping was mended: every stored page goes through it once more, and only what comes out different is ' +
      'stored and sent. The job shows how far it is.',
    tags: ['Jobs'],
    auth: 'admin',
    body: RenormalizeInput,
    responses: { 202: { description: 'Queued.', schema: z.object({ job_id: z.string() }) } },
    errors: { 400: 'There is no such kind of page.', 404: 'There is no such source or user.' },
    handler: async ({ ctx, environment, body }) => new Reply(202, await renormalize(ctx, environment, body)),
  }),
  operation({
    method: 'GET',
    path: '/jobs',
    id: 'listJobs',
    summary: 'List jobs',
    tags: ['Jobs'],
    auth: 'admin',
    query: JobFilter,
    responses: { 200: { description: 'Newest first.', schema: listingSchema(JobView) } },
    handler: ({ ctx, environment, query }) => listJobs(ctx, environment, query),
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job_id}',
    id: 'getJob',
    summary: 'Show one job',
    tags: ['Jobs'],
    auth: 'admin',
    params: JobParams,
    responses: { 200: { description: 'The job.', schema: JobView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getJob(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/jobs/{job_id}/cancel',
    id: 'cancelJob',
    summary: 'Stop a job',
    description: 'What it has read stays.',
    tags: ['Jobs'],
    auth: 'admin',
    params: JobParams,
    responses: { 200: { description: 'As it is now.', schema: JobView } },
    errors: { ...missing, 409: 'It has ended already.' },
    handler: ({ ctx, environment, params }) => cancelJob(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/jobs/{job_id}/resume',
    id: 'resumeJob',
    summary: 'Let a stopped or failed job go on',
    description: 'From where it stopped: what it has read is not read again.',
    tags: ['Jobs'],
    auth: 'admin',
    params: JobParams,
    responses: { 200: { description: 'As it is now.', schema: JobView } },
    errors: { ...missing, 409: 'It has not stopped, or another job does the same work.' },
    handler: ({ ctx, environment, params }) => resumeJob(ctx, environment, params),
  }),
]
