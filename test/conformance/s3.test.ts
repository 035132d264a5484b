import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { s3, S3Settings } from '../../src/destinations/s3/index.ts'
import { ACCESS_KEY, missingS3, type S3, SECRET_KEY, startS3 } from '../services/s3.ts'
import { destinationSuite } from './destination-suite.ts'
import { type Buckets, bucketStage, bucketTests } from './objects.ts'
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

const buckets: Buckets<S3> = {
  start: startS3,
  place,
  at: (settings, { host, port }) => ({ ...settings, endpoint: `http://${host}:${port}` }),
}

destinationSuite('s3', {
  ...bucketStage(buckets),
  missing: missingS3,
  wrongCredentials: (settings) => ({ ...settings, secret_access_key: 'SECRET-but-wrong' }),
})

suite('objects in S3', { skip: missingS3() ?? false, timeout: 120_000 }, () => {
  bucketTests(s3, buckets)

  test('what is wrong is said by what to do', async (t) => {
    const server = await startS3()
    t.after(() => server.stop())
    const settings = await place(server)
    const message = async (more: Settings): Promise<string> => {
      const sender = s3.open(S3Settings.parse({ ...settings, ...more }), testWorld(t, { allowPrivate: true }))
      return JSON.stringify(await sender.send([testEvent(0)], { signingSecrets: [], timeoutMs: 5000 }))
    }
    assert.match(await message({ bucket: 'nobody-made-this' }), /"retry".*NoSuchBucket.*create it/)
    assert.match(await message({ path_style: false }), /"delivered"/, 'nothing can stand in front of an address')
    assert.match(await message({ secret_access_key: 'wrong' }), /"retry".*SignatureDoesNotMatch.*set it anew/)
  })
})
