// A server of a test's own, reached at the loopback address of IPv6.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { pipeline } from 'node:stream'
import type { TestContext } from 'node:test'

/** The server of that port as `[::1]` with another port; none where the machine has no IPv6. */
export async function atIpv6(t: TestContext, behind: number): Promise<{ host: string; port: number }[]> {
  if (!hasIpv6()) return []
  const server = createServer((socket) => {
    pipeline(socket, connect(behind, '127.0.0.1'), socket, () => undefined)
  }).listen(0, '::1')
  await once(server, 'listening')
  t.after(() => server.close())
  return [{ host: '[::1]', port: (server.address() as AddressInfo).port }]
}

export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((all) => all!.some(({ address }) => address === '::1'))
}
