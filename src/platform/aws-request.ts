// Requests that AWS and what imitates it accept: Signature Version 4, over our own HTTP.
import { createHash } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Http, HttpResponse, HttpTls } from './http.ts'

export interface AwsKeys {
  region: string
  access_key_id: string
  secret_access_key: string
}

export interface AwsRequest {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  service: 's3' | 'sqs'
  url: string
  headers: Record<string, string>
  body?: Uint8Array | string
  timeoutMs: number
  maxResponseBytes: number
}

export type SendToAws = (request: AwsRequest) => Promise<HttpResponse>

/** One key is derived for each day. */
const MOST_DERIVED = 8
/** Signatures hold for a quarter of an hour at most. */
const SKEW_MS = 4 * 60_000

export function awsSender(keys: AwsKeys, { http, clock }: { http: Http; clock: Clock }, tls?: HttpTls): SendToAws {
  const derived = new Map<string, ArrayBuffer>()
  /** How far ahead their clock is of ours. */
  let ahead = 0

  async function send({ service, timeoutMs, maxResponseBytes, ...request }: AwsRequest): Promise<HttpResponse> {
    const { AwsV4Signer } = await import('aws4fetch')
    if (derived.size > MOST_DERIVED) derived.clear()
    // With the body's hash in the signature nobody on the way can change it.
    const hash = createHash('sha256')
      .update(request.body ?? '')
      .digest('hex')
    const signer = new AwsV4Signer({
      method: request.method,
      url: request.url,
      headers: { ...request.headers, 'x-amz-content-sha256': hash },
      service,
      region: keys.region,
      accessKeyId: keys.access_key_id,
      secretAccessKey: keys.secret_access_key,
      datetime: new Date(clock.now() + ahead).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      cache: derived,
    })
    const { headers } = await signer.sign()
    const signed = { ...request, headers: Object.fromEntries(headers) }
    return await http.send({ ...signed, timeoutMs, maxResponseBytes, ...(tls && { tls }) })
  }

  return async (request) => {
    const startedAt = performance.now()
    const signedAt = clock.now() + ahead
    const first = await send(request)
    if (first.status < 400 || first.status >= 500) return first
    const theirs = Date.parse(first.headers.date ?? '')
    if (Number.isNaN(theirs) || Math.abs(theirs - signedAt) < SKEW_MS) return first
    // Refused, and the clocks differ: by theirs, once more.
    ahead = theirs - clock.now()
    return await send({ ...request, timeoutMs: Math.max(1, request.timeoutMs - (performance.now() - startedAt)) })
  }
}
