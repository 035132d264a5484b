// What becomes of events in a database: Terra's tables, and the tables that hold the newest state of each record.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test, type TestContext } from 'node:test'
import type { OutgoingEvent, Sender } from '../../src/destinations/destination.ts'
import { destinationType } from '../../src/destinations/index.ts'
import { complete } from '../../src/model/records.ts'
import { type Certificates, makeCertificates } from '../services/certificates.ts'
import { atIpv6 } from '../services/ipv6.ts'
import { testEvent, testWorld } from './events.ts'
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

export type AnyRow = Record<string, unknown>

export interface SqlServer {
  /** Settings that reach a database of its own. */
  place(): Promise<Settings>
  query(settings: Settings, sql: string): Promise<AnyRow[]>
  /** Of all connections that are made from now on. */
  readOnly(on: boolean): Promise<unknown>
  stop(): Promise<void>
}

/** What differs between the databases, besides what is written for each of them beside the suite. */
export interface SqlStage {
  missing: string | null
  /** A user that has to bring a certificate with that name, and no password; how it is refused without one. */
  certified: { user: string; refused: RegExp }
  start(certificates: Certificates): Promise<SqlServer>
  /** Text at a path in a JSON column. */
  inside(column: string, ...path: string[]): string
  /** A column as text. */
  text(column: string): string
}

export interface SqlPlace {
  settings: Settings
  open(more?: Settings): Sender
  rows(sql: string): Promise<AnyRow[]>
  readOnly: SqlServer['readOnly']
}

export function sqlModes(
  id: string,
  stage: SqlStage,
  more?: (place: Placed, certificates: () => Certificates) => void,
) {
  suite(`rows in ${id}`, { skip: stage.missing ?? false, timeout: 120_000 }, () => {
    let server: SqlServer
    let certificates: Certificates
    before(async () => {
      certificates = makeCertificates(stage.certified.user)
      server = await stage.start(certificates)
    })
    after(() => server?.stop())

    const place: Placed = async (t, changed = {}) => {
      const type = destinationType(id)!
      const settings = { ...(await server.place()), ...changed }
      return {
        settings,
        open(other = {}) {
          const sender = type.open(type.settings.parse({ ...settings, ...other }), testWorld(t, { allowPrivate: true }))
          t.after(() => sender.close())
          return sender
        },
        rows: (sql) => server.query(settings, sql),
        readOnly: (on) => server.readOnly(on),
      }
    }

    modesOf(place, stage, () => certificates)
    more?.(place, () => certificates)
  })
}

type Placed = (t: TestContext, changed?: Settings) => Promise<SqlPlace>

