import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { createHttp } from './http-client.ts'
import { HttpFailure, retryAfterSeconds } from './http.ts'
import { isPrivateAddress } from './private-addresses.ts'

const open = createHttp({ allowPrivate: true, userAgent: 'test' })
const guarded = createHttp({ allowPrivate: false, userAgent: 'test' })
const servers: Server[] = []
after(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await open.close()
  await guarded.close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function failure(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HttpFailure, `expected an HttpFailure, got ${error}`)
  return error
}

test('query, form and JSON arrive as they should', async () => {
  const url = await serve((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () =>
      response.end(JSON.stringify({ url: request.url, type: request.headers['content-type'], body })),
    )
  })
  const form = await open.send({
    method: 'POST',
    url: `${url}/a?x=1`,
    query: { y: 'ä b', none: null },
    form: { k: 'v w' },
  })
  assert.deepEqual(form.json(), { url: '/a?x=1&y=%C3%A4+b', type: 'application/x-www-form-urlencoded', body: 'k=v+w' })
  const json = await open.send({ method: 'POST', url, json: { a: 1 } })
  assert.deepEqual(json.json(), { url: '/', type: 'application/json', body: '{"a":1}' })
})

test('redirects are answers, not orders', async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end())
  assert.equal((await open.send({ url })).status, 302)
})

test('a drip ends at the total timeout', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(drip))
  })
  const startedAt = performance.now()
  assert.equal((await failure(open.send({ url, timeoutMs: 200 }))).reason, 'timeout')
  assert.ok(performance.now() - startedAt < 2000)
})

test('a large answer is cut', async () => {
  const url = await serve((_, response) => response.end(Buffer.alloc(100_000, 'x')))
  const response = await open.send({ url, maxResponseBytes: 10 })
  assert.equal(response.text(), 'xxxxxxxxxx')
  assert.equal(response.truncated, true)
})

test('a reset, a closed port and a missing name have their reasons', async () => {
  const url = await serve((request) => request.socket.destroy())
  assert.equal((await failure(open.send({ url }))).reason, 'reset')
  assert.equal((await failure(open.send({ url: 'http://127.0.0.1:1' }))).reason, 'connect')
  assert.equal((await failure(open.send({ url: 'http://nowhere.invalid' }))).reason, 'dns')
  assert.equal((await failure(open.send({ url: 'ftp://example.com' }))).reason, 'refused_target')
})

test('private addresses are refused in every spelling', async () => {
  const url = await serve((_, response) => response.end('secret'))
  const port = new URL(url).port
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '169.254.169.254',
    '10.0.0.1',
    '[fd00:ec2::254]',
    '168.63.129.16',
    '[::127.0.0.1]',
    '[4000::1]',
  ]) {
    const error = await failure(guarded.send({ url: `http://${host}:${port}/`, timeoutMs: 3000 }))
    assert.equal(error.reason, 'refused_target', host)
    assert.ok(!error.message.includes('secret'))
  }
})

test('what is our own is reached at a private address, and nothing beside it', async (t) => {
  const url = await serve((_, response) => response.end('hello'))
  const http = createHttp({ allowPrivate: false, own: { at: `${url}/inspect/` }, userAgent: 'test' })
  t.after(() => http.close())
  assert.equal((await http.send({ url: `${url}/inspect/bin` })).status, 200)
  for (const path of ['/admin/v1', '/inspect', '/inspect/../admin/v1', '/inspect/%2e%2e/admin/v1']) {
    assert.equal((await failure(http.send({ url: `${url}${path}` }))).reason, 'refused_target', path)
  }
})

test('what is called by our public name is found at our own address', async (t) => {
  const url = await serve((request, response) => response.end(request.url))
  const own = { at: `${url}/inspect/`, name: 'https://loam.invalid/inspect/' }
  const http = createHttp({ allowPrivate: false, own, userAgent: 'test' })
  t.after(() => http.close())
  assert.equal((await http.send({ url: 'https://LOAM.invalid:443/inspect/bin?a=1' })).text(), '/inspect/bin?a=1')
  http.check('https://loam.invalid/inspect/bin')
  for (const target of ['https://loam.invalid/admin/v1', 'https://loam.invalid/inspect/../admin', `${url}/admin`]) {
    assert.match((await failure(http.send({ url: target }))).reason, /^(dns|refused_target)$/, target)
  }
})

test('of private networks those that are allowed; and of ports', async (t) => {
  const url = await serve((_, response) => response.end('hello'))
  const port = Number(new URL(url).port)
  const some = createHttp({ allowPrivate: ['127.0.0.0/8'], mayReachPort: (each) => each === port, userAgent: 'test' })
  t.after(() => some.close())
  assert.equal((await some.send({ url: `http://127.0.0.1:${port}/` })).status, 200)
  assert.equal((await some.send({ url: `http://localhost:${port}/` })).status, 200)
  for (const [target, said] of [
    [`http://10.0.0.1:${port}/`, /private address/],
    ['http://127.0.0.1/', /port 80 of 127\.0\.0\.1 is none that LOAM_DESTINATION_PORTS allows/],
    ['https://127.0.0.1/', /port 443/],
    ['http://9.9.9.9:25/', /port 25/],
  ] as const) {
    const error = await failure(some.send({ url: target, timeoutMs: 3000 }))
    assert.equal(error.reason, 'refused_target', target)
    assert.match(error.message, said)
  }
})

