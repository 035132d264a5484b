// Three deliver servers, one of them in a network of its own: its way to the database is cut without a word, its way to the
// receiver is not. The others go on and take over what it held, and it is one of them again when the way is back.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { atEnd } from './harness/cleanup.ts'
import { openEngine } from './harness/engine.ts'
import { ENGINES, LONG, rounds, skipOn, skipWithoutRoot } from './harness/forms.ts'
import { Sink } from './harness/sink.ts'
import { pause, until } from './harness/until.ts'
import { arrived, openWorld, temporary } from './harness/world.ts'

const skip = ENGINES.includes('PostgreSQL')
  ? skipOn('PostgreSQL') || skipWithoutRoot || canMakeNetworks()
  : 'SQLite has one server'

const skipFrozen = !LONG
  ? 'of the long form: npm run chaos'
  : ENGINES.includes('PostgreSQL')
    ? skipOn('PostgreSQL')
    : 'SQLite has one server'

test('three deliver servers, one cut off from the database', { skip }, async (t) => {
  const net = network(t)
  const folder = temporary(t)
  const hba = join(folder, 'hba.conf')
  writeFileSync(hba, 'host all all 0.0.0.0/0 scram-sha-256\n', { mode: 0o644 })
  const world = await openWorld(t, 'PostgreSQL', {
    roles: ['api', 'intake', 'deliver', 'deliver'],
    sink: await Sink.open(t, net.sink),
    postgres: { settings: [`listen_addresses=127.0.0.1,${net.database}`, `hba_file=${hba}`] },
    also: (url) => [
      {
        databaseUrl: url.replace(/@127.0.0.1:/, `@${net.database}:`),
        folder,
        role: 'deliver',
        host: net.inside,
        within: ['ip', 'netns', 'exec', net.name],
      },
    ],
  })
  const far = world.servers.at(-1)!
  const servers = `SELECT count(*) AS n FROM deliver_servers`
  const there = async (): Promise<number> => Number((await world.engine.query<{ n: number }>(servers))[0]!.n)
  await until(async () => (await there()) === 3, 'they do not all deliver')
  // Some are under way, so that the cut finds it holding leases.
  world.sink.delayMs = 200
  world.load.start()
  await until(() => arrived(world.sink.receipts).size > 30, 'nothing arrives')
  net.cut()
  const cutAt = world.ledger.accepted.size
  await until(async () => (await far.ask('GET', '/readyz')).status === 503, 'it says that it is ready')
  assert.equal((await far.ask('GET', '/healthz')).status, 200)
  await until(() => world.ledger.accepted.size > cutAt + 50, 'nothing is accepted any more')
  // The others go on: what came since arrives, but for what it took before.
  const since = [...world.ledger.accepted].slice(cutAt)
  await until(
    () => since.filter((day) => arrived(world.sink.receipts).has(day)).length > since.length * 0.9,
    'the others do not go on',
  )
  await world.load.stop()
  // The others find that nothing is heard of it, and take over what it held.
  await world.settle()
  net.mend()
  await until(async () => (await far.ask('GET', '/readyz')).status === 200, 'it does not come back', 90_000)
  world.load.start()
  await pause(2000)
  await world.load.stop()
  await world.settle()
  await world.verify()
})

