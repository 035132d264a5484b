import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Database } from '../../store/database.ts'
import { openTestApi, type TestApi } from '../test-api.ts'

const PER_MINUTE = 12

let api: TestApi
let looks = 0
beforeEach(async () => {
  api = await openTestApi()
  Object.assign(api.ctx, { strangersPerMinute: PER_MINUTE, trustedProxies: 1 })
  // Counts what reaches the database, which answers as ever.
  const { db } = api.ctx
  const counted = (name: 'one' | 'all') => {
    const real = db[name].bind(db) as (...given: unknown[]) => Promise<never>
    Object.assign(db, { [name]: (...given: unknown[]) => ((looks += 1), real(...given)) } as Partial<Database>)
  }
  counted('one')
  counted('all')
})
afterEach(() => api.dispose())

const from = (address: string, headers: Record<string, string> = {}) => ({
  headers: { 'x-forwarded-for': address, ...headers },
})
const wrong = (address: string) =>
  api.asCustomer('GET', '/v2/subscriptions', from(address, { 'x-api-key': `guess-${Math.random()}` }))
const right = (address: string) => api.asCustomer('GET', '/v2/subscriptions', from(address))

async function useUp(address: string): Promise<void> {
  for (let i = 0; i < PER_MINUTE; i++) assert.equal((await wrong(address)).status, 401, `request ${i}`)
}

test('unknown keys are answered 429 when there were enough, without a look into the database; then it goes on', async () => {
  await useUp('198.51.100.1')
  looks = 0
  const refused = await wrong('198.51.100.1')
  assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests'])
  assert.equal(refused.headers.get('retry-after'), '5')
  assert.equal(refused.headers.get('x-ratelimit-reset'), String(Math.ceil(api.clock.now() / 1000) + 5))
  const missing = await api.call('GET', '/v2/subscriptions', from('198.51.100.1'))
  assert.equal(missing.status, 429, 'without any key too')
  assert.equal(looks, 0)
  assert.equal((await wrong('198.51.100.2')).status, 401, 'another address has its own')
  api.clock.advance(5000)
  assert.equal((await wrong('198.51.100.1')).status, 401)
  assert.equal((await wrong('198.51.100.1')).status, 429)
})

test('many at once look no more often than one after the other', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => wrong('198.51.100.3')))
  const looked = answers.filter(({ status }) => status === 401).length
  assert.equal(looked, PER_MINUTE)
})

test('of IPv6 a network counts, not one of its 2^64 addresses', async () => {
  for (let i = 0; i < PER_MINUTE; i++) assert.equal((await wrong(`2001:db8:1:2::${i + 1}`)).status, 401)
  assert.equal((await wrong('2001:db8:1:2:ffff::1')).status, 429)
  assert.equal((await wrong('2001:db8:1:3::1')).status, 401)
})

test('a good key costs nothing, and goes on beside a bad one of the same address', async () => {
  for (let i = 0; i < PER_MINUTE * 2; i++) assert.equal((await right('198.51.100.4')).status, 200)
  await useUp('198.51.100.4')
  // Long after it was remembered, and after all keys were looked at again.
  api.clock.advance(3600_000)
  await useUp('198.51.100.4')
  assert.equal((await right('198.51.100.4')).status, 200)
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, { json: { name: 'Renamed' } })
  assert.equal((await right('198.51.100.4')).status, 200)
})

test('a key that was good and ended is as wrong as any', async () => {
  assert.equal((await right('198.51.100.5')).status, 200)
  const rotated = await api.asOperator('POST', '/admin/v1/keys/rotate', { json: { overlap_seconds: 0 } })
  assert.equal(rotated.status, 201, rotated.text)
  api.clock.advance(1000)
  const answers: number[] = []
  for (let i = 0; i < PER_MINUTE + 2; i++) answers.push((await right('198.51.100.5')).status)
  assert.deepEqual([answers[0], answers.at(-1)], [401, 429])
})

test('tries to sign in count, also while the address waits for its wrong ones; the token that was right goes on', async () => {
  assert.equal((await api.asOperator('GET', '/admin/v1/environments', from('198.51.100.6'))).status, 200)
  const guess = () =>
    api.call('GET', '/admin/v1/environments', from('198.51.100.7', { authorization: 'Bearer not-the-token' }))
  for (let i = 0; i < PER_MINUTE; i++) assert.notEqual((await guess()).json.code, 'too_many_requests', `request ${i}`)
  looks = 0
  const refused = await guess()
  assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests'])
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  assert.equal(looks, 0)
  await useUp('198.51.100.6')
  assert.equal((await api.asOperator('GET', '/admin/v1/environments', from('198.51.100.6'))).status, 200)
})

test('unknown dev-ids count, where a dev-id is all that is asked for; a known one goes on beside them', async () => {
  const detailed = (address: string, devId: string) =>
    api.call('GET', '/v2/integrations/detailed', from(address, { 'dev-id': devId }))
  for (let i = 0; i < PER_MINUTE * 2; i++) assert.equal((await detailed('198.51.100.10', api.devId)).status, 200)
  for (let i = 0; i < PER_MINUTE; i++) assert.equal((await detailed('198.51.100.10', `guess-${i}`)).status, 404)
  looks = 0
  const refused = await detailed('198.51.100.10', 'one-more')
  assert.deepEqual([refused.status, refused.json.code, looks], [429, 'too_many_requests', 0])
  assert.equal((await detailed('198.51.100.10', api.devId)).status, 200)
  const without = await api.call('GET', '/v2/integrations/detailed', from('198.51.100.10'))
  assert.equal(without.status, 200, 'who names none tries none')
})

test('a session that was made up is refused without a look into the database, however many come', async () => {
  const signedIn = await api.call('POST', '/admin/v1/session', { json: { token: api.adminToken } })
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
  const ask = async (session: string): Promise<number> =>
    (await api.call('GET', '/admin/v1/sources', { headers: { cookie: session } })).status
  looks = 0
  const sealed = api.ctx.sealer.seal('guess', 'somewhere else')
  for (const guess of ['', 'guess', 'v1.a.b.c', sealed, `${cookie.slice('loam_session='.length, -4)}AAAA`]) {
    for (let i = 0; i < PER_MINUTE; i++) assert.equal(await ask(`loam_session=${guess}`), 401, guess)
  }
  assert.equal(looks, 0)
  assert.equal(await ask(cookie), 200)
})

test('when the database cannot be reached nobody is taken for a stranger', async () => {
  const { db } = api.ctx
  const real = db.one.bind(db)
  Object.assign(db, { one: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })) })
  for (let i = 0; i < PER_MINUTE + 1; i++) assert.equal((await right('198.51.100.8')).status, 503, `request ${i}`)
  Object.assign(db, { one: real })
  assert.equal((await right('198.51.100.8')).status, 200)
})

test('without a limit nobody is counted', async () => {
  Object.assign(api.ctx, { strangersPerMinute: 0 })
  for (let i = 0; i < PER_MINUTE * 2; i++) assert.equal((await wrong('198.51.100.9')).status, 401)
})
