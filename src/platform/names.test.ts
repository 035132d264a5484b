import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type NameServer, startNameServer } from '../../test/services/dns.ts'
import { createHttp } from './http-client.ts'
import { HttpFailure } from './http.ts'
import { createNames, type NameProblem, type Names } from './names.ts'
import { createNetwork, networkProblem, PrivateAddress } from './network.ts'

const skip = process.platform === 'linux' ? false : 'the system resolves names here'

interface World {
  server: NameServer
  names: Names
  hosts(text: string): void
  resolver(text: string): void
}

async function world(t: TestContext, longestMs?: number): Promise<World> {
  const server = await startNameServer()
  const folder = mkdtempSync(join(tmpdir(), 'loam-names-'))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const [hosts, resolver] = [join(folder, 'hosts'), join(folder, 'resolv.conf')]
  const names = createNames({ hosts, resolver, servers: [server.address], ...(longestMs && { longestMs }) })
  return {
    server,
    names,
    hosts: (text) => writeFileSync(hosts, text),
    resolver: (text) => writeFileSync(resolver, text),
  }
}

const plain = async (names: Names, host: string) => (await names.addresses(host)).map(({ address }) => address)
const codeOf = async (names: Names, host: string) =>
  await names.addresses(host).then(
    () => 'found',
    (error: NameProblem) => error.code,
  )

test('addresses of both families, IPv4 first', { skip }, async (t) => {
  const { server, names } = await world(t)
  server.tell = () => ['::1', '10.0.0.1', '10.0.0.2']
  assert.deepEqual(await names.addresses('Many.Test'), [
    { address: '10.0.0.1', family: 4 },
    { address: '10.0.0.2', family: 4 },
    { address: '::1', family: 6 },
  ])
  assert.deepEqual(server.asked.toSorted(), ['A many.test', 'AAAA many.test'])
})

test('what is an address is asked of nobody', { skip }, async (t) => {
  const { server, names } = await world(t)
  assert.deepEqual(await Promise.all(['10.1.2.3', '127.1', '0x7f.1', '::1'].map((each) => plain(names, each))), [
    ['10.1.2.3'],
    ['127.0.0.1'],
    ['127.0.0.1'],
    ['::1'],
  ])
  assert.deepEqual(server.asked, [])
})

test('a name that does not exist, a server that fails, a server that is silent', { skip }, async (t) => {
  const { server, names } = await world(t, 300)
  server.tell = (name) => (name === 'none.test' ? 'none' : name === 'failure.test' ? 'failure' : 'silent')
  assert.equal(await codeOf(names, 'none.test'), 'ENOTFOUND')
  assert.equal(await codeOf(names, 'failure.test'), 'ESERVFAIL')
  const startedAt = performance.now()
  assert.equal(await codeOf(names, 'silent.test'), 'ETIMEOUT')
  assert.ok(performance.now() - startedAt < 2000)
  assert.equal(names.isAsking('silent.test'), false)
})

test('one family that is never answered holds up the other for a moment only', { skip }, async (t) => {
  const { server, names } = await world(t)
  server.tell = () => (server.asked.at(-1)!.startsWith('AAAA') ? 'silent' : ['10.0.0.1'])
  const startedAt = performance.now()
  assert.deepEqual(await plain(names, 'half.test'), ['10.0.0.1'])
  assert.ok(performance.now() - startedAt < 2000)
})

test(
  'those who ask for the same name meanwhile share the question, those who ask later do not',
  { skip },
  async (t) => {
    const { server, names } = await world(t)
    server.tell = () => ['10.0.0.1']
    await Promise.all(Array.from({ length: 50 }, () => names.addresses('same.test')))
    assert.equal(server.asked.length, 2)
    server.tell = () => ['10.0.0.2']
    assert.deepEqual(await plain(names, 'same.test'), ['10.0.0.2'])
  },
)

test('the hosts file comes first, and is read again when it changes', { skip }, async (t) => {
  const { server, names, hosts } = await world(t)
  server.tell = () => ['10.0.0.9']
  hosts('# a comment\n10.0.0.1 one.test Alias.Test # another\n::1 one.test\n\nnonsense one.test\n')
  assert.deepEqual(await plain(names, 'ONE.test'), ['10.0.0.1', '::1'])
  assert.deepEqual(await plain(names, 'alias.test'), ['10.0.0.1'])
  hosts('10.0.0.22 one.test\n')
  assert.deepEqual(await plain(names, 'one.test'), ['10.0.0.22'])
  assert.deepEqual(await plain(names, 'alias.test'), ['10.0.0.9'])
})

