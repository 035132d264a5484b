// What all of the admin API does alike.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('unknown members are refused: a misspelled one must not pass silently; so are empty ones', async () => {
  const answer = await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { enable: true } })
  assert.equal(answer.status, 400)
  assert.equal(answer.json.message, 'enable: is not known here; check its spelling')
  const settings = { host: 'redis.example.com', stream: '' }
  const empty = await api.asOperator('POST', '/admin/v1/destinations', { json: { type: 'redis', settings } })
  assert.equal(empty.json.message, 'stream: must not be empty')
})

test('unknown parameters are refused, with those that are known; what every list may be asked for is not', async () => {
  const status = async (query: string) => (await api.asOperator('GET', `/admin/v1/${query}`)).status
  const answer = await api.asOperator('GET', '/admin/v1/deliveries?stat=failed&limit=5')
  assert.equal(answer.status, 400)
  const known = 'known are limit, cursor, state, destination_id, user_id, event_id, type'
  assert.equal(answer.json.message, `stat: is not known here; did you mean state? ${known}`)
  const fields = [{ field: 'stat', problem: `is not known here; did you mean state? ${known}` }]
  assert.deepEqual(answer.json.fields, fields)
  const none = await api.asOperator('GET', '/admin/v1/sources?enabled=true')
  assert.equal(none.json.message, 'enabled: is not known here; no parameters are')
  assert.equal(await status('deliveries?toString=1&__proto__=1'), 400)
  assert.equal(await status(`destinations?limit=5&cursor=&dev_id=${api.devId}`), 200)
  assert.equal(await status('events?state=failed'), 200)
  const headers = { 'dev-id': api.devId, 'x-api-key': api.apiKey }
  assert.equal((await api.call('GET', '/v2/subscriptions?_=1', { headers })).status, 200)
})

test('lists refuse a cursor or a limit that is none', async () => {
  assert.equal((await api.asOperator('GET', '/admin/v1/events?cursor=nonsense')).json.code, 'invalid_cursor')
  for (const limit of ['0', '201', 'many']) {
    const answer = await api.asOperator('GET', `/admin/v1/events?limit=${limit}`)
    assert.match(String(answer.json.message), /^limit: must be/, limit)
  }
  assert.match(
    String((await api.asOperator('GET', '/admin/v1/events?since=today')).json.message),
    /^since: must be an ISO/,
  )
})

test('the installation tells what it is', async () => {
  const answer = await api.asOperator('GET', '/admin/v1/instance')
  assert.equal(answer.json.sandbox, true)
  assert.ok((answer.json.providers as string[]).includes('OURA'))
})
