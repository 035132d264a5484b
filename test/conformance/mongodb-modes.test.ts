// What becomes of events in MongoDB: documents of events, and the newest state of each record.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, suite, test, type TestContext } from 'node:test'
import type { Document } from 'mongodb'
import type { OutgoingEvent, Sender } from '../../src/destinations/destination.ts'
import { mongodb, MongodbSettings } from '../../src/destinations/mongodb/index.ts'
import { complete } from '../../src/model/records.ts'
import { type Certificates, makeCertificates } from '../services/certificates.ts'
import { type Ferretdb, missingFerretdb, PASSWORD, SOURCE, startFerretdb, USER } from '../services/ferretdb.ts'
import { HERE, testEvent, testWorld } from './events.ts'
import {
  all,
  daily,
  deleted,
  event,
  madeUp,
  newestStays,
  NOW,
  record,
  span,
  withoutRecords,
} from './database-events.ts'
import type { Settings } from './stage.ts'

suite('documents in MongoDB', { skip: missingFerretdb() ?? false, timeout: 60_000 }, () => {
  let server: Ferretdb
  let certificates: Certificates
  before(async () => {
    certificates = makeCertificates('certified')
    server = await startFerretdb(certificates)
  })
  after(() => server?.stop())

  async function place(t: TestContext, changed: Settings = {}) {
    const database = `place_${randomBytes(6).toString('hex')}`
    const login = { username: USER, password: PASSWORD, auth_source: SOURCE }
    const settings = { hosts: [`127.0.0.1:${server.port}`], database, ...login, tls: false, ...changed }
    const open = (other: Settings = {}): Sender => {
      const sender = mongodb.open(
        MongodbSettings.parse({ ...settings, ...other }),
        testWorld(t, { allowPrivate: true, names: HERE }),
      )
      t.after(() => sender.close())
      return sender
    }
    const found = async (name: string, filter: Document = {}): Promise<Document[]> =>
      (await server.database(database)).collection<Document>(`loam_${name}`).find(filter).toArray()
    const collection = async (name: string) => (await server.database(database)).collection<Document>(`loam_${name}`)
    return { open, found, collection }
  }

  test('the newest state of a record stays, in whatever order and however often it comes', async (t) => {
    const { open, found } = await place(t, { mode: 'upsert' })
    await newestStays(open(), {
      runs: 12,
      found: async (userId) =>
        (await found('daily', { user_id: userId })).map(({ record: stored, ordering_at: at }) => ({
          steps: stored.distance_data.steps,
          orderingAt: at.getTime(),
        })),
    })
  })

  test('what is older than what is there keeps nothing else of its batch away', async (t) => {
    const { open, found } = await place(t, { mode: 'upsert' })
    const sender = open()
    const people = Array.from({ length: 20 }, () => randomUUID())
    const old = people.filter((_, i) => i % 3 === 0)
    await all(
      sender,
      old.map((user) => daily(user, 5, { steps: 500 })),
    )
    await all(
      sender,
      people.map((user) => daily(user, 1, { steps: 100 })),
    )
    const steps = new Map((await found('daily')).map((day) => [day.user_id, day.record.distance_data.steps]))
    assert.deepEqual(
      people.map((user) => steps.get(user)),
      people.map((user) => (old.includes(user) ? 500 : 100)),
    )
  })

  test('what was deleted stays deleted, until something newer comes', async (t) => {
    const { open, found } = await place(t, { mode: 'upsert' })
    const [sender, user] = [open(), randomUUID()]
    const stands = async (name: string): Promise<boolean> => (await found(name, { deleted: false })).length === 1
    const gone = (at: number): OutgoingEvent => deleted(user, at, { data_type: 'daily', day: '2026-03-09' })
    await all(sender, [daily(user, 1)])
    await all(sender, [gone(2)])
    await all(sender, [daily(user, 1), daily(user, 0)])
    assert.equal(await stands('daily'), false)
    await all(sender, [daily(user, 3)])
    // A deletion that comes late takes nothing newer away.
    await all(sender, [gone(2)])
    assert.equal(await stands('daily'), true)

    const run = (at: number, uploadType: number): OutgoingEvent =>
      record('activity', user, at, { metadata: { ...span, summary_id: 'run', type: 8, upload_type: uploadType } })
    await all(sender, [run(1, 1), run(2, 4)])
    await all(sender, [run(1, 1)])
    assert.equal(await stands('activity'), false)
  })

  test('a record is a document, and its instants are dates', async (t) => {
    const { open, found } = await place(t, { mode: 'upsert' })
    const user = randomUUID()
    const athlete = event('athlete', user, 1, { athlete: complete('athlete', { age: 41, city: 'Zürich' }) })
    await all(open(), [daily(user, 1, { steps: 4000 }), athlete, testEvent(4)])
    const [day] = await found('daily')
    assert.deepEqual(
      [day!._id, day!.provider, day!.reference_id, day!.start_time, day!.record.metadata.start_time],
      [`${user}/2026-03-09`, 'OURA', 'für Zoë', new Date('2026-03-08T22:00:00Z'), span.start_time],
    )
    assert.equal((await found('athlete'))[0]!.record.city, 'Zürich')
    assert.deepEqual(
      (await found('users')).map(({ _id, provider, state }) => [_id, provider, state]),
      [[user, 'OURA', 'active']],
    )
    assert.deepEqual(
      (await found('events')).map(({ type }) => type),
      ['healthcheck'],
    )
  })

  test('collections begin with what the settings say, in both modes', async (t) => {
    const { open } = await place(t)
    const database = `place_${randomBytes(6).toString('hex')}`
    for (const mode of ['insert', 'upsert']) {
      await all(open({ database, mode, prefix: `${mode}-` }), [daily(randomUUID(), 1)])
    }
    await all(open({ database, prefix: '' }), [testEvent(4)])
    const names = (await (await server.database(database)).listCollections().toArray()).map(
      ({ name }) => name as string,
    )
    for (const name of ['events', 'insert-events', 'upsert-daily']) assert.ok(names.includes(name), String(names))
    assert.ok(!names.some((name) => name.startsWith('loam_')), String(names))
  })

  test('insert: an event is a document, and its text beside it', async (t) => {
    const { open, found } = await place(t)
    const sent = daily(randomUUID(), 1, { steps: 4000 })
    await all(open(), [sent])
    const [document, ...others] = await found('events')
    assert.equal(document!._id, sent.id)
    assert.equal(document!.event.data[0].distance_data.steps, 4000)
    assert.equal(document!.payload, Buffer.from(sent.body).toString())
    assert.equal(others.length, 0)
  })

  test('a unique index that somebody added holds up the events that it refuses, and no other', async (t) => {
    const { open, found, collection } = await place(t, { mode: 'upsert' })
    const [sender, events] = [open(), [1, 2, 3].map((at) => daily(randomUUID(), at))]
    await all(sender, [event('rate_limit_hit', randomUUID(), 0, {})])
    const days = await collection('daily')
    await days.createIndex({ provider: 1 }, { unique: true })
    const results = await sender.send([...events, event('rate_limit_hit', randomUUID(), 4, {})], NOW)
    assert.deepEqual(results.map(({ next }) => next).sort(), ['delivered', 'delivered', 'retry', 'retry'])
    assert.match(JSON.stringify(results), /11000\): another writer was quicker, or a unique index .* drop that index/)
    assert.deepEqual([(await found('daily')).length, (await found('events')).length], [1, 2])
    await days.dropIndex('provider_1')
    await all(sender, events)
    assert.equal((await found('daily')).length, 3)
  })

  test('insert: what would be too large as a document is there as text', async (t) => {
    const { open, found } = await place(t)
    const numbers = `{"type":"large_request_processing","n":[${Array(1_500_000).fill(0).join(',')}]}`
    const large = { ...testEvent(4), body: Buffer.from(numbers) }
    await all(open(), [large])
    const [document] = await found('events')
    assert.equal(document!.event, null)
    assert.equal(document!.payload, numbers)
  })

  test('nothing that was taken is missing: people made up, events without records, records that cannot be told apart', async (t) => {
    const { open, found } = await place(t, { mode: 'upsert' })
    const [user, other] = [randomUUID(), randomUUID()]
    const rest = withoutRecords(other)
    await all(open(), [madeUp(user), ...rest])
    assert.deepEqual((await found('daily')).map((day) => day.user_id as string).sort(), [user, other].sort())
    assert.deepEqual((await found('events')).map(({ _id }) => String(_id)).sort(), rest.map(({ id }) => id).sort())
  })

  for (const mode of ['insert', 'upsert'] as const) {
    const name = mode === 'insert' ? 'events' : 'daily'

    test(`${mode}: whoever disconnects is gone with all documents, and late events find that`, async (t) => {
      const { open, found } = await place(t, { mode, on_deauth: 'delete' })
      const [sender, leaves, stays] = [open(), randomUUID(), randomUUID()]
      await all(sender, [daily(leaves, 1), daily(stays, 1)])
      await all(sender, [daily(leaves, 3), event('deauth', leaves, 4, { status: 'success' })])
      await all(sender, [daily(leaves, 2), daily(leaves, 5)])
      assert.deepEqual(await found(name, { user_id: leaves, type: { $ne: 'deauth' } }), [])
      assert.equal((await found(name, { user_id: stays })).length, 1)
      assert.equal((await found('events', { user_id: leaves, type: 'deauth' })).length, 1)
      assert.equal((await found('users', { _id: leaves }))[0]!.state, 'deauth')
    })

    test(`${mode}: or stays, when that is wanted`, async (t) => {
      const { open, found } = await place(t, { mode })
      const user = randomUUID()
      await all(open(), [daily(user, 1), event('deauth', user, 2, { status: 'success' })])
      assert.equal((await found('users'))[0]!.state, 'deauth')
      assert.equal((await found(name, { type: { $ne: 'deauth' } })).length, 1)
    })
  }

  test('the server that answers is found among those that are named', async (t) => {
    const { open, found } = await place(t)
    const hosts = ['127.0.0.1:1', `127.0.0.1:${server.port}`]
    await all(open({ hosts }), [testEvent(0)])
    assert.equal((await found('events')).length, 1)
  })

  test('TLS: verified, with a certificate of ours', async (t) => {
    const { open } = await place(t)
    const { certificate, key } = certificates.client
    const tls = { hosts: [`127.0.0.1:${server.tlsPort}`], tls: true, client_certificate: certificate, client_key: key }
    const send = async (changed: Settings): Promise<string> =>
      JSON.stringify(await open({ ...tls, ...changed }).send([testEvent(1)], NOW))
    assert.match(await send({}), /"retry".*TLS certificate of 127\.0\.0\.1:\d+ was not accepted/)
    const ca = { ca_certificate: certificates.ca }
    assert.match(await send(ca), /"delivered"/)
    // Go's servers hang up on a name with a dot at its end.
    for (const host of ['localhost', 'localhost.']) {
      assert.match(await send({ ...ca, hosts: [`${host}:${server.tlsPort}`] }), /"delivered"/)
    }
    assert.match(await send({ ...ca, client_certificate: null, client_key: null }), /"retry".*127\.0\.0\.1/)
  })
})
