// One person who wears four devices: what they say is of one body, each in its own way. What merging across devices is tried on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectorById } from '../src/connectors/index.ts'
import { addDays, daysBetween } from '../src/model/local-day.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { person } from '../src/simulator/people/person.ts'
import { type Gateway, openGateway, type StoredRecord } from './provider/gateway.ts'

const WHO = 'ada'
const DEVICES = ['OURA', 'WITHINGS', 'GARMIN', 'FITBIT'] as const
const DAYS = 5
/** What a provider rounds, and how coarse its clock is. */
const STEPS_OFF = 0.005
const SAME_MS = 5 * 60_000

let gateway: Gateway
let start: string
let end: string
const worn = new Map<string, StoredRecord[]>()

before(async () => {
  gateway = await openGateway()
  const env = await gateway.environment()
  end = addDays(new Date(gateway.now()).toISOString().slice(0, 10), -2)
  // The latest days that have a workout in their middle: even who trains most days rests for some.
  while (!daysBetween(addDays(end, 2 - DAYS), addDays(end, -1)).some(trained)) end = addDays(end, -1)
  start = addDays(end, 1 - DAYS)
  for (const id of DEVICES) {
    const { userId } = await env.connect(connectorById(id)!, WHO)
    const job = await env.backfill(userId, { start, end })
    assert.equal(job.state, 'done', job.last_error ?? '')
    worn.set(id, await env.records(userId))
  }
})
after(() => gateway.stop())

test('each day has the same steps on every wrist', () => {
  for (const day of daysBetween(start, end)) {
    const counts = each((records) => {
      const daily = records.find((record) => record.type === 'daily' && record.day === day)
      return (daily?.body as { distance_data?: { steps?: number } } | undefined)?.distance_data?.steps ?? null
    })
    assert.ok(
      counts.every((count) => count !== null && count > 0),
      `${day}: ${counts}`,
    )
    const [least, most] = [Math.min(...(counts as number[])), Math.max(...(counts as number[]))]
    assert.ok(most - least <= Math.max(2, most * STEPS_OFF), `${day}: ${counts} steps`)
  }
})

test('each night is slept at the same time on every wrist', () => {
  for (const { startAt, endAt } of longest(worn.get('OURA')!)) {
    const same = each((records) =>
      longest(records).some((night) => near(night.startAt, startAt) && near(night.endAt, endAt)),
    )
    assert.deepEqual(same, [true, true, true, true], new Date(startAt).toISOString())
  }
})

test('each workout begins at the same time on every wrist', () => {
  // A ring keeps quiet moments too; a watch knows what was a workout.
  const workouts = boundsOf(worn.get('GARMIN')!, 'activity').filter((each) => inside(each.startAt))
  assert.ok(workouts.length > 0, 'a watch that was worn has no workout')
  for (const { startAt } of workouts) {
    const same = each((records) => boundsOf(records, 'activity').some((other) => near(other.startAt, startAt)))
    assert.deepEqual(same, [true, true, true, true], new Date(startAt).toISOString())
  }
})

test('no two devices are one: the records are their own', () => {
  const ids = each((records) => records.map(({ body }) => String(body.metadata?.summary_id ?? '')))
    .flat()
    .filter(Boolean)
  assert.equal(new Set(ids).size, ids.length)
  const nights = each((records) =>
    JSON.stringify(records.filter(({ type }) => type === 'sleep').map(({ body }) => body)),
  )
  assert.equal(new Set(nights).size, DEVICES.length)
})

function trained(day: string): boolean {
  return simulateDay(person(WHO), day).workouts.some(({ manual }) => !manual)
}

function each<Answer>(of: (records: StoredRecord[]) => Answer): Answer[] {
  return DEVICES.map((id) => of(worn.get(id)!))
}

function boundsOf(records: readonly StoredRecord[], type: string) {
  return records
    .filter((record) => record.type === type)
    .map(({ body: { metadata } }) => ({
      startAt: Date.parse(String(metadata.start_time)),
      endAt: Date.parse(String(metadata.end_time)),
    }))
}

/** Nights that lie within the days that were read, and no naps. */
function longest(records: readonly StoredRecord[]) {
  const nights = boundsOf(records, 'sleep').filter((night) => night.endAt - night.startAt > 4 * 3_600_000)
  return nights.filter(({ startAt, endAt }) => inside(startAt) && inside(endAt))
}

/** A day from either edge: whose the rest is depends on how a source counts days. */
function inside(at: number): boolean {
  return at > Date.parse(`${addDays(start, 1)}T00:00:00Z`) && at < Date.parse(`${end}T00:00:00Z`)
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_MS
}
