// From where a request comes: the socket's address, or what the proxies that we trust say.
import type { Context as Request } from 'hono'
import ipaddr from 'ipaddr.js'
import type { Context } from '../../store/context.ts'

const LONGEST = 45

/**
 * Each proxy adds the address it was reached from at the end of `x-forwarded-for`. What stands before those of our own
 * proxies was written by whoever asks, and is not believed.
 */
export function clientAddress(
  ctx: Pick<Context, 'trustedProxies'>,
  headers: { get(name: string): string | null },
  socket: string | null,
): string | null {
  const proxies = ctx.trustedProxies ?? 0
  if (proxies === 0) return plain(socket)
  const named = (headers.get('x-forwarded-for') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const address = named[Math.max(0, named.length - proxies)]
  return plain(address === undefined || address.length > LONGEST ? socket : address)
}

/** The same for a request as Hono has it; null without a socket, as in tests. */
export function addressOf(ctx: Pick<Context, 'trustedProxies'>, c: Request): string | null {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined
  return clientAddress(ctx, c.req.raw.headers, env?.incoming?.socket?.remoteAddress ?? null)
}

/** Whom an address stands for: whoever has one of IPv6 has the 2^64 beside it. */
export function networkOf(client: string | null): string {
  if (client === null || !ipaddr.isValid(client)) return 'unknown'
  const address = ipaddr.process(client)
  if (address.kind() === 'ipv4') return address.toString()
  const parts = (address as ipaddr.IPv6).parts.slice(0, 4)
  return `${parts.map((part) => part.toString(16)).join(':')}::/64`
}

/** A socket for both protocols writes IPv4 as `::ffff:192.0.2.1`. */
function plain(address: string | null): string | null {
  return address === null ? null : address.replace(/^::ffff:(?=\d+\.)/i, '')
}
