// Outgoing HTTP with undici: pooled, without redirects, bounded in time and size, and kept away from private addresses
// unless the operator allows them.
import { createHash, X509Certificate } from 'node:crypto'
import { Agent, errors } from 'undici'
import {
  type GuardedHttp,
  HttpFailure,
  type HttpFailureReason,
  type HttpRequest,
  type HttpResponse,
  type HttpTls,
} from './http.ts'
import { type Names, systemNames } from './names.ts'
import { codeOf, guardedLookup, ourFault } from './network.ts'
import { literalAddress, type PrivateAllowed, reachable } from './private-addresses.ts'
import { Late, ResponseReader, wasAnswered } from './response-reader.ts'
import { isAboutTls, tlsProblem } from './tls-problem.ts'

const DEFAULT_TIMEOUT_MS = 30_000
/** A connection that is lost sooner than that is tried again at once. */
const AGAIN_WITHIN_MS = 1000
const MOST_IDENTITIES = 200

export interface HttpOptions {
  /** Whether loopback and private addresses may be reached. */
  allowPrivate: PrivateAllowed
  /** What begins with `at`, an address, is our own and is reached whatever it is; what begins with `name` is found there. */
  own?: { at: string; name?: string }
  /** Which ports may be reached; absent: every one. */
  mayReachPort?: (port: number) => boolean
  userAgent: string
  /** Of requests that name none. Default 30 000. */
  timeoutMs?: number
  /** Absent: as many as there are requests. */
  connectionsPerOrigin?: number
  /** Who knows the addresses of hosts; absent: this system. */
  names?: Names
}

export interface HttpClient extends GuardedHttp {
  close(): Promise<void>
}

/** Connections of one TLS identity. */
interface Agents {
  /** Kept alive between requests. */
  kept: Agent
  /** A new connection for each request. */
  fresh: Agent
}

export function createHttp(options: HttpOptions): HttpClient {
  const plain = agentsFor(options, undefined)
  const identities = new Map<string, Agents>()
  const agentsOf = (tls: HttpTls | undefined): Agents => {
    if (tls === undefined) return plain
    const name = nameOf(tls)
    const agents = identities.get(name) ?? agentsFor(options, tls)
    // The one used last stands last; the one that nobody used for longest goes.
    identities.delete(name)
    identities.set(name, agents)
    const [oldest] = identities
    if (identities.size > MOST_IDENTITIES && oldest !== undefined) {
      identities.delete(oldest[0])
      for (const agent of Object.values(oldest[1])) void agent.close().catch(() => undefined)
    }
    return agents
  }
  return {
    send: (request) => send(agentsOf(request.tls), options, request),
    check: (url) => check(options, atHome(options, new URL(url))),
    async close() {
      const all = [plain, ...identities.values()].flatMap(({ kept, fresh }) => [kept, fresh])
      await Promise.all(all.map((agent) => agent.destroy()))
    },
  }
}

/** Worked out once for each object: a destination hands over the same one for every event. */
const names = new WeakMap<HttpTls, string>()

function nameOf(tls: HttpTls): string {
  const known = names.get(tls)
  if (known !== undefined) return known
  const name = createHash('sha256').update(JSON.stringify(tls)).digest('hex')
  names.set(tls, name)
  return name
}

function agentsFor(options: HttpOptions, tls: HttpTls | undefined): Agents {
  const settings: Agent.Options = {
    allowH2: false,
    connections: options.connectionsPerOrigin ?? null,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: 10_000,
      ...tls,
      lookup: guardedLookup(reachable(options.allowPrivate), options.names),
    },
  }
  return { kept: new Agent({ ...settings, pipelining: 1 }), fresh: new Agent({ ...settings, pipelining: 0 }) }
}

function check(options: HttpOptions, url: URL): void {
  if (options.own !== undefined && url.href.startsWith(options.own.at)) return
  if (options.allowPrivate !== true) {
    const literal = literalAddress(url)
    if (literal !== null && !reachable(options.allowPrivate)(literal)) throw refused(url)
  }
  if (options.mayReachPort?.(portOf(url)) === false) {
    const message = `port ${portOf(url)} of ${url.hostname} is none that LOAM_DESTINATION_PORTS allows`
    throw new HttpFailure('refused_target', message)
  }
}

function atHome({ own }: HttpOptions, url: URL): URL {
  if (own?.name === undefined || !url.href.startsWith(own.name)) return url
  return new URL(`${own.at}${url.href.slice(own.name.length)}`)
}

