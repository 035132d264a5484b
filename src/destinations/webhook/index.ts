// Events as signed HTTP POSTs, header for header as Terra sends them.
import { z } from 'zod'
import { HttpFailure, type HttpResponse, type HttpTls, retryAfterSeconds } from '../../platform/http.ts'
import { defineDestination, type Now, type OutgoingEvent, retry, type SendResult, type World } from '../destination.ts'
import { messageBody } from '../message.ts'
import { tlsSettings } from '../tls.ts'
import { signatureHeader } from './signature.ts'

const KEPT_RESPONSE_BYTES = 2048
/** What the connection says of itself: with one of these no request can be sent. */
const OF_THE_CONNECTION = /^(content-length|transfer-encoding|expect|upgrade|keep-alive)$/i

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, { error: 'must have letters, digits and hyphens alone, 64 at most' })
  .refine((name) => !OF_THE_CONNECTION.test(name), { error: 'is set by the connection itself; leave it out' })
const headerValue = z
  .string()
  .max(4096)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: 'must be one line, without characters beyond Latin-1' })

/** Most servers and proxies take no longer ones. */
const LONGEST_URL = 2048
/** Far beyond what a receiver takes: so that nothing is kept by the megabyte. */
const MOST_HEADERS = 100

export const WebhookSettings = z.object({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(LONGEST_URL)
    .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
      error: 'must not contain a user name or password; send those as headers',
    })
    .describe('Where events are posted.'),
  headers: z
    .record(headerName, headerValue)
    .refine((headers) => Object.keys(headers).length <= MOST_HEADERS, {
      error: `must be at most ${MOST_HEADERS} headers`,
    })
    .default({})
    .describe(`Sent with every event, besides ours. ${MOST_HEADERS} at most.`),
  ping: z
    .boolean()
    .default(false)
    .meta({ needs: 'payloadUrl' })
    .describe('Every event goes as a small `s3_payload` with a URL that answers with the event.'),
  signing_secret: z
    .string()
    .min(16)
    .max(256)
    .nullable()
    .default(null)
    .meta({ secret: true })
    .describe("Signs this destination's events. Empty: the environment's own signing secret."),
  ca_certificate: tlsSettings.ca_certificate,
  client_certificate: tlsSettings.client_certificate,
  client_key: tlsSettings.client_key,
})

export const webhook = defineDestination({
  id: 'webhook',
  name: 'Webhook',
  description: 'Signed HTTP POST to a URL of yours.',
  settings: WebhookSettings,
  timeoutSeconds: 8,
  payloadSeconds: 300,
  pointsOnly: ({ ping }) => ping,
  reaches: ({ url }) => ({ url: [url] }),
  target: (settings) => settings.url,
  open(settings, world) {
    const tls = tlsOf(settings)
    return {
      send: async ([event], now) => [await post(event!, settings, tls, world, now)],
      // Its connections are those of the HTTP client, which all webhooks share.
      close: async () => undefined,
    }
  },
})

type Settings = z.infer<typeof WebhookSettings>

/** Undefined where nothing is out of the ordinary: then all of them share their connections. */
function tlsOf(settings: Settings): HttpTls | undefined {
  const { ca_certificate: ca, client_certificate: cert, client_key: key } = settings
  if (ca === null && cert === null && key === null) return undefined
  return { ...(ca !== null && { ca }), ...(cert !== null && { cert }), ...(key !== null && { key }) }
}

async function post(
  event: OutgoingEvent,
  settings: Settings,
  tls: HttpTls | undefined,
  world: World,
  { signingSecrets, timeoutMs }: Now,
): Promise<SendResult> {
  const { http, clock } = world
  const body = await messageBody(event, settings.ping ? 'pointer' : 'event', world)
  const signature = signatureHeader(body, signingSecrets, clock.now())
  const headers = { ...settings.headers, ...eventHeaders(event, signature) }
  try {
    const response = await http.send({
      method: 'POST',
      url: settings.url,
      headers,
      body,
      timeoutMs,
      maxResponseBytes: KEPT_RESPONSE_BYTES,
      ...(tls && { tls }),
    })
    return judge(response, clock.now())
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return retry(error.message, error.reason === 'timeout')
  }
}

function eventHeaders(event: OutgoingEvent, signature: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'terra-signature': signature,
    'x-terra-signature': signature,
    'terra-reference': event.reference,
    'x-terra-trace-id': event.traceId,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    ...(event.orderingAt === null ? {} : { 'x-terra-ordering-timestamp': String(event.orderingAt) }),
  }
}

function judge(response: HttpResponse, now: number): SendResult {
  const { status } = response
  const kept = response.text()
  if (status >= 200 && status < 300) return { next: 'delivered', status, response: kept }
  if (status === 410) {
    return { next: 'pause', message: 'the receiver answered 410 Gone', status, response: kept }
  }
  const slowDown = status === 429 || status === 503
  const message =
    status >= 300 && status < 400
      ? `the receiver answered ${status}; redirects are not followed`
      : `the receiver answered ${status}`
  return {
    next: 'retry',
    message,
    status,
    afterSeconds: retryAfterSeconds(response.headers, now),
    response: kept,
    slowDown,
  }
}
