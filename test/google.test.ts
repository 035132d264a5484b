// GOOGLE against the sandbox's cloud: filters, pages, roll-ups, notifications and who somebody is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Fetched, Wanted } from '../src/connectors/connector.ts'
import { google } from '../src/connectors/google/index.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

const DAY = '2026-11-18'
const oneDay: Wanted = { days: { start: DAY, end: DAY } }
const scope = (what: string): string => `https://www.googleapis.com/auth/googlehealth.${what}.readonly`

let cloud: Cloud
before(async () => {
  cloud = await openCloud(google)
})
after(() => cloud.close())

function recordOf(fetched: readonly Fetched[], type: string, of = DAY): unknown {
  return cloud
    .records(fetched)
    .find((each) => each.type === type && String(at(each.record, 'metadata.start_time')).startsWith(of))?.record
}

test('signing in says who it is and where', async () => {
  const { tokens, identity } = await cloud.signIn('ada')
  assert.match(identity.providerUserId, /^\d{18}$/, 'every digit of the id is kept')
  assert.equal(identity.timeZone, 'Europe/Berlin')
  assert.equal(tokens.expiresInSeconds, 3599)
  assert.ok(tokens.refreshToken)
})

test('without the scope for settings nobody says where, and that is no error', async () => {
  const { identity } = await cloud.signIn('ada', scope('sleep'))
  assert.equal(identity.timeZone, null)
})

test('an account without Google Health data is told what to do', async () => {
  await assert.rejects(cloud.signIn('unlinked-ada'), (error: unknown) => {
    assert.ok(error instanceof ProviderError)
    assert.match(error.message, /open the Fitbit or Google Health app/)
    return error.next === 'reauthorize'
  })
})

test('the totals of a day are those of the person, whatever else a phone wrote', async () => {
  const { http } = await cloud.signIn('ada')
  const day = simulateDay(person('ada'), DAY)
  const steps = day.steps.reduce((sum, each) => sum + each, 0)
  const kinds = ['steps', 'distance', 'floors', 'total-calories', 'active-minutes', 'sedentary-period', 'heart-rate']
  const pages: Fetched[] = []
  for (const kind of kinds) pages.push(...(await cloud.fetch(http, `${kind}_dailyRollUp`, oneDay)))
  pages.push(...(await cloud.fetch(http, 'steps', oneDay)), ...(await cloud.fetch(http, 'heart-rate', oneDay)))
  const daily = recordOf(pages, 'daily')
  assert.equal(at(daily, 'distance_data.steps'), steps)
  assert.equal(at(daily, 'metadata.start_time'), `${DAY}T00:00:00.000000+01:00`)
  const samples = at(daily, 'distance_data.detailed.step_samples') as { steps: number }[]
  assert.equal(samples.at(-1)!.steps, steps, 'the series grows up to the total')
  assert.ok(samples.every((each, i) => i === 0 || each.steps >= samples[i - 1]!.steps))
  const rates = at(daily, 'heart_rate_data.detailed.hr_samples') as { bpm: number }[]
  assert.equal(at(daily, 'heart_rate_data.summary.max_hr_bpm'), Math.max(...rates.map(({ bpm }) => bpm)))
  const seconds = at(daily, 'active_durations_data') as Record<string, number>
  assert.equal(
    seconds.activity_seconds,
    seconds.low_intensity_seconds! + seconds.moderate_intensity_seconds! + seconds.vigorous_intensity_seconds!,
  )
})

test('a day that has not begun has a window and no value', async () => {
  const { http } = await cloud.signIn('ada')
  const days: Wanted = { days: { start: '2026-11-20', end: '2026-11-22' } }
  const records = cloud.records(await cloud.fetch(http, 'steps_dailyRollUp', days))
  assert.deepEqual(
    records.map(({ record }) => String(at(record, 'metadata.start_time')).slice(0, 10)),
    ['2026-11-20'],
  )
})

test('a night is one record, though another app wrote it too, and what belongs to it comes by its day', async () => {
  const { http } = await cloud.signIn('ada')
  const range: Wanted = { days: { start: '2026-11-01', end: '2026-11-18' } }
  const pages = await cloud.fetch(http, 'sleep', range)
  const nights = cloud.records(pages).filter(({ type }) => type === 'sleep')
  const mains = nights.filter(({ record }) => at(record, 'metadata.is_nap') === false)
  assert.ok(pagesOf(pages).some(({ payload }) => JSON.stringify(payload).includes('HEALTH_CONNECT')))
  assert.equal(mains.length, 18)
  assert.equal(new Set(nights.map(({ record }) => at(record, 'metadata.summary_id'))).size, nights.length)
  const parts: Fetched[] = [...(await cloud.fetch(http, 'sleep', oneDay))]
  for (const kind of google.reads.sleep!.alsoRead!) parts.push(...(await cloud.fetch(http, kind, oneDay)))
  const night = cloud
    .records(parts)
    .find(({ type, record }) => type === 'sleep' && at(record, 'metadata.is_nap') === false)
  const { night: slept } = simulateDay(person('ada'), DAY)
  assert.equal(at(night!.record, 'respiration_data.breaths_data.avg_breaths_per_min'), slept.breathsPerMinute)
  assert.equal(at(night!.record, 'temperature_data.delta'), Math.round(slept.temperatureDeviation * 100) / 100)
  assert.equal(at(night!.record, 'heart_rate_data.summary.avg_hrv_rmssd'), slept.averageHrv)
  const hypnogram = at(night!.record, 'sleep_durations_data.hypnogram_samples') as { timestamp: string }[]
  assert.equal(Date.parse(hypnogram[0]!.timestamp), slept.startAt)
})

