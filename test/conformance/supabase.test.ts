// A Supabase project is played by a PostgreSQL and a stub of its storage.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test, type TestContext } from 'node:test'
import pg from 'pg'
import type { Sender } from '../../src/destinations/destination.ts'
import { supabase, SupabaseSettings } from '../../src/destinations/supabase/index.ts'
import { PASSWORD, type Postgres, postgresBinaries, startPostgres, USER } from '../services/postgres.ts'
import { SERVICE_KEY, startSupabaseStorage, type SupabaseStorage } from '../services/supabase-storage.ts'
import { destinationSuite } from './destination-suite.ts'
import { silentServer, testEvent, testWorld } from './events.ts'
import { all, daily, event, NOW } from './database-events.ts'
import type { Arrived, Settings } from './stage.ts'

const POINTERS = 'SELECT payload_id FROM terra_data_payloads UNION ALL SELECT payload_id FROM terra_other_payloads'
const READ = `SELECT payload_id AS id, payload::text AS body FROM (${POINTERS}) AS pointers JOIN terra_payloads USING (payload_id)`
const missing = postgresBinaries() === null ? "PostgreSQL's server is not installed (Debian: postgresql)" : null

interface Project {
  postgres: Postgres
  storage: SupabaseStorage
}

async function startProject(): Promise<Project> {
  return { postgres: await startPostgres(), storage: await startSupabaseStorage() }
}

async function place({ postgres, storage }: Project): Promise<Settings> {
  const name = `place_${randomBytes(6).toString('hex')}`
  await postgres.query('postgres', `CREATE DATABASE ${name}`)
  return {
    project_url: storage.url,
    service_key: SERVICE_KEY,
    bucket: name.replace('_', '-'),
    inline_bytes: 300,
    host: '127.0.0.1',
    port: postgres.port,
    database: name,
    user: USER,
    password: PASSWORD,
    tls: false,
  }
}

function objectsOf({ storage }: Project, settings: Settings): Map<string, Buffer> {
  return storage.buckets.get(String(settings.bucket))?.objects ?? new Map<string, Buffer>()
}

destinationSuite('supabase', {
  networked: true,
  idempotent: true,
  missing: () => missing,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const project = await startProject()
    const { postgres, storage } = project
    return {
      place: () => place(project),
      async read(settings) {
        const rows = await postgres.query<Arrived & Record<string, string>>(String(settings.database), READ)
        const objects = objectsOf(project, settings)
        return rows.map(({ id, body }) => ({ id, body: body ?? String(objects.get(id)) }))
      },
      at: (settings, address) => ({ ...settings, ...address }),
      async kill() {
        await Promise.all([postgres.kill(), storage.stop()])
      },
      async restart() {
        await Promise.all([postgres.restart(), storage.start()])
      },
      async stop() {
        await Promise.all([postgres.stop(), storage.stop()])
      },
    }
  },
})

