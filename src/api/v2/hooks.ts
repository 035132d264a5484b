// Where providers' notifications arrive. Who may call is the connector's to decide: it checks the signature.
import { z } from 'zod'
import { receiveNotification } from '../../intake/notification.ts'
import type { Context } from '../../store/context.ts'
import { readBytes } from '../http/body-reader.ts'
import { operation } from '../http/operation.ts'

const MAX_BYTES = 5_000_000

async function receive(
  ctx: Context,
  target: { provider: string; devId: string | null },
  request: Request,
): Promise<Response> {
  const answer = await receiveNotification(ctx, {
    ...target,
    request: {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      query: Object.fromEntries(new URL(request.url).searchParams),
      body: await readBytes(request, MAX_BYTES, { encoded: true }),
    },
  })
  return new Response(answer.body === '' ? null : answer.body, { status: answer.status, headers: answer.headers })
}

const tags = ['Notifications']
const responses = { 200: { description: 'Whatever this provider expects.' } }

export const hookOperations = [
  operation({
    method: 'ALL',
    path: '/hooks/{provider}/{dev_id}',
    id: 'receiveNotification',
    summary: "Receive a provider's notification for one environment",
    tags,
    auth: 'none',
    params: z.object({ provider: z.string(), dev_id: z.string() }),
    responses,
    handler: ({ ctx, params, request }) => receive(ctx, { provider: params.provider, devId: params.dev_id }, request),
  }),
  operation({
    method: 'ALL',
    path: '/hooks/{provider}',
    id: 'receiveSharedNotification',
    summary: "Receive a provider's notification, tried against every environment that has the source on",
    tags,
    auth: 'none',
    params: z.object({ provider: z.string() }),
    responses,
    handler: ({ ctx, params, request }) => receive(ctx, { provider: params.provider, devId: null }, request),
  }),
]
