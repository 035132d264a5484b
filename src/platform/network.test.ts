import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createNetwork, networkProblem, PrivateAddress } from './network.ts'

const open = createNetwork({ allowPrivate: true })
const guarded = createNetwork({ allowPrivate: false })

test('a host that is a private address is refused in every spelling', () => {
  for (const host of ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '[::1]', '::ffff:10.0.0.1', '169.254.169.254']) {
    assert.throws(() => guarded.check(host), PrivateAddress, host)
    assert.throws(() => guarded.connect(host, 1), PrivateAddress, host)
    open.check(host)
  }
  guarded.check('9.9.9.9')
  guarded.check('example.com')
})

test('of private networks those that are allowed, in every spelling, and no others', async () => {
  const some = createNetwork({ allowPrivate: ['10.1.0.0/16', '127.0.0.0/8', 'fd00:1::/32'] })
  for (const host of ['10.1.2.3', '::ffff:10.1.2.3', '[fd00:1::7]', '127.1', '0x7f.1', '9.9.9.9']) some.check(host)
  for (const host of ['10.2.0.1', '::ffff:10.2.0.1', '169.254.169.254', 'fd00:2::1', '64:ff9b::a01:203', '::1', '0']) {
    assert.throws(() => some.check(host), PrivateAddress, host)
  }
  assert.equal(await some.resolve('localhost'), '127.0.0.1')
  await assert.rejects(createNetwork({ allowPrivate: ['10.1.0.0/16'] }).resolve('localhost'), PrivateAddress)
})

test('a name that leads to a private address is refused after it was resolved', async () => {
  await assert.rejects(guarded.resolve('localhost'), PrivateAddress)
  assert.equal(await open.resolve('localhost'), '127.0.0.1')
  const [error] = await once(guarded.connect('localhost', 9), 'error').catch((thrown: unknown) => [thrown])
  assert.match(networkProblem(error, 'localhost:9')!, /localhost is a private address/)
})

test('a socket reaches an allowed address, and what goes wrong has a sentence', async (t) => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const socket = open.connect('localhost', (server.address() as AddressInfo).port)
  assert.equal(String((await once(socket, 'data'))[0]), 'hello')
  const refused = await once(open.connect('127.0.0.1', 1), 'error').catch((thrown: unknown) => [thrown])
  assert.match(networkProblem(refused[0], 'db:1')!, /^db:1 refused the connection \(ECONNREFUSED\): check /)
  const nested = new AggregateError([Object.assign(new Error('x'), { code: 'ENOTFOUND' })])
  assert.match(networkProblem(new Error('broker', { cause: nested }), 'a:1')!, /could not be resolved/)
  const hidden = new AggregateError([new Error('broker', { cause: new PrivateAddress('10.0.0.1') })])
  assert.match(networkProblem(hidden, 'a:1')!, /^10\.0\.0\.1 is a private address/)
  const plain = Object.assign(new Error('x'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' })
  assert.match(networkProblem(plain, 'mq:5672')!, /^mq:5672 speaks no TLS .*switch TLS off/)
  const reset = Object.assign(new Error('read'), { code: 'ECONNRESET' })
  assert.match(networkProblem(reset, 'db:1')!, /^db:1 closed the connection \(ECONNRESET\): check that TLS is set as/)
  assert.equal(networkProblem(new Error('syntax error'), 'a:1'), null)
})

test('a process that may open nothing further blames nobody else', async () => {
  const script = `
    import { openSync } from 'node:fs'
    import { createHttp } from '${import.meta.resolve('./http-client.ts')}'
    import { createNetwork, networkProblem } from '${import.meta.resolve('./network.ts')}'
    const http = createHttp({ allowPrivate: true, userAgent: 'test' })
    const network = createNetwork({ allowPrivate: true })
    try { for (;;) openSync('/dev/null') } catch {}
    await http.send({ url: 'http://127.0.0.1:9/' }).catch(({ reason, message }) => console.log(reason, message))
    network.connect('127.0.0.1', 9).on('error', (error) => console.log(networkProblem(error, 'db:9')))`
  const args = ['-c', 'ulimit -n 100 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)('sh', args)
  const told = 'Loam may open no further connections or files (EMFILE): raise its limit of open files'
  assert.equal(stdout, `connect ${told}\n${told}\n`)
})

test(
  'a machine without a port left to connect from blames nobody else',
  { skip: mayUnshare() ? false : 'unshare' },
  async () => {
    const script = `
    import { connect, createServer } from 'node:net'
    import { createHttp } from '${import.meta.resolve('./http-client.ts')}'
    import { networkProblem } from '${import.meta.resolve('./network.ts')}'
    const http = createHttp({ allowPrivate: true, userAgent: 'test' })
    createServer().listen(7000, '127.0.0.1', () => connect(7000, '127.0.0.1', async () => {
      await http.send({ url: 'http://127.0.0.1:7000/' }).catch(({ reason, message }) => console.log(reason, message))
      connect(7000, '127.0.0.1').on('error', (error) => {
        console.log(networkProblem(error, 'db:7000'))
        process.exit()
      })
    }))`
    const alone = 'ip link set lo up && echo 7001 7001 >/proc/sys/net/ipv4/ip_local_port_range && exec "$@"'
    const args = ['-rn', 'sh', '-c', alone, 'sh', process.execPath, '--input-type=module', '-e', script]
    const { stdout } = await promisify(execFile)('unshare', args)
    const told = /(connect )?Loam's own machine has no port or no address left to connect from \(EADDRNOTAVAIL\): .*\n/
    assert.match(stdout, new RegExp(`^connect ${told.source}${told.source}$`))
    // Of a name with an address of IPv6, where there is no IPv6 here.
    const [here, there] = ['EADDRNOTAVAIL', 'ECONNREFUSED'].map((code) => Object.assign(new Error(), { code }))
    const both = Object.assign(new AggregateError([here, there]), { code: 'EADDRNOTAVAIL' })
    assert.match(networkProblem(both, 'db:1')!, /^db:1 refused the connection/)
  },
)

test('a socket that a client library connects goes only where it may', async (t) => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  assert.equal(String((await once(open.socket().connect(port, 'localhost'), 'data'))[0]), 'hello')
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
    const [error] = await once(guarded.socket().connect(port, host), 'error').catch((thrown: unknown) => [thrown])
    assert.ok(error instanceof PrivateAddress, host)
  }
})

function mayUnshare(): boolean {
  return spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
}
