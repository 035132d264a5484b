// FITBIT by both of its APIs against the sandbox's clouds: the old one's own ways, and the same records from either.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ConnectionHttp, Fetched, Wanted } from '../src/connectors/connector.ts'
import { fitbit } from '../src/connectors/fitbit/index.ts'
import { legacy } from '../src/connectors/fitbit/legacy/index.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

const DAY = '2026-11-18'
const oneDay: Wanted = { days: { start: DAY, end: DAY } }
const week: Wanted = { days: { start: '2026-11-12', end: DAY } }

let now: Cloud
let old: Cloud
before(async () => {
  now = await openCloud(fitbit)
  old = await openCloud(legacy, undefined, 'fitbit-legacy')
})
after(async () => {
  await now.close()
  await old.close()
})

async function read(cloud: Cloud, http: ConnectionHttp, kinds: readonly string[], wanted: Wanted): Promise<Fetched[]> {
  const pages: Fetched[] = []
  for (const kind of kinds) pages.push(...(await cloud.fetch(http, kind, wanted)))
  return pages
}

test('the token answer says whose account it is, the profile where', async () => {
  const { tokens, identity } = await old.signIn('ada')
  assert.match(identity.providerUserId, /^[0-9A-Z]{6}$/)
  assert.equal(tokens.providerUserId, identity.providerUserId)
  assert.equal(identity.timeZone, 'Europe/Berlin')
  const { identity: scarce } = await old.signIn('ada', 'sleep')
  assert.equal(scarce.providerUserId, identity.providerUserId)
  assert.equal(scarce.timeZone, null)
})

test('every kind that is asked for is understood, and what comes is mapped', async () => {
  const { http } = await old.signIn('noor')
  for (const kind of legacy.poll!.kinds) {
    const pages = await old.fetch(http, kind, week, { timeZone: 'Asia/Tokyo' })
    old.map(pages, 'Asia/Tokyo')
    // A series takes over from the summaries of days where there are many.
    assert.ok(pagesOf(pages).length > 0 || kind === 'activity_timeseries', kind)
  }
})

test('a long range costs a series of each resource and no summary of each day', async () => {
  const { http } = await old.signIn('ada')
  const month: Wanted = { days: { start: '2026-10-20', end: DAY } }
  assert.equal(pagesOf(await old.fetch(http, 'activity_daily_summary', month)).length, 0)
  const series = await old.fetch(http, 'activity_timeseries', month)
  assert.equal(pagesOf(series).length, 10)
  const days = old.records(series).filter(({ type }) => type === 'daily')
  assert.equal(days.length, 30)
})

test('lists are followed to their end, and no further than the days', async () => {
  // Without the scope for places no track is asked for besides.
  const { http } = await old.signIn('ada', 'activity')
  const lists = async (end: string): Promise<number> => {
    const pages = pagesOf(await old.fetch(http, 'activity_log_list', { days: { start: '2026-01-01', end } }))
    return pages.filter(({ kind }) => kind === 'activity_log_list').length
  }
  assert.ok((await lists('2026-11-18')) > 1)
  assert.equal(await lists('2026-01-31'), 1)
})

test('150 requests an hour, and a 429 says when the hour is over', async () => {
  const { http } = await old.signIn('sam')
  await old.control('rate-limit', { requests: '2', seconds: '3600' })
  await assert.rejects(
    async () => {
      for (let i = 0; i < 4; i++) await old.fetch(http, 'profile', oneDay)
    },
    (error: unknown) => (error as ProviderError).next === 'retry',
  )
  await old.control('heal')
  const wait = legacy.limits.waitSeconds!
  const answer = (headers: Record<string, string>) => ({ headers }) as unknown as Parameters<typeof wait>[0]
  assert.equal(wait(answer({ 'fitbit-rate-limit-reset': '846' }), 0), 846)
  assert.equal(wait(answer({ 'retry-after': '12', 'fitbit-rate-limit-reset': '846' }), 0), 12)
  assert.equal(wait(answer({}), 0), null)
})

test('collections are subscribed to, announced with a signature, and no more once they are not', async () => {
  const { http, identity } = await old.signIn('ada')
  await old.control('callback', { client_id: old.secrets.client.id, url: old.callbackUrl })
  const subscription = {
    http,
    providerUserId: identity.providerUserId,
    client: old.secrets.client,
    callbackUrl: old.callbackUrl,
    verificationToken: old.secrets.verificationToken,
    now: old.clock.now(),
  }
  await legacy.notifications!.subscribeConnection!(subscription)
  await legacy.notifications!.subscribeConnection!(subscription)
  await old.control('notify', { person: 'ada', kind: 'sleep', day: DAY })
  const [notification] = old.notified.splice(0)
  assert.equal(await legacy.notifications!.verify(notification!, old.secrets), true)
  const [change] = legacy.notifications!.parse(notification!)
  assert.ok(change?.what === 'changed' && change.providerUserId === identity.providerUserId && change.kind === 'sleep')
  await old.control('forge', { person: 'ada', kind: 'sleep' })
  assert.equal(await legacy.notifications!.verify(old.notified.splice(0)[0]!, old.secrets), false)
  await old.control('revoke', { person: 'ada' })
  const [revoked] = legacy.notifications!.parse(old.notified.splice(0)[0]!)
  assert.deepEqual(revoked, { what: 'revoked', providerUserId: identity.providerUserId })
})

