import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { openTestApi, type TestApi } from '../test-api.ts'
import { createFrame } from './frame.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('an error has one shape, which both generations of clients read', async () => {
  const answer = await api.asCustomer('GET', '/v2/userInfo?user_id=nobody')
  assert.equal(answer.status, 404)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.deepEqual(answer.json, {
    type: 'about:blank',
    title: 'not found',
    instance: '/v2/userInfo?user_id=nobody',
    detail: 'user not found',
    status: 'error',
    message: 'user not found',
    code: 'user_not_found',
    docs: 'http://localhost:4000/docs/errors#user_not_found',
    reference: answer.headers.get('terra-reference'),
  })
})

test('a database that is away is 503 with a time to come again; a mistake of ours is 500', async () => {
  const { app } = createFrame(api.ctx)
  app.get('/away', () => {
    throw new Error('timeout exceeded when trying to connect')
  })
  app.get('/ending', () => {
    throw Object.assign(new Error('terminating connection'), { code: '57P01' })
  })
  app.get('/mistake', () => {
    throw new Error('x is not a function')
  })
  for (const path of ['/away', '/ending']) {
    const answer = await app.request(path)
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2'])
    assert.equal(((await answer.json()) as { code: string }).code, 'not_ready')
  }
  assert.equal((await app.request('/mistake')).status, 500)
})

test('the same router stands at /v2 and /api/v2', async () => {
  for (const prefix of ['/v2', '/api/v2']) {
    assert.equal((await api.asCustomer('GET', `${prefix}/subscriptions`)).status, 200)
    assert.equal((await api.asCustomer('GET', `${prefix}/integrations?`)).status, 200)
  }
})

test('unknown paths are 404, known ones with another method 405 with Allow', async () => {
  const unknown = await api.asCustomer('GET', '/v2/nothing')
  assert.equal(unknown.status, 404)
  assert.equal(unknown.json.code, 'route_not_found')
  const wrong = await api.asCustomer('PUT', '/v2/userInfo')
  assert.equal(wrong.status, 405)
  assert.equal(wrong.headers.get('allow'), 'GET, HEAD, OPTIONS')
  const options = await api.call('OPTIONS', '/v2/body')
  assert.equal(options.status, 204)
  assert.equal(options.headers.get('allow'), 'GET, POST, DELETE, OPTIONS')
})

test("Terra's paths that we lack are 501", async () => {
  for (const path of [
    '/v2/routes',
    '/v2/models/run',
    '/api/v2/lab-reports/x/files',
    '/v2/mcp/user',
    '/v2/dashboard/providers',
  ]) {
    const answer = await api.call('POST', path)
    assert.equal(answer.status, 501, path)
    assert.equal(answer.json.code, 'not_implemented')
  }
})

test('HEAD starts no work', async () => {
  const { user_id: userId } = await api.addUser()
  const path = `/v2/sleep?user_id=${userId}&start_date=2026-03-01&end_date=2026-03-02`
  const answer = await api.asCustomer('HEAD', path)
  assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, OPTIONS'])
  const jobs = async () => (await api.asOperator('GET', `/admin/v1/jobs?user_id=${userId}`)).json.data as unknown[]
  assert.equal((await jobs()).length, 0)
  assert.equal((await api.asCustomer('GET', path)).status, 200)
  assert.equal((await jobs()).length, 1)
})

test('HEAD answers as GET without the body', async () => {
  const answer = await api.asCustomer('HEAD', '/v2/subscriptions')
  assert.equal(answer.status, 200)
  assert.equal(answer.text, '')
})

