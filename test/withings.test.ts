// WITHINGS against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Fetched, OAuth2 } from '../src/connectors/connector.ts'
import { withings } from '../src/connectors/withings/index.ts'
import { addDays, daysBetween } from '../src/model/local-day.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { secondsIn } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

const MONTH = { start: '2026-10-20', end: '2026-11-18' }
const auth = withings.auth as OAuth2

let cloud: Cloud
before(async () => {
  cloud = await openCloud(withings)
  // A month is more than a minute allows: the loop waits, these tests do not.
  await cloud.control('rate-limit', { requests: '100000' })
})
after(() => cloud.close())

const instant = (text: unknown): number => parseTimestamp(String(text)).epochMs!
const dayOf = (record: unknown): string => String(at(record, 'metadata.start_time')).slice(0, 10)
type Row = Record<string, unknown>
const list = (record: unknown, path: string): Row[] => (at(record, path) ?? []) as Row[]

async function recordsOf(person: string, kinds: readonly string[], days = MONTH) {
  const { http } = await cloud.signIn(person)
  const fetched: Fetched[] = []
  for (const kind of kinds) fetched.push(...(await cloud.fetch(http, kind, { days })))
  return { fetched, records: cloud.records(fetched).map(({ type, record }) => ({ type, record })) }
}

test('a month of days, one of them with 25 hours: each once, and its pieces add up to it', async () => {
  const { records } = await recordsOf('ada', ['activity', 'intraday'])
  const days = records.filter((each) => each.type === 'daily' && dayOf(each.record) <= MONTH.end)
  assert.deepEqual(days.map(({ record }) => dayOf(record)).sort(), daysBetween(MONTH.start, MONTH.end))
  for (const { record } of days) {
    const lived = simulateDay(person('ada'), dayOf(record))
    const steps = lived.steps.reduce((sum, each) => sum + each, 0)
    assert.equal(at(record, 'distance_data.steps'), steps)
    const last = (path: string) => list(record, `distance_data.detailed.${path}`).at(-1)
    assert.equal(last('step_samples')?.steps, steps)
    const bounds = [at(record, 'metadata.start_time'), at(record, 'metadata.end_time')].map(instant)
    assert.equal((bounds[1]! - bounds[0]!) / 60_000, lived.length)
    const beats = list(record, 'heart_rate_data.detailed.hr_samples').map(({ timestamp }) => instant(timestamp))
    assert.ok(beats.length >= 140 && beats.every((time) => time >= bounds[0]! && time < bounds[1]!))
    assert.deepEqual(
      beats,
      beats.toSorted((a, b) => a - b),
    )
    const zones = list(record, 'heart_rate_data.summary.hr_zone_data')
    assert.equal(
      zones.reduce((sum, zone) => sum + Number(zone.duration_seconds), 0),
      lived.length * 60,
    )
    assert.equal(at(record, 'metadata.upload_type'), 1, 'the row of the watch, not the imported one')
  }
})

test('nights: the mat before the watch, stages and samples of that device alone', async () => {
  const { records, fetched } = await recordsOf('noor', ['sleep_summary'], { start: '2026-10-20', end: '2026-11-18' })
  const summaries = pagesOf(fetched)
    .filter(({ kind }) => kind === 'sleep_summary')
    .flatMap(({ payload }) => list(payload, 'body.series'))
  const wakingDay = (record: unknown) => String(at(record, 'metadata.end_time')).slice(0, 10)
  const nights = records.filter(
    ({ record }) => at(record, 'metadata.is_nap') === false && wakingDay(record) <= MONTH.end,
  )
  assert.equal(nights.length, 30)
  assert.equal(new Set(nights.map(({ record }) => wakingDay(record))).size, 30)
  assert.ok(summaries.length > records.length, 'some nights come from two devices')
  for (const { record } of nights) {
    const { night } = simulateDay(person('noor'), wakingDay(record))
    const durations = at(record, 'sleep_durations_data')
    assert.equal(at(durations, 'asleep.duration_deep_sleep_state_seconds'), secondsIn(night, 'deep'))
    assert.equal(at(durations, 'awake.duration_awake_state_seconds'), secondsIn(night, 'awake'))
    assert.equal(at(durations, 'other.duration_in_bed_seconds'), night.cells.length * 30)
    const stages = list(durations, 'hypnogram_samples').map((each) => ({
      level: each.level,
      at: instant(each.timestamp),
    }))
    const end = instant(at(record, 'metadata.end_time'))
    const deep = stages.reduce(
      (sum, stage, i) => sum + (stage.level === 5 ? (stages[i + 1]?.at ?? end) - stage.at : 0),
      0,
    )
    assert.equal(deep / 1000, secondsIn(night, 'deep'))
    assert.equal(stages[0]!.at, night.startAt)
    const beats = list(record, 'heart_rate_data.detailed.hr_samples')
    assert.ok(beats.length > 200 && instant(beats.at(-1)!.timestamp) < end)
    assert.ok(Number(at(record, 'sleep_durations_data.sleep_efficiency')) > 50)
  }
})