const NOWHERE = { providerUserId: 'x', timeZone: 'Europe/Berlin' }

const OLD_DAY = ['activity_daily_summary', 'heart', 'heart_intraday', 'activity_intraday', 'hrv', 'spo2', 'cardioscore']
const NEW_DAY = [
  'steps',
  'distance',
  'floors',
  'altitude',
  'total-calories',
  'active-energy-burned',
  'active-minutes',
  'sedentary-period',
  'heart-rate',
  'time-in-heart-rate-zone',
].map((type) => `${type}_dailyRollUp`)
const NEW_SERIES = ['steps', 'distance', 'floors', 'total-calories_rollUp']
const NEW_DAILY = [
  'daily-resting-heart-rate',
  'daily-heart-rate-variability',
  'daily-oxygen-saturation',
  'daily-vo2-max',
]

/** Fields of a day that both sides know, and how far rounding may set them apart. */
const SAME: Record<string, number> = {
  'metadata.start_time': 0,
  'metadata.end_time': 0,
  'distance_data.steps': 0,
  'distance_data.distance_meters': 0.1,
  'distance_data.floors_climbed': 0,
  'distance_data.elevation.gain_actual_meters': 0.01,
  'calories_data.total_burned_calories': 1,
  'calories_data.net_activity_calories': 2,
  'active_durations_data.activity_seconds': 0,
  'active_durations_data.low_intensity_seconds': 0,
  'active_durations_data.moderate_intensity_seconds': 0,
  'active_durations_data.vigorous_intensity_seconds': 0,
  'active_durations_data.inactivity_seconds': 0,
  'heart_rate_data.summary.resting_hr_bpm': 0,
  'heart_rate_data.summary.avg_hr_bpm': 0.1,
  'heart_rate_data.summary.max_hr_bpm': 0,
  'heart_rate_data.summary.min_hr_bpm': 0,
  'heart_rate_data.summary.avg_hrv_rmssd': 0,
  'oxygen_data.avg_saturation_percentage': 0,
  'oxygen_data.vo2max_ml_per_min_per_kg': 0,
}

test('a day is the same record from the old API and the new one', async () => {
  const { http: before } = await old.signIn('ada')
  const { http: since } = await now.signIn('ada')
  const a = old.records(await read(old, before, OLD_DAY, oneDay)).find(({ type }) => type === 'daily')
  const b = now
    .records(await read(now, since, [...NEW_DAY, ...NEW_SERIES, ...NEW_DAILY], oneDay))
    .find(({ type }) => type === 'daily')
  for (const [path, apart] of Object.entries(SAME)) {
    const [one, other] = [at(a!.record, path), at(b!.record, path)]
    assert.notEqual(one, null, path)
    if (apart === 0) assert.deepEqual(one, other, path)
    else assert.ok(Math.abs(Number(one) - Number(other)) <= apart, `${path}: ${String(one)} and ${String(other)}`)
  }
  const zones = (record: unknown) =>
    (at(record, 'heart_rate_data.summary.hr_zone_data') as { zone: number; duration_seconds: number }[]).map((each) => [
      each.zone,
      each.duration_seconds,
    ])
  assert.deepEqual(zones(a!.record), zones(b!.record))
  const steps = (record: unknown) =>
    new Map(
      (at(record, 'distance_data.detailed.step_samples') as { timestamp: string; steps: number }[]).map((each) => [
        each.timestamp,
        each.steps,
      ]),
    )
  const [first, second] = [steps(a!.record), steps(b!.record)]
  for (const [timestamp, value] of second) assert.equal(first.get(timestamp), value)
})

/** What Fitbit computed itself on one side only: see the connector's README. */
const OWN = new Set(['sleep_efficiency', 'sleep_latency_seconds', 'wake_up_latency_seconds', 'num_out_of_bed_events'])

function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, member: unknown) => (OWN.has(name) ? undefined : member)))
}

