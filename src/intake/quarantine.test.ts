// What a provider sends and nobody can read: the rest of it counts; it is kept without secrets, read again, and goes with its people.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, after, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { coros } from '../connectors/coros/index.ts'
import { deauthenticate } from '../credentials/disconnect.ts'
import { unpackText } from '../store/compress.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { QuarantineRow } from '../store/quarantine.ts'
import { expireQuarantine, quarantine, readQuarantined } from './quarantine.ts'

const SECRET = 'the-secret-of-our-application'
const DAY_MS = 86_400_000
let api: TestApi
let anna: ConnectionRow
let ben: ConnectionRow

before(async () => {
  api = await openTestApi()
  const json = { enabled: true, client_id: 'ours', client_secret: SECRET }
  assert.equal((await api.asOperator('PUT', '/admin/v1/sources/COROS', { json })).status, 200)
})
after(() => api.dispose())
beforeEach(async () => {
  await api.ctx.db.run('DELETE FROM jobs')
  anna = await api.addUser({ provider: 'COROS', provider_user_id: 'anna-at-coros' })
  ben = await api.addUser({ provider: 'COROS', provider_user_id: 'ben-at-coros' })
})
afterEach(async () => {
  await api.ctx.db.run('DELETE FROM connections')
  await api.ctx.db.run('DELETE FROM quarantined_notifications')
})

const sport = (account: string, change: object = {}): object => ({ openId: account, labelId: '41', mode: 8, ...change })
const bodyOf = (...sports: object[]): Buffer => Buffer.from(JSON.stringify({ sportDataList: sports }))

async function send(body: Buffer): Promise<number> {
  const { json } = await api.asOperator('GET', '/admin/v1/sources/COROS')
  const url = new URL(String(json.hook_url))
  const headers = { 'content-type': 'application/json', client: 'ours', secret: SECRET }
  return (await api.call('POST', url.pathname + url.search, { headers, body: body.toString() })).status
}

const kept = (): Promise<QuarantineRow[]> => api.ctx.db.all('SELECT * FROM quarantined_notifications ORDER BY id')
async function toldOf(): Promise<string[]> {
  const rows = await api.ctx.db.all<{ user_id: string }>("SELECT user_id FROM jobs WHERE kind = 'push'")
  return rows.map((row) => row.user_id)
}

/** As one that a parser of before could not read. */
function keep(body: Buffer): Promise<void> {
  const addressed = { connector: coros, variant: null, environmentIds: [api.environment.id] }
  const request = { method: 'POST', headers: {}, query: {}, body }
  return quarantine(api.ctx, addressed, request, new Error('not understood'))
}

test('a workout that cannot be read takes no other with it, and is kept without our secret', async () => {
  const body = bodyOf(sport('ben-at-coros', { labelId: null }), sport('anna-at-coros'))
  assert.equal(await send(body), 200)
  assert.deepEqual(await toldOf(), [anna.user_id])
  const [row, ...others] = await kept()
  assert.equal(others.length, 0)
  assert.equal(row!.headers, '{"content-type":"application/json"}')
  assert.equal(unpackText(row!.body), body.toString())
  assert.deepEqual(JSON.parse(row!.environment_ids!), [api.environment.id])
  await readQuarantined(api.ctx)
  assert.equal((await kept()).length, 1, 'as unreadable as before')
})

test('what can be read by now is read, once, as of the time at which it came', async () => {
  await keep(bodyOf(sport('ben-at-coros')))
  const cameAt = api.clock.now()
  api.clock.advance(DAY_MS)
  await readQuarantined(api.ctx)
  assert.deepEqual(await toldOf(), [ben.user_id])
  const [job] = await api.ctx.db.all<{ payload: string }>("SELECT payload FROM jobs WHERE kind = 'push'")
  assert.equal((JSON.parse(job!.payload) as { at: number }).at, cameAt)
  assert.deepEqual(await kept(), [])
})

test('whoever is deleted is in none of them any more', async () => {
  await keep(Buffer.from('{"workouts of": "anna-at-coros"}'))
  await keep(Buffer.from('{"workouts of": "ben-at-coros"}'))
  await deauthenticate(api.ctx, anna)
  assert.deepEqual(
    (await kept()).map((row) => unpackText(row.body)),
    ['{"workouts of": "ben-at-coros"}'],
  )
})

test('it is kept for thirty days', async () => {
  await keep(Buffer.from('old'))
  api.clock.advance(29 * DAY_MS)
  await keep(Buffer.from('new'))
  await expireQuarantine(api.ctx)
  assert.equal((await kept()).length, 2)
  api.clock.advance(2 * DAY_MS)
  await expireQuarantine(api.ctx)
  assert.deepEqual(
    (await kept()).map((row) => unpackText(row.body)),
    ['new'],
  )
})
