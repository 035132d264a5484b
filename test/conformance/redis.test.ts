import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'
import { suite, test } from 'node:test'
import { redis, RedisSettings } from '../../src/destinations/redis/index.ts'
import { missingRedis, PASSWORD, type Redis, startRedis } from '../services/redis.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testEvents, testWorld, until } from './events.ts'
import type { Arrived, Settings } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }

function place(server: Redis): Settings {
  const stream = `place-${randomBytes(6).toString('hex')}`
  return { host: '127.0.0.1', port: server.port, password: PASSWORD, stream, tls: false }
}

async function read(server: Redis, { stream }: Settings): Promise<Arrived[]> {
  const entries = await server.client().xrange(String(stream), '-', '+')
  return entries.map(([, fields]) => {
    const field = (name: string): string => fields[fields.indexOf(name) + 1]!
    return { id: field('event-id'), body: field('event') }
  })
}

destinationSuite('redis', {
  networked: true,
  // A lost answer may put it there twice; readers tell by the id.
  idempotent: false,
  missing: missingRedis,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server = await startRedis()
    return {
      place: async () => place(server),
      read: (settings) => read(server, settings),
      at: (settings, address) => ({ ...settings, ...address }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})

suite('what only Redis has', { skip: missingRedis() ?? false, timeout: 60_000 }, () => {
  test('a server that forgets is refused, unless that is wanted', async (t) => {
    const server = await startRedis('--appendonly', 'no')
    t.after(() => server.stop())
    const send = async (more: Settings): Promise<string> => {
      const settings = RedisSettings.parse({ ...place(server), ...more })
      const sender = redis.open(settings, testWorld(t, { allowPrivate: true }))
      const results = await sender.send([testEvent(0)], NOW)
      await sender.close()
      return JSON.stringify(results)
    }
    assert.match(await send({}), /"retry".*switch appendonly on there/)
    assert.match(await send({ require_persistence: false }), /"delivered"/)
    assert.match(await send({ require_persistence: false, replicas: 1 }), /"retry".*0 of 1 replicas/)
  })

  test('what the user may not do is told before anything is added', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const client = server.client()
    const settings: Settings = { ...place(server), username: 'loam', password: 'SECRET' }
    const send = async (rights: string[], more: Settings): Promise<string> => {
      await client.call('ACL', 'SETUSER', 'loam', 'reset', 'on', '>SECRET', '~*', '+xadd', ...rights)
      const sender = redis.open(RedisSettings.parse({ ...settings, ...more }), testWorld(t, { allowPrivate: true }))
      const results = await sender.send([testEvent(0)], NOW)
      await sender.close()
      return JSON.stringify(results)
    }
    assert.match(await send([], {}), /"retry".*NOPERM.*it needs XADD, INFO/)
    assert.match(await send(['+info'], { replicas: 1 }), /"retry".*NOPERM.*WAIT for replicas/)
    assert.match(await send(['+info'], { database: 3 }), /"retry".*NOPERM.*SELECT for a database/)
    assert.equal(await client.xlen(String(settings.stream)), 0)
    assert.match(await send(['+info', '+wait'], { replicas: 1 }), /"retry".*0 of 1 replicas/)
    assert.match(await send(['+info'], {}), /"delivered"/)
  })

  test('one that begins to forget while we are connected is refused until it stops', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const sender = redis.open(RedisSettings.parse(place(server)), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const sent = async (number: number): Promise<string> => JSON.stringify(await sender.send([testEvent(number)], NOW))
    assert.match(await sent(0), /"delivered"/)
    await server.client().config('SET', 'appendonly', 'no')
    assert.match(await sent(1), /"retry".*switch appendonly on there/)
    await server.client().config('SET', 'appendonly', 'yes')
    assert.match(await sent(1), /"delivered"/)
  })

  test('a replica is asked on a new connection, which may lead to the new primary', async (t) => {
    const [replica, primary] = [await startRedis(), await startRedis()]
    t.after(() => Promise.all([replica.stop(), primary.stop()]))
    await replica.client().config('SET', 'masterauth', PASSWORD)
    await primary.client().config('SET', 'repl-diskless-sync-delay', '0')
    await replica.client().replicaof('127.0.0.1', primary.port)
    // As a name that is given to another server.
    let now = replica
    const name = createServer((socket) => {
      const onward = connect(now.port, '127.0.0.1')
      pipeline(socket, onward, socket, () => undefined)
    })
    name.listen(0, '127.0.0.1')
    await once(name, 'listening')
    t.after(() => name.close())
    const settings: Settings = { ...place(primary), port: (name.address() as AddressInfo).port }
    const sender = redis.open(RedisSettings.parse(settings), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"retry".*it is a replica/)
    now = primary
    assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"delivered"/)
    assert.equal(await primary.client().xlen(String(settings.stream)), 1)
    const follower = replica.client()
    await until('it follows', async () => (await follower.info('replication')).includes('master_link_status:up'))
    for (const [replicas, said] of [
      [1, /"delivered"/],
      [2, /"retry".*1 of 2 replicas/],
    ] as const) {
      const careful = redis.open(RedisSettings.parse({ ...settings, replicas }), testWorld(t, { allowPrivate: true }))
      t.after(() => careful.close())
      assert.match(JSON.stringify(await careful.send([testEvent(0)], NOW)), said)
    }
    assert.equal(await follower.xlen(String(settings.stream)), 3)
  })

  test('the database is the one of the settings; one that is not there is never taken for another', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const settings = place(server)
    const send = async (database: number): Promise<string> => {
      const sender = redis.open(RedisSettings.parse({ ...settings, database }), testWorld(t, { allowPrivate: true }))
      const results = await sender.send([testEvent(0)], NOW)
      await sender.close()
      return JSON.stringify(results)
    }
    assert.match(await send(9999), /"retry".*no database of this number/)
    assert.match(await send(3), /"delivered"/)
    const client = server.client()
    assert.equal(await client.xlen(String(settings.stream)), 0)
    await client.select(3)
    assert.equal(await client.xlen(String(settings.stream)), 1)
  })

  test('a key of another type, and a stream with a length', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const settings = RedisSettings.parse({ ...place(server), max_length: 100 })
    const sender = redis.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const client = server.client()
    await client.set(settings.stream, 'text')
    assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"retry".*WRONGTYPE.*no stream/)
    await client.del(settings.stream)
    for (let i = 0; i < 5; i++) await sender.send(testEvents(200), NOW)
    const length = await client.xlen(settings.stream)
    assert.ok(length >= 100 && length < 400, String(length))
  })
})
