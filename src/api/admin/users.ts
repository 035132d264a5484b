import { z } from 'zod'
import { deauthenticate } from '../../credentials/disconnect.ts'
import { startBackfill } from '../../intake/backfill.ts'
import { DataType } from '../../model/data-type.ts'
import { TerraUser } from '../../model/user.ts'
import { terraUser } from '../../outbox/terra-user.ts'
import { ApiError } from '../../platform/errors.ts'
import { unpackJson } from '../../store/compress.ts'
import { listConnections } from '../../store/connection-lists.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import { auditStatement } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { readRecords } from '../../store/record-reads.ts'
import { countRecords, recordsBetween } from '../../store/records.ts'
import { connectionNamed, mustBeActive } from '../connection-named.ts'
import { auditRead } from '../audit-read.ts'
import { changeUser } from '../change-user.ts'
import { operation, Reply } from '../http/operation.ts'
import { localDayText } from '../http/parameters.ts'
import { ProviderName } from '../provider-name.ts'
import { historyRange } from './history-range.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

export const UserView = TerraUser.extend({
  state: z
    .enum(['connected', 'degraded', 'revoked'])
    .describe(
      '`degraded`: the provider refuses our token, the person must sign in again. `revoked`: the person ended it.',
    ),
  provider_user_id: z.string().describe("The provider's own id of the account."),
  time_zone: z.string().nullable().describe('IANA name or fixed offset, as the provider says.'),
  token_expires_at: z.string().nullable(),
  last_polled_at: z.string().nullable(),
  next_poll_at: z.string().nullable(),
  most_recent_data_at: z.string().nullable(),
}).meta({ id: 'User', description: "One person's link to one provider." })
export type UserView = z.infer<typeof UserView>

export const UserDetailView = UserView.extend({
  records: z.array(z.object({ type: z.string(), count: z.number() })).describe('What is stored, by type.'),
}).meta({ id: 'UserDetail' })
export type UserDetailView = z.infer<typeof UserDetailView>

export const UserFilter = z.object({
  ...pageQuery,
  provider: ProviderName.optional(),
  reference_id: z.string().optional(),
  user_id: z.string().optional(),
  state: z.enum(['connected', 'degraded', 'revoked']).optional(),
})
type UserFilter = PageInput & { provider?: string; reference_id?: string; user_id?: string; state?: string }

export const UserChange = z.object({
  reference_id: z.string().max(1000).nullable().optional().describe('Null removes it.'),
  active: z.boolean().optional().describe('False: no data is fetched or sent.'),
})

export const BackfillInput = z.object({
  start_date: localDayText.optional().describe('First local day. Default: `days` before the end.'),
  end_date: localDayText.optional().describe('Last local day. Default: today.'),
  days: z.int().min(1).max(3650).optional().describe('How many days, when there is no start. Default 30.'),
  types: z.array(DataType).min(1).max(100).nullable().optional().describe('Default: all that the source gives.'),
})

export async function listUsers(
  ctx: Context,
  environment: EnvironmentRow,
  input: UserFilter = {},
): Promise<Listing<UserView>> {
  const filter = {
    provider: input.provider?.toUpperCase(),
    referenceId: input.reference_id,
    userId: input.user_id,
    state: input.state,
  }
  return listingOf(await listConnections(ctx.db, environment.id, filter, pageOf(input)), userView)
}

export async function getUser(
  ctx: Context,
  environment: EnvironmentRow,
  input: { user_id: string },
): Promise<UserDetailView> {
  const connection = await connectionNamed(ctx, environment, input.user_id)
  const counts = await countRecords(ctx.db, connection.user_id)
  return {
    ...userView(connection),
    records: counts.map((row) => ({ type: row.type, count: Number(row.n) })),
  }
}

/** Members that are left out stay as they are. */
export async function patchUser(
  ctx: Context,
  environment: EnvironmentRow,
  input: { user_id: string } & z.output<typeof UserChange>,
): Promise<UserView> {
  const connection = await changeUser(ctx, environment, input.user_id, input)
  if (connection === null) throw new ApiError('user_not_found', 404, 'user not found')
  return userView(connection)
}

/** Deletes everything held for the user, ends the grant at the provider, sends `deauth`. */
export async function deauthUser(ctx: Context, environment: EnvironmentRow, input: { user_id: string }): Promise<void> {
  await deauthenticate(ctx, await connectionNamed(ctx, environment, input.user_id))
}