test('a night that still goes on waits for its end', async () => {
  const { night } = simulateDay(person('ada'), '2026-11-21')
  const back = cloud.clock.now()
  cloud.clock.advance(night.startAt + 3 * 3_600_000 - back)
  const { fetched, records } = await recordsOf('ada', ['sleep_summary'], { start: '2026-11-21', end: '2026-11-21' })
  const [summary] = pagesOf(fetched).flatMap(({ payload }) => list(payload, 'body.series'))
  assert.equal(summary?.completed, false)
  assert.deepEqual(records, [])
  assert.deepEqual(fetched.at(-1), { listed: { type: 'sleep', days: { start: '2026-11-21', end: '2026-11-21' } } })
})

test('bodies: whole days, height from long ago, the cuff told of twice is there once, nobody else on the scale', async () => {
  const { fetched, records } = await recordsOf('sam', ['measure', 'heart_list', 'heart'])
  const groups = list(pagesOf(fetched)[0]!.payload, 'body.measuregrps')
  assert.ok(
    groups.some(({ attrib }) => attrib === 1),
    'a guest',
  )
  const bodies = records.filter(({ type }) => type === 'body')
  const days = bodies.map(({ record }) => dayOf(record))
  assert.deepEqual([...new Set(days)], days)
  assert.ok(
    days.every((day) => day >= MONTH.start && day <= MONTH.end),
    'days at the edge are there in part only',
  )
  const weights = bodies.flatMap(({ record }) => list(record, 'measurements_data.measurements'))
  for (const { weight_kg, BMI } of weights) {
    const weight = Number(weight_kg)
    assert.ok(Math.abs(weight - person('sam').weightKg) < 3)
    assert.equal(BMI, Math.round((weight / 1.83 ** 2) * 1000) / 1000)
  }
  const pressures = bodies.flatMap(({ record }) => list(record, 'blood_pressure_data.blood_pressure_samples'))
  const recorded = pagesOf(fetched)
    .filter(({ kind }) => kind === 'heart_list')
    .flatMap(({ payload }) => list(payload, 'body.series'))
    .filter(({ bloodpressure }) => bloodpressure !== undefined)
  assert.ok(recorded.length > 0 && pressures.length >= recorded.length)
  assert.equal(new Set(pressures.map(({ timestamp }) => timestamp)).size, pressures.length)
  const curves = bodies.flatMap(({ record }) => list(record, 'heart_data.ecg_signal'))
  assert.equal(curves.length, pagesOf(fetched).filter(({ kind }) => kind === 'heart').length)
  for (const curve of curves) assert.equal(list(curve, 'raw_signal').length, 9000)
})

test('workouts of a season, page by page', async () => {
  const days = { start: '2026-08-01', end: '2026-11-18' }
  const { fetched, records } = await recordsOf('ada', ['workouts'], days)
  assert.ok(pagesOf(fetched).length > 1)
  const lived = daysBetween(days.start, days.end).flatMap((day) => simulateDay(person('ada'), day).workouts)
  const inDays = records.filter(({ record }) => dayOf(record) <= days.end)
  assert.equal(inDays.length, lived.length)
  for (const { record } of inDays) {
    const workout = lived.find(({ startAt }) => startAt === instant(at(record, 'metadata.start_time')))!
    assert.equal(at(record, 'calories_data.total_burned_calories'), workout.kcal)
    assert.equal(at(record, 'metadata.upload_type'), workout.manual ? 2 : 1)
    if (workout.meters !== null) {
      assert.equal(at(record, 'distance_data.summary.distance_meters'), Math.round(workout.meters))
    }
  }
})