suite('payloads in a bucket of Supabase', { skip: missing ?? false, timeout: 60_000 }, () => {
  let project: Project
  before(async () => {
    project = await startProject()
  })
  after(() => Promise.all([project?.postgres.stop(), project?.storage.stop()]))

  async function opened(t: TestContext, changed: Settings = {}, world = testWorld(t, { allowPrivate: true })) {
    const settings: Settings = { ...(await place(project)), inline_bytes: 2000, ...changed }
    const open = (other: Settings = {}): Sender => {
      const sender = supabase.open(SupabaseSettings.parse({ ...settings, ...other }), world)
      t.after(() => sender.close())
      return sender
    }
    const rows = (sql: string) => project.postgres.query<Record<string, unknown>>(String(settings.database), sql)
    const objects = (): Map<string, Buffer> => objectsOf(project, settings)
    return { settings, open, rows, objects }
  }

  test('large ones lie in a private bucket under their payload_id, small ones in their rows', async (t) => {
    const { settings, open, rows, objects } = await opened(t)
    const [small, large] = [testEvent(0), testEvent(0, randomUUID(), 5000)]
    await all(open(), [small, large])
    const found = await rows(
      'SELECT payload IS NULL AS stored, payload_url FROM terra_data_payloads JOIN terra_payloads USING (payload_id) ORDER BY 1',
    )
    const url = `${project.storage.url}/storage/v1/object/authenticated/${String(settings.bucket)}/${large.id}`
    assert.deepEqual(found, [
      { stored: false, payload_url: null },
      { stored: true, payload_url: url },
    ])
    assert.deepEqual([...objects()], [[large.id, Buffer.from(large.body)]])
    assert.equal(project.storage.buckets.get(String(settings.bucket))!.public, false)
  })

  test('a test of the destination tells what is wrong with the bucket', async (t) => {
    const { open } = await opened(t)
    for (const legacy of [false, true]) {
      project.storage.legacy = legacy
      t.after(() => (project.storage.legacy = false))
      const healthcheck = testEvent(4)
      const said = JSON.stringify(await open({ service_key: 'sb_SECRET_other' }).send([healthcheck], NOW))
      assert.match(said, /"retry".*the service_key is wrong/)
      assert.ok(!said.includes('SECRET'), said)
      await all(open(), [healthcheck])
    }
  })

  test('a project_url that leads to somebody else, or nowhere, is named', async (t) => {
    const other = createServer((_, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"route_not_found"}')
    }).listen(0, '127.0.0.1')
    t.after(() => other.close())
    await once(other, 'listening')
    const { open } = await opened(t)
    const project_url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const message = async () => JSON.stringify(await open({ project_url }).send([testEvent(4)], NOW))
    assert.match(
      await message(),
      /refused \(404, route_not_found\): there is no storage at this project_url: correct it/,
    )
    other.closeAllConnections()
    other.close()
    assert.match(await message(), /\(ECONNREFUSED\): check project_url, and that the project is not paused/)
  })

  test('a storage that says nothing has the time of the call, and is named', async (t) => {
    const silent = await silentServer(t)
    const settings = { ...(await place(project)), project_url: `http://127.0.0.1:${silent.port}` }
    const sender = supabase.open(SupabaseSettings.parse(settings), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const results = await sender.send([testEvent(4)], { ...NOW, timeoutMs: 2000 })
    assert.match(JSON.stringify(results), new RegExp(`"retry".*127.0.0.1:${silent.port} did not answer in time: check`))
  })

  test('a page that answers in place of the storage stores and removes nothing', async (t) => {
    const page = createServer((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>')
    }).listen(0, '127.0.0.1')
    t.after(() => page.close())
    await once(page, 'listening')
    const { open, rows } = await opened(t, { on_deauth: 'delete', inline_bytes: 0 })
    const project_url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    const leaves = randomUUID()
    await all(open(), [daily(leaves, 1)])
    for (const each of [testEvent(4), daily(leaves, 2), event('deauth', leaves, 3, { status: 'success' })]) {
      const said = JSON.stringify(await open({ project_url }).send([each], NOW))
      assert.match(said, /"retry".*something else answered in place of/)
    }
    assert.equal((await rows('SELECT 1 FROM terra_payloads')).length, 1)
  })

  test('what the bucket does not take keeps nothing else away', async (t) => {
    const { open, rows } = await opened(t)
    project.storage.limitBytes = 4000
    t.after(() => (project.storage.limitBytes = 50_000_000))
    const events = [testEvent(0), testEvent(0, randomUUID(), 5000), testEvent(0)]
    const results = await open().send(events, NOW)
    assert.deepEqual(
      results.map(({ next }) => next),
      ['delivered', 'retry', 'delivered'],
    )
    assert.match(JSON.stringify(results[1]), /413, EntityTooLarge.*raise its limit/)
    assert.equal((await rows('SELECT 1 FROM terra_payloads')).length, 2)
  })

  test('without the storage, small events arrive and large ones wait', async (t) => {
    const { open } = await opened(t)
    const sender = open()
    await project.storage.stop()
    const events = [testEvent(0), testEvent(0, randomUUID(), 5000)]
    const results = await sender.send(events, NOW)
    await project.storage.start()
    assert.deepEqual(
      results.map(({ next }) => next),
      ['delivered', 'retry'],
    )
    await all(sender, events)
  })

  test('whoever disconnects leaves no object, also when large events are late', async (t) => {
    const { open, objects, rows } = await opened(t, { on_deauth: 'delete', inline_bytes: 0 })
    const [sender, leaves, stays] = [open(), randomUUID(), randomUUID()]
    const kept = daily(stays, 1)
    await all(sender, [daily(leaves, 1), daily(leaves, 2), kept])
    assert.equal(objects().size, 3)
    // As an attempt leaves it that was cut off before its rows were committed.
    const late = daily(leaves, 3)
    objects().set(late.id, Buffer.from(late.body))
    const gone = event('deauth', leaves, 4, { status: 'success' })
    await all(sender, [gone])
    await all(sender, [late])
    assert.deepEqual([...objects().keys()].sort(), [gone.id, kept.id].sort())
    assert.equal((await rows(`SELECT 1 FROM terra_payloads WHERE user_id = '${leaves}'`)).length, 1)
  })

  test('tables are closed to keys that stand in web pages', async (t) => {
    const { settings, open, rows } = await opened(t)
    // Roles belong to the whole server. As in Supabase, the writer is no superuser and the API may select by default.
    const [writer, anonymous] = ['writer', 'anonymous'].map((name) => `${name}_${randomBytes(4).toString('hex')}`)
    await rows(`CREATE ROLE ${writer} LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE ${anonymous} LOGIN PASSWORD '${PASSWORD}';
      GRANT ALL ON SCHEMA public TO ${writer}; GRANT USAGE ON SCHEMA public TO ${anonymous};
      ALTER DEFAULT PRIVILEGES FOR ROLE ${writer} GRANT ALL ON TABLES TO ${anonymous}`)
    for (const mode of ['insert', 'upsert']) await all(open({ mode, user: writer }), [daily(randomUUID(), 1)])
    const login = { host: '127.0.0.1', port: project.postgres.port, database: String(settings.database) }
    const visitor = new pg.Client({ ...login, user: anonymous, password: PASSWORD })
    await visitor.connect()
    t.after(() => visitor.end())
    const tables = await rows(`SELECT tablename AS name FROM pg_tables WHERE tableowner = '${writer}'`)
    assert.ok(tables.length > 10)
    for (const { name } of tables) {
      const seen = await visitor.query(`SELECT 1 FROM ${String(name)}`)
      assert.equal(seen.rowCount, 0, String(name))
    }
    assert.equal((await rows('SELECT 1 FROM loam_daily')).length, 1)
  })

  test('a storage at a private address is refused unless it is allowed', async (t) => {
    const world = testWorld(t, { allowPrivate: true })
    const { open } = await opened(t, {}, { ...world, http: testWorld(t, { allowPrivate: false }).http })
    const before = project.storage.uploads
    const said = JSON.stringify(await open().send([testEvent(4)], NOW))
    assert.match(said, /"retry".*private address/)
    assert.equal(project.storage.uploads, before)
  })
})
