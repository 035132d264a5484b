import { z } from 'zod'
import { connectors } from '../../connectors/index.ts'
import { countReplay, replayState, startReplay } from '../../outbox/replays.ts'
import { ApiError } from '../../platform/errors.ts'
import { wakeJobs } from '../../queue/wake.ts'
import type { Context } from '../../store/context.ts'
import { destinationById } from '../../store/destinations.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { jobById, type JobRow, listJobs } from '../../store/jobs.ts'
import type { ReplayFilter } from '../../store/replays.ts'
import { eventTypeNames } from '../event-types.ts'
import { operation, Reply } from '../http/operation.ts'
import { instantText } from '../http/parameters.ts'
import { checkKnown } from './destination-input.ts'
import { cancelJob, JobView, jobView, resumeJob } from './jobs.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

const MOST_TYPES = 50
/** Who counts waits for the answer. */
const COUNT_FOR_MS = 10_000

export const ReplayInput = z.object({
  type: z.string().max(100).optional().describe('One type; `types` takes several.'),
  types: z.array(z.string().max(100)).max(MOST_TYPES).optional().describe('None, or left out: any type.'),
  provider: z.string().max(100).optional(),
  user_id: z.string().max(100).optional(),
  reference_id: z.string().max(256).optional(),
  state: z
    .enum(['failed', 'all'])
    .default('all')
    .describe('failed: only what failed for good and was not delivered since.'),
  sent_to: z
    .string()
    .max(100)
    .optional()
    .describe('Only what went to this destination; with `state: failed`, only what failed there.'),
  since: instantText.optional().describe('Created at or after this time.'),
  until: instantText.optional().describe('Created before this time; now unless told.'),
  destination_id: z
    .string()
    .max(100)
    .optional()
    .describe(
      'Send there, whatever its filters say. Left out: to `sent_to`; where it failed with `state: failed`; else to every destination that wants the event.',
    ),
  rate_per_second: z.number().positive().max(10_000).default(100).describe('Events per second at most.'),
  dry_run: z.boolean().default(false).describe('Count, and send nothing.'),
})
export type ReplayInput = z.input<typeof ReplayInput>

export const ReplayResult = z
  .object({
    replay_id: z.string().nullable().describe('Null after a dry run.'),
    events: z.number().describe('That are sent: what no destination wants is none of them.'),
    complete: z.boolean().describe('False: counting was ended after ten seconds, and there may be more.'),
    bytes: z.number().describe('Of the bodies, for one destination.'),
    by_type: z.array(z.object({ type: z.string(), events: z.number(), bytes: z.number() })).describe('The most first.'),
  })
  .meta({ id: 'ReplayResult' })
export type ReplayResult = z.infer<typeof ReplayResult>