test('what was not granted is skipped, and the account is known all the same', async () => {
  const { http, identity } = await cloud.signIn('noor', 'user.metrics')
  assert.match(identity.providerUserId, /^\d+$/)
  assert.equal(identity.timeZone ?? null, null)
  assert.equal((await cloud.signIn('sam')).identity.timeZone, 'America/New_York')
  const oneDay = { days: { start: MONTH.end, end: MONTH.end } }
  for (const kind of ['device', 'activity', 'intraday', 'workouts', 'sleep_summary']) {
    await assert.rejects(
      cloud.fetch(http, kind, oneDay),
      (error) => error instanceof ProviderError && error.next === 'skip',
      kind,
    )
  }
  assert.ok(pagesOf(await cloud.fetch(http, 'measure', oneDay)).length > 0)
})

test('subscribed once, mended when some are gone, told of what is new, deaf to who does not know the key', async () => {
  await cloud.control('token-lifetime', { seconds: String(7 * 86_400) })
  const { http, identity } = await cloud.signIn('bodyful')
  await cloud.control('token-lifetime')
  const subscribe = (callbackUrl = cloud.callbackUrl) =>
    withings.notifications!.subscribeConnection!({
      http,
      providerUserId: identity.providerUserId,
      client: cloud.secrets.client,
      callbackUrl,
      verificationToken: cloud.secrets.verificationToken,
      now: cloud.clock.now(),
    })
  const notify = (form: Record<string, string>) => http.send({ host: 'api', path: '/notify' }, { method: 'POST', form })
  const applis = async () =>
    list((await notify({ action: 'list' })).json(), 'body.profiles')
      .map(({ appli }) => Number(appli))
      .sort((a, b) => a - b)
  await subscribe()
  assert.deepEqual(await applis(), [1, 2, 4, 16, 44, 46, 54, 58, 62])
  await notify({ action: 'revoke', appli: '44', callbackurl: cloud.callbackUrl })
  await subscribe()
  assert.deepEqual(await applis(), [1, 2, 4, 16, 44, 46, 54, 58, 62])
  await assert.rejects(subscribe('http://127.0.0.1:1/nobody'), /did not accept our callback/)
  await cloud.control('strict-callbacks', { on: '1' })
  await assert.rejects(subscribe(`${cloud.callbackUrl}&another=1`), /did not accept our callback/)
  await cloud.control('strict-callbacks', { on: '0' })

  cloud.notified.length = 0
  cloud.clock.advance(86_400_000)
  await cloud.control('tick')
  const told = () =>
    cloud.notified
      .splice(0)
      .flatMap((request) => withings.notifications!.parse(request))
      .filter((change) => change.providerUserId === identity.providerUserId)
  const changes = told()
  const kinds = new Set(changes.map((change) => change.what === 'changed' && change.kind))
  for (const kind of ['measure', 'activity', 'intraday', 'workouts', 'sleep_summary']) assert.ok(kinds.has(kind), kind)
  const night = changes.find((change) => change.what === 'changed' && change.kind === 'sleep_summary')
  assert.ok(night?.what === 'changed')
  const read = await cloud.fetch(http, 'sleep_summary', night.wanted, { timeZone: person('bodyful').timeZone })
  assert.ok(cloud.records(read).length > 0)

  assert.deepEqual(await cloud.control('forge', { person: 'bodyful' }), { statuses: { 401: 1 } })
  await cloud.control('notify', { person: 'bodyful', appli: '46', action: 'update' })
  assert.deepEqual(
    told().filter(({ what }) => what !== 'changed'),
    [],
  )
  await cloud.control('revoke', { person: 'bodyful' })
  assert.deepEqual(
    told().filter(({ what }) => what !== 'changed'),
    [{ what: 'revoked', providerUserId: identity.providerUserId }],
  )
})

