import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { gcs, GcsSettings } from '../../src/destinations/gcs/index.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { aKey, type Gcs, missingGcs, startGcs } from '../services/gcs.ts'
import { assertDelivered } from './assertions.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testWorld } from './events.ts'
import { type Buckets, bucketStage, bucketTests } from './objects.ts'
import type { Settings } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }

async function place(server: Gcs): Promise<Settings> {
  const bucket = `place-${randomBytes(6).toString('hex')}`
  await server.createBucket(bucket)
  return { bucket, service_account: server.serviceAccount, endpoint: `http://127.0.0.1:${server.port}` }
}

/** An account of the same name whose key nobody knows. */
function anotherKey({ service_account: account, ...settings }: Settings): Settings {
  const { private_key: _, ...rest } = JSON.parse(String(account)) as Record<string, string>
  return { ...settings, service_account: JSON.stringify({ ...rest, private_key: aKey() }) }
}

const buckets: Buckets<Gcs> = {
  start: startGcs,
  place,
  at: (settings, { host, port }) => ({ ...settings, endpoint: `http://${host}:${port}` }),
}

destinationSuite('gcs', {
  ...bucketStage(buckets),
  missing: missingGcs,
  wrongCredentials: anotherKey,
})

suite('objects in Google Cloud Storage', { skip: missingGcs() ?? false, timeout: 120_000 }, () => {
  bucketTests(gcs, buckets)

  test('one token serves many requests, until it ends or is refused', async (t) => {
    const server = await startGcs()
    t.after(() => server.stop())
    let now = Date.now()
    const clock: Clock = { now: () => now }
    const settings = GcsSettings.parse(await place(server))
    const sender = gcs.open(settings, { ...testWorld(t, { allowPrivate: true }), clock })
    const send = async (tokens: number): Promise<void> => {
      const events = Array.from({ length: 10 }, (_, i) => testEvent(i))
      assertDelivered(await sender.send(events, NOW), 10)
      assert.equal(server.tokens.size, tokens)
    }
    await send(1)
    now += 50 * 60_000
    await send(1)
    now += 6 * 60_000
    await send(2)
    server.tokens.clear()
    await send(1)
  })

  test('what is wrong is said by what to do', async (t) => {
    const server = await startGcs()
    t.after(() => server.stop())
    const settings = await place(server)
    const message = async (more: Settings): Promise<string> => {
      const sender = gcs.open(GcsSettings.parse({ ...settings, ...more }), testWorld(t, { allowPrivate: true }))
      return JSON.stringify(await sender.send([testEvent(0)], NOW))
    }
    assert.match(await message({ bucket: 'nobody-made-this' }), /"retry".*404.*create it/)
    assert.match(await message(anotherKey(settings)), /"retry".*asked for a token, refused \(400, invalid_grant\)/)
  })

  test('a key that is none is refused with its place', () => {
    const problem = (account: unknown): string => {
      const settings = { bucket: 'health', service_account: JSON.stringify(account) }
      return GcsSettings.safeParse(settings).error?.issues[0]?.message ?? 'none'
    }
    const whole = { client_email: 'loam@test.iam.gserviceaccount.com', private_key: aKey() }
    assert.equal(problem(whole), 'none')
    assert.match(problem({ ...whole, private_key: 'SECRET' }), /its private_key is wrong or missing$/)
    assert.match(problem({ ...whole, client_email: undefined }), /its client_email is wrong or missing$/)
    assert.match(problem({ ...whole, token_uri: 'file:///etc/passwd' }), /its token_uri is wrong or missing$/)
    assert.match(problem(null), /must be the JSON file/)
  })
})
