import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

type Users = { user_id: string; active: boolean; reference_id: string | null }[]

test('userInfo by user_id', async () => {
  const user = await api.addUser({ reference_id: 'one', last_polled_at: api.clock.now() })
  const answer = await api.asCustomer('GET', `/v2/userInfo?user_id=${user.user_id}`)
  assert.deepEqual(answer.json, {
    status: 'success',
    is_authenticated: true,
    user: {
      user_id: user.user_id,
      provider: 'OURA',
      last_webhook_update: null,
      created_at: '2026-03-10T12:00:00.000000+00:00',
      scopes: 'daily,personal',
      reference_id: 'one',
      active: true,
      last_polled_at: '2026-03-10T12:00:00.000000+00:00',
      most_recent_data_at: null,
    },
  })
  const degraded = await api.addUser({ state: 'degraded' })
  const info = await api.asCustomer('GET', `/v2/userInfo?user_id=${degraded.user_id}`)
  assert.equal(info.json.is_authenticated, false)
})

test('userInfo by reference_id: an object with all users of it, or a bare array where the environment wants that', async () => {
  const ids = [await api.addUser({ reference_id: 'pair' }), await api.addUser({ reference_id: 'pair' })].map(
    (row) => row.user_id,
  )
  const answer = await api.asCustomer('GET', '/v2/userInfo?reference_id=pair')
  assert.equal(answer.json.status, 'success')
  assert.deepEqual((answer.json.users as Users).map((user) => user.user_id).sort(), ids.sort())
  const unknown = await api.asCustomer('GET', '/v2/userInfo?reference_id=nobody')
  assert.deepEqual(unknown.json, { status: 'success', users: [] })
  const settings = { json: { settings: { userinfo_bare_array: true } } }
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, settings)
  const bare = await api.asCustomer('GET', '/v2/userInfo?reference_id=pair')
  assert.equal((bare.json as unknown as Users).length, 2)
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, {
    json: { settings: { userinfo_bare_array: false } },
  })
})

test('userInfo needs one of its parameters; an unknown user_id is 404', async () => {
  assert.equal((await api.asCustomer('GET', '/v2/userInfo')).status, 400)
  assert.equal((await api.asCustomer('GET', '/v2/userInfo?user_id=nobody')).status, 404)
})

test('subscriptions: all users, or numbered pages from 0', async () => {
  const all = await api.asCustomer('GET', '/v2/subscriptions')
  const users = all.json.users as Users
  assert.ok(users.length >= 4)
  const pages: string[] = []
  let page: number | null = 0
  while (page !== null) {
    const answer = await api.asCustomer('GET', `/v2/subscriptions?page=${page}&per_page=3`)
    const data = answer.json.data as { next: number | null; max_page: number; results: Users }
    assert.equal(data.max_page, Math.ceil(users.length / 3) - 1)
    pages.push(...data.results.map((user) => user.user_id))
    page = data.next
  }
  assert.deepEqual(
    pages,
    users.map((user) => user.user_id),
  )
  const beyond = await api.asCustomer('GET', '/v2/subscriptions?page=99')
  assert.deepEqual(beyond.json.data, { next: null, max_page: 0, results: [] })
  assert.equal((await api.asCustomer('GET', '/v2/subscriptions?page=-1')).status, 400)
  const wrong = await api.call('GET', '/v2/subscriptions', { headers: { 'dev-id': api.devId, 'x-api-key': 'wrong' } })
  assert.equal(wrong.status, 401)
})

test('bulkUserInfo: a bare array in the order asked for, unknown ids left out', async () => {
  const [one, two] = [await api.addUser(), await api.addUser()]
  const answer = await api.asCustomer('POST', '/v2/bulkUserInfo', { json: [two.user_id, 'nobody', one.user_id] })
  const users = answer.json as unknown as Users
  assert.deepEqual(
    users.map((user) => user.user_id),
    [two.user_id, one.user_id],
  )
  assert.equal((await api.asCustomer('POST', '/v2/bulkUserInfo', { json: ['nobody'] })).status, 404)
  assert.deepEqual((await api.asCustomer('POST', '/v2/bulkUserInfo', { json: [] })).json, [])
  const many = await api.asCustomer('POST', '/v2/bulkUserInfo', { json: Array.from({ length: 1001 }, String) })
  assert.equal(many.status, 400)
  assert.equal(many.json.message, 'body: must be at most 1000 items long')
  assert.equal((await api.asCustomer('POST', '/v2/bulkUserInfo')).json.message, 'body: must be a JSON array')
})

test('PATCH users: null means unchanged, an unknown user is 400', async () => {
  const user = await api.addUser({ reference_id: 'before' })
  const path = `/v2/users/${user.user_id}`
  const first = await api.asCustomer('PATCH', path, { json: { reference_id: null, active: false } })
  assert.equal(first.status, 200)
  const shown = first.json.user as Users[number]
  assert.deepEqual([shown.reference_id, shown.active], ['before', false])
  await api.asCustomer('PATCH', path, { json: { reference_id: 'after', active: null } })
  const info = await api.asCustomer('GET', `/v2/userInfo?user_id=${user.user_id}`)
  const now = info.json.user as Users[number]
  assert.deepEqual([now.reference_id, now.active], ['after', false])
  const unknown = await api.asCustomer('PATCH', '/v2/users/nobody', { json: { active: true } })
  assert.equal(unknown.status, 400)
  assert.equal(unknown.json.code, 'user_not_found')
  assert.equal((await api.asCustomer('PATCH', path, { json: { active: 'yes' } })).status, 400)
  const revoked = await api.addUser({ state: 'revoked', active: 0 })
  const again = await api.asCustomer('PATCH', `/v2/users/${revoked.user_id}`, { json: { active: true } })
  assert.equal(again.json.reason, 'access_revoked')
  const byOperator = await api.asOperator('PATCH', `/admin/v1/users/${revoked.user_id}`, { json: { active: true } })
  assert.deepEqual([byOperator.status, byOperator.json.reason], [400, 'access_revoked'])
})