/** Asks the provider for history; events follow. `GET /admin/v1/jobs/{job_id}` shows how far it is. */
export async function backfillUser(
  ctx: Context,
  environment: EnvironmentRow,
  input: { user_id: string } & z.output<typeof BackfillInput>,
): Promise<{ job_id: string; start_date: string; end_date: string }> {
  const connection = await connectionNamed(ctx, environment, input.user_id)
  mustBeActive(connection)
  const { start, end } = historyRange(input, ctx.clock.now(), connection.time_zone)
  const types = input.types ?? null
  const jobId = await startBackfill(ctx, { connection, types, start, end }, [
    auditStatement(ctx, {
      action: 'user.history_asked',
      environmentId: environment.id,
      userId: connection.user_id,
      details: { types, start_date: start, end_date: end },
    }),
  ])
  if (jobId === null) throw new ApiError('user_not_found', 404, 'user not found')
  return { job_id: jobId, start_date: start, end_date: end }
}

/** What is stored, oldest first; nothing is fetched. */
export async function listRecords(
  ctx: Context,
  environment: EnvironmentRow,
  input: { user_id: string; type: DataType; start_date: string; end_date: string },
): Promise<{ data: unknown[] }> {
  const connection = await connectionNamed(ctx, environment, input.user_id)
  const named = { environmentId: environment.id, userId: connection.user_id }
  await auditRead(ctx, { ...named, details: { type: input.type, via: 'records' } })
  const range = { startDay: input.start_date, endDay: input.end_date }
  const rows = await readRecords(ctx, connection.user_id, (sql) =>
    recordsBetween(sql, connection.user_id, input.type, range, { limit: 1000, offset: 0 }),
  )
  return { data: rows.map((row) => unpackJson(row.body)) }
}

function userView(connection: ConnectionRow): UserView {
  return {
    ...terraUser(connection),
    state: connection.state,
    provider_user_id: connection.provider_user_id,
    time_zone: connection.time_zone,
    token_expires_at: isoTime(connection.token_expires_at),
    last_polled_at: isoTime(connection.last_polled_at),
    next_poll_at: isoTime(connection.next_poll_at),
    most_recent_data_at: isoTime(connection.most_recent_data_at),
  }
}

const UserParams = z.object({ user_id: z.string() })
const missing = { 404: 'This environment has no such user.' }

export const userOperations = [
  operation({
    method: 'GET',
    path: '/users',
    id: 'listUsers',
    summary: 'List users',
    tags: ['Users'],
    auth: 'admin',
    query: UserFilter,
    responses: { 200: { description: 'Newest first.', schema: listingSchema(UserView) } },
    handler: ({ ctx, environment, query }) => listUsers(ctx, environment, query),
  }),
  operation({
    method: 'GET',
    path: '/users/{user_id}',
    id: 'getUser',
    summary: 'Show one user and how much is stored',
    tags: ['Users'],
    auth: 'admin',
    params: UserParams,
    responses: { 200: { description: 'The user.', schema: UserDetailView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getUser(ctx, environment, params),
  }),
  operation({
    method: 'PATCH',
    path: '/users/{user_id}',
    id: 'patchUser',
    summary: "Change a user's reference_id, or switch data off and on",
    tags: ['Users'],
    auth: 'admin',
    params: UserParams,
    body: UserChange,
    responses: { 200: { description: 'As it is now.', schema: UserView } },
    errors: { ...missing, 400: 'The person ended access: who is to be switched on has to connect again.' },
    handler: ({ ctx, environment, params, body }) => patchUser(ctx, environment, { ...params, ...body }),
  }),
  operation({
    method: 'DELETE',
    path: '/users/{user_id}',
    id: 'deauthUser',
    summary: 'Disconnect a user and delete everything held',
    tags: ['Users'],
    auth: 'admin',
    params: UserParams,
    responses: { 204: { description: 'Deleted; a `deauth` event is on its way.' } },
    errors: missing,
    handler: async ({ ctx, environment, params }) => {
      await deauthUser(ctx, environment, params)
      return new Reply(204, null)
    },
  }),
  operation({
    method: 'POST',
    path: '/users/{user_id}/backfill',
    id: 'backfillUser',
    summary: "Ask for a user's history",
    tags: ['Users'],
    auth: 'admin',
    params: UserParams,
    body: BackfillInput,
    responses: {
      202: {
        description: 'Queued.',
        schema: z.object({ job_id: z.string(), start_date: z.string(), end_date: z.string() }),
      },
    },
    errors: { ...missing, 400: 'There are no such days to read, or the user is switched off.' },
    handler: async ({ ctx, environment, params, body }) =>
      new Reply(202, await backfillUser(ctx, environment, { ...params, ...body })),
  }),
  operation({
    method: 'GET',
    path: '/users/{user_id}/records',
    id: 'listRecords',
    summary: "Show a user's stored records",
    description: 'Nothing is fetched. At most 1000 records, oldest first.',
    tags: ['Users'],
    auth: 'admin',
    params: UserParams,
    query: z.object({ type: DataType, start_date: localDayText, end_date: localDayText }),
    responses: { 200: { description: 'The records.', schema: z.object({ data: z.array(z.unknown()) }) } },
    errors: missing,
    handler: ({ ctx, environment, params, query }) => listRecords(ctx, environment, { ...params, ...query }),
  }),
]
