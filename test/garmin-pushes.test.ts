// GARMIN's pushes through the whole server: what arrives apart, grows, or is superseded.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { unpackJson } from '../src/store/compress.ts'
import { openGarmin } from './garmin-server.ts'
import { at } from './provider/cloud.ts'

/** A day that no simulated person has a say in. */
const DAY = '2026-05-04'
const MIDNIGHT = 1_777_842_000
const OFFSET = 10_800
const WHOLE_DAY = { startTimeInSeconds: MIDNIGHT, startTimeOffsetInSeconds: OFFSET, durationInSeconds: 86_400 }

const server = await openGarmin()
after(() => server.close())
const { db, url, clientId, connect, idle } = server
const hook = await server.hook()

test('an answered push is stored with its record and its event, and left no job', async () => {
  const person = await connect('at-once')
  const steps = (n: number) => ({ userId: person.account, summaryId: 'd1', calendarDate: DAY, steps: n, ...WHOLE_DAY })
  const send = (body: object): Promise<Response> =>
    fetch(hook, { method: 'POST', headers: { 'garmin-client-id': clientId }, body: JSON.stringify(body) })
  const count = async (what: string): Promise<number> =>
    (await db.one<{ n: number }>(`SELECT count(*) AS n FROM ${what} WHERE user_id = $1`, [person.userId]))!.n
  const eventsBefore = await count('events')
  const pagesBefore = await count('pages')
  assert.equal((await send({ dailies: [steps(5000)] })).status, 200)
  assert.deepEqual(
    [await count('events'), await count('pages'), await count(`(SELECT * FROM jobs WHERE kind = 'push') j`)],
    [eventsBefore + 1, pagesBefore + 1, 0],
  )
  // Several of one person at the same time are one record.
  const answers = await Promise.all([5100, 5200, 5300].map((n) => send({ dailies: [steps(n)] })))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  const [daily] = await stored(person.userId, 'daily')
  assert.ok([5100, 5200, 5300].includes(at(daily, 'distance_data.steps') as number))
})

test('epochs of one day come hour by hour: all of them count, the latest of each', async () => {
  const person = await connect('epochs')
  const epoch = (slot: number, activityType: string, steps: number) => ({
    userId: person.account,
    summaryId: `e${slot}`,
    activityType,
    steps,
    activeTimeInSeconds: 300,
    startTimeInSeconds: MIDNIGHT + slot * 900,
    startTimeOffsetInSeconds: OFFSET,
  })
  await push({ epochs: [epoch(30, 'WALKING', 100), epoch(31, 'WALKING', 50)] })
  await push({ epochs: [epoch(32, 'RUNNING', 900)] })
  // The quarter was not over yet, and another kind of movement comes to it.
  await push({ epochs: [epoch(31, 'WALKING', 80), epoch(31, 'RUNNING', 200)] })
  const [daily] = await stored(person.userId, 'daily')
  const samples = at(daily, 'distance_data.detailed.step_samples') as { steps: number; timestamp: string }[]
  assert.deepEqual(
    samples.map(({ steps }) => steps),
    [100, 380, 1280],
  )
  assert.equal(samples[1]?.timestamp, `${DAY}T07:45:00.000000+03:00`)
})

test('heart rate of the epochs counts until the day brings its own', async () => {
  const { account, userId } = await connect('hearts')
  const about = { userId: account, startTimeOffsetInSeconds: OFFSET }
  const bpm = async () => {
    const [daily] = await stored(userId, 'daily')
    return (at(daily, 'heart_rate_data.detailed.hr_samples') as { bpm: number }[]).map((sample) => sample.bpm)
  }
  await push({
    epochs: [
      { ...about, activityType: 'WALKING', startTimeInSeconds: MIDNIGHT + 900, meanHeartRateInBeatsPerMinute: 99 },
    ],
  })
  assert.deepEqual(await bpm(), [99])
  await push({
    dailies: [
      {
        ...about,
        summaryId: 'd1',
        calendarDate: DAY,
        startTimeInSeconds: MIDNIGHT,
        timeOffsetHeartRateSamples: { '0': 50, '60': 52 },
      },
    ],
  })
  assert.deepEqual(await bpm(), [50, 52])
})

