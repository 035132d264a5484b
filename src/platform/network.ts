// Outgoing connections that are not HTTP: to addresses that were checked, like http-client.ts does for HTTP.
import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { type LookupFunction, Socket } from 'node:net'
import { literalIn, type PrivateAllowed, reachable } from './private-addresses.ts'

export interface Network {
  /** For client libraries that take a `lookup`. It is not called for hosts that are addresses: `check` those. */
  lookup: LookupFunction
  /** Throws PrivateAddress when the host is an address that may not be reached. Names pass: `lookup` sees them. */
  check(host: string): void
  /** One address of a host that may be reached, for client libraries that only take an address. */
  resolve(host: string): Promise<string>
  /** A socket that connects as it is returned. */
  connect(host: string, port: number): Socket
  /** One that is not connected yet, for client libraries that do this themselves: its `connect(port, host)` is the above. */
  socket(): Socket
}

export class PrivateAddress extends Error {
  readonly code = 'EPRIVATE'

  constructor(host: string) {
    super(`${host} is a private address; LOAM_ALLOW_PRIVATE_DESTINATIONS allows those`)
    this.name = 'PrivateAddress'
  }
}

export function createNetwork(options: { allowPrivate: PrivateAllowed }): Network {
  const mayReach = reachable(options.allowPrivate)
  const lookup = options.allowPrivate === true ? (dnsLookup as LookupFunction) : guardedLookup(mayReach)
  const check = (host: string): void => {
    const literal = literalIn(host)
    if (literal !== null && !mayReach(literal)) throw new PrivateAddress(host)
  }
  return {
    lookup,
    check,
    async resolve(host) {
      check(host)
      const found = await new Promise<LookupAddress[]>((resolve, reject) => {
        lookup(bare(host), { all: true, order: 'ipv4first' }, (error, answers) =>
          error === null ? resolve(answers as LookupAddress[]) : reject(error),
        )
      })
      return found[0]!.address
    },
    connect(host, port) {
      check(host)
      return new GuardedSocket(check, lookup).connect(port, host)
    },
    socket: () => new GuardedSocket(check, lookup),
  }
}

class GuardedSocket extends Socket {
  readonly #check: (host: string) => void
  readonly #lookup: LookupFunction

  constructor(check: (host: string) => void, lookup: LookupFunction) {
    super()
    this.setNoDelay(true)
    this.#check = check
    this.#lookup = lookup
  }

  // Of the ways to call it, the one that client libraries use.
  override connect(port: unknown, host?: unknown): this {
    const to = String(host ?? 'localhost')
    try {
      this.#check(to)
      return super.connect({ host: bare(to), port: Number(port), lookup: this.#lookup })
    } catch (error) {
      return this.destroy(error as Error)
    }
  }
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

/** Every answer is checked and all approved ones are handed on: the connection goes to an address that was checked. */
export function guardedLookup(mayReach: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const approved = (found as unknown as LookupAddress[]).filter(({ address }) => mayReach(address))
      if (approved.length === 0) return callback(new PrivateAddress(hostname), [])
      if (options.all === true) return callback(null, approved)
      callback(null, approved[0]!.address, approved[0]!.family)
    })
  }
}

/** What happened on the way to `where`, for people; null when the error is none of the network. */
export function networkProblem(error: unknown, where: string): string | null {
  const root = rootOf(error)
  if (root instanceof PrivateAddress) return root.message
  const code = textIn(root, 'code')
  if (code === 'ECONNREFUSED')
    return `${where} refused the connection (${code}): check that the server runs, and its host and port`
  if (/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(code))
    return `${where} cannot be reached (${code}): check the host, and firewalls on the way`
  if (/^(ENOTFOUND|EAI_\w+|ESERVFAIL|ENODATA)$/.test(code))
    return `the name in ${where} could not be resolved (${code}): check how the host is spelled`
  if (/^(ETIMEDOUT|ESOCKETTIMEDOUT)$/.test(code))
    return `${where} did not answer in time (${code}): check the host and port, and firewalls on the way`
  if (/^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code))
    return `${where} closed the connection (${code}): check whether it expects TLS`
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code))
    return `the TLS certificate of ${where} was not accepted (${code}): check the host, or give the authority that signed it`
  return null
}

/** The first error of the network among an error, its causes and its parts (happy eyeballs, several brokers). */
function rootOf(error: unknown, depth = 0): unknown {
  if (typeof error !== 'object' || error === null || depth > 6) return null
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  for (const inner of [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]) {
    const found = rootOf(inner, depth + 1)
    if (found !== null) return found
  }
  return /^E[A-Z_]+$|CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(textIn(error, 'code')) ? error : null
}

function textIn(value: unknown, name: string): string {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null
  return typeof text === 'string' ? text : ''
}
