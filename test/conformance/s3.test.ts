import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
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

  test('an object brings the digest that AWS wants where the bucket locks objects', async (t) => {
    // versitygw takes objects without one.
    const aws = createServer((request, response) => {
      void Readable.from(request)
        .toArray()
        .then((parts) => {
          const digest = createHash('md5').update(Buffer.concat(parts)).digest('base64')
          if (request.headers['content-md5'] === digest) return response.setHeader('etag', '"it"').end()
          response.writeHead(400).end('<Error><Code>InvalidRequest</Code></Error>')
        })
    }).listen(0, '127.0.0.1')
    await once(aws, 'listening')
    t.after(() => aws.close())
    const { port } = aws.address() as AddressInfo
    const keys = { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY }
    const settings = S3Settings.parse({ bucket: 'locked', endpoint: `http://127.0.0.1:${port}`, ...keys })
    const sender = s3.open(settings, testWorld(t, { allowPrivate: true }))
    const results = await sender.send([testEvent(0), testEvent(1)], { signingSecrets: [], timeoutMs: 5000 })
    assert.deepEqual(
      results.map(({ next }) => next),
      ['delivered', 'delivered'],
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
    assert.match(await message({ path_style: false }), /"delivered"/, 'nothing can stand in front of an address')
    assert.match(await message({ secret_access_key: 'wrong' }), /"retry".*SignatureDoesNotMatch.*set it anew/)
  })
})
