// Outgoing connections that are not HTTP: to addresses that were checked, like http-client.ts does for HTTP.
import type { LookupAddress } from 'node:dns'
import { type LookupFunction, Socket } from 'node:net'
import { NameProblem, type Names, systemNames } from './names.ts'
import { literalIn, type PrivateAllowed, reachable } from './private-addresses.ts'
import { isAboutTls, tlsProblem } from './tls-problem.ts'

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

/** No address of this machine, or no port of it, to connect from. */
const NO_ADDRESS = 'EADDRNOTAVAIL'

export class PrivateAddress extends Error {
  readonly code = 'EPRIVATE'

  constructor(host: string) {
    super(`${host} is a private address; LOAM_ALLOW_PRIVATE_DESTINATIONS allows those`)
    this.name = 'PrivateAddress'
  }
}

export function createNetwork(options: { allowPrivate: PrivateAllowed; names?: Names }): Network {
  const mayReach = reachable(options.allowPrivate)
  const addresses = reachableAddresses(mayReach, options.names)
  const lookup = guardedLookup(mayReach, options.names)
  const check = (host: string): void => {
    const literal = literalIn(host)
    if (literal !== null && !mayReach(literal)) throw new PrivateAddress(host)
  }
  return {
    lookup,
    check,
    async resolve(host) {
      check(host)
      return (await addresses(bare(host)))[0]!.address
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
function reachableAddresses(mayReach: (address: string) => boolean, names: Names = systemNames) {
  return async (host: string): Promise<LookupAddress[]> => {
    const approved = (await names.addresses(host)).filter(({ address }) => mayReach(address))
    if (approved.length === 0) throw new PrivateAddress(host)
    return approved
  }
}

export function guardedLookup(mayReach: (address: string) => boolean, names?: Names): LookupFunction {
  const addresses = reachableAddresses(mayReach, names)
  return (host, { all, family }, callback) => {
    addresses(host)
      .then((found) => ofFamily(found, host, family))
      .then(
        (found) => {
          if (all === true) callback(null, found)
          else callback(null, found[0]!.address, found[0]!.family)
        },
        (error: Error) => callback(error, []),
      )
  }
}

function ofFamily(found: LookupAddress[], host: string, family: number | string | undefined): LookupAddress[] {
  const wanted = Number(String(family ?? 0).replace('IPv', ''))
  const of = wanted === 0 ? found : found.filter((each) => each.family === wanted)
  if (of.length === 0) throw new NameProblem('ENOTFOUND', host)
  return of
}

/** The fault is ours, not of whoever was to be reached. */
export function ourFault(code: string): string | null {
  if (/^E[MN]FILE$/.test(code))
    return `Loam may open no further connections or files (${code}): raise its limit of open files`
  return code === NO_ADDRESS
    ? `Loam's own machine has no port or no address left to connect from (${code}): widen its net.ipv4.ip_local_port_range, or look after its IPv6`
    : null
}

/** Of an error, or of what several addresses said: with none of IPv6 here, one of IPv4 says more. */
export function codeOf(error: unknown): string {
  const { errors } = (error ?? {}) as { errors?: unknown }
  const parts = Array.isArray(errors) ? errors.map((each) => textIn(each, 'code')) : []
  const code = textIn(error, 'code')
  return (code === NO_ADDRESS && parts.find((each) => each !== '' && each !== NO_ADDRESS)) || code
}

/** What happened on the way to `where`, for people; null when the error is none of the network. */
export function networkProblem(error: unknown, where: string): string | null {
  const root = rootOf(error)
  if (root instanceof PrivateAddress) return root.message
  const code = textIn(root, 'code')
  const ours = ourFault(code)
  if (ours !== null) return ours
  if (code === 'ECONNREFUSED')
    return `${where} refused the connection (${code}): check that the server runs, and its host and port`
  if (/^(EHOSTUNREACH|ENETUNREACH)$/.test(code))
    return `${where} cannot be reached (${code}): check the host, and firewalls on the way`
  if (/^(ENOTFOUND|EAI_\w+|ESERVFAIL|ENODATA)$/.test(code))
    return `the name in ${where} could not be resolved (${code}): check how the host is spelled`
  if (code === 'ETIMEOUT')
    return `the name in ${where} was not resolved in time (${code}): check the host, and the name servers that know it`
  if (/^(ETIMEDOUT|ESOCKETTIMEDOUT)$/.test(code))
    return `${where} did not answer in time (${code}): check the host and port, that TLS is set as it expects, and firewalls on the way`
  if (/^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code)) return closedBy(where, code)
  if (!isAboutTls(code)) return null
  const { said, mend } = tlsProblem(code, where)
  return `${said}: ${mend}`
}

/** Right with TLS on and off: some servers just hang up on the one that they do not expect. */
export function closedBy(where: string, code?: string): string {
  const said = code === undefined ? '' : ` (${code})`
  return `${where} closed the connection${said}: check that TLS is set as it expects, and what its log says`
}

/** The first error of the network among an error, its causes and its parts (happy eyeballs, several brokers). */
function rootOf(error: unknown, depth = 0): unknown {
  if (typeof error !== 'object' || error === null || depth > 6) return null
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  const inner = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]
  const found = inner.map((each) => rootOf(each, depth + 1)).filter((each) => each !== null)
  // With none of IPv6 here, what an address of IPv4 said is more.
  if (found.length > 0) return found.find((each) => textIn(each, 'code') !== NO_ADDRESS) ?? found[0]
  const code = textIn(error, 'code')
  return /^E[A-Z_]+$/.test(code) || isAboutTls(code) ? error : null
}

function textIn(value: unknown, name: string): string {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null
  return typeof text === 'string' ? text : ''
}
