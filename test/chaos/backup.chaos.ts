// A backup as docs/backup.md makes it, the disaster, and the restore: people's records, their tokens and what was not delivered
// yet are there, and it goes on.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { PASSWORD, postgresBinaries, USER } from '../services/postgres.ts'
import { atEnd } from './harness/cleanup.ts'
import { ENGINES, skipOn } from './harness/forms.ts'
import { BIN, Gateway, KEY } from './harness/gateway.ts'
import { until } from './harness/until.ts'
import { arrived, openWorld, temporary, type World } from './harness/world.ts'

for (const engine of ENGINES) {
  test(`${engine}: backup, disaster, restore`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine, { people: 4 })
    const { sink, ledger, load } = world
    load.start({ clients: 4 })
    await until(() => arrived(sink.receipts).size > 30, 'nothing arrives')
    // From here on nothing is taken: it is in the backup or nowhere.
    sink.behave = () => 503
    const delivered = ledger.accepted.size
    await until(() => ledger.accepted.size > delivered + 30, 'nothing is accepted')
    await load.stop()
    const owed = [...ledger.accepted]
    let counts: number[] = []
    await until(async () => {
      counts = await recordsOf(world.entry, world)
      return counts.reduce((sum, count) => sum + count, 0) === owed.length
    }, 'not everything that was accepted is a record')
    await stopFor(world)
    const restored = engine === 'SQLite' ? copyFolder(t, world) : dumpAndRestore(t, world)
    for (const server of world.servers) await server.kill()
    sink.behave = () => 200
    const gateway = await Gateway.open(restored)
    atEnd(t, () => gateway.kill())
    await gateway.start()
    await until(
      () => owed.every((day) => arrived(sink.receipts).has(day)),
      () => `${owed.filter((day) => !arrived(sink.receipts).has(day)).length} of ${owed.length} are not delivered`,
    )
    assert.deepEqual(await recordsOf(gateway, world), counts, 'records')
    // A source is asked with the tokens of before: they open, and it takes them.
    const { job_id: id } = await gateway.admin<{ job_id: string }>(
      'POST',
      `/users/${world.people[0]!.userId}/backfill`,
      {
        start_date: '2026-01-05',
        end_date: '2026-01-06',
      },
    )
    await until(async () => {
      const { state, last_error: error } = await gateway.admin<{ state: string; last_error: string | null }>(
        'GET',
        `/jobs/${id}`,
      )
      assert.notEqual(state, 'failed', String(error))
      const asked = `/sandbox/garmin/_control/stats?person=chaos-0`
      const { text } = await gateway.ask('POST', asked)
      return state === 'done' || /"(calls|requests)":\s*[1-9]/.test(text)
    }, 'the source is not asked')
    assert.deepEqual(sink.problems, [])
  })
}

test(
  'SQLite: a copy made while it runs, under load',
  { skip: ENGINES.includes('SQLite') ? false : 'not asked for' },
  async (t) => {
    const world = await openWorld(t, 'SQLite', { people: 4 })
    const { sink, ledger, load, entry, engine } = world
    // What is taken from here on is in the copy or nowhere.
    sink.behave = () => 503
    load.start({ clients: 6 })
    await until(() => ledger.accepted.size > 100, 'nothing is accepted')
    const folder = temporary(t)
    const copy = join(folder, 'loam.db')
    const owed = [...ledger.accepted]
    const env = { ...process.env, LOAM_DATABASE_URL: engine.url, LOAM_DATA_DIR: folder, LOAM_ENCRYPTION_KEY: KEY }
    await promisify(execFile)(process.execPath, [BIN, 'db', 'copy', copy], { env, cwd: folder })
    assert.ok(ledger.accepted.size > owed.length, 'nothing was accepted while it was copied')
    t.diagnostic(`${owed.length} days accepted before, ${ledger.accepted.size - owed.length} during the copy`)
    await load.stop()
    await entry.kill()
    const database = new DatabaseSync(copy)
    const { integrity_check: found } = database.prepare('PRAGMA integrity_check').get() as { integrity_check: string }
    database.close()
    assert.equal(found, 'ok')
    sink.behave = () => 200
    const gateway = await Gateway.open({ databaseUrl: `sqlite:${copy}`, folder })
    atEnd(t, () => gateway.kill())
    await gateway.start()
    const missing = () => owed.filter((day) => !arrived(sink.receipts).has(day))
    await until(
      () => missing().length === 0,
      () => `${missing().length} of ${owed.length} are not delivered, such as ${missing()[0]}`,
    )
    assert.deepEqual(sink.problems, [])
  },
)

/** How many days each person has. */
async function recordsOf(gateway: Gateway, { people }: World): Promise<number[]> {
  const counts: number[] = []
  for (const { userId } of people) {
    const path = `/users/${userId}/records?type=daily&start_date=2100-01-01&end_date=2102-01-01`
    counts.push((await gateway.admin<{ data: unknown[] }>('GET', path)).data.length)
  }
  return counts
}

/** The embedded database is copied while Loam stands still; PostgreSQL is dumped while it runs. */
async function stopFor({ engine, entry }: World): Promise<void> {
  if (engine.name === 'SQLite') assert.equal(await entry.stop(), 0)
}

function copyFolder(t: TestContext, { engine }: World): { databaseUrl: string; folder: string } {
  const folder = temporary(t)
  const from = engine.url.slice('sqlite:'.length).replace(/\/loam\.db$/, '')
  cpSync(from, folder, { recursive: true })
  return { databaseUrl: `sqlite:${join(folder, 'loam.db')}`, folder }
}

function dumpAndRestore(t: TestContext, { engine }: World): { databaseUrl: string; folder: string } {
  const folder = temporary(t)
  const dump = join(folder, 'loam.dump')
  const url = new URL(engine.url)
  const env = { ...process.env, PGPASSWORD: PASSWORD, PGUSER: USER, PGHOST: url.hostname, PGPORT: url.port }
  const run = (command: string, ...args: string[]): void =>
    void execFileSync(join(postgresBinaries()!, command), args, { env, stdio: 'pipe' })
  run('pg_dump', '--format=custom', engine.url, `--file=${dump}`)
  run('createdb', 'loam_restored')
  run('pg_restore', '--dbname=loam_restored', dump)
  url.pathname = '/loam_restored'
  return { databaseUrl: url.href, folder }
}