test('search domains, in the order that the dots in the name say', { skip }, async (t) => {
  const { server, names, resolver } = await world(t)
  resolver('nameserver 127.0.0.1\nsearch prod.cluster.test. cluster.test\noptions timeout:1 ndots:2\n')
  server.tell = (name) => ({ 'sink.prod.cluster.test': ['10.0.0.1'], 'a.sink': ['10.0.0.2'] })[name] ?? 'none'
  assert.deepEqual(await plain(names, 'sink'), ['10.0.0.1'])
  assert.deepEqual(await plain(names, 'a.sink'), ['10.0.0.2'])
  const asked = server.asked.filter((each) => each.startsWith('A '))
  assert.deepEqual(asked, [
    'A sink.prod.cluster.test',
    'A a.sink.prod.cluster.test',
    'A a.sink.cluster.test',
    'A a.sink',
  ])
  server.asked.length = 0
  assert.equal(await codeOf(names, 'a.sink.x.'), 'ENOTFOUND')
  assert.ok(server.asked.every((each) => each.endsWith(' a.sink.x')))
  resolver('')
  server.asked.length = 0
  assert.deepEqual(await plain(names, 'a.sink'), ['10.0.0.2'])
  assert.equal(server.asked.length, 2)
})

test(
  'a hundred names that are never resolved hold up neither another name nor files nor compression',
  { skip },
  async (t) => {
    const { server, names } = await world(t, 1500)
    server.tell = (name) => (name === 'good.test' ? ['10.0.0.1'] : 'silent')
    const silent = Array.from({ length: 100 }, (_, i) => codeOf(names, `silent-${i}.test`))
    const startedAt = performance.now()
    assert.deepEqual(await plain(names, 'good.test'), ['10.0.0.1'])
    await Promise.all([
      readFile(import.meta.filename),
      promisify(gzip)(Buffer.alloc(1000)),
      names.addresses('localhost'),
    ])
    assert.ok(performance.now() - startedAt < 1000, 'held up')
    assert.deepEqual(new Set(await Promise.all(silent)), new Set(['ETIMEOUT']))
  },
)

test('a request by a name that nobody resolves ends when its time is up, and says so', { skip }, async (t) => {
  const { server, names } = await world(t, 1000)
  server.tell = () => 'silent'
  const http = createHttp({ allowPrivate: true, userAgent: 'test', names })
  t.after(() => http.close())
  const failed = async (timeoutMs: number): Promise<HttpFailure> => {
    const error: unknown = await http.send({ url: 'http://silent.test/', timeoutMs }).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof HttpFailure)
    assert.equal(error.message, 'the name silent.test was not resolved in time')
    return error
  }
  const startedAt = performance.now()
  assert.equal((await failed(200)).reason, 'timeout')
  assert.ok(performance.now() - startedAt < 900, 'it waits for the name')
  assert.equal((await failed(5000)).reason, 'dns')
  const network = createNetwork({ allowPrivate: true, names })
  const [error] = await once(network.connect('silent.test', 9), 'error').catch((thrown: unknown) => [thrown])
  assert.match(
    networkProblem(error, 'silent.test:9')!,
    /^the name in silent\.test:9 was not resolved in time \(ETIMEOUT\)/,
  )
})

test('an answer is checked: private addresses are left out', { skip }, async (t) => {
  const { server, names } = await world(t)
  const guarded = createNetwork({ allowPrivate: false, names })
  server.tell = (name) => (name === 'both.test' ? ['10.0.0.1', '9.9.9.9'] : ['10.0.0.1', '::1'])
  assert.equal(await guarded.resolve('both.test'), '9.9.9.9')
  await assert.rejects(guarded.resolve('private.test'), PrivateAddress)
  const receiver = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  t.after(() => receiver.close())
  server.tell = () => ['127.0.0.1']
  const url = `http://receiver.test:${(receiver.address() as AddressInfo).port}/`
  const ask = async (allowPrivate: boolean): Promise<string> => {
    const http = createHttp({ allowPrivate, userAgent: 'test', names })
    t.after(() => http.close())
    return await http.send({ url }).then(
      (response) => response.text(),
      (error: HttpFailure) => error.reason,
    )
  }
  assert.deepEqual([await ask(true), await ask(false)], ['here', 'refused_target'])
})
