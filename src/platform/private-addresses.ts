// Which addresses a customer's URL may not reach: everything that is not the public internet.
import ipaddr from 'ipaddr.js'

/** All of them, none, or those of some networks, as `10.0.0.0/8`. */
export type PrivateAllowed = boolean | readonly string[]

/** Says of an address whether it may be reached. */
export function reachable(allowed: PrivateAllowed): (address: string) => boolean {
  if (typeof allowed === 'boolean') return allowed ? () => true : (address) => !isPrivateAddress(address)
  const networks = allowed.map((text) => ipaddr.parseCIDR(text))
  return (text) => {
    if (!isPrivateAddress(text)) return true
    const bare = text.replace(/^\[|\]$/g, '')
    if (!ipaddr.isValid(bare)) return false
    // `::ffff:10.0.0.1` is 10.0.0.1; what else is dressed up stays refused.
    const address = ipaddr.process(bare)
    return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
  }
}

export function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text)
}

/** Azure's: a public address that is the host's own inside of every virtual machine. */
const METADATA = new Set(['168.63.129.16'])

/** All of the public internet there is in IPv6. */
const GLOBAL = ipaddr.IPv6.parse('2000::')

/** True for loopback, private, link-local, metadata, multicast, reserved and documentation ranges, in any disguise. */
export function isPrivateAddress(text: string): boolean {
  let address: ipaddr.IPv4 | ipaddr.IPv6
  try {
    address = ipaddr.parse(text.replace(/^\[|\]$/g, ''))
  } catch {
    return true
  }
  if (address.kind() === 'ipv6') {
    const inner = embeddedIpv4(address as ipaddr.IPv6)
    if (inner !== null) return isPrivateIpv4(inner)
    return address.range() !== 'unicast' || !(address as ipaddr.IPv6).match(GLOBAL, 3)
  }
  return isPrivateIpv4(address as ipaddr.IPv4)
}

function isPrivateIpv4(address: ipaddr.IPv4): boolean {
  return address.range() !== 'unicast' || METADATA.has(address.toString())
}

/** IPv4 inside IPv6: mapped, NAT64, 6to4. */
function embeddedIpv4(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  const bytes = address.toByteArray()
  const range = address.range() as string
  if (range === 'rfc6052') return new ipaddr.IPv4(bytes.slice(12))
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6))
  return null
}

/** The URL's host as an address, when it is written as one: `127.1`, `0x7f.1` and the like are normalised by URL. */
export function literalAddress(url: URL): string | null {
  return literalIn(url.hostname)
}

/** A host as an address, when it is written as one, in whatever spelling. */
export function literalIn(host: string): string | null {
  const bare = host.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(bare) ? bare : null
}