test('pages of 25 nights and workouts are read to the end', async () => {
  const { http } = await cloud.signIn('sam')
  const range: Wanted = { days: { start: '2026-08-01', end: '2026-11-18' } }
  const pages = pagesOf(await cloud.fetch(http, 'sleep', range, { timeZone: 'America/New_York' }))
  assert.ok(pages.length > 4)
  assert.deepEqual(new Set(pages.map(({ request }) => JSON.stringify(request))).size, pages.length)
})

test('every kind that is asked for is understood, and what comes is mapped', async () => {
  const { http } = await cloud.signIn('noor')
  const week: Wanted = { days: { start: '2026-11-12', end: DAY } }
  const asked = google.poll!.kinds.filter((kind) => {
    const { scope: needed } = google.reads[kind]!
    return needed === undefined || google.auth.scopes.includes(needed)
  })
  assert.ok(asked.length > 40)
  for (const kind of asked) {
    const pages = await cloud.fetch(http, kind, kind === 'heart-rate' ? oneDay : week, { timeZone: 'Asia/Tokyo' })
    cloud.map(pages, 'Asia/Tokyo')
    // Electrocardiograms of later days are left out.
    assert.ok(pagesOf(pages).length > 0 || kind === 'electrocardiogram', kind)
  }
})

test('what was not granted is skipped; an unknown workout is gone', async () => {
  const { http } = await cloud.signIn('ada', `${scope('sleep')} ${scope('activity_and_fitness')}`)
  await assert.rejects(
    cloud.fetch(http, 'weight', oneDay),
    (error: unknown) => (error as ProviderError).next === 'skip',
  )
  assert.deepEqual(await cloud.fetch(http, 'exercise', { object: '1' }), [{ gone: { type: 'activity', id: '1' } }])
})

test('roll-ups of dense types take fourteen days, as the connector knows', async () => {
  const { http } = await cloud.signIn('ada')
  const days = (end: string): Wanted => ({ days: { start: '2026-10-20', end } })
  assert.equal(google.reads['heart-rate_dailyRollUp']!.maxDays, 14)
  assert.equal(pagesOf(await cloud.fetch(http, 'heart-rate_dailyRollUp', days('2026-11-02'))).length, 1)
  await assert.rejects(cloud.fetch(http, 'heart-rate_dailyRollUp', days('2026-11-03')))
})

test('a subscriber is proven and told, with a signature that holds; a stranger’s does not', async () => {
  const { identity } = await cloud.signIn('ada')
  await google.notifications!.subscribeApplication!({
    send: cloud.send,
    client: { ...cloud.secrets.client, extra: { project_number: '618', service_account: 'sandbox-service_account' } },
    callbackUrl: cloud.callbackUrl,
    verificationToken: cloud.secrets.verificationToken,
    now: cloud.clock.now(),
  })
  await cloud.control('notify', { person: 'ada', kind: 'sleep' })
  const [notification] = cloud.notified.splice(0)
  assert.equal(await google.notifications!.verify(notification!, cloud.secrets), true)
  const [change] = google.notifications!.parse(notification!)
  assert.ok(change?.what === 'changed' && change.providerUserId === identity.providerUserId)
  assert.equal(change.kind, 'sleep')

  await cloud.control('forge', { person: 'ada', kind: 'sleep' })
  const [forged] = cloud.notified.splice(0)
  assert.equal(await google.notifications!.verify(forged!, cloud.secrets), false)

  await cloud.control('notify', { person: 'ada', kind: 'exercise', what: 'delete' })
  const [gone] = google.notifications!.parse(cloud.notified.splice(0)[0]!)
  assert.ok(gone?.what === 'gone' && gone.gone.type === 'activity' && 'id' in gone.gone && /^\d+$/.test(gone.gone.id))
})

test('a subscriber whose endpoint takes everything is refused', async () => {
  const open = {
    send: cloud.send,
    client: { ...cloud.secrets.client, extra: { project_number: '619', service_account: 'sandbox-service_account' } },
    callbackUrl: `${cloud.callbackUrl}-nobody-listens`,
    verificationToken: 'x',
    now: cloud.clock.now(),
  }
  await assert.rejects(google.notifications!.subscribeApplication!(open), /answered 400/)
})

test('access that ended is announced as the deletion of everything, and the token ends', async () => {
  const { http, identity } = await cloud.signIn('noor')
  await cloud.control('revoke', { person: 'noor' })
  const told = cloud.notified.splice(0).flatMap((each) => google.notifications!.parse(each))
  const own = told.filter((each) => each.what === 'changed' && each.providerUserId === identity.providerUserId)
  assert.ok(own.length > 0)
  await assert.rejects(
    cloud.fetch(http, 'sleep', oneDay),
    (error: unknown) => (error as ProviderError).next === 'reauthorize',
  )
})

test('our own disconnecting ends the grant, by the refresh token', async () => {
  const { tokens, http } = await cloud.signIn('sam')
  assert.ok(google.auth.kind === 'oauth2')
  await google.auth.revoke!({
    tokens,
    client: cloud.secrets.client,
    providerUserId: 'x',
    now: cloud.clock.now(),
    send: cloud.send,
  })
  await assert.rejects(
    cloud.fetch(http, 'sleep', oneDay),
    (error: unknown) => (error as ProviderError).next === 'reauthorize',
  )
})
