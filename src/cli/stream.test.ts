import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { serverAt } from './server.ts'
import { openStream } from './stream.ts'

test('a stream that is lost before anything came goes on where it began', async (t) => {
  const resumedAt: (string | undefined)[] = []
  const server = createServer((request, response) => {
    resumedAt.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (resumedAt.length === 1) response.end(': connected\nid: start\n\n')
    else response.write('id: one\ndata: {"type":"sleep"}\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const { signal } = stopping
  const messages = await openStream(serverAt({ url, adminToken: 't', devId: null }), '/events/stream', { signal })
  assert.deepEqual((await messages.next()).value, '{"type":"sleep"}')
  assert.deepEqual(resumedAt, [undefined, 'start'])
})