function modesOf(place: Placed, stage: SqlStage, certificates: () => Certificates): void {
  const upsert = (t: TestContext): Promise<SqlPlace> => place(t, { mode: 'upsert' })

  test('the newest state of a record stays, in whatever order and however often it comes', async (t) => {
    const { open, rows } = await upsert(t)
    const inside = stage.inside('record', 'distance_data', 'steps')
    await newestStays(open(), {
      runs: 25,
      async found(userId) {
        const stored = await rows(
          `SELECT steps, ordering_at, ${inside} AS inside FROM loam_daily WHERE user_id = '${userId}'`,
        )
        for (const row of stored) assert.equal(Number(row.inside), row.steps)
        return stored.map((row) => ({ steps: Number(row.steps), orderingAt: Number(row.ordering_at) }))
      },
    })
  })

  test('what was deleted stays deleted, until something newer comes', async (t) => {
    const { open, rows } = await upsert(t)
    const sender = open()
    const user = randomUUID()
    const count = async (table: string): Promise<number> => (await rows(`SELECT 1 FROM ${table}`)).length
    await all(sender, [daily(user, 1)])
    await all(sender, [deleted(user, 2, { data_type: 'daily', day: '2026-03-09' })])
    assert.equal(await count('loam_daily'), 0)
    await all(sender, [daily(user, 1), daily(user, 0)])
    assert.equal(await count('loam_daily'), 0)
    await all(sender, [daily(user, 3)])
    assert.equal(await count('loam_daily'), 1)
    // A deletion that comes late takes nothing newer away.
    await all(sender, [deleted(user, 2, { data_type: 'daily', day: '2026-03-09' })])
    assert.equal(await count('loam_daily'), 1)

    const run = (at: number, uploadType: number): OutgoingEvent =>
      record('activity', user, at, { metadata: { ...span, summary_id: 'run', type: 8, upload_type: uploadType } })
    await all(sender, [run(1, 1)])
    assert.equal(await count('loam_activity'), 1)
    await all(sender, [run(2, 4)])
    assert.equal(await count('loam_activity'), 0)
    await all(sender, [run(1, 1)])
    assert.equal(await count('loam_activity'), 0)
  })

  test('columns have what the record says, in their own types', async (t) => {
    const { open, rows } = await upsert(t)
    const user = randomUUID()
    const night = record('sleep', user, 1, {
      metadata: { ...span, summary_id: 'night', is_nap: false, upload_type: 4 },
      sleep_durations_data: { asleep: { duration_deep_sleep_state_seconds: 4200.5 } },
      heart_rate_data: { summary: { avg_hrv_rmssd: 48.25 } },
    })
    const athlete = event('athlete', user, 1, { athlete: complete('athlete', { age: 41, city: 'Zürich' }) })
    await all(open(), [night, athlete])
    // Four is no deletion in sleep.
    const [row] = await rows('SELECT * FROM loam_sleep')
    assert.deepEqual(
      [
        row!.record_key,
        row!.start_time,
        Boolean(row!.is_nap),
        row!.deep_seconds,
        row!.avg_hrv_rmssd,
        row!.rem_seconds,
        row!.provider,
      ],
      ['night', new Date('2026-03-08T22:00:00Z'), false, 4200.5, 48.25, null, 'OURA'],
    )
    const [person] = await rows('SELECT age, city, record_key FROM loam_athlete')
    assert.deepEqual([Number(person!.age), person!.city, person!.record_key], [41, 'Zürich', 'athlete'])
    assertRows(await rows('SELECT user_id, provider, state FROM loam_users'), [
      { user_id: user, provider: 'OURA', state: 'active' },
    ])
  })

  test('events without a record are kept as they came, once', async (t) => {
    const { open, rows } = await upsert(t)
    const event = testEvent(4)
    await all(open(), [event])
    await all(open(), [event])
    const [row, ...others] = await rows(`SELECT ${stage.text('event')} AS event, type FROM loam_events`)
    assert.deepEqual({ ...row }, { event: Buffer.from(event.body).toString(), type: 'healthcheck' })
    assert.equal(others.length, 0)
  })

  test('nothing that was taken is missing: people made up, events without records, records that cannot be told apart', async (t) => {
    const { open, rows } = await upsert(t)
    const [user, other] = [randomUUID(), randomUUID()]
    await all(open(), [madeUp(user), ...withoutRecords(other)])
    assert.deepEqual(
      (await rows('SELECT user_id FROM loam_daily')).map((row) => row.user_id).sort(),
      [user, other].sort(),
    )
    const kept = await rows('SELECT user_id, type FROM loam_events')
    assertRows(kept, [
      { user_id: other, type: 'daily' },
      { user_id: other, type: 'daily' },
    ])
  })

  for (const mode of ['insert', 'upsert'] as const) {
    const tables = mode === 'insert' ? ['terra_data_payloads', 'terra_payloads'] : ['loam_daily']
    const users = mode === 'insert' ? 'terra_users' : 'loam_users'

    test(`${mode}: whoever disconnects is gone with all rows, and late events find that`, async (t) => {
      const { open, rows } = await place(t, { mode, on_deauth: 'delete' })
      const [sender, leaves, stays] = [open(), randomUUID(), randomUUID()]
      await all(sender, [daily(leaves, 1), daily(stays, 1)])
      await all(sender, [daily(leaves, 3), event('deauth', leaves, 4, { status: 'success' })])
      await all(sender, [daily(leaves, 2), daily(leaves, 5)])
      for (const table of tables) {
        const left = await rows(`SELECT DISTINCT user_id FROM ${table} WHERE user_id = '${leaves}'`)
        // Terra's tables keep the event that says so.
        assert.equal(left.length, table === 'terra_payloads' ? 1 : 0, table)
        assert.equal((await rows(`SELECT DISTINCT user_id FROM ${table} WHERE user_id = '${stays}'`)).length, 1, table)
      }
      assertRows(await rows(`SELECT state FROM ${users} WHERE user_id = '${leaves}'`), [{ state: 'deauth' }])
    })

    test(`${mode}: or stays, when that is wanted`, async (t) => {
      const { open, rows } = await place(t, { mode })
      const user = randomUUID()
      await all(open(), [daily(user, 1), event('deauth', user, 2, { status: 'success' })])
      assertRows(await rows(`SELECT state FROM ${users}`), [{ state: 'deauth' }])
      assert.equal((await rows(`SELECT 1 FROM ${tables[0]}`)).length, 1)
    })

    test(`${mode}: many at a time, about the same people, wait for each other and do not fail`, async (t) => {
      const { open, rows } = await place(t, { mode })
      const senders = [open(), open(), open()]
      const people = Array.from({ length: 5 }, () => randomUUID())
      const work = Array.from({ length: 24 }, (_, i) =>
        all(
          senders[i % 3]!,
          people.toSorted(() => Math.random() - 0.5).map((user) => daily(user, i)),
        ),
      )
      await Promise.all(work)
      const found = await rows(`SELECT 1 FROM ${tables[0]}`)
      assert.equal(found.length, mode === 'insert' ? 24 * 5 : 5)
    })

    test(`${mode}: parts of a large event arrive under their own ids`, async (t) => {
      const { open, rows } = await place(t, { mode })
      const whole = mode === 'insert' ? daily(randomUUID(), 1) : testEvent(4)
      const parts = [1, 2].map((k) => ({ ...whole, id: `${whole.id}:chunk:${k}` }))
      await all(open(), [...parts, ...parts])
      const [table, id] = mode === 'insert' ? ['terra_payloads', 'payload_id'] : ['loam_events', 'event_id']
      const found = await rows(`SELECT ${id} AS id FROM ${table} ORDER BY 1`)
      assert.deepEqual(
        found.map((row) => row.id),
        parts.map((part) => part.id),
      )
    })

    test(`${mode}: tables that were dropped are made again`, async (t) => {
      const { open, rows } = await place(t, { mode })
      const sender = open()
      await all(sender, [daily(randomUUID(), 1)])
      await rows(`DROP TABLE ${tables[0]}`)
      const [result] = await sender.send([daily(randomUUID(), 1)], NOW)
      assert.equal(result!.next, 'retry')
      assert.match(JSON.stringify(result), /a table was dropped; it is made again/)
      await all(sender, [daily(randomUUID(), 1)])
      assert.equal((await rows(`SELECT 1 FROM ${tables[0]}`)).length, 1)
    })
  }

  test("Terra's tables: what they say of events and users", async (t) => {
    const { open, rows } = await place(t)
    const user = randomUUID()
    const [data, auth] = [daily(user, 1), event('auth', user, 0, { status: 'success' })]
    const requested = event('rate_limit_hit', user, 2, {})
    await all(open(), [auth, data, requested])
    assertRows(await rows('SELECT * FROM terra_data_payloads'), [
      {
        user_id: user,
        data_type: 'daily',
        created_at: '2026-03-10T12:00:00.001000+00:00',
        payload_id: data.id,
        payload_url: null,
        start_time: span.start_time,
        end_time: span.end_time,
      },
    ])
    const others = await rows(
      'SELECT user_id, data_type, payload_type, payload_id FROM terra_other_payloads ORDER BY created_at',
    )
    assertRows(others, [
      { user_id: user, data_type: null, payload_type: 'auth', payload_id: auth.id },
      { user_id: user, data_type: null, payload_type: 'rate_limit_hit', payload_id: requested.id },
    ])
    assertRows(await rows('SELECT * FROM terra_users'), [
      {
        user_id: user,
        reference_id: 'für Zoë',
        created_at: '2026-01-01T00:00:00.000000+00:00',
        granted_scopes: 'daily',
        provider: 'OURA',
        state: 'active',
      },
    ])
  })

  test('tables that Terra made go on being used', async (t) => {
    const { open, rows } = await place(t)
    await rows(
      'CREATE TABLE terra_data_payloads (user_id varchar(36) NOT NULL, data_type text NOT NULL, created_at text NOT NULL, payload_url text, start_time text, end_time text)',
    )
    await rows(
      "INSERT INTO terra_data_payloads VALUES ('old', 'daily', '2025', 'https://terra.example.com', NULL, NULL)",
    )
    const event = daily(randomUUID(), 1)
    await all(open(), [event])
    const found = await rows('SELECT payload_id FROM terra_data_payloads ORDER BY created_at')
    assertRows(found, [{ payload_id: null }, { payload_id: event.id }])
  })

  test('a server that was read-only is asked on a new connection, which may lead to another one', async (t) => {
    const { open, readOnly } = await place(t)
    await all(open(), [daily(randomUUID(), 1)])
    await readOnly(true)
    t.after(() => readOnly(false))
    const [sender, event] = [open(), daily(randomUUID(), 1)]
    assert.match(JSON.stringify(await sender.send([event], NOW)), /"retry".*it is read-only/)
    await readOnly(false)
    await all(sender, [event])
  })

  test('many servers that start at once make the tables once', async (t) => {
    const { open, rows } = await upsert(t)
    await Promise.all(Array.from({ length: 12 }, () => all(open(), [daily(randomUUID(), 1)])))
    assert.equal((await rows('SELECT 1 FROM loam_daily')).length, 12)
    const [made, ...others] = await rows('SELECT * FROM loam_schema')
    assert.deepEqual([made!.layout, Number(made!.version), others.length], ['upsert', 1, 0])
  })

  test('TLS: verified, by a certificate of ours where the server wants one', async (t) => {
    const { rows, open, settings } = await place(t, { tls: true, ca_certificate: certificates().ca })
    await all(open(), [testEvent(0)])
    assert.equal((await rows('SELECT 1 FROM terra_payloads')).length, 1)
    const send = async (changed: Settings): Promise<string> =>
      JSON.stringify(await open(changed).send([testEvent(1)], NOW))
    const sixth = await atIpv6(t, Number(settings.port))
    for (const host of [{ host: 'localhost' }, ...sixth]) assert.match(await send(host), /"delivered"/)
    assert.match(await send({ ca_certificate: null }), /"retry".*TLS certificate of 127\.0\.0\.1:\d+ was not accepted/)
    const { certificate, key } = certificates().client
    const certified = { user: stage.certified.user, password: null }
    assert.match(await send(certified), stage.certified.refused)
    assert.match(await send({ ...certified, client_certificate: certificate, client_key: key }), /"delivered"/)
  })
}

/** Drivers give rows prototypes of their own. */
function assertRows(found: readonly AnyRow[], expected: readonly AnyRow[]): void {
  assert.deepEqual(
    found.map((row) => ({ ...row })),
    expected,
  )
}
