// Moving people from the API that a source had before to the one that replaced it.
import { z } from 'zod'
import type { Connector, Replaced } from '../../connectors/connector.ts'
import { checkCurrentApi, endMove, moveLink, replacing } from '../../credentials/moves.ts'
import { secretExtra, settingsOfSource } from '../../credentials/source-settings.ts'
import { DATA_TYPES } from '../../model/data-type.ts'
import { addDays, localDayOf } from '../../model/local-day.ts'
import { ApiError } from '../../platform/errors.ts'
import { unpackJson } from '../../store/compress.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { countMissing, countMoves, listMoves, type MoveRow, successorOf } from '../../store/moves.ts'
import { recordsBetween } from '../../store/records.ts'
import { type SourceRow, sourceOf } from '../../store/sources.ts'
import { connectionNamed } from '../connection-named.ts'
import { operation } from '../http/operation.ts'
import { localDayText } from '../http/parameters.ts'
import { compareRecords } from './compare-records.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

const COMPARED_TYPES = ['daily', 'sleep', 'activity', 'body', 'nutrition'] as const
const MOST_COMPARED = 1000
/** Google's seven days, with room for what a clock differs. */
const SOON_MS = 8 * 86_400_000

export const MoveView = z
  .object({
    user_id: z.string().describe('The old connection.'),
    reference_id: z.string().nullable(),
    provider_user_id: z.string().describe("The account's id at the old API."),
    state: z.enum(['connected', 'degraded', 'revoked']),
    most_recent_data_at: z.string().nullable(),
    moved_to: z
      .object({ user_id: z.string(), provider_user_id: z.string(), connected_at: z.string() })
      .nullable()
      .describe('The connection of the same account with the new API; null while nobody consented again.'),
  })
  .meta({ id: 'Move', description: 'A connection that was made with an API that another one replaced.' })
export type MoveView = z.infer<typeof MoveView>

export const MoveWarning = z.object({
  code: z.enum([
    'old_api_chosen',
    'old_api_ended',
    'no_credentials',
    'restricted_scopes',
    'testing_mode',
    'no_notifications',
  ]),
  message: z.string(),
})
export type MoveWarning = z.infer<typeof MoveWarning>

export const MoveCheck = z
  .object({
    provider: z.string(),
    from: z.string().describe('The variant that was replaced.'),
    ended_on: z.string().describe('The first day on which it answered no more.'),
    waiting: z.int().describe('Old connections for which nobody has consented again.'),
    both: z.int().describe('Old connections with a new one beside them.'),
    current: z.int().describe('Connections with the new API.'),
    warnings: z.array(MoveWarning),
  })
  .meta({ id: 'MoveCheck' })
export type MoveCheck = z.infer<typeof MoveCheck>

export async function checkMoves(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string },
): Promise<MoveCheck> {
  const { connector, replaced } = replacing(input.provider)
  const source = await sourceOf(ctx.db, environment.id, connector.id)
  const counts = await countMoves(ctx.db, of(environment, connector, replaced))
  return {
    provider: connector.id,
    from: replaced.variant,
    ended_on: replaced.endedOn,
    waiting: counts.old - counts.both,
    both: counts.both,
    current: counts.current,
    warnings: warningsOf(ctx, connector, replaced, source, counts),
  }
}

