import { z } from 'zod'
import { startReplay } from '../../outbox/replays.ts'
import { ApiError } from '../../platform/errors.ts'
import { wakeJobs } from '../../queue/wake.ts'
import type { Context } from '../../store/context.ts'
import { destinationById } from '../../store/destinations.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { countToReplay, type ReplayFilter } from '../../store/replays.ts'
import { operation, Reply } from '../http/operation.ts'
import { cancelJob, getJob, JobView, listJobs } from './jobs.ts'
import { listingSchema, pageQuery } from './listing.ts'

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), {
  error: 'must be an ISO 8601 time, such as 2026-01-31T08:00:00Z',
})

export const ReplayInput = z.object({
  type: z.string().max(100).optional(),
  provider: z.string().max(100).optional(),
  user_id: z.string().max(100).optional(),
  reference_id: z.string().max(256).optional(),
  state: z
    .enum(['failed', 'all'])
    .default('all')
    .describe('failed: only what failed for good and was not delivered since.'),
  since: time.optional().describe('Created at or after this time.'),
  until: time.optional().describe('Created before this time; now unless told.'),
  destination_id: z
    .string()
    .optional()
    .describe(
      'Send there, whatever its filters say. Left out: where it failed with `state: failed`, else to every destination that wants the event.',
    ),
  failed_at: z.string().optional().describe('With `state: failed`: only what failed at this destination.'),
  rate_per_second: z.number().positive().max(10_000).default(100).describe('Events per second at most.'),
  dry_run: z.boolean().default(false).describe('Count, and send nothing.'),
})

export const ReplayResult = z
  .object({
    replay_id: z.string().nullable().describe('Null after a dry run.'),
    events: z.number(),
    bytes: z.number().describe('Of the bodies, for one destination.'),
  })
  .meta({ id: 'ReplayResult' })

/** Sends stored events again, as a job in the lane of history; or counts them. */
export async function replay(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.output<typeof ReplayInput>,
): Promise<z.infer<typeof ReplayResult>> {
  const { destination_id: destinationId = null, failed_at: failedAt = null } = input
  for (const id of [destinationId, failedAt]) {
    if (id === null) continue
    const row = await destinationById(ctx.db, id)
    if (row?.environment_id !== environment.id)
      throw new ApiError('destination_not_found', 404, 'destination not found')
  }
  const filter: ReplayFilter = {
    environmentId: environment.id,
    type: input.type ?? null,
    provider: input.provider?.toUpperCase() ?? null,
    userId: input.user_id ?? null,
    referenceId: input.reference_id ?? null,
    onlyFailed: input.state === 'failed',
    failedAt,
    since: input.since === undefined ? 0 : Date.parse(input.since),
    until: input.until === undefined ? ctx.clock.now() + 1 : Date.parse(input.until),
  }
  const counted = await countToReplay(ctx.db, filter)
  if (input.dry_run) return { replay_id: null, ...counted }
  const id = await startReplay(ctx, { filter, destinationId, ratePerSecond: input.rate_per_second })
  wakeJobs()
  return { replay_id: id, ...counted }
}

const Params = z.object({ replay_id: z.string() })
const missing = { 404: 'This environment has no such replay.' }

/** A replay is a job; no other kind of job is shown or stopped here. */
async function replayNamed(ctx: Context, environment: EnvironmentRow, id: string): Promise<JobView> {
  const view = await getJob(ctx, environment, { job_id: id })
  if (view.kind !== 'replay') throw new ApiError('job_not_found', 404, 'job not found')
  return view
}

export const replayOperations = [
  operation({
    method: 'POST',
    path: '/replays',
    id: 'replay',
    summary: 'Send many events again',
    description: 'Same ids, same bytes, in the lane of history. With `dry_run` they are only counted.',
    tags: ['Events'],
    auth: 'admin',
    body: ReplayInput,
    responses: {
      200: { description: 'What would be sent.', schema: ReplayResult },
      202: { description: 'Queued.', schema: ReplayResult },
    },
    errors: { 404: 'There is no such destination.' },
    handler: async ({ ctx, environment, body }) => {
      const result = await replay(ctx, environment, body)
      return new Reply(result.replay_id === null ? 200 : 202, result)
    },
  }),
  operation({
    method: 'GET',
    path: '/replays',
    id: 'listReplays',
    summary: 'List replays',
    tags: ['Events'],
    auth: 'admin',
    query: z.object(pageQuery),
    responses: { 200: { description: 'Newest first.', schema: listingSchema(JobView) } },
    handler: ({ ctx, environment, query }) => listJobs(ctx, environment, { ...query, kind: 'replay' }),
  }),
  operation({
    method: 'GET',
    path: '/replays/{replay_id}',
    id: 'getReplay',
    summary: 'Show how far a replay is',
    tags: ['Events'],
    auth: 'admin',
    params: Params,
    responses: { 200: { description: 'The replay.', schema: JobView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => replayNamed(ctx, environment, params.replay_id),
  }),
  operation({
    method: 'POST',
    path: '/replays/{replay_id}/cancel',
    id: 'cancelReplay',
    summary: 'Stop a replay',
    description: 'What it has queued is still delivered. `POST /jobs/{id}/resume` lets it go on.',
    tags: ['Events'],
    auth: 'admin',
    params: Params,
    responses: { 200: { description: 'As it is now.', schema: JobView } },
    errors: { ...missing, 409: 'It has ended already.' },
    handler: async ({ ctx, environment, params }) => {
      await replayNamed(ctx, environment, params.replay_id)
      return cancelJob(ctx, environment, { job_id: params.replay_id })
    },
  }),
]
