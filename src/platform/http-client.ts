// Outgoing HTTP with undici: pooled, without redirects, bounded in time and size, and kept away from private addresses
// unless the operator allows them.
import { Agent, errors, type Dispatcher } from 'undici'
import { type Http, HttpFailure, type HttpFailureReason, type HttpRequest, type HttpResponse } from './http.ts'
import { parseJson } from './json.ts'
import { publicLookup } from './network.ts'
import { isPrivateAddress, literalAddress } from './private-addresses.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024
const STALE_SOCKET_MS = 1000

export interface HttpOptions {
  /** Whether loopback and private addresses may be reached. */
  allowPrivate: boolean
  userAgent: string
  connectionsPerOrigin?: number
}

export interface HttpClient extends Http {
  close(): Promise<void>
}

export function createHttp(options: HttpOptions): HttpClient {
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connections: options.connectionsPerOrigin ?? 64,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000, ...(options.allowPrivate ? {} : { lookup: publicLookup }) },
  })
  return {
    send: (request) => send(agent, options, request),
    close: () => agent.destroy(),
  }
}

async function send(agent: Agent, options: HttpOptions, request: HttpRequest): Promise<HttpResponse> {
  const url = targetOf(request)
  if (!options.allowPrivate) {
    const literal = literalAddress(url)
    if (literal !== null && isPrivateAddress(literal)) throw refused(url)
  }
  const startedAt = performance.now()
  try {
    return await once(agent, options, request, url)
  } catch (error) {
    // A kept-alive connection that the other side closed as we wrote: nobody read the request, so it goes again.
    const stale = isStaleSocket(error) && performance.now() - startedAt < STALE_SOCKET_MS
    if (!stale) throw failureOf(error, url)
    return await once(agent, options, request, url).catch((second) => {
      throw failureOf(second, url)
    })
  }
}

async function once(agent: Agent, options: HttpOptions, request: HttpRequest, url: URL): Promise<HttpResponse> {
  const { body, contentType } = bodyOf(request)
  const signal = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const answer = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method ?? 'GET',
    headers: {
      'user-agent': options.userAgent,
      ...(contentType === null ? {} : { 'content-type': contentType }),
      ...lowerCase(request.headers),
    },
    body,
    signal,
  })
  return read(answer, request.maxResponseBytes ?? DEFAULT_MAX_BYTES)
}

async function read(answer: Dispatcher.ResponseData, maxBytes: number): Promise<HttpResponse> {
  const chunks: Uint8Array[] = []
  let size = 0
  let truncated = false
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    const room = maxBytes - size
    chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room))
    size += Math.min(chunk.length, room)
    if (chunk.length > room) {
      truncated = true
      break
    }
  }
  const body = Buffer.concat(chunks)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    status: answer.statusCode,
    headers,
    body,
    truncated,
    text: () => body.toString('utf8'),
    json: () => parseJson(body.toString('utf8')),
  }
}

function targetOf(request: HttpRequest): URL {
  const url = new URL(request.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HttpFailure('refused_target', `only http and https are allowed, not ${url.protocol}`)
  }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value))
  }
  return url
}

function bodyOf(request: HttpRequest): { body: string | Uint8Array | null; contentType: string | null } {
  if (request.form !== undefined) {
    return { body: new URLSearchParams(request.form).toString(), contentType: 'application/x-www-form-urlencoded' }
  }
  if (request.json !== undefined) return { body: JSON.stringify(request.json), contentType: 'application/json' }
  return { body: request.body ?? null, contentType: null }
}

function lowerCase(headers: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
}

function refused(url: URL): HttpFailure {
  return new HttpFailure(
    'refused_target',
    `${url.hostname} is a private address; LOAM_ALLOW_PRIVATE_DESTINATIONS=on allows those`,
  )
}

function isStaleSocket(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function failureOf(error: unknown, url: URL): HttpFailure {
  if (error instanceof HttpFailure) return error
  const { code = '', name = '' } = error as { code?: string; name?: string }
  const host = url.host
  if (code === 'EPRIVATE') return refused(url)
  const reason = reasonOf(code, name, error)
  const said: Record<HttpFailureReason, string> = {
    timeout: `${host} did not answer in time`,
    dns: `the name ${url.hostname} could not be resolved (${code})`,
    connect: `${host} refused the connection (${code})`,
    tls: `the TLS certificate of ${host} was not accepted (${code})`,
    reset: `${host} closed the connection before it answered`,
    refused_target: `${host} may not be reached`,
    protocol: `${host} did not answer in HTTP (${code || name})`,
  }
  return new HttpFailure(reason, said[reason], error)
}

function reasonOf(code: string, name: string, error: unknown): HttpFailureReason {
  if (name === 'TimeoutError' || name === 'AbortError' || error instanceof errors.ConnectTimeoutError) return 'timeout'
  if (/^(ENOTFOUND|EAI_|ESERVFAIL|ENODATA)/.test(code)) return 'dns'
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(code)) return 'connect'
  if (/CERT|SSL|TLS/.test(code)) return 'tls'
  if (/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code)) return 'reset'
  return 'protocol'
}