function warningsOf(
  ctx: Context,
  connector: Connector,
  replaced: Replaced,
  source: SourceRow | null,
  counts: Awaited<ReturnType<typeof countMoves>>,
): MoveWarning[] {
  const warnings: MoveWarning[] = []
  const warn = (code: MoveWarning['code'], message: string): void => void warnings.push({ code, message })
  const settings = source === null ? {} : settingsOfSource(source)
  if (settings.api !== undefined) {
    warn('old_api_chosen', `New connections still use the API ${settings.api}: set the source's \`api\` to null.`)
  }
  if (counts.old > 0 && localDayOf(ctx.clock.now(), null) >= replaced.endedOn) {
    warn('old_api_ended', `The old API ended on ${replaced.endedOn}: ${counts.old} connections of it get no new data.`)
  }
  const sandboxed = source === null || source.client_id === null
  if (sandboxed && !ctx.sandbox) {
    warn('no_credentials', `${connector.name} has no client id and secret of the new API.`)
  }
  const scopes = source?.scopes?.split(',') ?? [...connector.auth.scopes]
  const restricted = scopes.filter((scope) => replaced.restricted.scopes.includes(scope))
  if (restricted.length > 0) {
    warn(
      'restricted_scopes',
      `${restricted.length} of ${scopes.length} scopes are restricted: before the provider has reviewed the application at most ` +
        `${replaced.restricted.people} people may connect (${counts.current} have, ${counts.old - counts.both} wait), and every year again it is assessed.`,
    )
  }
  const ending = counts.first_ending
  if (ending !== null) {
    const when = ending - ctx.clock.now() <= SOON_MS ? `the first on ${isoTime(ending)!.slice(0, 10)}` : 'later'
    warn(
      'testing_mode',
      `The consent screen is in testing: refresh tokens of ${counts.ending} connections end by themselves, ${when}, and these ` +
        'people must sign in again each time. Publish the application to production before you send links.',
    )
  }
  const fields = connector.credentialFields ?? []
  const secrets = source === null ? {} : secretExtra(ctx, source)
  const given = new Set([...Object.keys(settings.extra ?? {}), ...Object.keys(secrets)])
  if (!sandboxed && fields.some(({ name }) => !given.has(name))) {
    warn(
      'no_notifications',
      `Without ${fields.map(({ label }) => label).join(' and ')} nothing is announced: data is polled.`,
    )
  }
  return warnings
}

/** Newest first. */
export async function listOldConnections(
  ctx: Context,
  environment: EnvironmentRow,
  input: PageInput & { provider: string },
): Promise<Listing<MoveView>> {
  const { connector, replaced } = replacing(input.provider)
  return listingOf(await listMoves(ctx.db, of(environment, connector, replaced), pageOf(input)), moveView)
}

const LinksInput = z.object({
  user_ids: z
    .array(z.string())
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .describe('Old connections; default: the newest 200 for which nobody has consented again.'),
  days: z.int().min(1).max(90).optional().describe('How long the links are good. Default 30.'),
  success_url: z.url().nullable().optional().describe("The app's own page after a success."),
  failure_url: z.url().nullable().optional().describe("The app's own page after a failure."),
})

export const MoveLink = z.object({
  user_id: z.string(),
  reference_id: z.string().nullable(),
  url: z.string().describe('For this person alone: whoever opens it connects an account under their reference.'),
  expires_at: z.string(),
})
export type MoveLink = z.infer<typeof MoveLink>

export async function makeLinks(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string } & z.output<typeof LinksInput>,
): Promise<{ data: MoveLink[] }> {
  const { connector, replaced } = replacing(input.provider)
  await checkCurrentApi(ctx, environment.id, connector)
  const given = {
    days: input.days ?? 30,
    successUrl: input.success_url ?? null,
    failureUrl: input.failure_url ?? null,
  }
  const waiting = input.user_ids
    ? await Promise.all(input.user_ids.map((id) => oldConnection(ctx, environment, connector, replaced, id)))
    : (await listMoves(ctx.db, of(environment, connector, replaced), { cursor: null, limit: 200 })).rows
        .filter(({ moved }) => moved === null)
        .map(({ old }) => old)
  return {
    data: waiting.map((old) => {
      const { url, expiresAt } = moveLink(ctx, old, given)
      return { user_id: old.user_id, reference_id: old.reference_id, url, expires_at: isoTime(expiresAt) }
    }),
  }
}

const Difference = z.object({
  path: z.string(),
  old: z.string().describe('As JSON.'),
  new: z.string().describe('As JSON.'),
  because: z.string().nullable().describe('Why the two may differ; null when no reason is known.'),
})
export const MoveComparison = z
  .object({
    user_id: z.string(),
    moved_to: z.string(),
    start_date: z.string(),
    end_date: z.string(),
    records: z.array(
      z.object({
        type: z.string(),
        key: z.string().describe("The day, or the provider's id that both APIs know it by."),
        held_by: z.enum(['both', 'old', 'new']),
        equal: z.int().describe('Fields with the same value, within rounding.'),
        only_old: z.array(z.string()),
        only_new: z.array(z.string()),
        different: z.array(Difference),
      }),
    ),
    unexplained: z.int().describe('Differences without a known reason, in all records.'),
  })
  .meta({ id: 'MoveComparison', description: 'What both connections have of the same days.' })
