import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createHttp } from '../../platform/http-client.ts'
import { createNetwork } from '../../platform/network.ts'
import type { PrivateAllowed } from '../../platform/private-addresses.ts'
import type { Context } from '../../store/context.ts'
import { openTestApi, type TestApi } from '../test-api.ts'
import { createDestination, updateDestination } from './destinations.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('an address that events may not go to is refused when it is given; what stands is not asked again', async () => {
  const only = (allowPrivate: PrivateAllowed): Context => ({
    ...api.ctx,
    destinationNetwork: createNetwork({ allowPrivate }),
    destinationHttp: createHttp({ allowPrivate, userAgent: 'test' }),
  })
  const guarded = only(['10.1.0.0/16'])
  const create = (url: string) => createDestination(guarded, api.environment, { url })
  for (const host of ['10.0.0.1', '0x7f.1', '127.0.0.1.', '[::ffff:10.0.0.1]', '[::127.0.0.1]', '169.254.169.254']) {
    await assert.rejects(create(`http://${host}/`), {
      code: 'invalid_request',
      status: 400,
      message: /^url: .* is a private address; LOAM_ALLOW_PRIVATE_DESTINATIONS allows those$/,
    })
  }
  const { id } = await create('http://10.1.0.1/')
  const change = { destination_id: id, url: 'http://10.2.0.1/' }
  await assert.rejects(updateDestination(guarded, api.environment, change), { code: 'invalid_request' })
  const none = only(false)
  assert.equal(
    (await updateDestination(none, api.environment, { destination_id: id, name: 'Renamed' })).name,
    'Renamed',
  )
})

test('so is what other kinds of destination reach, and the port of a URL; the error names the setting', async () => {
  const http = createHttp({ allowPrivate: false, mayReachPort: (port) => port === 443, userAgent: 'test' })
  const guarded: Context = {
    ...api.ctx,
    destinationNetwork: createNetwork({ allowPrivate: false }),
    destinationHttp: http,
  }
  const database = { database: 'health', user: 'loam', password: 'secret-0123' }
  const keys = { access_key_id: 'id', secret_access_key: 'secret-0123' }
  const refused: [string, string, Record<string, unknown>][] = [
    ['postgres', 'host', { ...database, host: '10.0.0.1' }],
    ['mysql', 'host', { ...database, host: '::1' }],
    ['redis', 'host', { host: '[::1]', stream: 'health' }],
    ['kafka', 'brokers', { brokers: ['broker.example.com:9093', '10.0.0.1:9093'], topic: 'health' }],
    ['mongodb', 'hosts', { hosts: ['[fd00::1]:27017'], database: 'health' }],
    ['s3', 'endpoint', { ...keys, bucket: 'health', endpoint: 'http://s3.example.com:9000' }],
    ['sqs', 'queue_url', { ...keys, queue_url: 'https://169.254.169.254/1/health' }],
    ['azure', 'access', { container: 'health', access: 'https://10.0.0.1/account?sig=secret-0123' }],
    ['webhook', 'url', { url: 'https://example.com:22/' }],
  ]
  for (const [type, field, settings] of refused) {
    await assert.rejects(createDestination(guarded, api.environment, { type, settings }), (error: Error) => {
      assert.match(error.message, new RegExp(`^${field}: .*(is a private address|is none that)`), type)
      assert.doesNotMatch(error.message, /secret-0123/)
      return true
    })
  }
  const named = { type: 'postgres', settings: { ...database, host: 'db.example.com' } }
  assert.equal((await createDestination(guarded, api.environment, named)).type, 'postgres')
  await http.close()
})

test('headers that no request could carry are refused, by name', async () => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ 'Content-Length': '5' }, /^headers\.Content-Length: is set by the connection itself; leave it out$/],
    [{ 'x-a': 'a\nb' }, /^headers\.x-a: must be one line/],
    [{ 'x-a': '€' }, /^headers\.x-a: must be one line/],
    [{ 'x a': 'b' }, /^headers\.x a: must have letters, digits and hyphens/],
  ]
  for (const [headers, message] of refused) {
    const given = { url: 'https://example.com/', settings: { headers } }
    await assert.rejects(createDestination(api.ctx, api.environment, given), { message })
  }
})
