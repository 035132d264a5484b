// What every destination that stores objects has to do with keys and with objects of many events.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import type { DestinationType, OutgoingEvent, Sender } from '../../src/destinations/destination.ts'
import { assertDelivered } from './assertions.ts'
import { testEvent, testEvents, testWorld, textOf } from './events.ts'
import type { FoundObject } from '../services/found-object.ts'
import type { Settings, Stage } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 10_000 }

export interface BucketServer {
  objects(bucket: string): Promise<FoundObject[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface Buckets<Server extends BucketServer> {
  start(): Promise<Server>
  /** Settings of a new bucket. */
  place(server: Server): Promise<Settings>
  at(settings: Settings, address: { host: string; port: number }): Settings
}

const bucketOf = ({ bucket, container }: Settings): string => String(bucket ?? container)

/** What stages of buckets have in common. */
export function bucketStage<Server extends BucketServer>(
  buckets: Buckets<Server>,
): Pick<Stage, 'networked' | 'idempotent' | 'testedAt' | 'start'> {
  return {
    networked: true,
    idempotent: true,
    testedAt: (settings) => new RegExp(`^arrived in .*: ${bucketOf(settings)}/.*\\.json$`),
    async start() {
      const server = await buckets.start()
      return {
        place: () => buckets.place(server),
        async read(settings) {
          const objects = await server.objects(bucketOf(settings))
          return objects.map(({ body, metadata }) => ({ id: idIn(metadata), body: body.toString() }))
        },
        at: (settings, address) => buckets.at(settings, address),
        kill: () => server.kill(),
        restart: () => server.restart(),
        stop: () => server.stop(),
      }
    },
  }
}

/** The tests that every kind of bucket passes besides. */
export function bucketTests<Server extends BucketServer>(type: unknown, buckets: Buckets<Server>): void {
  test("Terra's keys: redelivery replaces, and what is newer replaces what is older", async (t) => {
    const server = await buckets.start()
    t.after(() => server.stop())
    await testReplacing(t, type, await buckets.place(server), (settings) => server.objects(bucketOf(settings)))
  })

  test('many events in one object, acknowledged together', async (t) => {
    const server = await buckets.start()
    t.after(() => server.stop())
    await testBatches(
      t,
      type,
      () => buckets.place(server),
      (settings) => server.objects(bucketOf(settings)),
    )
  })
}

function idIn(metadata: Record<string, string>): string {
  return (metadata['event-id'] ?? metadata.event_id)!
}

type Read = (settings: Settings) => Promise<FoundObject[]>

function opened(t: TestContext, type: unknown, settings: Settings): Sender {
  const { open, settings: schema } = type as DestinationType
  const sender = open(schema.parse(settings), testWorld(t, { allowPrivate: true }))
  t.after(() => sender.close())
  return sender
}

async function testReplacing(t: TestContext, type: unknown, settings: Settings, read: Read): Promise<void> {
  const sender = opened(t, type, { ...settings, prefix: 'health/' })
  const user = randomUUID()
  const [first, second] = [testEvent(0, user), testEvent(0, user, 100)]
  const nobody = testEvent(4)
  const gone: OutgoingEvent = { ...testEvent(1, user), type: 'record_deleted' }
  const key = `health/2022-03-16/daily/${user}-2026-01-01T00:00:00.000000+02:00.json`

  assertDelivered(await sender.send([first], NOW), 1)
  assert.deepEqual(
    (await read(settings)).map((object) => [object.key, object.body.toString()]),
    [[key, textOf(first)]],
  )
  assertDelivered(await sender.send([{ ...first, attempt: 2 }, second], NOW), 2)
  const [only, ...more] = await read(settings)
  assert.deepEqual([only?.key, only?.body.toString(), more.length], [key, textOf(second), 0])
  assert.equal(idIn(only!.metadata), second.id)

  assertDelivered(await sender.send([nobody, gone], NOW), 2)
  const at = (event: OutgoingEvent): string => new Date(event.createdAt).toISOString()
  assert.deepEqual((await read(settings)).map((object) => object.key).sort(), [
    key,
    `health/2022-03-16/healthcheck/${nobody.id}-${at(nobody)}.json`,
    `health/2022-03-16/record_deleted/${user}-${at(gone)}-${gone.id}.json`,
  ])

  const unique = opened(t, type, { ...settings, prefix: 'unique/', keys: 'unique' })
  assertDelivered(await unique.send([first, second], NOW), 2)
  const kept = (await read(settings)).filter((object) => object.key.startsWith('unique/'))
  assert.deepEqual(kept.map((object) => object.body.toString()).sort(), [textOf(first), textOf(second)].sort())
}

async function testBatches(t: TestContext, type: unknown, place: () => Promise<Settings>, read: Read): Promise<void> {
  for (const objects of ['ndjson', 'parquet']) {
    const settings = await place()
    const events = testEvents(30)
    const sender = opened(t, type, { ...settings, objects, batch_seconds: 1 })
    const calls = Array.from({ length: 10 }, (_, i) => events.slice(i * 3, i * 3 + 3))
    const results = await Promise.all(calls.map((call) => sender.send(call, NOW)))
    assertDelivered(results.flat(), 30)
    const [object, ...more] = await read(settings)
    assert.equal(more.length, 0)
    const day = new Date(events[0]!.createdAt).toISOString().slice(0, 10)
    assert.match(object!.key, new RegExp(`^2022-03-16/batches/date=${day}/\\d{6}Z-[0-9a-f]{16}\\.`))
    assert.ok(object!.key.endsWith(objects === 'ndjson' ? '.ndjson.gz' : '.parquet'))
    assert.equal(object!.metadata.events, '30')
    const written = objects === 'ndjson' ? lines(object!.body) : await rows(object!.body)
    assert.deepEqual(
      written,
      events.map((event) => [event.id, event.userId, textOf(event)]),
    )

    // The same events again make the same object; so much that none waits; and closing, which waits for nothing more.
    const [all] = await Promise.all([sender.send(events, NOW), sender.close()])
    assertDelivered(all, 30)
    assert.deepEqual(
      (await read(settings)).map((each) => each.key),
      [object!.key],
    )
    const small = opened(t, type, { ...settings, objects, batch_seconds: 30, batch_bytes: 1000 })
    const large = [testEvent(0, undefined, 1000), testEvent(1, undefined, 1000)]
    assertDelivered((await Promise.all(large.map((event) => small.send([event], NOW)))).flat(), 2)
    assert.equal((await read(settings)).length, 3)
  }
}

function lines(body: Buffer): unknown[] {
  const text = gunzipSync(body).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { event_id: id, user_id: user } = JSON.parse(line) as Record<string, unknown>
      return [id, user, line.slice(line.indexOf('"event":') + '"event":'.length, -1)]
    })
}

async function rows(body: Buffer): Promise<unknown[]> {
  const file = new Uint8Array(body).buffer
  const utc = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' }
  const times = parquetMetadata(file).schema.filter(({ type }) => type === 'INT64')
  assert.deepEqual(
    times.map((column) => [column.name, column.logical_type]),
    ['ordering_timestamp', 'created_at'].map((name) => [name, utc]),
  )
  const found = await parquetReadObjects({ file })
  return found.map((row) => [row.event_id, row.user_id, row.event])
}
