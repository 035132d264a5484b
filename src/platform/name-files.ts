// /etc/hosts and /etc/resolv.conf as the system's resolver reads them. Looked at each time and read when they have changed: both
// do in containers and on machines that change networks.
import { readFileSync, statSync } from 'node:fs'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'

const MOST_DOTS = 15

export interface ResolverSettings {
  search: readonly string[]
  /** A name with as many dots is tried as it is before the search domains. */
  ndots: number
}

/** Addresses by name in lower case, IPv4 first. */
export function hostsFile(path: string): () => Map<string, LookupAddress[]> {
  return current(path, (text) => {
    const hosts = new Map<string, LookupAddress[]>()
    for (const [address = '', ...names] of words(text)) {
      const family = isIP(address)
      if (family === 0) continue
      for (const name of names) {
        const key = name.toLowerCase()
        hosts.set(
          key,
          [...(hosts.get(key) ?? []), { address, family }].sort((a, b) => a.family - b.family),
        )
      }
    }
    return hosts
  })
}

/** Another object for another content. */
export function resolverFile(path: string): () => ResolverSettings {
  return current(path, (text) => {
    let search: readonly string[] = []
    let ndots = 1
    for (const [keyword, ...values] of words(text)) {
      if (keyword === 'search' || keyword === 'domain') search = values.map((each) => each.replace(/\.$/, ''))
      if (keyword !== 'options') continue
      const dots = values.map((each) => /^ndots:(\d+)$/.exec(each)?.[1]).findLast((each) => each !== undefined)
      if (dots !== undefined) ndots = Math.min(Number(dots), MOST_DOTS)
    }
    return { search: search.filter((each) => each !== ''), ndots }
  })
}

/** What DNS is asked for, in this order. */
export function candidates(host: string, { search, ndots }: ResolverSettings): string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)]
  const searched = search.map((domain) => `${host}.${domain}`)
  return host.split('.').length > ndots ? [host, ...searched] : [...searched, host]
}

function words(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.replace(/[#;].*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
}

function current<T>(path: string, parse: (text: string) => T): () => T {
  let known: { stamp: string; value: T } | undefined
  return () => {
    const stat = statSync(path, { throwIfNoEntry: false })
    const stamp = stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
    if (known?.stamp !== stamp) known = { stamp, value: parse(stat === undefined ? '' : readFileSync(path, 'utf8')) }
    return known.value
  }
}