export type MoveComparison = z.infer<typeof MoveComparison>

export async function compareMove(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string; user_id: string; start_date?: string | undefined; end_date?: string | undefined },
): Promise<MoveComparison> {
  const { connector, replaced } = replacing(input.provider)
  const old = await oldConnection(ctx, environment, connector, replaced, input.user_id)
  const moved = await joined(ctx, old)
  const end = input.end_date ?? localDayOf(ctx.clock.now(), moved.time_zone)
  const start = input.start_date ?? addDays(end, -6)
  if (start > end) throw new ApiError('invalid_date_range', 400, 'start_date: is after end_date')
  const records: MoveComparison['records'] = []
  for (const type of COMPARED_TYPES) {
    const [before, since] = await Promise.all([old, moved].map((each) => recordsOf(ctx, each, type, start, end)))
    for (const key of [...new Set([...before!.keys(), ...since!.keys()])].sort()) {
      const [a, b] = [before!.get(key), since!.get(key)]
      const name = key.slice(key.indexOf(':') + 1)
      const heldBy = a === undefined ? ('new' as const) : b === undefined ? ('old' as const) : ('both' as const)
      const compared =
        heldBy === 'both'
          ? compareRecords(a, b, replaced.differs)
          : { equal: 0, only_old: [], only_new: [], different: [] }
      records.push({ type, key: name, held_by: heldBy, ...compared })
    }
  }
  const unexplained = records.reduce(
    (count, { different }) => count + different.filter(({ because }) => because === null).length,
    0,
  )
  return { user_id: old.user_id, moved_to: moved.user_id, start_date: start, end_date: end, records, unexplained }
}

async function recordsOf(
  ctx: Context,
  connection: ConnectionRow,
  type: string,
  startDay: string,
  endDay: string,
): Promise<Map<string, unknown>> {
  const page = { limit: MOST_COMPARED, offset: 0 }
  const rows = await recordsBetween(ctx.db, connection.user_id, type, { startDay, endDay }, page)
  return new Map(rows.map((row) => [row.key, unpackJson(row.body)]))
}

/** Refused while the old connection has what the new one lacks, unless that is accepted. */
export async function finishMove(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string; user_id: string; discard?: boolean | undefined },
): Promise<{ user_id: string; moved_to: string }> {
  const { connector, replaced } = replacing(input.provider)
  const old = await oldConnection(ctx, environment, connector, replaced, input.user_id)
  const moved = await joined(ctx, old)
  if (input.discard !== true) {
    const missing: string[] = []
    for (const type of DATA_TYPES) {
      const count = await countMissing(ctx.db, old.user_id, moved.user_id, type)
      if (count > 0) missing.push(`${count} ${type}`)
    }
    if (missing.length > 0) {
      throw new ApiError(
        'move_incomplete',
        409,
        `the old connection holds records that the new one lacks (${missing.join(', ')}): backfill the new one, or send discard: true`,
      )
    }
  }
  const successor = await endMove(ctx, old)
  return { user_id: old.user_id, moved_to: successor.user_id }
}

async function joined(ctx: Context, old: ConnectionRow): Promise<ConnectionRow> {
  const moved = await successorOf(ctx.db, old)
  if (moved === null) {
    throw new ApiError('move_not_joined', 409, 'nobody has consented again for this connection: send its link first')
  }
  return moved
}

async function oldConnection(
  ctx: Context,
  environment: EnvironmentRow,
  connector: Connector,
  replaced: Replaced,
  userId: string,
): Promise<ConnectionRow> {
  const connection = await connectionNamed(ctx, environment, userId)
  if (connection.provider !== connector.id || connection.variant !== replaced.variant) {
    throw new ApiError('user_not_found', 404, `user_id: ${userId} is no connection of ${connector.id}'s old API`)
  }
  return connection
}

