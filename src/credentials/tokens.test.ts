import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { concept2 } from '../connectors/concept2/index.ts'
import { connectionById } from '../store/connections.ts'
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
