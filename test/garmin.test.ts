// GARMIN against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { garmin } from '../src/connectors/garmin/index.ts'
import { readWorkout } from '../src/connectors/garmin/training/index.ts'
import type { Change, Fetched, Page } from '../src/connectors/connector.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { accountId, pushBody } from '../src/simulator/garmin/pushes.ts'
import { activeKcal, simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { CELL_MS, mainNight } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(garmin)
  await cloud.control('token-lifetime', { seconds: String(400 * 86_400) })
  await cloud.control('callback', { client_id: 'golden', url: cloud.callbackUrl })
})
beforeEach(() => {
  cloud.notified.length = 0
})
after(() => cloud.close())

const instant = (text: unknown): number => parseTimestamp(String(text)).epochMs!

/** All that was posted since the last look. */
function changes(): Change[] {
  return cloud.notified.splice(0).flatMap((request) => garmin.notifications!.parse(request))
}

function pushed(account?: string): Page[] {
  return changes().flatMap((change) =>
    change.what === 'page' && (account ?? change.providerUserId) === change.providerUserId ? [change.page] : [],
  )
}

async function history(who: string, kinds: readonly string[], days: { start: string; end: string }): Promise<Page[]> {
  const { http } = await cloud.signIn(who)
  for (const kind of kinds) {
    const fetched = await cloud.fetch(http, kind, { days })
    assert.deepEqual(fetched, [{ promised: { types: garmin.reads[kind]!.types, days } }])
  }
  assert.deepEqual(pushed(), [], 'nothing comes at once')
  cloud.clock.advance(2000)
  await cloud.control('tick')
  return pushed()
}

test('an account says who it is and what was allowed', async () => {
  const { identity } = await cloud.signIn('ada', 'HEALTH_EXPORT ACTIVITY_EXPORT')
  assert.match(identity.providerUserId, /^[0-9a-f]{32}$/)
  assert.deepEqual(identity.scopes, ['HEALTH_EXPORT', 'ACTIVITY_EXPORT'])
})

test('history comes by notification: every day of it, across the change of the clock, with the totals of the person', async () => {
  const days = { start: '2026-10-20', end: '2026-11-15' }
  const pages = await history('ada', ['dailies', 'epochs', 'stressDetails'], days)
  const dailies = cloud.records(pages.filter(({ kind }) => kind === 'dailies')).map(({ record }) => record)
  const lived = daysFrom(days.start, days.end).map((day) => simulateDay(person('ada'), day))
  assert.deepEqual(
    dailies.map((record) => String(at(record, 'metadata.start_time')).slice(0, 10)).sort(),
    lived.map(({ day }) => day),
  )
  for (const record of dailies) {
    const day = lived.find((each) => each.day === String(at(record, 'metadata.start_time')).slice(0, 10))!
    assert.equal(instant(at(record, 'metadata.start_time')), day.startAt)
    assert.equal(instant(at(record, 'metadata.end_time')), day.startAt + day.length * 60_000)
    assert.equal(
      at(record, 'distance_data.steps'),
      day.steps.reduce((sum, steps) => sum + steps, 0),
    )
    assert.equal(at(record, 'calories_data.net_activity_calories'), Math.round(activeKcal(person('ada'), day)))
    assert.equal(at(record, 'heart_rate_data.summary.max_hr_bpm'), Math.max(...day.bpm))
  }
  // The loop joins the pieces of a day that two posts brought.
  const pieces = pages.filter(({ kind }) => kind === 'epochs').flatMap(({ payload }) => payload as unknown[])
  const epochs = cloud.records([{ kind: 'epochs', request: {}, payload: pieces }]).map(({ record }) => record)
  assert.equal(epochs.length, lived.length)
  for (const record of epochs) {
    const day = lived.find((each) => each.day === String(at(record, 'metadata.start_time')).slice(0, 10))!
    const samples = at(record, 'distance_data.detailed.step_samples') as { steps: number }[]
    assert.equal(samples.length, day.length / 15)
    assert.equal(
      samples.at(-1)?.steps,
      day.steps.reduce((sum, steps) => sum + steps, 0),
    )
  }
})

test('nights have the length and stages of the night, their naps, and what is sent apart', async () => {
  const days = { start: '2026-11-01', end: '2026-11-14' }
  const pages = await history('noor', ['sleeps', 'hrv', 'skinTemp', 'allDayRespiration'], days)
  const records = cloud.records(pages, 'Asia/Tokyo').map(({ record }) => record)
  const nights = records.filter((record) => at(record, 'metadata.is_nap') === false)
  assert.ok(nights.length >= 13)
  for (const record of nights) {
    const day = String(at(record, 'metadata.end_time')).slice(0, 10)
    const night = mainNight(person('noor'), day)
    assert.equal(instant(at(record, 'metadata.start_time')), night.startAt)
    assert.equal(instant(at(record, 'metadata.end_time')), night.endAt)
    const deep = (night.cells.filter((stage) => stage === 'deep').length * CELL_MS) / 1000
    assert.equal(at(record, 'sleep_durations_data.asleep.duration_deep_sleep_state_seconds'), deep)
    assert.equal(at(record, 'heart_rate_data.summary.avg_hrv_rmssd'), night.averageHrv)
    assert.equal(at(record, 'temperature_data.delta'), night.temperatureDeviation)
    assert.equal(at(record, 'metadata.upload_type'), 2)
  }
  const naps = daysFrom('2026-10-25', '2026-11-15').flatMap((day) => simulateDay(person('noor'), day).nap ?? [])
  const mappedNaps = records.filter((record) => at(record, 'metadata.is_nap') === true)
  for (const record of mappedNaps) {
    assert.ok(naps.some((nap) => nap.startAt === instant(at(record, 'metadata.start_time'))))
  }
})