test('the end, signed with a nonce that serves once', async () => {
  const { tokens, http, identity } = await cloud.signIn('ada')
  const { client } = cloud.secrets
  const sent: Record<string, string>[] = []
  const send: Cloud['send'] = (to, request = {}) => {
    sent.push(request.form!)
    return cloud.send(to, request)
  }
  const ending = { tokens, client, providerUserId: identity.providerUserId, now: cloud.clock.now(), send }
  await auth.revoke!(ending)
  assert.deepEqual(
    sent.map(({ action }) => action),
    ['getnonce', 'revoke'],
  )
  await assert.rejects(
    http.send({ host: 'api', path: '/v2/user' }, { method: 'POST', form: { action: 'getdevice' } }),
    /401/,
  )
  const again = await cloud.send({ host: 'api', path: '/v2/oauth2' }, { method: 'POST', form: sent[1]! })
  assert.equal((again.json() as { status: number }).status, 503)
  await assert.rejects(auth.revoke!({ ...ending, client: { ...client, secret: 'another' } }), /400/)
})

test('a code lives thirty seconds; a lost answer to a refresh is mended for eight hours, unless it was used', async () => {
  const about = { client: cloud.secrets.client, previous: null, scopes: [], redirectUri: '' }
  const token = async (form: Record<string, string>, grant: 'code' | 'refresh') => {
    const { id, secret } = cloud.secrets.client
    const sent = auth.tokenForm!({ ...form, client_id: id, client_secret: secret }, { ...about, grant })
    return auth.readTokens!(await cloud.send(auth.token, { method: 'POST', form: sent }), { ...about, grant })
  }
  const refused = (error: unknown) => error instanceof ProviderError && error.next === 'reauthorize'
  const redirect = 'http://127.0.0.1:1/callback'
  const code = async () => {
    const asked = {
      client_id: 'golden',
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'user.info',
      auto: 'approve',
    }
    const answer = await cloud.send(auth.authorize, { query: { ...asked, person: 'slow' } })
    return new URL(answer.headers.location!).searchParams.get('code')!
  }
  const exchange = { grant_type: 'authorization_code', redirect_uri: redirect }
  const late = await code()
  cloud.clock.advance(31_000)
  await assert.rejects(token({ ...exchange, code: late }, 'code'), refused)

  const first = await token({ ...exchange, code: await code() }, 'code')
  assert.deepEqual([first.expiresInSeconds, first.scopes], [10_800, ['user.info']])
  const refresh = (from: typeof first) =>
    token({ grant_type: 'refresh_token', refresh_token: from.refreshToken! }, 'refresh')
  await refresh(first)
  cloud.clock.advance(7 * 3_600_000)
  const second = await refresh(first)
  const headers = { authorization: `Bearer ${second.accessToken}` }
  await cloud.send({ host: 'api', path: '/v2/user' }, { method: 'POST', headers, form: { action: 'getdevice' } })
  await assert.rejects(refresh(first), refused)
  await refresh(second)
})

test('too many questions: how long to wait stands in the body, if anywhere', async () => {
  const { tokens } = await cloud.signIn('ada')
  await cloud.control('rate-limit', { requests: '1', seconds: '60' })
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const ask = () =>
    cloud.send({ host: 'api', path: '/v2/user' }, { method: 'POST', headers, form: { action: 'getdevice' } })
  await ask()
  const full = await ask()
  assert.deepEqual([full.status, withings.statusOf!(full)], [200, 429])
  const wait = withings.limits.waitSeconds!(full, cloud.clock.now())!
  assert.ok(wait > 0 && wait <= 60)
  await cloud.control('rate-limit', { requests: '100000' })
  await cloud.control('fail', { status: '429' })
  const ordered = await ask()
  assert.deepEqual([withings.statusOf!(ordered), withings.limits.waitSeconds!(ordered, cloud.clock.now())], [429, null])
  for (const [status, amounts] of [
    ['401', 401],
    ['403', 403],
    ['500', 500],
  ] as const) {
    await cloud.control('fail', { status })
    assert.equal(withings.statusOf!(await ask()), amounts)
  }
})

test('a day whose measures are gone says so', async () => {
  const day = addDays(MONTH.end, -1)
  const { http } = await cloud.signIn('nobody-weighs')
  const fetched = await cloud.fetch(http, 'measure', { days: { start: day, end: day } })
  assert.deepEqual(
    fetched.filter((each) => 'listed' in each),
    [
      { listed: { type: 'body', days: { start: day, end: day } } },
      { listed: { type: 'daily', days: { start: day, end: day } } },
    ],
  )
})
