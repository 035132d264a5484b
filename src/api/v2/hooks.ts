// Where providers' notifications arrive. Who may call is the connector's to decide: it checks the signature.
import { z } from 'zod'
import type { NotificationAnswer, NotificationRequest } from '../../connectors/connector.ts'
import { maxNotificationBytes, receiveNotification } from '../../intake/notification.ts'
import { ApiError } from '../../platform/errors.ts'
import { withinTime } from '../../platform/within-time.ts'
import type { Context } from '../../store/context.ts'
import { readBytes } from '../http/body-reader.ts'
import { operation } from '../http/operation.ts'

/** Bodies above this are few, and together must not fill the memory. */
export const LARGE_BYTES = 5_000_000
const LARGE_TOGETHER = 100 * 1024 * 1024
let largeInside = 0
/** Providers give up after ten seconds or so. What is committed later than that is known when it is sent again. */
const MOST_MS = 8000
/** Who sends large ones, Garmin, waits for thirty. */
const MOST_MS_LARGE = 25_000

interface Target {
  provider: string
  devId: string | null
}

/** Throws when that takes too long: a provider that hears so sends it again. */
export async function takeNotification(
  ctx: Context,
  target: Target,
  request: NotificationRequest,
): Promise<NotificationAnswer> {
  const mostMs = request.body.byteLength > LARGE_BYTES ? MOST_MS_LARGE : MOST_MS
  const answer = await withinTime(receiveNotification(ctx, { ...target, request }), mostMs)
  if (answer !== null) return answer
  throw new ApiError('not_ready', 503, 'the database does not answer; send this again', {
    headers: { 'retry-after': '10' },
  })
}

async function receive(ctx: Context, target: Target, request: Request): Promise<Response> {
  const maxBytes = maxNotificationBytes(target.provider)
  if (maxBytes === null) {
    throw new ApiError('route_not_found', 404, `${target.provider.slice(0, 100)} is no source that sends notifications`)
  }
  let large = 0
  const enter = (length: number): void => {
    if (largeInside > 0 && largeInside + length > LARGE_TOGETHER) {
      throw new ApiError('too_busy', 503, 'other large notifications are being taken in; send this one again', {
        headers: { 'retry-after': '10' },
      })
    }
    largeInside += length
    large = length
  }
  try {
    const { status, headers, body } = await takeNotification(ctx, target, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      query: Object.fromEntries(new URL(request.url).searchParams),
      body: await readBytes(request, maxBytes, { encoded: true, large: { bytes: LARGE_BYTES, enter } }),
    })
    return new Response(body === '' ? null : body, { status, headers })
  } finally {
    largeInside -= large
  }
}

const tags = ['Notifications']
const responses = { 200: { description: 'Whatever this provider expects.' } }
const errors = {
  413: 'The body is larger than this provider may send.',
  503: 'The database is away or does not answer, or too many large bodies came at once; send it again later.',
}

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
    errors,
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
    errors,
    handler: ({ ctx, params, request }) => receive(ctx, { provider: params.provider, devId: null }, request),
  }),
]
