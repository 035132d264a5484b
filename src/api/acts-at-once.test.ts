// Acts that meet: each is done as if it came alone, or is told that somebody was there before.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { keepSecretExtra, secretExtra } from '../credentials/source-settings.ts'
import type { Transaction } from '../store/database.ts'
import { rememberedDestinations } from '../store/destinations.ts'
import { sourceOf } from '../store/sources.ts'
import { openTestApi, type TestApi } from './test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

async function addDestination(json: object = {}): Promise<string> {
  const created = await api.asOperator('POST', '/admin/v1/destinations', {
    json: { url: 'https://example.com/hook', ...json },
  })
  assert.equal(created.status, 201)
  return created.json.id as string
}

const typesOf = async (userId: string): Promise<string[]> => {
  const rows = await api.ctx.db.all<{ type: string }>('SELECT type FROM events WHERE user_id = $1 ORDER BY id', [
    userId,
  ])
  return rows.map(({ type }) => type)
}

/** Somebody else holds the lock, and what `work` locks, until the returned function is called. */
async function held(key: string, work?: (tx: Transaction) => Promise<unknown>): Promise<() => Promise<void>> {
  let end = (): void => {}
  const isOver = new Promise<void>((resolve) => (end = resolve))
  let holder = Promise.resolve()
  await new Promise<void>((got) => {
    holder = api.ctx.db.transaction(async (tx) => {
      await tx.lock(key)
      await work?.(tx)
      got()
      await isOver
    })
  })
  return () => {
    end()
    return holder
  }
}

test('a destination that another server removes in this moment keeps no event from being made', async () => {
  const { db } = api.ctx
  const user = await api.addUser()
  const id = await addDestination()
  const other = await addDestination()
  await rememberedDestinations(db, db, api.environment.id)
  // Nobody tells this process.
  await db.run('DELETE FROM destinations WHERE id = $1', [id])
  assert.equal((await api.asCustomer('DELETE', `/v2/auth/deauthenticateUser?user_id=${user.user_id}`)).status, 200)
  assert.deepEqual(await typesOf(user.user_id), ['deauth'])
  const rows = await db.all<{ destination_id: string }>(
    'SELECT destination_id FROM deliveries WHERE destination_id IN ($1, $2)',
    [id, other],
  )
  assert.deepEqual(rows, [{ destination_id: other }])
  await api.asOperator('DELETE', `/admin/v1/destinations/${other}`)
})

test('who is removed while an event of theirs takes its place in strict order is removed after it', async () => {
  const user = await api.addUser()
  const id = await addDestination({ delivery: { strict_order: true } })
  const release = await held(`order:${id}:${user.user_id}`)
  const removed = api.asOperator('DELETE', `/admin/v1/users/${user.user_id}`)
  setTimeout(() => void release(), 100)
  assert.equal((await removed).status, 204)
  assert.deepEqual(await typesOf(user.user_id), ['deauth'])
  await api.asOperator('DELETE', `/admin/v1/destinations/${id}`)
})

test('a reference and a switch that are changed at once are both changed', async () => {
  const user = await api.addUser({ reference_id: 'before' })
  const path = `/users/${user.user_id}`
  const release = await held(`connection:${user.user_id}`)
  const answers = [
    api.asOperator('PATCH', `/admin/v1${path}`, { json: { reference_id: 'after' } }),
    api.asCustomer('PATCH', `/v2${path}`, { json: { active: false } }),
  ]
  setTimeout(() => void release(), 100)
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200)
  const { json } = await api.asOperator('GET', `/admin/v1${path}`)
  assert.deepEqual([json.reference_id, json.active], ['after', false])
})

test('of who is being removed nothing is made any more', async () => {
  const user = await api.addUser()
  const release = await held(`connection:${user.user_id}`)
  const removed = api.asOperator('DELETE', `/admin/v1/users/${user.user_id}`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const range = 'start_date=2025-01-01&end_date=2026-01-01&to_webhook=true'
  const late = [
    api.asCustomer('GET', `/v2/sleep?user_id=${user.user_id}&${range}`),
    api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', user_id: user.user_id, send: true } }),
    api.asOperator('PATCH', `/admin/v1/users/${user.user_id}`, { json: { active: false } }),
    api.asOperator('POST', `/admin/v1/users/${user.user_id}/backfill`, { json: { days: 7 } }),
  ]
  setTimeout(() => void release(), 100)
  assert.equal((await removed).status, 204)
  for (const answer of await Promise.all(late)) assert.equal(answer.status, 404, answer.text)
  assert.deepEqual(await typesOf(user.user_id), ['deauth'])
  assert.deepEqual(await api.ctx.db.all('SELECT kind FROM jobs WHERE user_id = $1', [user.user_id]), [])
})

test('a secret that is rotated stays so, whatever else of its environment is changed at once', async () => {
  const path = `/admin/v1/environments/${api.devId}`
  // Nobody else writes to the environment meanwhile; whoever wants to has read it by then.
  const touch = (tx: Transaction): Promise<number> => tx.run('UPDATE environments SET kind = kind')
  const release = await held('nothing', touch)
  const rotated = api.asOperator('POST', '/admin/v1/signing-secret/rotate', { json: { overlap_seconds: 0 } })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const changes = [{ name: 'Renamed' }, { settings: { widget_name: 'Shown' } }]
  const answers = changes.map((json) => api.asOperator('PATCH', path, { json }))
  setTimeout(() => void release(), 100)
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200, answer.text)
  const keys = await api.asOperator('GET', '/admin/v1/keys?reveal=true')
  const secrets = keys.json.signing_secrets as { signing_secret: string }[]
  assert.deepEqual(
    secrets.map((each) => each.signing_secret),
    [(await rotated).json.signing_secret],
  )
  const { json } = await api.asOperator('GET', path)
  assert.deepEqual([json.name, (json.settings as { widget_name: string }).widget_name], ['Renamed', 'Shown'])
})

test('of two keys that are made at once in place of all others one is left', async () => {
  const touch = (tx: Transaction): Promise<number> => tx.run('UPDATE api_keys SET expires_at = expires_at')
  const release = await held('nothing', touch)
  const rotate = () => api.asOperator('POST', '/admin/v1/keys/rotate', { json: { overlap_seconds: 0 } })
  const answers = [rotate(), rotate()]
  setTimeout(() => void release(), 100)
  const made = (await Promise.all(answers)).map(({ json }) => json.id)
  const { json } = await api.asOperator('GET', '/admin/v1/keys')
  const left = (json.api_keys as { id: string }[]).map(({ id }) => id)
  assert.equal(left.length, 1)
  assert.ok(made.includes(left[0]))
})

test('what a provider tells when two of its APIs are subscribed to at once is all kept', async () => {
  const { ctx, environment } = api
  const source = (await sourceOf(ctx.db, environment.id, 'POLAR'))!
  const told: Record<string, string>[] = [{ signature_secret: 'one' }, { other_secret: 'two' }]
  await Promise.all(told.map((each) => keepSecretExtra(ctx, source, each)))
  const kept = secretExtra(ctx, (await sourceOf(ctx.db, environment.id, 'POLAR'))!)
  assert.deepEqual(kept, { signature_secret: 'one', other_secret: 'two' })
})
