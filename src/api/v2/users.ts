import { z } from 'zod'
import { wireTimestamp } from '../../model/timestamps.ts'
import { TerraUser } from '../../model/user.ts'
import { terraUser } from '../../outbox/terra-user.ts'
import { ApiError } from '../../platform/errors.ts'
import {
  connectionsByIds,
  connectionsByReference,
  connectionsPage,
  countConnections,
} from '../../store/connection-lists.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import { changeUser } from '../change-user.ts'
import { connectionNamed } from '../connection-named.ts'
import { environmentSettings } from '../environment-settings.ts'
import { operation } from '../http/operation.ts'

const MAX_BULK = 1000
const DEFAULT_PER_PAGE = 500

const UserInfo = TerraUser.extend({
  last_polled_at: z.string().nullable().describe('When the source was last asked.'),
  most_recent_data_at: z.string().nullable().describe('Of the newest record.'),
}).meta({ id: 'UserInfo' })

const Users = z.object({ status: z.literal('success'), users: z.array(TerraUser) })

function userInfo(connection: ConnectionRow): z.infer<typeof UserInfo> {
  return {
    ...terraUser(connection),
    last_polled_at: at(connection.last_polled_at),
    most_recent_data_at: at(connection.most_recent_data_at),
  }
}

function at(epochMs: number | null): string | null {
  return epochMs === null ? null : wireTimestamp(epochMs)
}

const tags = ['Users']

export const userOperations = [
  operation({
    method: 'GET',
    path: '/userInfo',
    id: 'getUserInfo',
    summary: 'Show a user, or all users of one reference_id',
    description:
      'By `reference_id`, an environment can choose a bare array as the answer (`userinfo_bare_array`). An unknown ' +
      'reference_id has no users.',
    tags,
    auth: 'apiKey',
    query: z.object({ user_id: z.string().optional(), reference_id: z.string().optional() }),
    responses: {
      200: {
        description: 'The user, or the users.',
        schema: z.union([
          z.object({
            status: z.literal('success'),
            user: UserInfo,
            is_authenticated: z.boolean().describe('Whether the connection can be used.'),
          }),
          Users,
          z.array(TerraUser),
        ]),
      },
    },
    errors: { 404: 'There is no user with this user_id.' },
    handler: async ({ ctx, environment, query }) => {
      if (query.user_id !== undefined) {
        const connection = await connectionNamed(ctx, environment, query.user_id)
        return {
          status: 'success',
          user: userInfo(connection),
          is_authenticated: connection.state === 'connected',
        }
      }
      if (query.reference_id === undefined) {
        throw new ApiError('invalid_request', 400, 'user_id or reference_id: one of them is required')
      }
      const rows = await connectionsByReference(ctx.db, environment.id, query.reference_id)
      const users = rows.map(terraUser)
      return environmentSettings(environment).userinfo_bare_array ? users : { status: 'success', users }
    },
  }),
  operation({
    method: 'GET',
    path: '/subscriptions',
    id: 'getSubscriptions',
    summary: 'List all users',
    description: 'All at once, or with `page` in numbered pages. Oldest first.',
    tags,
    auth: 'apiKey',
    query: z.object({
      page: z.coerce.number().int().min(0).max(1_000_000).optional().describe('From 0.'),
      per_page: z.coerce.number().int().min(1).max(5000).default(DEFAULT_PER_PAGE),
    }),
    responses: {
      200: {
        description: 'The users.',
        schema: z.union([
          Users,
          z.object({
            data: z.object({
              next: z.int().nullable().describe('The next page; null on the last.'),
              max_page: z.int().describe('The last page.'),
              results: z.array(TerraUser),
            }),
          }),
        ]),
      },
    },
    handler: async ({ ctx, environment, query }) => {
      const { page, per_page } = query
      const count = await countConnections(ctx.db, environment.id)
      if (page === undefined) {
        const rows = await connectionsPage(ctx.db, environment.id, 0, count)
        return { status: 'success', users: rows.map(terraUser) }
      }
      const rows = await connectionsPage(ctx.db, environment.id, page * per_page, per_page)
      const maxPage = Math.max(0, Math.ceil(count / per_page) - 1)
      return {
        data: { next: page < maxPage ? page + 1 : null, max_page: maxPage, results: rows.map(terraUser) },
      }
    },
  }),
  operation({
    method: 'POST',
    path: '/bulkUserInfo',
    id: 'getBulkUserInfo',
    summary: 'Show many users at once',
    description: 'In the order asked for; unknown ids are left out.',
    tags,
    auth: 'apiKey',
    body: z.array(z.string().max(200)).max(MAX_BULK).describe('User ids, at most 1000.'),
    responses: { 200: { description: 'Those that exist.', schema: z.array(TerraUser) } },
    errors: { 404: 'None of them exists.' },
    handler: async ({ ctx, environment, body }) => {
      const ids = [...new Set(body)]
      const rows = new Map((await connectionsByIds(ctx.db, environment.id, ids)).map((row) => [row.user_id, row]))
      if (ids.length > 0 && rows.size === 0) throw new ApiError('user_not_found', 404, 'none of these users exists')
      return ids.flatMap((id) => rows.get(id) ?? []).map(terraUser)
    },
  }),
  operation({
    method: 'PATCH',
    path: '/users/{user_id}',
    id: 'modifyUser',
    summary: "Change a user's reference_id, or switch data off and on",
    tags,
    auth: 'apiKey',
    params: z.object({ user_id: z.string() }),
    body: z.object({
      reference_id: z.string().max(1000).nullish().describe('Null means unchanged.'),
      active: z.boolean().nullish().describe('False: no data is fetched or sent.'),
    }),
    responses: {
      200: { description: 'As it is now.', schema: z.object({ status: z.literal('success'), user: TerraUser }) },
    },
    errors: { 400: 'The body is wrong, or there is no such user.' },
    handler: async ({ ctx, environment, params, body }) => {
      const change = { reference_id: body.reference_id ?? undefined, active: body.active ?? undefined }
      const connection = await changeUser(ctx, environment, params.user_id, change)
      if (connection === null) throw new ApiError('user_not_found', 400, 'no user found with this user_id')
      return { status: 'success', user: terraUser(connection) }
    },
  }),
]