export const ReplayView = z
  .object({
    id: z.string(),
    state: JobView.shape.state,
    progress: z.object({
      done: z.number(),
      total: z.number().nullable().describe('Null: too many to count beforehand.'),
    }),
    types: z.array(z.string()).describe('None: any.'),
    provider: z.string().nullable(),
    user_id: z.string().nullable(),
    reference_id: z.string().nullable(),
    only_failed: z.boolean(),
    sent_to: z.string().nullable(),
    since: z.string().nullable(),
    until: z.string(),
    destination_id: z.string().nullable(),
    rate_per_second: z.number(),
    last_error: z.string().nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .meta({ id: 'Replay', description: 'Stored events that are sent again.' })
export type ReplayView = z.infer<typeof ReplayView>

/** Sends stored events again, as a job in the lane of history; or counts them. */
export async function replay(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.output<typeof ReplayInput>,
): Promise<ReplayResult> {
  for (const name of ['destination_id', 'sent_to'] as const) {
    const id = input[name]
    if (id === undefined) continue
    const row = await destinationById(ctx.db, id)
    if (row?.environment_id !== environment.id) {
      throw new ApiError('destination_not_found', 404, `${name}: destination not found`)
    }
  }
  const filter = filterOf(ctx, environment, input)
  checkFilter(filter, input)
  const destinationId = input.destination_id ?? null
  const { byType, complete } = await countReplay(ctx.db, { filter, destinationId }, performance.now() + COUNT_FOR_MS)
  const counted = {
    events: byType.reduce((sum, { events }) => sum + events, 0),
    complete,
    bytes: byType.reduce((sum, { bytes }) => sum + bytes, 0),
    by_type: byType,
  }
  if (input.dry_run) return { replay_id: null, ...counted }
  const order = { filter, destinationId, ratePerSecond: input.rate_per_second }
  const id = await startReplay(ctx, order, complete ? counted.events : null)
  wakeJobs()
  return { replay_id: id, ...counted }
}

function checkFilter({ types, provider, since, until }: ReplayFilter, input: z.output<typeof ReplayInput>): void {
  checkKnown(input.types === undefined ? 'type' : 'types', types, eventTypeNames)
  checkKnown(
    'provider',
    provider === null ? [] : [provider],
    connectors.map(({ id }) => id),
  )
  if (until > since) return
  const problem = input.until === undefined ? 'since: must be before now' : 'until: must be later than since'
  throw new ApiError('invalid_request', 400, problem)
}

function filterOf(ctx: Context, environment: EnvironmentRow, input: z.output<typeof ReplayInput>): ReplayFilter {
  const types = [...(input.types ?? []), ...(input.type === undefined ? [] : [input.type])]
  return {
    environmentId: environment.id,
    types: [...new Set(types)],
    provider: input.provider?.toUpperCase() ?? null,
    userId: input.user_id ?? null,
    referenceId: input.reference_id ?? null,
    onlyFailed: input.state === 'failed',
    sentTo: input.sent_to ?? null,
    since: input.since ?? 0,
    until: input.until ?? ctx.clock.now() + 1,
  }
}

/** Newest first. */
export async function listReplays(
  ctx: Context,
  environment: EnvironmentRow,
  input: PageInput = {},
): Promise<Listing<ReplayView>> {
  return listingOf(await listJobs(ctx.db, environment.id, { kind: 'replay' }, pageOf(input)), replayView)
}

export async function getReplay(
  ctx: Context,
  environment: EnvironmentRow,
  input: { replay_id: string },
): Promise<ReplayView> {
  const row = await jobById(ctx.db, input.replay_id)
  // A replay is a job; no other kind of job is shown or stopped here.
  if (row === null || row.environment_id !== environment.id || row.kind !== 'replay') {
    throw new ApiError('job_not_found', 404, 'replay not found')
  }
  return replayView(row)
}

/** What it has queued is still delivered. */
export async function cancelReplay(
  ctx: Context,
  environment: EnvironmentRow,
  input: { replay_id: string },
): Promise<ReplayView> {
  await getReplay(ctx, environment, input)
  await cancelJob(ctx, environment, { job_id: input.replay_id })
  return getReplay(ctx, environment, input)
}

/** From where it stopped. */
export async function resumeReplay(
  ctx: Context,
  environment: EnvironmentRow,
  input: { replay_id: string },
): Promise<ReplayView> {
  await getReplay(ctx, environment, input)
  await resumeJob(ctx, environment, { job_id: input.replay_id })
  return getReplay(ctx, environment, input)
}

function replayView(row: JobRow): ReplayView {
  const { filter, destinationId, ratePerSecond, done, total } = replayState(row)
  const { id, state, last_error, created_at, finished_at } = jobView(row)
  return {
    id,
    state,
    progress: { done, total },
    types: filter.types,
    provider: filter.provider,
    user_id: filter.userId,
    reference_id: filter.referenceId,
    only_failed: filter.onlyFailed,
    sent_to: filter.sentTo,
    since: filter.since === 0 ? null : isoTime(filter.since),
    until: isoTime(filter.until),
    destination_id: destinationId,
    rate_per_second: ratePerSecond,
    last_error,
    created_at,
    finished_at,
  }
}

const Params = z.object({ replay_id: z.string() })
const missing = { 404: 'This environment has no such replay.' }

export const replayOperations = [
  operation({
    method: 'POST',
    path: '/replays',
    id: 'replay',
    summary: 'Send many events again',
    description:
      'Same ids, same bytes, in the lane of history. With `dry_run` they are only counted, for ten seconds at most: `complete` says whether that was enough.',
    tags: ['Events'],
    auth: 'admin',
    body: ReplayInput,
    responses: {
      200: { description: 'What would be sent.', schema: ReplayResult },
      202: { description: 'Queued.', schema: ReplayResult },
    },
    errors: {
      400: 'A time is no time, the range ends before it begins, or there is no such type or source.',
      404: 'There is no such destination.',
    },
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
    responses: { 200: { description: 'Newest first.', schema: listingSchema(ReplayView) } },
    handler: ({ ctx, environment, query }) => listReplays(ctx, environment, query),
  }),
  operation({
    method: 'GET',
    path: '/replays/{replay_id}',
    id: 'getReplay',
    summary: 'Show how far a replay is',
    tags: ['Events'],
    auth: 'admin',
    params: Params,
    responses: { 200: { description: 'The replay.', schema: ReplayView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getReplay(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/replays/{replay_id}/cancel',
    id: 'cancelReplay',
    summary: 'Stop a replay',
    description: 'What it has queued is still delivered.',
    tags: ['Events'],
    auth: 'admin',
    params: Params,
    responses: { 200: { description: 'As it is now.', schema: ReplayView } },
    errors: { ...missing, 409: 'It has ended already.' },
    handler: ({ ctx, environment, params }) => cancelReplay(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/replays/{replay_id}/resume',
    id: 'resumeReplay',
    summary: 'Let a stopped or failed replay go on',
    description: 'From where it stopped: what was queued is not queued again.',
    tags: ['Events'],
    auth: 'admin',
    params: Params,
    responses: { 200: { description: 'As it is now.', schema: ReplayView } },
    errors: { ...missing, 409: 'It has not stopped.' },
    handler: ({ ctx, environment, params }) => resumeReplay(ctx, environment, params),
  }),
]