async function send({ kept, fresh }: Agents, options: HttpOptions, request: HttpRequest): Promise<HttpResponse> {
  const url = atHome(options, targetOf(request))
  check(options, url)
  const startedAt = performance.now()
  try {
    return await once(kept, options, request, url)
  } catch (error) {
    // Most often a kept-alive connection that the other side closed as we wrote: nobody read the request, so it goes again,
    // once and on a connection of its own. What was answered in part was read.
    const lost = isLostConnection(error) && !wasAnswered(error) && performance.now() - startedAt < AGAIN_WITHIN_MS
    if (!lost) throw failureWith(request.tls, error, url, options.names)
    return await once(fresh, options, request, url).catch((second) => {
      throw failureWith(request.tls, second, url, options.names)
    })
  }
}

function once(agent: Agent, options: HttpOptions, request: HttpRequest, url: URL): Promise<HttpResponse> {
  const { body, contentType } = bodyOf(request)
  const headers: Record<string, string> = { 'user-agent': options.userAgent }
  if (contentType !== null) headers['content-type'] = contentType
  for (const name in request.headers) headers[name.toLowerCase()] = request.headers[name]!
  const method = request.method ?? 'GET'
  return new Promise((resolve, reject) => {
    const reader = new ResponseReader(request, options.timeoutMs ?? DEFAULT_TIMEOUT_MS, resolve, reject)
    // Without a stream in between: that is a third of what a request costs.
    agent.dispatch({ origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body }, reader)
  })
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

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

function refused(url: URL): HttpFailure {
  return new HttpFailure(
    'refused_target',
    `${url.hostname} is a private address; LOAM_ALLOW_PRIVATE_DESTINATIONS allows those`,
  )
}

/** undici ends the connection at a `100 Continue` or a `101` that was not asked for; `103` and others it passes over. */
function isUnasked(error: unknown): boolean {
  return error instanceof errors.SocketError && /^bad (response|upgrade)$/.test(error.message)
}

function isLostConnection(error: unknown): boolean {
  if (isUnasked(error)) return false
  const { code } = error as { code?: string }
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

/** Of an authority that cannot be read, OpenSSL says nothing, and trusts nobody. */
function failureWith(tls: HttpTls | undefined, error: unknown, url: URL, names: Names | undefined): HttpFailure {
  const failure = failureOf(error, url, names)
  if (failure.reason !== 'tls' || tls?.ca === undefined) return failure
  try {
    void new X509Certificate(tls.ca)
    return failure
  } catch (unreadable) {
    return failureOf(unreadable, url, names)
  }
}

function failureOf(error: unknown, url: URL, names: Names = systemNames): HttpFailure {
  if (error instanceof HttpFailure) return error
  const { name = '' } = error as { name?: string }
  const code = codeOf(error)
  const host = url.host
  if (code === 'EPRIVATE') return refused(url)
  const reason = reasonOf(code, name, error)
  const isUnnamed = code === 'ETIMEOUT' || (error instanceof Late && !error.isBegun && names.isAsking(url.hostname))
  const unnamed = `the name ${url.hostname} was not resolved in time`
  const said: Record<HttpFailureReason, string> = {
    timeout: isUnnamed ? unnamed : `${host} did not answer in time`,
    dns: isUnnamed ? unnamed : `the name ${url.hostname} could not be resolved (${code})`,
    connect: `${host} refused the connection (${code})`,
    tls: tlsProblem(code, host).said,
    reset: `${host} closed the connection before it answered`,
    refused_target: `${host} may not be reached`,
    protocol: isUnasked(error)
      ? `${host} sent 100 Continue or 101 before its answer, though nothing asked for it; have it answer at once`
      : `${host} did not answer in HTTP (${code || name})`,
  }
  return new HttpFailure(reason, ourFault(code) ?? said[reason], error)
}

function reasonOf(code: string, name: string, error: unknown): HttpFailureReason {
  if (isUnasked(error)) return 'protocol'
  if (error instanceof Late || name === 'AbortError' || error instanceof errors.ConnectTimeoutError) return 'timeout'
  if (/^(ENOTFOUND|ETIMEOUT|ESERVFAIL)$/.test(code)) return 'dns'
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|E[MN]FILE)$/.test(code)) return 'connect'
  if (isAboutTls(code)) return 'tls'
  if (/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code)) return 'reset'
  return 'protocol'
}
