// A database that goes away and comes back. Nobody is told that we have what we have not, nothing that was told is lost, no server
// ends, and everything goes on by itself.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import pg from 'pg'
import { PASSWORD, USER } from '../services/postgres.ts'
import { ENGINES, LONG, rounds, skipOn } from './harness/forms.ts'
import { randomFor } from './harness/random.ts'
import { pause, until } from './harness/until.ts'
import { openWorld, type World } from './harness/world.ts'

const ROLES = ['api', 'intake', 'deliver'] as const
const skip = ENGINES.includes('PostgreSQL') ? skipOn('PostgreSQL') : 'LOAM_CHAOS_ENGINE names another one'

/** While it is away: alive, not ready, and a push gets an answer that makes the provider send it again. */
async function assertRefusing(world: World): Promise<void> {
  for (const server of world.servers) {
    assert.equal((await server.ask('GET', '/healthz')).status, 200, `${server.role} is not alive`)
    assert.equal((await server.ask('GET', '/readyz')).status, 503, `${server.role} says that it is ready`)
  }
  const refused = await world.load.try()
  assert.equal(refused.status, 503, refused.text)
}

/** Nobody waits for all those before: each is answered while its provider still waits. */
async function assertManyRefused({ load }: World): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 60 }, () => load.try()))
  const others = answers.filter(({ status }) => status !== 503)
  assert.deepEqual(others, [])
}

/** What comes from now on goes all the way. */
async function assertBack(world: World): Promise<void> {
  await until(async () => (await world.entry.ask('GET', '/readyz')).status === 200, 'it is not ready again', 30_000)
  const before = world.ledger.accepted.size
  await until(() => world.ledger.accepted.size >= before + 20, 'nothing is accepted any more', 60_000)
}

test('PostgreSQL is killed and comes back under load', { skip }, async (t) => {
  const world = await openWorld(t, 'PostgreSQL', { roles: ROLES })
  const { postgres } = world.engine
  const random = randomFor('restarts')
  world.load.start()
  for (let i = 0; i < rounds(2, 10); i++) {
    await pause(random.between(500, 2000))
    // Immediate: as after a failure of the machine, it recovers from its log.
    postgres!.signal(random.chance(0.5) ? 'SIGQUIT' : 'SIGKILL')
    await postgres!.ended()
    await assertRefusing(world)
    await pause(random.between(0, 3000))
    await postgres!.restart()
    await assertBack(world)
  }
  await world.load.stop()
  await world.engine.endLeases()
  await world.settle()
  await world.verify()
})

test('PostgreSQL stands still under load, and goes on', { skip }, async (t) => {
  const world = await openWorld(t, 'PostgreSQL', { roles: ROLES })
  const { postgres } = world.engine
  for (let i = 0; i < rounds(1, 3); i++) {
    world.load.start()
    await pause(1000)
    postgres!.signal('SIGSTOP')
    await assertRefusing(world)
    await assertManyRefused(world)
    await pause(LONG ? 20_000 : 1000)
    postgres!.signal('SIGCONT')
    await assertBack(world)
    await world.load.stop()
  }
  await world.engine.endLeases()
  await world.settle()
  await world.verify()
})

test('PostgreSQL has no connection left for us', { skip }, async (t) => {
  const settings = ['max_connections=40', 'superuser_reserved_connections=0']
  const world = await openWorld(t, 'PostgreSQL', { roles: ROLES, postgres: { settings } })
  const { port } = world.engine.postgres!
  world.load.start()
  await pause(1000)
  const hogs: pg.Client[] = []
  const hog = async (): Promise<boolean> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: USER, password: PASSWORD, database: 'postgres' })
    client.on('error', () => undefined)
    try {
      await client.connect()
    } catch {
      await client.end().catch(() => undefined)
      return false
    }
    hogs.push(client)
    return true
  }
  while (await hog()) {}
  // Somebody else takes each place that we lose.
  const ours = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'loam'`
  let isOn = true
  const hogging = (async () => {
    while (isOn) {
      await hogs[0]!.query(ours)
      while (await hog()) {}
      await pause(20)
    }
  })()
  // One of ours may get a place between two of theirs, for a moment.
  await until(async () => {
    await assertRefusing(world)
    return true
  }, 'they do not refuse')
  isOn = false
  await hogging
  for (const client of hogs) await client.end()
  await assertBack(world)
  await world.load.stop()
  await world.engine.endLeases()
  await world.settle()
  await world.verify()
})

const noFile = ENGINES.includes('SQLite') ? false : 'LOAM_CHAOS_ENGINE names another one'

test('SQLite: somebody else keeps the file to themselves for longer than we wait', { skip: noFile }, async (t) => {
  const world = await openWorld(t, 'SQLite')
  world.load.start()
  await pause(1000)
  const other = new DatabaseSync(world.engine.url.slice('sqlite:'.length), { timeout: 5000 })
  other.exec('BEGIN IMMEDIATE')
  const refused = await world.load.try()
  assert.equal(refused.status, 503, refused.text)
  await assertManyRefused(world)
  other.exec('ROLLBACK')
  other.close()
  await assertBack(world)
  await world.load.stop()
  await world.settle()
  await world.verify()
})