test('two weighings of a day, and one that was corrected', async () => {
  const { account, userId } = await connect('scales')
  const weighing = (summaryId: string, minutes: number, weightInGrams: number) => ({
    userId: account,
    summaryId,
    weightInGrams,
    measurementTimeInSeconds: MIDNIGHT + minutes * 60,
    measurementTimeOffsetInSeconds: OFFSET,
  })
  await push({ bodyComps: [weighing('w1', 420, 80_000)] })
  await push({ bodyComps: [weighing('w2', 1200, 81_000)] })
  await push({ bodyComps: [weighing('w1', 420, 79_500)] })
  const [body] = await stored(userId, 'body')
  const measurements = at(body, 'measurements_data.measurements') as { weight_kg: number }[]
  assert.deepEqual(
    measurements.map((each) => each.weight_kg),
    [79.5, 81],
  )
})

test('a night: tentative, then final under another id, with a nap that is gone again, and what is sent apart', async () => {
  const { account, userId } = await connect('nights')
  const start = MIDNIGHT - 4680
  const night = (summaryId: string, deep: number, more: object) => ({
    userId: account,
    summaryId,
    calendarDate: DAY,
    startTimeInSeconds: start,
    startTimeOffsetInSeconds: OFFSET,
    durationInSeconds: deep + 3600,
    deepSleepDurationInSeconds: deep,
    lightSleepDurationInSeconds: 3600,
    remSleepInSeconds: 0,
    awakeDurationInSeconds: 0,
    ...more,
  })
  const nap = { napStartTimeInSeconds: MIDNIGHT + 50_000, napDurationInSeconds: 1200, napOffsetInSeconds: OFFSET }
  // Before the night itself.
  await push({
    hrv: [
      { userId: account, calendarDate: DAY, lastNightAvg: 58, startTimeInSeconds: start, hrvValues: { '300': 60 } },
    ],
    allDayRespiration: [
      {
        userId: account,
        startTimeInSeconds: start,
        startTimeOffsetInSeconds: OFFSET,
        timeOffsetEpochToBreaths: { '0': 14, '7200': 13, '30000': 18 },
      },
    ],
  })
  assert.deepEqual(await stored(userId, 'sleep'), [], 'a variability is no night')
  await push({ sleeps: [night('n1', 3600, { validation: 'ENHANCED_TENTATIVE', naps: [nap] })] })
  const first = await stored(userId, 'sleep')
  assert.equal(first.length, 2)
  await push({ sleeps: [night('n2', 7200, { validation: 'ENHANCED_FINAL' })] })
  const [final, ...others] = await stored(userId, 'sleep')
  assert.deepEqual(others, [], 'the nap is gone')
  const tentative = first.find((record) => at(record, 'metadata.is_nap') === false)
  assert.equal(at(final, 'metadata.summary_id'), at(tentative, 'metadata.summary_id'))
  assert.equal(at(tentative, 'metadata.upload_type'), 3)
  assert.equal(at(final, 'metadata.upload_type'), 2)
  assert.equal(at(final, 'sleep_durations_data.asleep.duration_asleep_state_seconds'), 10_800)
  assert.equal(at(final, 'heart_rate_data.summary.avg_hrv_rmssd'), 58)
  const breaths = at(final, 'respiration_data.breaths_data.samples') as { breaths_per_min: number }[]
  assert.deepEqual(
    breaths.map((each) => each.breaths_per_min),
    [14, 13],
    'those after the night are not of it',
  )
})

