// Outgoing HTTP as a small type: connectors and destinations see this, never a client library.

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** Appended to the URL; undefined and null members are left out. */
  query?: Record<string, string | number | boolean | null | undefined>
  headers?: Record<string, string>
  /** At most one of these three. */
  form?: Record<string, string>
  json?: unknown
  body?: Uint8Array | string
  /** From the first byte sent to the last byte read. Default 30 000. */
  timeoutMs?: number
  /** Bodies beyond this are cut (`truncated`) instead of read. Default 32 MB. */
  maxResponseBytes?: number
  /** For servers whose certificate no public authority signed, or that want one of ours. */
  tls?: HttpTls
}

/** PEM. */
export interface HttpTls {
  ca?: string
  cert?: string
  key?: string
}

export interface HttpResponse {
  status: number
  /** Names in lower case; repeated headers joined with ', '. */
  headers: Record<string, string>
  body: Uint8Array
  truncated: boolean
  text(): string
  /** Integers beyond 2^53 are strings (json.ts). Throws a SyntaxError when the body is no JSON. */
  json(): unknown
}

export interface Http {
  /** Resolves for every status. Rejects with HttpFailure when there was no whole answer. Never follows redirects. */
  send(request: HttpRequest): Promise<HttpResponse>
}

/** Keeps away from some addresses and ports. */
export interface GuardedHttp extends Http {
  /** Throws HttpFailure when nothing may be sent to this URL's port or address. Names pass: they are seen when connecting. */
  check(url: string): void
}

export type HttpFailureReason = 'timeout' | 'dns' | 'connect' | 'tls' | 'reset' | 'refused_target' | 'protocol'

export class HttpFailure extends Error {
  readonly reason: HttpFailureReason

  constructor(reason: HttpFailureReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HttpFailure'
    this.reason = reason
  }
}

/** Seconds to wait that a `Retry-After` header asks for: a number of them or a date. Null when absent or unreadable. */
export function retryAfterSeconds(headers: Record<string, string>, nowMs: number): number | null {
  const value = headers['retry-after']
  if (value === undefined) return null
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Math.ceil(Number(value))
  // Anything with a number in it is some date to the parser; only one with a time of day was meant as one.
  const at = /\d:\d/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - nowMs) / 1000))
}
