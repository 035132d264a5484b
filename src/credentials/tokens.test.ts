import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { concept2 } from '../connectors/concept2/index.ts'
import { suunto } from '../connectors/suunto/index.ts'
import { ProviderError } from '../platform/errors.ts'
import { connectionById } from '../store/connections.ts'
import { applicationOf } from './client.ts'
import { connectionHttp } from './connection-http.ts'
import { openTokens, refresh } from './tokens.ts'

test('a refresh asks for what the person allowed, not for what is asked of others by now', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const scopes = ['user:read', 'results:write']
  const json = { enabled: true, client_id: 'id', client_secret: 'secret', scopes }
  assert.equal((await api.asOperator('PUT', '/admin/v1/sources/CONCEPT2', { json })).status, 200)
  const user = await api.addUser({ provider: 'CONCEPT2', scopes: 'user:read,results:read' })
  api.respond(() => ({ status: 200, json: { access_token: 'new', refresh_token: 'next', expires_in: '604800' } }))
  await refresh(api.ctx, concept2, user.user_id, user.token_version)
  assert.equal(api.sent[0]!.form!.scope, 'user:read,results:read')
  const stored = (await connectionById(api.ctx.db, user.user_id))!
  assert.deepEqual(openTokens(api.ctx, stored), { accessToken: 'new', refreshToken: 'next' })
  assert.equal(stored.token_expires_at, api.clock.now() + 604_800_000)
})

test('a subscription key that Suunto does not accept costs nobody a token, and nothing counts as refused', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const json = { enabled: true, client_id: 'id', client_secret: 'secret', credentials: { subscription_key: 'old' } }
  assert.equal((await api.asOperator('PUT', '/admin/v1/sources/SUUNTO', { json })).status, 200)
  const user = await api.addUser({ provider: 'SUUNTO' })
  const message = 'Access denied due to invalid subscription key. Make sure to provide a valid key.'
  api.respond(() => ({ status: 401, json: { statusCode: 401, message } }))
  const http = connectionHttp(api.ctx, await applicationOf(api.ctx, api.environment.id, suunto), user.user_id)
  const asking = http.send({ host: 'api', path: '/v3/workouts' })
  await assert.rejects(asking, (error) => error instanceof ProviderError && error.next === 'retry')
  assert.equal(api.sent.length, 1, 'no token was asked for')
  assert.equal((await connectionById(api.ctx.db, user.user_id))!.state, 'connected')
})
