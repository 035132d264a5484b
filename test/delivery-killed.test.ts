// A delivery that ends the process each time it is sent: all the others arrive, and it is given up.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { openKillable } from './killable-server.ts'

const server = await openKillable('delivery-killed')
after(() => server.close())

interface Delivery {
  id: string
  event_id: string
  state: string
  attempts: number
  last_error: string | null
}

test('what ends each process is given up, and nothing else', { timeout: 240_000 }, async (t) => {
  let poison = ''
  let ends = 0
  const arrived = new Set<string>()
  const sink = createServer((request, response) => {
    request.resume().on('end', () => {
      const id = String(request.headers['x-terra-trace-id'])
      poison ||= id
      if (id !== poison) {
        arrived.add(id)
        return setTimeout(() => response.end(), 20)
      }
      ends++
      server.fall()
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    sink.closeAllConnections()
    sink.close()
  })
  await server.start()
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
  const { id: destination } = (await server.admin('POST', '/destinations', {
    type: 'webhook',
    url,
    delivery: { concurrency: 4 },
  })) as never as { id: string }
  await server.admin('POST', `/destinations/${destination}/pause`)
  for (let i = 0; i < 40; i++) {
    await server.admin('POST', '/generate', { type: 'body', send: true, destination_id: destination })
  }
  await server.admin('POST', `/destinations/${destination}/resume`)
  const deliveries = async (): Promise<Delivery[]> => {
    return (await server.admin('GET', `/deliveries?destination_id=${destination}&limit=200`)).data
  }
  for (;;) {
    await server.revive()
    const all = await deliveries().catch(() => [])
    if (all.length === 40 && all.every(({ state }) => state === 'delivered' || state === 'failed')) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const failed = (await deliveries()).filter(({ state }) => state === 'failed')
  t.diagnostic(`${ends} processes ended`)
  assert.deepEqual(
    failed.map(({ event_id }) => event_id),
    [poison],
  )
  assert.match(failed[0]!.last_error!, /ended/)
  assert.equal(arrived.size, 39)
})
