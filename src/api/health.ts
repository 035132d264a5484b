import { z } from 'zod'
import { ApiError } from '../platform/errors.ts'
import { withinTime } from '../platform/within-time.ts'
import type { Context } from '../store/context.ts'
import { schemaStatus } from '../store/migrate.ts'
import { operation } from './http/operation.ts'
import { metricsText } from './metrics.ts'

/** Whoever asks waits no longer than that. */
const MOST_MS = 3000

const Fine = z.object({ status: z.literal('ok') })

/** Database reachable, schema as this version wants it. */
export async function checkReady(ctx: Context): Promise<void> {
  const status = await withinTime(schemaStatus(ctx.db), MOST_MS).catch((error) => {
    throw new ApiError('not_ready', 503, 'the database cannot be reached', { cause: error })
  })
  if (status === null) throw new ApiError('not_ready', 503, 'the database does not answer')
  const { pending } = status
  if (pending.length > 0) throw new ApiError('not_ready', 503, `migrations are to be done: ${pending.join(', ')}`)
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
    summary: 'Whether the database is reachable and its schema current',
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
