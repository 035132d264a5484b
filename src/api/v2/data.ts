import { z } from 'zod'
import { connectorOf } from '../../connectors/index.ts'
import { isLarge, readLater, readNow } from '../../intake/data-request.ts'
import { DATA_TYPES, type DataType } from '../../model/data-type.ts'
import { separated, shownRow } from '../../intake/shown.ts'
import { aroundRecords, PAYLOAD_VERSION } from '../../model/events.ts'
import { addDays, localDayOf } from '../../model/local-day.ts'
import { recordSchemas } from '../../model/records.ts'
import { TerraUser } from '../../model/user.ts'
import { terraUser } from '../../outbox/terra-user.ts'
import { ApiError, ProviderError } from '../../platform/errors.ts'
import { unpackJson } from '../../store/compress.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import type { Context } from '../../store/context.ts'
import type { RecordRange, RecordRow } from '../../store/records.ts'
import { auditRead, auditRequest } from '../audit-read.ts'
import { connectionNamed, mustBeActive } from '../connection-named.ts'
import { environmentSettings } from '../environment-settings.ts'
import { type Operation, operation, Reply } from '../http/operation.ts'
import { yesOrNo } from '../http/parameters.ts'
import { RawJson } from '../http/raw-json.ts'
import { providerTypes } from '../provider-types.ts'
import { readDateRange } from './date-range.ts'
import { connectionProblem, rateLimited } from './provider-problems.ts'

const PROCESSING_SECONDS = 30
const LARGE_MESSAGE =
  'Large request submitted. The data is being processed and will be sent to your destination in chunks'

const requestQuery = {
  user_id: z.string().describe('The connection.'),
  to_webhook: yesOrNo
    .default(true)
    .describe('True: answered at once, the data follows as an event. False: the data is the answer.'),
}
const rangeQuery = {
  start_date: z.string().describe('First day (YYYY-MM-DD, local to the person), unix seconds (10 digits) or ISO 8601.'),
  end_date: z.string().optional().describe('Last day, included; or an instant, excluded. Default: now.'),
  with_samples: yesOrNo.default(false).describe('With the series (heart rate by the minute and the like).'),
  retry_if_rate_limited: yesOrNo
    .default(false)
    .describe('When the provider limits us: queue the request and send an event, instead of failing.'),
}

const Ack = z
  .object({
    status: z.literal('success'),
    type: z.string().describe('The requested type; `webhook` for an athlete.'),
    reference: z.string().describe('The `terra-reference` of this answer and of each event that follows.'),
    trace_id: z.string(),
    message: z.string().optional().describe('For large requests.'),
    user: TerraUser,
  })
  .meta({ id: 'DataSentToWebhook', description: 'Accepted: the data follows as events.' })

const Processing = z
  .object({
    status: z.literal('success'),
    type: z.literal('processing'),
    message: z.string(),
    retry_after_seconds: z.int(),
    user: TerraUser,
  })
  .meta({ id: 'Processing', description: 'The provider needs longer: ask again, or wait for the event.' })

const NoAthlete = z
  .object({ status: z.literal('success'), type: z.literal('no_data'), message: z.string(), user: TerraUser })
  .meta({ id: 'NoData' })

interface DataRequest {
  connection: ConnectionRow
  type: DataType
  range: RecordRange
  withSamples: boolean
  reference: string
}

function dataOperation(type: Exclude<DataType, 'athlete'>): Operation {
  const Data = z.object({
    status: z.literal('success'),
    type: z.literal(type),
    user: TerraUser,
    data: z.array(recordSchemas[type]).describe('Oldest first; empty when there is none.'),
    version: z.string(),
  })
  return operation({
    method: 'GET',
    startsWork: true,
    path: `/${type}`,
    id: `get${type.slice(0, 1).toUpperCase()}${type.slice(1)}`,
    summary: `Ask for a user's ${type} data`,
    description: 'Ranges of more than 31 days are always sent as events, in chunks.',
    tags: ['Data'],
    auth: 'apiKey',
    query: z.object({ ...requestQuery, ...rangeQuery }),
    responses: { 200: { description: 'Accepted, or the data.', schema: z.union([Data, Ack, Processing]) } },
    errors: dataErrors,
    handler: async ({ ctx, environment, query, reference }) => {
      const connection = await connectionNamed(ctx, environment, query.user_id)
      const range = readDateRange(query, ctx.clock.now(), connection.time_zone)
      const request: DataRequest = { connection, type, range, withSamples: query.with_samples, reference }
      const settings = environmentSettings(environment)
      mustBeActive(connection)
      if (isLarge(range)) return later(ctx, request, { message: LARGE_MESSAGE })
      if (query.to_webhook) return later(ctx, request)
      return answered(ctx, request, query.retry_if_rate_limited, (rows) => {
        const shown = rows.map((row) => shownRow(settings, type, row, query.with_samples))
        const { before, after } = aroundRecords(type, terraUser(connection))
        return new RawJson([`{"status":"success",${before.slice(1)}`, ...separated(shown), after])
      })
    },
  })
}

