// Receivers that misbehave, each on a real socket: what comes of the attempt, and that the loop goes on.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { deliveriesOfEvent, type DeliveryRow } from '../store/deliveries.ts'
import { many, openWorld, stateOf, until, type World } from './test-world.ts'

/** A server that says anything. */
async function rawReceiver(t: TestContext, onRequest: (socket: Socket, nth: number) => void): Promise<string> {
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => onRequest(socket, ++requests))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** The only delivery, after its first attempt. */
async function firstAttempt(world: World, url: string): Promise<DeliveryRow> {
  await world.destination(url, { delivery: { timeout_seconds: 1 } })
  await world.start()
  const [id] = await world.append({ type: 'daily' })
  let row: DeliveryRow | undefined
  await until(async () => {
    row = (await deliveriesOfEvent(world.ctx.db, id!))[0]
    return row !== undefined && row.state !== 'sending' && row.attempts === 1
  }, 'the attempt does not end')
  return row!
}

function drip(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => {
    if (at >= text.length || socket.destroyed) clearInterval(timer)
    else socket.write(text[at++]!)
  }, 100)
  socket.on('close', () => clearInterval(timer))
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const silent: [string, (socket: Socket) => void][] = [
  ['never answers', () => undefined],
  ['drips its head', (socket) => drip(socket, OK)],
  [
    'answers 200 and drips its body',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
      drip(socket, 'x'.repeat(1000))
    },
  ],
]
for (const [what, behave] of silent) {
  test(`one that ${what}: the time is up, and it is tried again`, async (t) => {
    const world = await openWorld(t)
    const row = await firstAttempt(world, await rawReceiver(t, behave))
    assert.deepEqual([row.state, row.last_status], ['pending', null])
    assert.match(row.last_error!, /did not answer in time/)
  })
}

test('one that resets its connections: once more at once, then by the schedule', async (t) => {
  const world = await openWorld(t)
  let seen = 0
  const url = await rawReceiver(t, (socket, nth) => {
    seen = nth
    socket.resetAndDestroy()
  })
  const row = await firstAttempt(world, url)
  assert.equal(row.state, 'pending')
  assert.match(row.last_error!, /closed the connection/)
  assert.equal(seen, 2)
})

test('one that resets one connection: the event arrives with the same attempt', async (t) => {
  const world = await openWorld(t)
  const url = await rawReceiver(t, (socket, nth) => {
    if (nth === 1) socket.resetAndDestroy()
    else socket.write(OK)
  })
  const row = await firstAttempt(world, url)
  assert.equal(row.state, 'delivered')
})

test('one that does not speak HTTP', async (t) => {
  const world = await openWorld(t)
  const row = await firstAttempt(world, await rawReceiver(t, (socket) => socket.write('220 smtp ready\r\n')))
  assert.equal(row.state, 'pending')
  assert.match(row.last_error!, /did not answer in HTTP/)
})

for (const [status, state] of [
  [204, 'delivered'],
  [301, 'pending'],
  [404, 'pending'],
  [413, 'pending'],
  [429, 'pending'],
  [500, 'pending'],
] as const) {
  test(`one that answers ${status}: ${state}`, async (t) => {
    const world = await openWorld(t)
    const target = await world.receiver()
    const sink = await world.receiver((_event, response) => {
      response.setHeader('location', target.url)
      return status
    })
    const row = await firstAttempt(world, sink.url)
    assert.deepEqual([row.state, row.last_status], [state, status])
    assert.equal(target.got.length, 0, 'a redirect was followed')
  })
}

test('an answer of many megabytes is not kept', async (t) => {
  const world = await openWorld(t)
  const sink = await world.receiver((_event, response) => {
    response.writeHead(500).end(Buffer.alloc(5_000_000, 'x'))
    return null
  })
  const row = await firstAttempt(world, sink.url)
  assert.equal(row.last_status, 500)
  const [attempt] = await world.ctx.db.all<{ response: string }>('SELECT response FROM attempts')
  assert.equal(attempt!.response.length, 2048)
})

test('one with a certificate of a private authority, which wants to see ours', async (t) => {
  const world = await openWorld(t)
  const pem = (name: string) => readFileSync(new URL(`../platform/fixtures/tls/${name}`, import.meta.url), 'utf8')
  const ca = pem('ca.pem')
  const server = createHttpsServer(
    { ca, cert: pem('server.pem'), key: pem('server.key.pem'), requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.end(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const strangers = await world.destination(url)
  const friends = await world.destination(url, {
    settings: { ca_certificate: ca, client_certificate: pem('client.pem'), client_key: pem('client.key.pem') },
  })
  await world.start()
  const [id] = await world.append({ type: 'daily' })
  const rowOf = async (destination: string) =>
    (await deliveriesOfEvent(world.ctx.db, id!)).find((row) => row.destination_id === destination)!
  await until(async () => (await rowOf(friends)).state === 'delivered', 'not delivered')
  await until(async () => (await rowOf(strangers)).last_error !== null, 'not tried')
  assert.match((await rowOf(strangers)).last_error!, /certificate/)
})

test('many that hang at a host delay no other there', async (t) => {
  const world = await openWorld(t)
  const hanging = 70
  const host = await world.receiver(({ headers }) => (headers['x-goes'] === 'well' ? 200 : null))
  await world.destination(host.url, { delivery: { concurrency: hanging, timeout_seconds: 90 } })
  await world.start()
  await world.append(...many(hanging))
  await until(() => host.open === hanging, 'not all slots are used')
  const well = await world.destination(host.url, { settings: { headers: { 'x-goes': 'well' } } })
  const [id] = await world.append({ type: 'daily', onlyDestinationId: well })
  await until(async () => (await stateOf(world, id!)) === 'delivered 1', 'it waits for another destination')
})