test('workouts: the details say what the summary says, and more', async () => {
  const days = { start: '2026-10-25', end: '2026-11-18' }
  const pages = await history('ada', ['activities', 'activityDetails'], days)
  const lived = daysFrom('2026-10-24', '2026-11-19').flatMap((day) => simulateDay(person('ada'), day).workouts)
  const plain = cloud.records(pages.filter(({ kind }) => kind === 'activities')).map(({ record }) => record)
  const detailed = cloud.records(pages.filter(({ kind }) => kind === 'activityDetails')).map(({ record }) => record)
  assert.ok(plain.length > 8)
  assert.equal(detailed.length, plain.filter((record) => at(record, 'metadata.upload_type') !== 2).length)
  for (const record of detailed) {
    const workout = lived.find((each) => each.startAt === instant(at(record, 'metadata.start_time')))!
    const id = at(record, 'metadata.summary_id')
    const summary = plain.find((each) => at(each, 'metadata.summary_id') === id)!
    assert.deepEqual(at(record, 'distance_data.summary'), at(summary, 'distance_data.summary'))
    assert.equal(instant(at(record, 'metadata.end_time')), workout.endAt)
    const laps = at(record, 'lap_data.laps') as { distance_meters: number | null }[]
    if (workout.meters === null) continue
    const meters = laps.reduce((sum, lap) => sum + (lap.distance_meters ?? 0), 0)
    assert.ok(Math.abs(meters - workout.meters) < 1, `${meters} of ${workout.meters}`)
  }
})

test('every kind comes by push, and by ping as the same page', async () => {
  await cloud.signIn('sam')
  for (const kind of ['dailies', 'sleeps', 'epochs', 'hrv']) {
    await cloud.control('mode', { kind, mode: 'push' })
    assert.deepEqual(await cloud.control('notify', { person: 'sam', kind }), { accepted: 1 })
    const [push] = pushed()
    assert.equal(push?.kind, kind)
    await cloud.control('mode', { kind, mode: 'ping' })
    await cloud.control('notify', { person: 'sam', kind })
    const [change] = changes()
    assert.ok(change?.what === 'changed' && 'hint' in change.wanted)
    assert.equal(change.kind, kind)
    const { http } = await cloud.signIn('sam')
    const fetched = await cloud.fetch(http, kind, change.wanted)
    const [page] = pagesOf(fetched)
    assert.deepEqual(page?.payload, push.payload)
    assert.doesNotMatch(JSON.stringify(page?.request), /token/)
    await cloud.control('mode', { kind, mode: 'push' })
  }
})

test('a pull needs the token of its ping', async () => {
  const { http } = await cloud.signIn('sam')
  const url = cloud.callbackUrl.replace(/\/hook.*/, '/sandbox/garmin/wellness-api/rest/dailies?token=made-up')
  await assert.rejects(cloud.fetch(http, 'dailies', { hint: { callbackURL: url } }), { status: 400, next: 'give_up' })
})

test('the same history is asked for once; a day that lies too far back is asked for from where it begins', async () => {
  const { http } = await cloud.signIn('ada')
  const days = { start: '2026-11-01', end: '2026-11-03' }
  const promised: Fetched[] = [{ promised: { types: ['body'], days } }]
  assert.deepEqual(await cloud.fetch(http, 'bodyComps', { days }), promised)
  assert.deepEqual(await cloud.fetch(http, 'bodyComps', { days }), promised, 'a 409 is no failure')
  await cloud.control('history', { days: '10' })
  try {
    const [late] = await cloud.fetch(http, 'userMetrics', { days: { start: '2026-11-01', end: '2026-11-15' } })
    assert.deepEqual(late, { promised: { types: ['body'], days: { start: '2026-11-10', end: '2026-11-15' } } })
    assert.deepEqual(await cloud.fetch(http, 'userMetrics', { days }), [], 'nothing will ever come')
  } finally {
    await cloud.control('history', { days: '730' })
  }
})

test('history that the person did not allow, and kinds that are switched off at Garmin', async () => {
  const days = { start: '2026-11-01', end: '2026-11-03' }
  const { http } = await cloud.signIn('noor', 'HEALTH_EXPORT')
  const refused = (next: string) => (error: unknown) => error instanceof ProviderError && error.next === next
  await assert.rejects(cloud.fetch(http, 'dailies', { days }), refused('skip'))
  const allowed = await cloud.signIn('sam')
  await cloud.control('mode', { kind: 'mct', mode: 'off' })
  await assert.rejects(cloud.fetch(allowed.http, 'mct', { days }), /not enabled/)
})

