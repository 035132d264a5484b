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

test('what never becomes a request is answered as whoever listens wants it', async (t) => {
  const refuse = (status: number, problem: string): Response => Response.json({ problem }, { status })
  const app = { fetch: () => new Response('fine'), refuse }
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, app)
  t.after(() => server.close())
  const ask = (head: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`${head}\r\nConnection: close\r\n\r\n`)
    return text(socket)
  }
  const cases: [head: string, status: number, problem: RegExp][] = [
    ['get / HTTP/1.1\r\nHost: x', 400, /no HTTP request/],
    ['GET / HTTP/1.1\r\nHost: a b<c>', 400, /Host header cannot be read/],
    [`GET /?reference_id=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x`, 431, /longer than 16 kB/],
    ['POST / HTTP/1.1\r\nHost: x\r\nExpect: much\r\nContent-Length: 0', 417, /only 100-continue/],
  ]
  for (const [head, status, problem] of cases) {
    const answer = await ask(head)
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), head.slice(0, 60))
    assert.match(answer, /content-type: application\/json/i)
    assert.match(answer.slice(answer.indexOf('\r\n\r\n')), problem)
  }
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
