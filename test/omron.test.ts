// OMRON against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OAuth2 } from '../src/connectors/connector.ts'
import { omron } from '../src/connectors/omron/index.ts'
import { addDays, daysBetween } from '../src/model/local-day.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { person } from '../src/simulator/people/person.ts'
import { pressures } from '../src/simulator/people/pressure.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

const SEASON = { start: '2026-08-01', end: '2026-11-10' }
const SCOPES = 'bloodpressure activity weight openid offline_access'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(omron)
})
after(() => cloud.close())

const list = (record: unknown, path: string) => (at(record, path) ?? []) as Record<string, unknown>[]

test('a season over several pages: every reading and every day, with its own offset', async () => {
  const { http, identity } = await cloud.signIn('ada', SCOPES)
  assert.match(identity.providerUserId, /^[0-9a-f-]{36}$/)
  const records = cloud.records(await cloud.fetch(http, 'measurement', { days: SEASON }, identity))
  const days = daysBetween(SEASON.start, SEASON.end)
  const bodies = records.filter(({ type }) => type === 'body').map(({ record }) => record)
  const read = bodies.flatMap((body) => list(body, 'blood_pressure_data.blood_pressure_samples'))
  // On a journey an evening reading may be of another day than at home: those at the very edges may be missing.
  const lived = days.flatMap((day) => pressures(person('ada'), day))
  assert.ok(lived.length > 40 && Math.abs(read.length - lived.length) <= 3)
  assert.ok(
    read.some(({ timestamp }) => String(timestamp).endsWith('-03:00')),
    'somebody was away',
  )
  const times = new Set(lived.map((each) => each.at))
  assert.ok(read.every(({ timestamp }) => times.has(Date.parse(String(timestamp)))))
  assert.ok(bodies.flatMap((body) => list(body, 'measurements_data.measurements')).length > 30)
  const dailies = records.filter(({ type }) => type === 'daily').map(({ record }) => record)
  assert.deepEqual(
    dailies.map((record) => String(at(record, 'metadata.start_time')).slice(0, 10)),
    days,
  )
  for (const [i, record] of dailies.entries()) {
    const steps = simulateDay(person('ada'), days[i]!).steps.reduce((sum, each) => sum + each, 0)
    assert.equal(at(record, 'distance_data.steps'), steps)
    assert.equal(list(record, 'distance_data.detailed.step_samples').at(-1)?.steps, steps)
  }
  const athlete = records.find(({ type }) => type === 'athlete')
  assert.equal(athlete?.record.provider_user_id, identity.providerUserId)
})

test('a day between others is read without all that came after it', async () => {
  const { http } = await cloud.signIn('ada', SCOPES)
  await cloud.control('stats', { reset: '1' })
  const day = '2026-08-20'
  const fetched = await cloud.fetch(http, 'measurement', { days: { start: day, end: day } })
  const stats = (await cloud.control('stats')) as { kinds: Record<string, { requests: number }> }
  assert.equal(stats.kinds.measurement?.requests, 1)
  const days = cloud
    .records(fetched)
    .flatMap(({ record }) =>
      at(record, 'metadata.start_time') === undefined ? [] : [String(at(record, 'metadata.start_time')).slice(0, 10)],
    )
  assert.deepEqual([...new Set(days)], [day])
})

test('a question without its begin is refused, and the refusal is seen', async () => {
  const { http, tokens } = await cloud.signIn('sam')
  await assert.rejects(
    http.send({ host: 'data', path: '/api/measurement' }, { method: 'POST', form: { type: 'bloodpressure' } }),
    (error) => error instanceof ProviderError && error.next === 'give_up',
  )
  await (omron.auth as OAuth2).revoke!({
    tokens,
    client: cloud.secrets.client,
    providerUserId: 'x',
    now: 0,
    send: cloud.send,
  })
})

test('told of uploads in both forms, late ones too, and deaf to who does not know the key', async () => {
  await cloud.control('token-lifetime', { seconds: String(30 * 86_400) })
  for (const name of ['even', 'odd']) {
    const { http, identity } = await cloud.signIn(name, SCOPES)
    const wearer = person(name)
    await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
    cloud.notified.length = 0
    cloud.clock.advance(86_400_000)
    await cloud.control('tick')
    const own = cloud.notified.filter((request) =>
      omron.notifications!.parse(request).some((each) => each.providerUserId === identity.providerUserId),
    )
    assert.ok(own.length > 0)
    const type = own[0]!.headers['content-type']!
    assert.match(type, name === 'even' ? /form-urlencoded/ : /json/)
    const [change] = omron.notifications!.parse(own[0]!)
    assert.ok(change?.what === 'changed')
    const records = cloud.records(await cloud.fetch(http, 'measurement', change.wanted), wearer.timeZone)
    assert.ok(records.some(({ type: each }) => each === 'daily'))
    assert.deepEqual(await cloud.control('forge', { person: name }), { statuses: { 401: 1 } })
  }
})

test('what is deleted is missing from its day, which says that it is whole', async () => {
  const { http } = await cloud.signIn('ada', SCOPES)
  const day = daysBetween('2026-11-01', '2026-11-15').find((each) => pressures(person('ada'), each).length === 1)!
  const wanted = { days: { start: day, end: addDays(day, 1) } }
  const before = pagesOf(await cloud.fetch(http, 'measurement', wanted))[0]!
  const [reading] = list(before.payload, 'result.bloodPressure')
  await cloud.control('delete', { person: 'ada', kind: 'bloodpressure', id: String(reading!.id) })
  const after = await cloud.fetch(http, 'measurement', wanted)
  assert.ok(!list(pagesOf(after)[0]!.payload, 'result.bloodPressure').some(({ id }) => id === reading!.id))
  assert.deepEqual(after.at(-1), { listed: { type: 'daily', days: wanted.days } })
})