test('nights and workouts keep their ids, times, stages and totals', async () => {
  const { http: before } = await old.signIn('ada')
  const { http: since } = await now.signIn('ada')
  const nights = async (cloud: Cloud, http: ConnectionHttp, kinds: readonly string[]) =>
    cloud
      .records(await read(cloud, http, kinds, week))
      .filter(({ type }) => type === 'sleep')
      .map(({ record }) => ({
        metadata: at(record, 'metadata'),
        durations: bare(at(record, 'sleep_durations_data')),
        breath: at(record, 'respiration_data.breaths_data.avg_breaths_per_min'),
        delta: at(record, 'temperature_data.delta'),
      }))
      .sort((a, b) => (String(at(a, 'metadata.start_time')) < String(at(b, 'metadata.start_time')) ? -1 : 1))
  const oldNights = await nights(old, before, ['sleep', 'breathing_rate', 'temperature_skin'])
  const newNights = await nights(now, since, ['sleep', 'daily-respiratory-rate', 'daily-sleep-temperature-derivations'])
  const known = new Set(oldNights.map((each) => at(each, 'metadata.summary_id')))
  // Another app's nights are new.
  assert.deepEqual(
    newNights.filter((each) => known.has(at(each, 'metadata.summary_id'))),
    oldNights,
  )
  assert.ok(oldNights.length >= 7)

  const workouts = async (cloud: Cloud, http: ConnectionHttp, kind: string) =>
    cloud
      .records(await read(cloud, http, [kind], week))
      .map(({ record }) => ({
        id: at(record, 'metadata.summary_id'),
        start: at(record, 'metadata.start_time'),
        end: at(record, 'metadata.end_time'),
        upload: at(record, 'metadata.upload_type'),
        kcal: at(record, 'calories_data.total_burned_calories'),
        meters: at(record, 'distance_data.summary.distance_meters'),
        steps: at(record, 'distance_data.summary.steps'),
        active: at(record, 'active_durations_data.activity_seconds'),
        bpm: at(record, 'heart_rate_data.summary.avg_hr_bpm'),
      }))
      .sort((a, b) => (String(a.start) < String(b.start) ? -1 : 1))
  const oldWorkouts = await workouts(old, before, 'activity_log_list')
  assert.deepEqual(await workouts(now, since, 'exercise'), oldWorkouts)
  const days = Array.from({ length: 7 }, (_, i) => simulateDay(person('ada'), `2026-11-${12 + i}`))
  assert.equal(
    oldWorkouts.length,
    days.reduce((count, { workouts: each }) => count + each.length, 0),
  )
})

test('the track of a run is the same from both, and stays away without the scope for places', async () => {
  const { http: before } = await old.signIn('ada')
  const { http: since } = await now.signIn('ada')
  const tracks = async (cloud: Cloud, http: ConnectionHttp, kind: string) =>
    cloud
      .records(await cloud.fetch(http, kind, week))
      .map(({ record }) => ({
        id: at(record, 'metadata.summary_id'),
        end: at(record, 'metadata.end_time'),
        places: at(record, 'position_data.position_samples') as object[],
        rates: at(record, 'heart_rate_data.detailed.hr_samples'),
      }))
      .filter(({ places }) => places.length > 0)
      .sort((a, b) => (String(a.end) < String(b.end) ? -1 : 1))
  // Parts of one workout come as pages of two kinds.
  const oldTracks = await tracks(old, before, 'activity_log_list')
  assert.deepEqual(await tracks(now, since, 'exercise'), oldTracks)
  assert.ok(oldTracks.length > 0)
  const context = { ...NOWHERE, http: before, wanted: week, grantedScopes: ['activity'], now: old.clock.now() }
  for await (const fetched of legacy.reads.activity_log_list!.fetch!(context)) {
    assert.ok(!('payload' in fetched) || fetched.kind === 'activity_log_list')
  }
})

test('a weighing, a meal and a day’s water are the same from both', async () => {
  const { http: before } = await old.signIn('sam')
  const { http: since } = await now.signIn('sam')
  const zone = { timeZone: 'America/New_York' }
  const facts = async (cloud: Cloud, http: ConnectionHttp, kinds: readonly string[]) => {
    const pages: Fetched[] = []
    for (const kind of kinds) pages.push(...(await cloud.fetch(http, kind, week, zone)))
    return cloud.records(pages, zone.timeZone).map(({ type, record }): Record<string, unknown> => {
      const day = String(at(record, 'metadata.start_time'))
      if (type === 'body') {
        const scale = at(record, 'measurements_data.measurements') as {
          measurement_time: string
          weight_kg: number | null
        }[]
        const water = at(record, 'hydration_data.day_total_water_consumption_ml')
        return { day, water, kg: scale.flatMap((each) => (each.weight_kg === null ? [] : [each.weight_kg])) }
      }
      const macros = at(record, 'summary.macros') as Record<string, number>
      const meals = at(record, 'meals') as { name: string; type: number; macros: Record<string, number> }[]
      return {
        day,
        kcal: macros.calories,
        protein: macros.protein_g,
        meals: meals.map((each) => [each.name, each.type]),
      }
    })
  }
  const sorted = (all: readonly Record<string, unknown>[]) => all.map((each) => JSON.stringify(each)).sort()
  const one = await facts(old, before, ['body_weight_log', 'food_log', 'water_log'])
  const other = await facts(now, since, ['weight', 'nutrition-log_dailyRollUp', 'nutrition-log', 'hydration-log'])
  assert.deepEqual(sorted(one), sorted(other))
  assert.ok(one.length > 7)
})