test('public addresses are not refused', () => {
  for (const address of ['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8']) {
    assert.equal(isPrivateAddress(address), false, address)
  }
})

async function serveRaw(onConnection: (socket: Socket, nth: number) => void): Promise<string> {
  let nth = 0
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket, ++nth)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

test('a connection that is reset before any answer is tried again once, on a connection of its own', async () => {
  const seen: number[] = []
  const url = await serveRaw((socket, nth) => {
    socket.on('data', () => {
      seen.push(nth)
      // The first connection answers once and dies with its second request.
      if (nth === 1 && seen.length === 1) socket.write(OK)
      else if (nth === 1) socket.resetAndDestroy()
      else socket.write(OK)
    })
  })
  assert.equal((await open.send({ method: 'POST', url, body: 'a' })).status, 200)
  // The connection is free again a moment after its answer.
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal((await open.send({ method: 'POST', url, body: 'b' })).status, 200)
  assert.deepEqual(seen, [1, 1, 2])
})

test('reset twice is a failure; so is a reset in the middle of an answer', async () => {
  let requests = 0
  const always = await serveRaw((socket) => {
    socket.on('data', () => {
      requests++
      socket.resetAndDestroy()
    })
  })
  assert.equal((await failure(open.send({ method: 'POST', url: always, body: 'a' }))).reason, 'reset')
  assert.equal(requests, 2)
  requests = 0
  const halfway = await serveRaw((socket) => {
    socket.on('data', () => {
      requests++
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok', () => setTimeout(() => socket.destroy(), 20))
    })
  })
  assert.equal((await failure(open.send({ method: 'POST', url: halfway, body: 'a' }))).reason, 'reset')
  assert.equal(requests, 1, 'it had read the request')
})

test('early answers are passed over; 100 Continue that nobody asked for is told, and the request not sent again', async () => {
  let requests = 0
  const answering = (first: string) =>
    serveRaw((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => {
        requests++
        socket.write(`HTTP/1.1 ${first}\r\n\r\n${OK}`)
      })
    })
  const early = await answering('103 Early Hints\r\nretry-after: 9')
  const answer = await open.send({ method: 'POST', url: early, body: 'a' })
  assert.deepEqual([answer.status, answer.text(), answer.headers], [200, 'ok', { 'content-length': '2' }])
  for (const first of ['100 Continue', '101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x']) {
    requests = 0
    const url = await answering(first)
    const failed = await failure(open.send({ method: 'POST', url, body: 'a' }))
    assert.match(failed.message, /^127\.0\.0\.1:\d+ sent 100 Continue or 101 before its answer/)
    assert.equal(requests, 1, 'it had read the request')
  }
})

test('a private authority, and a certificate of ours where the server wants one', async () => {
  const pem = (name: string) => readFileSync(new URL(`fixtures/tls/${name}`, import.meta.url), 'utf8')
  const tls = { cert: pem('server.pem'), key: pem('server.key.pem'), ca: pem('ca.pem') }
  const server = createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const { authorized } = request.socket as TLSSocket
    response.end(authorized ? 'known' : 'unknown')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  assert.equal((await failure(open.send({ url }))).reason, 'tls')
  assert.equal((await open.send({ url, tls: { ca: tls.ca } })).text(), 'unknown')
  const unread = await failure(open.send({ url, tls: { ca: tls.ca.replace('M', '') } }))
  assert.match(unread.message, /the certificates for .* cannot be used \(ERR_OSSL_PEM_BAD_BASE64_DECODE\)/)
  const own = { ca: tls.ca, cert: pem('client.pem'), key: pem('client.key.pem') }
  assert.equal((await open.send({ url, tls: own })).text(), 'known')
  assert.equal((await open.send({ url, tls: { ca: tls.ca } })).text(), 'unknown', 'connections are not shared')
  assert.equal((await failure(open.send({ url }))).reason, 'tls')
})

test('Retry-After: seconds or a date, and nothing that only looks like one', () => {
  const now = Date.UTC(2026, 0, 1)
  const asked = (value: string) => retryAfterSeconds({ 'retry-after': value }, now)
  assert.deepEqual(['120', '0', '3600.5', 'Thu, 01 Jan 2026 00:05:00 GMT'].map(asked), [120, 0, 3601, 300])
  assert.deepEqual(['+3600', '9999-01', 'in 60', '-5', 'soon', ''].map(asked), Array<null>(6).fill(null))
})