test('deregistration and permissions are told; our own end of a registration too', async () => {
  const { identity, tokens } = await cloud.signIn('leaver')
  const { providerUserId } = identity
  await cloud.control('scopes', { person: 'leaver', grant: 'HEALTH_EXPORT' })
  assert.deepEqual(changes(), [{ what: 'scopes', providerUserId, scopes: ['HEALTH_EXPORT'] }])
  await cloud.control('scopes', { person: 'leaver', grant: '' })
  assert.deepEqual(changes(), [{ what: 'scopes', providerUserId, scopes: [] }])
  assert.ok(garmin.auth.kind === 'oauth2')
  await garmin.auth.revoke!({ tokens, client: cloud.secrets.client, providerUserId, now: 0, send: cloud.send })
  assert.deepEqual(changes(), [{ what: 'revoked', providerUserId }])
})

test('who guesses the address is refused', async () => {
  await cloud.signIn('sam')
  assert.deepEqual(await cloud.control('forge', { person: 'sam' }), { statuses: { '401': 1 } })
})

test('a day grows, and a night that was tentative becomes final: the same records', async () => {
  const { providerUserId } = (await cloud.signIn('grower')).identity
  const who = person('grower')
  // Some minutes after waking.
  const night = mainNight(who, '2026-11-21')
  cloud.clock.set(night.endAt + 45 * 60_000)
  await cloud.control('tick')
  const first = pushed(providerUserId)
  cloud.clock.advance(8 * 3_600_000)
  await cloud.control('tick')
  const second = pushed(providerUserId)
  const of = (pages: readonly Page[], kind: string) =>
    cloud.records(
      pages.filter((page) => page.kind === kind),
      who.timeZone,
    )
  const [tentative] = of(first, 'sleeps')
  const [final] = of(second, 'sleeps')
  assert.equal(at(tentative?.record, 'metadata.upload_type'), 3)
  assert.equal(at(final?.record, 'metadata.upload_type'), 2)
  assert.equal(at(tentative?.record, 'metadata.summary_id'), at(final?.record, 'metadata.summary_id'))
  assert.equal(instant(at(final?.record, 'metadata.end_time')), night.endAt)
  const steps = (pages: readonly Page[]) => Number(at(of(pages, 'dailies').at(-1)?.record, 'distance_data.steps'))
  assert.ok(steps(second) > steps(first), `${steps(second)} after ${steps(first)}`)
})

test('a workout is planned, found, moved and taken away again', async () => {
  const { http } = await cloud.signIn('planner')
  const plans = garmin.plannedWorkouts!
  const sample = JSON.parse(
    readFileSync(
      new URL('../src/connectors/garmin/samples/training/workout-create-request.json', import.meta.url),
      'utf8',
    ),
  ) as Record<string, unknown>
  const workout = readWorkout('', '2026-12-01', sample)
  const { id } = await plans.create({ http, workout })
  const days = { start: '2026-12-01', end: '2026-12-31' }
  const [found, ...others] = await plans.list({ http, days })
  assert.deepEqual(others, [])
  assert.equal(found?.planned_workout_id, id)
  assert.equal(found?.is_external, false)
  assert.deepEqual(found?.details.steps, workout.details.steps)
  assert.equal(await plans.move!({ http, id, day: '2026-12-02' }), true)
  assert.equal((await plans.read!({ http, id }))?.planned_date, '2026-12-02')
  await plans.delete({ http, id })
  assert.deepEqual(await plans.list({ http, days }), [])
  assert.equal(await plans.read!({ http, id }), null)
  await assert.rejects(plans.delete({ http, id }), { status: 404 })
  const refusing = await cloud.signIn('planner', 'HEALTH_EXPORT')
  await assert.rejects(plans.create({ http: refusing.http, workout }), { next: 'skip', status: 412 })
})

test('posts for load are posts: everybody in them, and another revision says something else', () => {
  const personIds = Array.from({ length: 50 }, (_, i) => `load-${i}`)
  const bodies = [0, 1].map((revision) =>
    pushBody({ personIds, day: '2026-11-10', kinds: ['dailies', 'sleeps', 'stressDetails'], revision }),
  )
  const [first, second] = bodies.map((body) =>
    garmin.notifications!.parse({ method: 'POST', headers: {}, query: {}, body: Buffer.from(body) }),
  )
  const pages = first!.flatMap((change) => (change.what === 'page' ? [change] : []))
  assert.equal(pages.length, 150)
  assert.deepEqual(new Set(pages.map((change) => change.providerUserId)), new Set(personIds.map(accountId)))
  const stepsOf = (changes: readonly Change[]) => {
    const records = cloud.records(
      changes.flatMap((change) => (change.what === 'page' ? [change.page] : [])).slice(0, 1),
    )
    return Number(at(records[0]?.record, 'distance_data.steps'))
  }
  assert.equal(stepsOf(second!), stepsOf(first!) + 1)
})
