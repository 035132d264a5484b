// Addresses of hosts. The system's own resolver (getaddrinfo) takes a thread for as long as a name server keeps silent; there are
// two for that, and two silent names hold up everybody's. So DNS is asked without threads (c-ares) on Linux, where the files
// that the system's resolver goes by can be read. Elsewhere, and for names that DNS does not have, it is asked itself.
import { type LookupAddress, promises } from 'node:dns'
import ipaddr from 'ipaddr.js'
import { candidates, hostsFile, resolverFile } from './name-files.ts'
import { withinTime } from './within-time.ts'

/** How long a name server has for the first try, where none of its answers was timed yet; those say how long it usually takes. */
const TRY_MS = 2000
/** Each try has twice the time of the one before, up to that. An answer to an earlier try no longer counts. */
const LONGEST_TRY_MS = 4000
/** More than there is time for. */
const TRIES = 6
/** Of all name servers and search domains together. Shorter than any destination's connection may take: it tells what was waited for. */
const LONGEST_MS = 7000
/** When addresses of one family are there, those of the other are not waited for longer: some name servers never say that there are none. */
const OTHER_FAMILY_MS = 200

export interface Names {
  /** IPv4 first. Rejects with a NameProblem. */
  addresses(host: string): Promise<LookupAddress[]>
  isAsking(host: string): boolean
}

export class NameProblem extends Error {
  readonly code: 'ENOTFOUND' | 'ETIMEOUT' | 'ESERVFAIL'

  constructor(code: NameProblem['code'], host: string, cause?: unknown) {
    const said = { ENOTFOUND: 'does not exist', ETIMEOUT: 'was not resolved in time', ESERVFAIL: 'cannot be resolved' }
    super(`the name ${host} ${said[code]}`, { cause })
    this.name = 'NameProblem'
    this.code = code
  }
}

export interface NameOptions {
  /** Paths of what the system's resolver goes by. */
  hosts?: string
  resolver?: string
  /** Instead of those that the file names; with ports. */
  servers?: readonly string[]
  longestMs?: number
}

export function createNames(options: NameOptions = {}): Names {
  const hosts = hostsFile(options.hosts ?? '/etc/hosts')
  const settings = resolverFile(options.resolver ?? '/etc/resolv.conf')
  let dns: { of: unknown; resolver: promises.Resolver } | undefined
  /** What asks for the same name meanwhile gets the same answer. */
  const asking = new Map<string, Promise<LookupAddress[]>>()
  const inSystem = new Map<string, Promise<LookupAddress[]>>()

  /** A resolver keeps the servers that it began with: a file that changed takes a new one. */
  function resolver(): promises.Resolver {
    const now = settings()
    if (dns?.of !== now) {
      dns = { of: now, resolver: new promises.Resolver({ timeout: TRY_MS, maxTimeout: LONGEST_TRY_MS, tries: TRIES }) }
      if (options.servers !== undefined) dns.resolver.setServers(options.servers)
    }
    return dns.resolver
  }

  async function find(host: string): Promise<LookupAddress[]> {
    if (process.platform !== 'linux' || /(^|\.)localhost\.?$/.test(host)) return await bySystem(host)
    const listed = hosts().get(host)
    if (listed !== undefined) return listed
    let problem: unknown = null
    for (const name of candidates(host, settings())) {
      const { found, error } = await ofBothFamilies(resolver(), name)
      if (found.length > 0) return found
      const { code = '' } = (error ?? {}) as { code?: string }
      if (code === 'ETIMEOUT') throw new NameProblem('ETIMEOUT', host, error)
      // Not known under one name: the next may be, as for the system's resolver.
      if (error !== null) problem = error
    }
    if (problem !== null) throw new NameProblem('ESERVFAIL', host, problem)
    // Neighbours in the local network, known to other means than DNS. Nobody can make such a name hang from outside.
    if (/^[^.]+$|\.local$/.test(host)) return await bySystem(host)
    throw new NameProblem('ENOTFOUND', host)
  }

  /** At most one thread for each name. */
  function bySystem(host: string): Promise<LookupAddress[]> {
    return shared(inSystem, host, () =>
      promises.lookup(host, { all: true, order: 'ipv4first' }).catch((error: NodeJS.ErrnoException) => {
        throw new NameProblem(error.code === 'ENOTFOUND' ? 'ENOTFOUND' : 'ESERVFAIL', host, error)
      }),
    )
  }

  return {
    async addresses(name) {
      // `127.1` and the like are addresses for the system's resolver as well.
      if (ipaddr.isValid(name)) {
        const address = ipaddr.parse(name)
        return [{ address: address.toString(), family: address.kind() === 'ipv4' ? 4 : 6 }]
      }
      const host = name.toLowerCase()
      return await shared(asking, host, async () => {
        const found = await withinTime(find(host), options.longestMs ?? LONGEST_MS)
        if (found === null) throw new NameProblem('ETIMEOUT', host)
        return found
      })
    },
    isAsking: (host) => asking.has(host.toLowerCase()),
  }
}

/** What everything in this process asks that has no reason to ask another. */
export const systemNames = createNames()

function shared<T>(under: Map<string, Promise<T>>, name: string, begin: () => Promise<T>): Promise<T> {
  const present = under.get(name)
  if (present !== undefined) return present
  const begun = begin().finally(() => under.delete(name))
  under.set(name, begun)
  return begun
}

interface Answer {
  found: LookupAddress[]
  /** Null: there is none of the name. */
  error: unknown
}

async function ofBothFamilies(dns: promises.Resolver, name: string): Promise<Answer> {
  const ask = async (family: 4 | 6): Promise<Answer> => {
    try {
      const found = await (family === 4 ? dns.resolve4(name) : dns.resolve6(name))
      return { found: found.map((address) => ({ address, family })), error: null }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return { found: [], error: code === 'ENOTFOUND' || code === 'ENODATA' ? null : error }
    }
  }
  const asked = { 4: ask(4), 6: ask(6) }
  const isThere = (await Promise.race([asked[4], asked[6]])).found.length > 0
  const answers = await Promise.all(
    [asked[4], asked[6]].map((each) => (isThere ? withinTime(each, OTHER_FAMILY_MS) : each)),
  )
  return {
    found: answers.flatMap((answer) => answer?.found ?? []),
    error: answers.find((answer) => answer !== null && answer.error !== null)?.error ?? null,
  }
}
