import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { s3, S3Settings } from '../../src/destinations/s3/index.ts'
import { ACCESS_KEY, missingS3, type S3, SECRET_KEY, startS3 } from '../services/s3.ts'
import { destinationSuite } from './destination-suite.ts'
import { testBatches, testReplacing } from './objects.ts'
import { testEvent, testWorld } from './events.ts'
import type { Settings } from './stage.ts'

async function place(server: S3): Promise<Settings> {
  const bucket = `place-${randomBytes(6).toString('hex')}`
  await server.createBucket(bucket)
  return {
    bucket,
    endpoint: `http://127.0.0.1:${server.port}`,
    path_style: true,
    access_key_id: ACCESS_KEY,
    secret_access_key: SECRET_KEY,
  }
}

destinationSuite('s3', {
  networked: true,
  idempotent: true,
  missing: missingS3,
  wrongCredentials: (settings) => ({ ...settings, secret_access_key: 'SECRET-but-wrong' }),
  async start() {
    const server = await startS3()
    return {
      place: () => place(server),
      async read({ bucket }) {
        const objects = await server.objects(String(bucket))
        return objects.map(({ body, metadata }) => ({ id: metadata['event-id']!, body: body.toString() }))
      },
      at: (settings, { host, port }) => ({ ...settings, endpoint: `http://${host}:${port}` }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})

suite('objects in S3', { skip: missingS3() ?? false, timeout: 120_000 }, () => {
  test("Terra's keys: redelivery replaces, and what is newer replaces what is older", async (t) => {
    const server = await startS3()
    t.after(() => server.stop())
    await testReplacing(t, s3, await place(server), ({ bucket }) => server.objects(String(bucket)))
  })

  test('many events in one object, acknowledged together', async (t) => {
    const server = await startS3()
    t.after(() => server.stop())
    await testBatches(
      t,
      s3,
      () => place(server),
      ({ bucket }) => server.objects(String(bucket)),
    )
  })

  test('what is wrong is said by what to do', async (t) => {
    const server = await startS3()
    t.after(() => server.stop())
    const settings = await place(server)
    const message = async (more: Settings): Promise<string> => {
      const sender = s3.open(S3Settings.parse({ ...settings, ...more }), testWorld(t, { allowPrivate: true }))
      return JSON.stringify(await sender.send([testEvent(0)], { signingSecrets: [], timeoutMs: 5000 }))
    }
    assert.match(await message({ bucket: 'nobody-made-this' }), /"retry".*NoSuchBucket.*create it/)
    assert.match(await message({ secret_access_key: 'wrong' }), /"retry".*SignatureDoesNotMatch.*set it anew/)
  })
})