function of(environment: EnvironmentRow, connector: Connector, replaced: Replaced) {
  return { environmentId: environment.id, provider: connector.id, variant: replaced.variant }
}

function moveView({ old, moved }: MoveRow): MoveView {
  return {
    user_id: old.user_id,
    reference_id: old.reference_id,
    provider_user_id: old.provider_user_id,
    state: old.state,
    most_recent_data_at: isoTime(old.most_recent_data_at),
    moved_to:
      moved === null
        ? null
        : {
            user_id: moved.user_id,
            provider_user_id: moved.provider_user_id,
            connected_at: isoTime(moved.created_at),
          },
  }
}

const Provider = z.object({ provider: z.string().describe('In any case: `fitbit`.') })
const OneMove = Provider.extend({ user_id: z.string().describe('The old connection.') })
const missing = { 404: 'The source replaced nothing, or there is no such old connection.' }
const tags = ['Moves']

export const moveOperations = [
  operation({
    method: 'GET',
    path: '/moves/{provider}',
    id: 'checkMoves',
    summary: 'How far a move to a new API is, and what stands in its way',
    description: 'For sources whose API was replaced: people of the old one must consent again.',
    tags,
    auth: 'admin',
    params: Provider,
    responses: { 200: { description: 'Counts and warnings.', schema: MoveCheck } },
    errors: missing,
    handler: ({ ctx, environment, params }) => checkMoves(ctx, environment, params),
  }),
  operation({
    method: 'GET',
    path: '/moves/{provider}/users',
    id: 'listMoves',
    summary: 'List connections of the old API',
    tags,
    auth: 'admin',
    params: Provider,
    query: z.object(pageQuery),
    responses: { 200: { description: 'Newest first.', schema: listingSchema(MoveView) } },
    errors: missing,
    handler: ({ ctx, environment, params, query }) => listOldConnections(ctx, environment, { ...params, ...query }),
  }),
  operation({
    method: 'POST',
    path: '/moves/{provider}/links',
    id: 'makeMoveLinks',
    summary: 'Make links by which people consent again',
    tags,
    auth: 'admin',
    params: Provider,
    body: LinksInput,
    responses: { 200: { description: 'One for each person.', schema: z.object({ data: z.array(MoveLink) }) } },
    errors: { ...missing, 409: 'New connections are still made with the old API.' },
    handler: ({ ctx, environment, params, body }) => makeLinks(ctx, environment, { ...params, ...body }),
  }),
  operation({
    method: 'GET',
    path: '/moves/{provider}/users/{user_id}/comparison',
    id: 'compareMove',
    summary: 'Compare the days that both connections have',
    tags,
    auth: 'admin',
    params: OneMove,
    query: z.object({
      start_date: localDayText.optional().describe('First local day. Default: six days before the end.'),
      end_date: localDayText.optional().describe('Last local day. Default: today.'),
    }),
    responses: { 200: { description: 'Record by record.', schema: MoveComparison } },
    errors: { ...missing, 409: 'Nobody has consented again.' },
    handler: ({ ctx, environment, params, query }) => compareMove(ctx, environment, { ...params, ...query }),
  }),
  operation({
    method: 'POST',
    path: '/moves/{provider}/users/{user_id}/finish',
    id: 'finishMove',
    summary: 'Let the new connection take the place of the old one',
    description: 'Sends `user_reauth` with both ids and deletes everything held for the old one.',
    tags,
    auth: 'admin',
    params: OneMove,
    body: z.object({
      discard: z.boolean().optional().describe('Even if the old connection holds records that the new one lacks.'),
    }),
    responses: {
      200: { description: 'Both ids.', schema: z.object({ user_id: z.string(), moved_to: z.string() }) },
    },
    errors: { ...missing, 409: 'Nobody has consented again, or the old connection holds more.' },
    handler: ({ ctx, environment, params, body }) => finishMove(ctx, environment, { ...params, ...body }),
  }),
]
