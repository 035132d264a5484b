// SIGTERM: what has begun is answered, a receiver that never answers is not waited for, and the process ends by itself in time.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { openCli, startServer } from '../src/cli/test-cli.ts'
import { createTestDatabaseUrl } from './database.ts'

/** Docker's patience, which most take over. */
const MOST_MS = 10_000

test('a request that has begun is answered, an attempt that hangs is given back, the exit code is 0', async (t) => {
  const cli = openCli()
  t.after(() => cli.dispose())
  const server = await startServer(cli)
  const asked: string[] = []
  // Takes requests and never answers.
  const hanging = createServer((request) => void asked.push(request.url!)).listen(0, '127.0.0.1')
  t.after(() => {
    hanging.closeAllConnections()
    hanging.close()
  })
  await once(hanging, 'listening')
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/hook`
  const loam = async (...args: string[]) => {
    const ran = await cli.run(args)
    assert.equal(ran.code, 0, ran.stderr)
  }
  await loam('destinations', 'add', url, '--name', 'hangs')
  await loam('generate', 'body', '--send')
  if (asked.length === 0) await once(hanging, 'request')

  // Half a request is there when the signal comes.
  const { port } = new URL(server.url)
  const body = '{"hello":"inspector"}'
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  const ended = once(socket, 'close')
  socket.write(
    `POST /inspect/shutdown HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  )
  await new Promise((resolve) => setTimeout(resolve, 200))
  const startedAt = performance.now()
  server.child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 500))
  await assert.rejects(fetch(`${server.url}/healthz`), 'nobody new is let in')
  socket.write(body.slice(5))
  await ended
  assert.match(answer, /^HTTP\/1\.1 200 /)
  const { code, stderr } = await server.ended
  assert.equal(code, 0, stderr)
  assert.ok(performance.now() - startedAt < MOST_MS, 'it took longer than a process is given')
})

test(
  'a database that keeps silent is not waited for',
  { skip: process.env.LOAM_TEST_DATABASE_URL ? false : 'PostgreSQL: LOAM_TEST_DATABASE_URL' },
  async (t) => {
    const { url, remove } = await createTestDatabaseUrl()
    t.after(remove)
    const database = new URL(url)
    const { hostname, port } = database
    const sockets = new Set<Socket>()
    const between = createTcpServer((socket) => {
      const behind = connect(Number(port || 5432), hostname)
      for (const each of [socket, behind]) sockets.add(each.on('error', () => {}))
      socket.pipe(behind).pipe(socket)
    }).listen(0, '127.0.0.1')
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      between.close()
    })
    await once(between, 'listening')
    database.host = `127.0.0.1:${(between.address() as AddressInfo).port}`
    const cli = openCli({
      LOAM_DATABASE_URL: database.href,
      LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    })
    t.after(() => cli.dispose())
    const server = await startServer(cli)
    for (const socket of sockets) socket.unpipe().pause()
    // Something waits for it when the signal comes.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const startedAt = performance.now()
    server.child.kill('SIGTERM')
    const { code, stderr } = await server.ended
    assert.ok(performance.now() - startedAt < MOST_MS, 'it took longer than a process is given')
    assert.equal(code, 1)
    assert.match(stderr, /without waiting any longer/)
  },
)