test('what a server that is cut off has locked is free soon', { skip }, async (t) => {
  const net = network(t)
  const folder = temporary(t)
  const hba = join(folder, 'hba.conf')
  writeFileSync(hba, 'host all all 0.0.0.0/0 scram-sha-256\n', { mode: 0o644 })
  const engine = await openEngine(t, 'PostgreSQL', folder, {
    settings: [`listen_addresses=127.0.0.1,${net.database}`, `hba_file=${hba}`],
  })
  await engine.change('CREATE TABLE things (n int); INSERT INTO things VALUES (1)')
  const far = spawn('ip', ['netns', 'exec', net.name, process.execPath, '--input-type=module', '-e', LOCKS], {
    env: { ...process.env, URL: engine.url.replace(/@127.0.0.1:/, `@${net.database}:`), SOURCES: String(SOURCES) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(t, () => void far.kill('SIGKILL'))
  await once(far.stdout, 'data')
  net.cut()
  // One statement of ours, which waits for a minute at most.
  await engine.change(`SET statement_timeout = '60s'; UPDATE things SET n = n + 1`)
})

const SOURCES = new URL('../../src/', import.meta.url)
/** A transaction that is not ended. */
const LOCKS = `
  const { openPostgres } = await import(process.env.SOURCES + 'store/postgres.ts')
  const { silentLog } = await import(process.env.SOURCES + 'platform/log.ts')
  const db = await openPostgres(process.env.URL, silentLog)
  await db.transaction(async (tx) => {
    await tx.run('UPDATE things SET n = n + 1')
    console.log('locked')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  })
`

test('an intake and a deliver server stand still, and go on', { skip: skipFrozen }, async (t) => {
  const world = await openWorld(t, 'PostgreSQL', { roles: ['api', 'intake', 'intake', 'deliver', 'deliver'] })
  world.sink.delayMs = 200
  const frozen = [world.servers[2]!, world.servers[4]!]
  for (let i = 0; i < rounds(1, 5); i++) {
    const had = arrived(world.sink.receipts).size
    world.load.start()
    await until(() => arrived(world.sink.receipts).size > had + 30, 'nothing arrives')
    for (const server of frozen) server.signal('SIGSTOP')
    const at = world.ledger.accepted.size
    await until(() => world.ledger.accepted.size > at + 50, 'nothing is accepted any more')
    await world.load.stop()
    // Whatever they held, and had locked, is done by the others.
    await world.settle()
    for (const server of frozen) server.signal('SIGCONT')
    world.load.start()
    await until(async () => (await frozen[1]!.ask('GET', '/readyz')).status === 200, 'it does not come back')
    await pause(2000)
    await world.load.stop()
    await world.settle()
  }
  await world.verify()
})

interface Network {
  name: string
  /** Our side, on two networks. */
  database: string
  sink: string
  /** Its side, on the one that stays. */
  inside: string
  cut(): void
  mend(): void
}

let networks = 0

function network(t: TestContext): Network {
  // One that was removed is there for a moment longer.
  const id = (process.pid * 10 + networks++) % 10_000
  const [name, outer, inner] = [`loam-chaos-${id}`, `chaos${id}a`, `chaos${id}b`]
  const [third, fourth] = [1 + (id % 250), 1 + ((id >> 3) % 60) * 4]
  const database = `10.211.${third}.${fourth}`
  const sink = `10.212.${third}.${fourth}`
  const [client, inside] = [`10.211.${third}.${fourth + 1}`, `10.212.${third}.${fourth + 1}`]
  const ip = (...args: string[]): string => execFileSync('ip', args, { stdio: 'pipe' }).toString()
  ip('netns', 'add', name)
  atEnd(t, () => ip('netns', 'del', name))
  ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name)
  for (const address of [database, sink]) ip('addr', 'add', `${address}/30`, 'dev', outer)
  ip('link', 'set', outer, 'up')
  for (const address of [client, inside]) ip('-n', name, 'addr', 'add', `${address}/30`, 'dev', inner)
  for (const link of ['lo', inner]) ip('-n', name, 'link', 'set', link, 'up')
  return {
    name,
    database,
    sink,
    inside,
    // Packets go to nobody: no answer, no reset, no error.
    cut: () =>
      void ip(
        '-n',
        name,
        'neigh',
        'replace',
        database,
        'lladdr',
        '02:00:00:00:00:01',
        'dev',
        inner,
        'nud',
        'permanent',
      ),
    mend: () => void ip('-n', name, 'neigh', 'del', database, 'dev', inner),
  }
}

/** A reason why not, or false. */
function canMakeNetworks(): string | false {
  const name = `loam-chaos-try-${process.pid}`
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' })
    execFileSync('ip', ['netns', 'del', name], { stdio: 'pipe' })
    return false
  } catch (error) {
    return `no network namespace can be made here: ${(error as Error).message}`
  }
}
