import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { closedDoor, listen } from './http-server.ts'

test('until what is behind the door is ready, everybody is told to come again, under a reference', async () => {
  const door = closedDoor()
  const ask = async (): Promise<Response> => door.fetch(new Request('http://127.0.0.1/v2/userInfo'))
  const early = await ask()
  assert.equal(early.status, 503)
  assert.equal(early.headers.get('retry-after'), '1')
  assert.match(early.headers.get('terra-reference') ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(await early.json(), { status: 'error', message: 'starting' })
  door.open({ fetch: () => new Response('open') })
  assert.equal(await (await ask()).text(), 'open')
})

test('HTTP/1.0 without a host is answered, as load balancers ask; HTTP/1.1 without one is not', async (t) => {
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, { fetch: () => new Response('fine') })
  t.after(() => server.close())
  const ask = (version: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /healthz HTTP/${version}\r\nConnection: close\r\n\r\n`)
    return text(socket)
  }
  assert.match(await ask('1.0'), /^HTTP\/1.1 200 [\s\S]*fine$/)
  assert.match(await ask('1.1'), /^HTTP\/1.1 400 /)
})

test('an address or a port that cannot be had is named with its setting', async () => {
  const fetch = (): Response => new Response('fine')
  await assert.rejects(listen({ host: '203.0.113.1', port: 0 }, { fetch }), {
    message: '203.0.113.1 is no address of this machine: set LOAM_HOST to one of its own, or to 0.0.0.0 for all',
  })
  await assert.rejects(listen({ host: 'nowhere.invalid', port: 0 }, { fetch }), /^Error: nowhere\.invalid .* LOAM_HOST/)
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, { fetch })
  await assert.rejects(listen({ host: '127.0.0.1', port }, { fetch }), /is in use: stop what uses it, or set LOAM_PORT/)
  server.close()
})