test('a workout: what was corrected stands above the details, these above the summary, in whatever order they come', async () => {
  const { account, userId } = await connect('workouts')
  const summary = { startTimeInSeconds: MIDNIGHT, startTimeOffsetInSeconds: OFFSET, durationInSeconds: 600 }
  const ids = { userId: account, activityId: 18_734_561_290 }
  await push({
    manuallyUpdatedActivities: [{ ...ids, ...summary, activityType: 'TRAIL_RUNNING', activityName: 'Corrected' }],
  })
  await push({
    activityDetails: [
      {
        ...ids,
        summaryId: '18734561290-detail',
        summary: { ...summary, activityType: 'RUNNING', distanceInMeters: 2000 },
        samples: [{ startTimeInSeconds: MIDNIGHT, heartRate: 120 }],
      },
    ],
  })
  await push({
    activities: [
      { ...ids, summaryId: '18734561290', ...summary, activityType: 'RUNNING', activityName: 'Run', steps: 9 },
    ],
  })
  const records = await stored(userId, 'activity')
  assert.equal(records.length, 1)
  const [record] = records
  assert.equal(at(record, 'metadata.name'), 'Corrected')
  assert.equal(at(record, 'metadata.type'), 149)
  assert.equal(at(record, 'metadata.upload_type'), 3)
  assert.equal(at(record, 'distance_data.summary.distance_meters'), 2000)
  assert.equal(at(record, 'distance_data.summary.steps'), 9)
  assert.equal((at(record, 'heart_rate_data.detailed.hr_samples') as unknown[]).length, 1)
})

test('what nobody knows and what cannot be read keeps nothing back', async () => {
  const { account, userId } = await connect('readable')
  const metrics = { userId: account, summaryId: 'm', calendarDate: DAY, vo2Max: 51 }
  await push({
    userMetrics: [{ userId: account, summaryId: 'x', vo2Max: 40 }, metrics],
    unheardOf: [{ userId: account }],
    dailies: [{ userId: 'nobody-that-we-know', startTimeInSeconds: MIDNIGHT }],
  })
  const bodies = await stored(userId, 'body')
  assert.deepEqual(
    bodies.map((record) => at(record, 'oxygen_data.vo2max_ml_per_min_per_kg')),
    [51],
  )
})

test('the same push again changes nothing', async () => {
  const { account, userId } = await connect('again')
  const body = {
    pulseox: [
      {
        userId: account,
        startTimeInSeconds: MIDNIGHT,
        startTimeOffsetInSeconds: OFFSET,
        timeOffsetSpo2Values: { '0': 97 },
      },
    ],
  }
  await push(body)
  // The present day is the sandbox's: its watch may upload meanwhile.
  const version = async () => {
    const sql = 'SELECT version FROM records WHERE user_id = $1 AND start_day <= $2'
    return (await db.all<{ version: number }>(sql, [userId, DAY])).map((row) => row.version)
  }
  const before = await version()
  assert.equal(before.length, 1)
  await push(body)
  assert.deepEqual(await version(), before)
})

test('a ping that leads elsewhere is not followed: our token goes to Garmin alone', async () => {
  const { account, userId } = await connect('pinged')
  let asked = 0
  const elsewhere = createServer((_request, response) => {
    asked++
    response.end('[]')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  try {
    const callbackURL = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/wellness-api/rest/dailies?token=x`
    await push({ dailies: [{ userId: account, callbackURL }] })
    assert.equal(asked, 0)
    assert.deepEqual(await stored(userId, 'daily'), [])
  } finally {
    elsewhere.close()
  }
})

async function push(body: Record<string, unknown[]>): Promise<void> {
  const response = await fetch(hook.replace(/^https?:\/\/[^/]+/, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'garmin-client-id': clientId },
    body: JSON.stringify(body),
  })
  assert.equal(response.status, 200)
  assert.equal(await response.text(), '')
  await idle()
}

async function stored(userId: string, type: string): Promise<unknown[]> {
  const rows = await db.all<{ body: Uint8Array }>(
    'SELECT body FROM records WHERE user_id = $1 AND type = $2 AND start_day BETWEEN $3 AND $4 ORDER BY start_at',
    [userId, type, '2026-05-03', DAY],
  )
  return rows.map((row) => unpackJson(row.body))
}
