// What stands in the way of a move, without the sandbox: then every client has to be the operator's own.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestApi, type TestApi } from '../../test-api.ts'
import type { MoveCheck } from './check.ts'

async function open(t: TestContext): Promise<TestApi> {
  const api = await openTestApi({ sandbox: false })
  t.after(() => api.dispose())
  return api
}

async function warned(api: TestApi, code: string): Promise<string | null> {
  const { status, json } = await api.asOperator('GET', '/admin/v1/moves/fitbit')
  assert.equal(status, 200)
  const { warnings } = json as unknown as MoveCheck
  return warnings.find((each) => each.code === code)?.message ?? null
}

async function give(api: TestApi, source: object): Promise<void> {
  const { status, text } = await api.asOperator('PUT', '/admin/v1/sources/FITBIT', { json: source })
  assert.equal(status, 200, text)
}

const NEW_CLIENT = { client_id: 'new-client', client_secret: 'new-secret' }
const OLD_CLIENT = { legacy_client_id: 'old-client', legacy_client_secret: 'old-secret' }
const legacyUser = { provider: 'FITBIT', variant: 'legacy' }

test('a client of the new API alone: the old connections cannot be refreshed, until the old one is given', async (t) => {
  const api = await open(t)
  await give(api, NEW_CLIENT)
  assert.equal(await warned(api, 'no_old_credentials'), null, 'nobody is there whom it would concern')
  await api.addUser({ ...legacyUser, provider_user_id: 'ABC123' })
  await api.addUser({ ...legacyUser, provider_user_id: 'DEF456' })
  const message = await warned(api, 'no_old_credentials')
  assert.match(message ?? '', /2 connections of it cannot be refreshed/)
  assert.match(message ?? '', /legacy_client_id and legacy_client_secret/)
  assert.doesNotMatch(message ?? '', /new-client|new-secret/)
  await give(api, { credentials: OLD_CLIENT })
  assert.equal(await warned(api, 'no_old_credentials'), null)
})

test("while the source's own client is of the old API, it serves the old connections", async (t) => {
  const api = await open(t)
  await give(api, { ...NEW_CLIENT, api: 'legacy' })
  await api.addUser({ ...legacyUser, provider_user_id: 'ABC123' })
  assert.equal(await warned(api, 'no_old_credentials'), null)
  assert.ok((await warned(api, 'old_api_chosen')) !== null)
  await give(api, { api: null })
  assert.ok((await warned(api, 'no_old_credentials')) !== null)
})

test('connections of the new API need no client of the old one', async (t) => {
  const api = await open(t)
  await give(api, NEW_CLIENT)
  await api.addUser({ provider: 'FITBIT', provider_user_id: '123456789012345678' })
  assert.equal(await warned(api, 'no_old_credentials'), null)
})