const athleteOperation = operation({
  method: 'GET',
  startsWork: true,
  path: '/athlete',
  id: 'getAthlete',
  summary: "Ask for a user's profile",
  tags: ['Data'],
  auth: 'apiKey',
  query: z.object(requestQuery),
  responses: {
    200: {
      description: 'Accepted, or the profile.',
      schema: z.union([
        z.object({
          status: z.literal('success'),
          type: z.literal('athlete'),
          user: TerraUser,
          athlete: recordSchemas.athlete,
          version: z.string(),
        }),
        NoAthlete,
        Ack,
        Processing,
      ]),
    },
  },
  errors: {
    400: 'The parameters are wrong, or the connection cannot be read (`reason`).',
    404: 'There is no such user.',
    429: 'The provider limits us; `retry-after` says how long.',
  },
  handler: async ({ ctx, environment, query, reference }) => {
    const connection = await connectionNamed(ctx, environment, query.user_id)
    mustBeActive(connection)
    // A profile has no dates; the request needs some, and today's are always small.
    const today = localDayOf(ctx.clock.now(), connection.time_zone)
    const range = { startDay: addDays(today, -1), endDay: today }
    const request: DataRequest = { connection, type: 'athlete', range, withSamples: false, reference }
    if (query.to_webhook) return later(ctx, request, { type: 'webhook', message: 'Data will be sent to webhook' })
    return answered(ctx, request, false, ([row]) =>
      row === undefined
        ? { status: 'success', type: 'no_data', message: 'No data available', user: terraUser(connection) }
        : {
            status: 'success',
            type: 'athlete',
            user: terraUser(connection),
            athlete: unpackJson(row.body),
            version: PAYLOAD_VERSION,
          },
    )
  },
})

const dataErrors = {
  400: 'A parameter is wrong, or the connection cannot be read (`reason`).',
  404: 'There is no such user.',
  429: 'The provider limits us; `retry-after` says how long.',
  502: 'The provider did not answer as it should.',
}

async function later(ctx: Context, request: DataRequest, words: { type?: string; message?: string } = {}) {
  await auditRequest(ctx, readOf(request))
  if (!(await readLater(ctx, request))) throw new ApiError('user_not_found', 404, 'user not found')
  return {
    status: 'success',
    type: words.type ?? request.type,
    reference: request.reference,
    trace_id: request.reference,
    ...(words.message === undefined ? {} : { message: words.message }),
    user: terraUser(request.connection),
  }
}

function readOf({ connection, type }: DataRequest) {
  return { environmentId: connection.environment_id, userId: connection.user_id, details: { type, via: 'api' } }
}

async function answered(
  ctx: Context,
  request: DataRequest,
  retryIfRateLimited: boolean,
  body: (rows: readonly RecordRow[]) => unknown,
): Promise<unknown> {
  const { connection, type, range } = request
  // What the source never gives needs no asking: an empty answer is the truth.
  const connector = connectorOf(connection)
  if (connector !== null && !providerTypes(connector).includes(type)) {
    await auditRead(ctx, readOf(request))
    return body([])
  }
  try {
    // Noted while it is read, and before it is answered.
    const read = readNow(ctx, { connection, type, range, retryIfRateLimited })
    const [records] = await Promise.all([read, auditRead(ctx, readOf(request))])
    return body(records)
  } catch (error) {
    if (error instanceof ProviderError && error.rateLimited) {
      return retryIfRateLimited ? later(ctx, request) : rateLimited(connection, error)
    }
    if (error instanceof ProviderError) throw connectionProblem(connection, error)
    if (error instanceof ApiError && error.code === 'processing') return processing(connection)
    throw error
  }
}

function processing(connection: ConnectionRow): Reply {
  return new Reply(
    200,
    {
      status: 'success',
      type: 'processing',
      message: 'Request is processing, try again later',
      retry_after_seconds: PROCESSING_SECONDS,
      user: terraUser(connection),
    },
    { 'retry-after': String(PROCESSING_SECONDS) },
  )
}

export const dataOperations = [...DATA_TYPES.filter((type) => type !== 'athlete').map(dataOperation), athleteOperation]
