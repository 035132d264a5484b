import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { RevokePayload } from '../credentials/disconnect.ts'
import { openTokens, sealTokens, tokenPlace } from '../credentials/tokens.ts'
import { createSealer } from '../platform/seal.ts'
import { storeTokens } from '../store/connection-tokens.ts'
import { connectionById } from '../store/connections.ts'
import { openJobsOfKind } from '../store/jobs.ts'
import { ensureAdminToken } from './admin/sessions.ts'
import { SEALED, sealAnew } from './seal-anew.ts'
import { openTestApi } from './test-api.ts'

const OLD = Buffer.alloc(32, 7).toString('base64')
const NEW = Buffer.alloc(32, 8).toString('base64')

test('with a new key in front all that is stored is sealed under it; the old one can go', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { ctx } = api
  await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { client_id: 'x', client_secret: 'kept-secret-77' } })
  const settings = { type: 'webhook', url: 'https://example.com/hook', signing_secret: 'of-its-own-0123456789' }
  const { id: destination } = (await api.asOperator('POST', '/admin/v1/destinations', { json: settings })).json
  await api.asOperator('POST', `/admin/v1/destinations/${destination}/signing-secret/rotate`, { json: {} })
  const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresInSeconds: 60 }
  // More than are taken at once.
  const users = await Promise.all(Array.from({ length: 230 }, async () => (await api.addUser()).user_id))
  for (const user of users) {
    await storeTokens(ctx.db, user, sealTokens(ctx, user, { ...tokens, scopes: null } as never))
  }
  // Removed, and the provider does not know it yet.
  const gone = users.pop()!
  assert.equal((await api.asOperator('DELETE', `/admin/v1/users/${gone}`)).status, 204)
  const url = await ctx.payloadUrl!({ eventId: 'event', part: null, seconds: 60 })

  ctx.sealer = createSealer(`${NEW},${OLD}`)
  await sealAnew(ctx)

  ctx.sealer = createSealer(NEW)
  for (const { table, column } of SEALED) {
    const rows = await ctx.db.all<{ sealed: string }>(
      `SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
    )
    for (const { sealed } of rows) assert.ok(sealed.startsWith(ctx.sealer.current), `${table}.${column}`)
  }
  const [revocation] = await openJobsOfKind(ctx.db, 'revoke')
  const { tokensSealed } = JSON.parse(revocation!.payload) as RevokePayload
  assert.match(ctx.sealer.open(tokensSealed, tokenPlace(gone)), /refresh/)
  for (const user of users) {
    assert.equal(openTokens(ctx, (await connectionById(ctx.db, user))!).refreshToken, 'refresh')
  }
  assert.equal((await ensureAdminToken(ctx)).token, api.adminToken)
  const keys = await api.asOperator('GET', '/admin/v1/keys?reveal=true')
  assert.equal(keys.status, 200, keys.text)
  assert.equal((await api.asOperator('GET', '/admin/v1/sources/OURA')).status, 200)
  assert.equal((await api.asOperator('GET', `/admin/v1/destinations/${destination}`)).status, 200)
  assert.ok(url.url.length > 0)
})

test('a secret that no key opens keeps the admin token where it was: a start without the older key is refused', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { ctx } = api
  const { user_id: user } = await api.addUser()
  const other = { ...ctx, sealer: createSealer(Buffer.alloc(32, 9).toString('base64')) }
  await storeTokens(
    ctx.db,
    user,
    sealTokens(other, user, { accessToken: 'a', refreshToken: null, expiresInSeconds: null } as never),
  )
  await sealAnew({ ...ctx, sealer: createSealer(`${NEW},${OLD}`) })
  await assert.rejects(ensureAdminToken({ ...ctx, sealer: createSealer(NEW) }), /add it to LOAM_ENCRYPTION_KEY/)
})

test('a start with a key that opens nothing writes nothing, whatever admin token it was given', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { ctx } = api
  const other = { ...ctx, sealer: createSealer(Buffer.alloc(32, 9).toString('base64')) }
  await assert.rejects(ensureAdminToken(other, 'another-token-0123456789'), /add it to LOAM_ENCRYPTION_KEY/)
  assert.equal((await ensureAdminToken(ctx)).token, api.adminToken)
})

test('no sealed column is forgotten', () => {
  const folder = new URL('../store/migrations/', import.meta.url)
  const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
  const columns = new Set(texts.flatMap((text) => [...text.matchAll(/\b(\w+_sealed) TEXT/g)].map(([, name]) => name!)))
  columns.delete('verifier_sealed')
  assert.deepEqual([...columns].sort(), SEALED.map(({ column }) => column).sort())
})
