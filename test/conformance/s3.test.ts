import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { s3, S3Settings } from '../../src/destinations/s3/index.ts'
import { createHttp } from '../../src/platform/http-client.ts'
import { makeCertificates } from '../services/certificates.ts'
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

  test('in a region of its own, over TLS with an authority of its own', async (t) => {
    const server = await startS3({ region: 'eu-central-1' })
    t.after(() => server.stop())
    const { ca, server: own } = makeCertificates('loam')
    const secure = createTlsServer({ cert: own.certificate, key: own.key }, (socket) => {
      pipeline(socket, connect(server.port, '127.0.0.1'), socket, () => undefined)
    }).listen(0)
    await once(secure, 'listening')
    t.after(() => secure.close())
    const endpoint = `https://localhost:${(secure.address() as AddressInfo).port}`
    const settings: Settings = { ...(await place(server)), endpoint, region: 'eu-central-1', ca_certificate: ca }
    const world = testWorld(t, { allowPrivate: true })
    const send = async (more: Settings = {}): Promise<string> => {
      const sender = s3.open(S3Settings.parse({ ...settings, ...more }), world)
      return JSON.stringify(await sender.send([testEvent(0)], { signingSecrets: [], timeoutMs: 5000 }))
    }
    assert.match(await send(), /"delivered"/)
    assert.equal((await server.objects(String(settings.bucket))).length, 1)
    assert.match(await send({ region: 'us-east-1' }), /"retry".*the region is another one: correct it/)
    assert.match(await send({ ca_certificate: null }), /"retry".*TLS certificate of localhost/)
    assert.match(
      await send({ ca_certificate: ca.replace('M', '') }),
      /"retry".*certificates for localhost.*cannot be used/,
    )
  })

  test('the bucket in front of the host, where path_style is off', async (t) => {
    const server = await startS3({ domain: 'storage.test' })
    t.after(() => server.stop())
    const settings = await place(server)
    const asked: string[] = []
    const addresses = async (host: string) => {
      asked.push(host)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const names = { addresses, isAsking: () => false }
    const http = createHttp({ allowPrivate: true, userAgent: 'test', names })
    t.after(() => http.close())
    const endpoint = `http://storage.test:${server.port}`
    const sender = s3.open(S3Settings.parse({ ...settings, endpoint, path_style: false, prefix: 'a=b!/(c)/' }), {
      ...testWorld(t, { allowPrivate: true }),
      http,
    })
    const results = await sender.send([testEvent(0)], { signingSecrets: [], timeoutMs: 5000 })
    assert.match(JSON.stringify(results), /"delivered"/)
    assert.deepEqual(asked, [`${String(settings.bucket)}.storage.test`])
    const [object] = await server.objects(String(settings.bucket))
    assert.match(object!.key, /^a=b!\/\(c\)\/2022-03-16\/daily\//)
  })

  test('the right that AWS names is told', async (t) => {
    const denied =
      '<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/loam is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-central-1:1:key/2 because no identity-based policy allows the action</Message></Error>'
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(403).end(denied)
    }).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const keys = { access_key_id: 'a', secret_access_key: 'SECRET' }
    const settings = S3Settings.parse({ bucket: 'encrypted', endpoint: `http://127.0.0.1:${port}`, ...keys })
    const sender = s3.open(settings, testWorld(t, { allowPrivate: true }))
    const results = await sender.send([testEvent(0)], { signingSecrets: [], timeoutMs: 5000 })
    assert.match(
      JSON.stringify(results),
      /403, AccessDenied\): the access key lacks a right: it needs kms:GenerateDataKey"/,
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