test('only the catalogue of sources is open to web pages of others', async () => {
  const preflight = await api.call('OPTIONS', '/v2/integrations/detailed', {
    headers: { origin: 'https://app.example' },
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /dev-id/)
  const catalogue = await api.call('GET', '/v2/integrations')
  assert.equal(catalogue.headers.get('access-control-allow-origin'), '*')
  const other = await api.asCustomer('GET', '/v2/subscriptions', { headers: { origin: 'https://app.example' } })
  assert.equal(other.headers.get('access-control-allow-origin'), null)
})

test('bodies: blank is {}, commas before a bracket pass, the rest is a 400 that names the place', async () => {
  const path = '/v2/auth/generateWidgetSession'
  for (const body of ['', '   \n', '{}', '{"reference_id": "a",}', '\ufeff{"language": "en"}']) {
    const answer = await api.asCustomer('POST', path, { body, headers: { 'content-type': 'text/plain' } })
    assert.equal(answer.status, 200, body)
  }
  const broken = await api.asCustomer('POST', path, { body: '{"reference_id": "secret-text"\n "b": 1}' })
  assert.equal(broken.status, 400)
  assert.equal(broken.json.code, 'invalid_json')
  assert.deepEqual(broken.json.position, { line: 2, column: 2 })
  assert.ok(!broken.text.includes('secret-text'))
})

test('bodies: too large is 413, compressed or not UTF-8 is 400, whatever the content type', async () => {
  const path = '/v2/auth/generateWidgetSession'
  const large = await api.asCustomer('POST', path, { body: `{"a": "${'x'.repeat(1_000_000)}"}` })
  assert.equal(large.status, 413)
  const zipped = await api.asCustomer('POST', path, { body: 'x', headers: { 'content-encoding': 'gzip' } })
  assert.equal(zipped.json.code, 'unsupported_encoding')
  const latin = await api.asCustomer('POST', path, { body: Uint8Array.from([0x22, 0xe9, 0x22]) })
  assert.equal(latin.json.code, 'invalid_encoding')
  const deep = await api.asCustomer('POST', path, { body: '['.repeat(100_000) })
  assert.equal(deep.json.code, 'invalid_json')
})

test('a wrong member is named with its problem', async () => {
  const answer = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', {
    json: { reference_id: 7, show_disconnect: 'yes' },
  })
  assert.equal(answer.status, 400)
  assert.deepEqual(answer.json.fields, [
    { field: 'reference_id', problem: 'must be text' },
    { field: 'show_disconnect', problem: 'must be true or false' },
  ])
  const list = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', { json: [1] })
  assert.equal(list.json.message, 'body: must be a JSON object')
  const missing = await api.asCustomer('GET', '/v2/activity?start_date=2026-03-01')
  assert.equal(missing.json.message, 'user_id: is required: text')
  const flag = await api.asCustomer('GET', '/v2/activity?user_id=x&start_date=2026-03-01&to_webhook=no')
  assert.equal(flag.json.message, 'to_webhook: must be true or false')
})

test('hostile input never becomes a 500', async () => {
  const user = await api.addUser()
  const paths = fc.constantFrom(
    '/v2/auth/generateWidgetSession',
    '/v2/auth/authenticateUser',
    '/v2/bulkUserInfo',
    `/v2/users/${user.user_id}`,
    '/v2/userInfo',
    '/v2/activity',
    '/v2/subscriptions',
    '/v2/plannedWorkout',
    '/widget/api/session',
    '/v2/hooks/oura',
    '/v2/auth/oura/oauth2',
    '/auth/x',
    '/inspect/x',
    '/admin/v1/destinations',
    '/admin/v1/sources/OURA',
    '/admin/v1/generate',
    '/admin/v1/events',
    '/admin/v1/deliveries/x',
    '/admin/v1/session',
    '/docs/schemas/__proto__',
    '/%ff/%00/..%2f',
  )
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '0',
      '-1',
      '1e400',
      'NaN',
      '9'.repeat(40),
      '%00',
      '\u0000',
      '__proto__',
      "' OR 1=1 --",
      '../..',
      '2026-02-30',
    ),
  )
  const names =
    'user_id reference_id start_date end_date page per_page limit cursor to_webhook resource providers type url ' +
    'settings active enabled __proto__ constructor state since'
  const members = fc.constantFrom(...names.split(' '))
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.dictionary(members, fc.oneof(value, fc.jsonValue()), { maxKeys: 6 }).map((object) => JSON.stringify(object)),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      paths,
      fc.array(fc.tuple(members, value), { maxLength: 4 }),
      body,
      async (method, path, query, text) => {
        const headers = {
          'dev-id': api.devId,
          'x-api-key': api.apiKey,
          ...(path.startsWith('/admin') ? { authorization: `Bearer ${api.adminToken}` } : {}),
        }
        const search = new URLSearchParams(query)
        const answer = await api.call(method, `${path}?${search}`, {
          headers,
          body: method === 'GET' ? undefined : text,
        })
        assert.ok(answer.status < 500 || answer.status === 501, `${method} ${path} ${search} ${text}: ${answer.text}`)
      },
    ),
    { numRuns: 600 },
  )
})
