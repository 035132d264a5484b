// A year of one simulated person on each source (LOAM_TEST_LONG=1; a few weeks otherwise): every day is there once, and the totals
// are those of the body that all clouds share, within what the provider rounds.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Connector } from '../../src/connectors/connector.ts'
import type { DataType } from '../../src/model/data-type.ts'
import { addDays, daysBetween, offsetAt } from '../../src/model/local-day.ts'
import { simulateDay } from '../../src/simulator/people/day.ts'
import { glucoseOf } from '../../src/simulator/people/glucose.ts'
import { person } from '../../src/simulator/people/person.ts'
import { chosenSources } from '../provider/chosen-sources.ts'
import { type Gateway, nameOf, openGateway, type StoredRecord } from '../provider/gateway.ts'

const DAYS = process.env.LOAM_TEST_LONG === '1' ? 365 : 25
const WHO = 'ada'
/** The coarsest clock of a provider's nights and workouts. */
const SAME_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000
/** Kilometres with two digits and the like: what a provider's own rounding may take from a sum. */
const STEPS_OFF = 0.005
/** Nobody pricks a finger that often in a day. */
const SENSOR_READINGS = 50

let gateway: Gateway
before(async () => {
  gateway = await openGateway()
})
after(() => gateway.stop())

describe('a long time', () => {
  for (const connector of chosenSources()) {
    test(`${nameOf(connector)}: ${spanOf(connector)} days, each once, and the totals are the body's`, async (t) => {
      const env = await gateway.environment()
      const { userId } = await env.connect(connector, WHO)
      const end = addDays(new Date(gateway.now()).toISOString().slice(0, 10), -2)
      const start = addDays(end, 1 - spanOf(connector))
      const job = await env.backfill(userId, { start, end })
      assert.equal(job.state, 'done', job.last_error ?? '')
      const records = (await env.records(userId)).filter(({ day }) => day >= start && day <= end)
      const dailiesFrom = addDays(end, 1 - spanOf(connector, 'daily'))
      const seen = {
        days: checkDays(records, dailiesFrom, end),
        nights: checkNights(records, addDays(end, 1 - spanOf(connector, 'sleep')), end),
        workouts: checkWorkouts(records, addDays(end, 1 - spanOf(connector, 'activity')), end),
        sensorDays: checkGlucose(records, addDays(end, 1 - spanOf(connector, 'body')), end),
      }
      const { days, nights, workouts, sensorDays } = seen
      t.diagnostic(`${days} days with steps, ${nights} nights, ${workouts} workouts, ${sensorDays} days of a sensor`)
      const given = new Set(Object.values(connector.reads).flatMap((read) => [...read.types]))
      if (given.has('sleep') && !given.has('activity')) assert.ok(seen.nights > 0)
      // Some sources know a single sport, of which there is none for weeks once in some years.
      assert.ok(records.length > 0 || !daysBetween(start, end).some(rode), 'nothing was read')
    })
  }
})

function rode(day: string): boolean {
  return simulateDay(person(WHO), day).workouts.some(({ sport }) => sport === 'cycling')
}

/** As far back as the source answers at all, or gives this type. */
function spanOf({ historyDays, reads }: Connector, type?: DataType): number {
  const reach = (days: number | null | undefined): number => (days == null ? DAYS : Math.min(DAYS, days - 2))
  const kinds = Object.values(reads).filter((read) => type !== undefined && read.types.includes(type))
  return Math.min(reach(historyDays), Math.max(0, ...kinds.map((read) => reach(read.historyDays))) || DAYS)
}

/** Dailies once a day, with the body's own steps. */
function checkDays(records: readonly StoredRecord[], start: string, end: string): number {
  const dailies = records.filter(({ type, day }) => type === 'daily' && day >= start)
  if (dailies.length === 0) return 0
  assert.deepEqual(dailies.map(({ day }) => day).sort(), daysBetween(start, end), 'a day is missing, or there twice')
  let counted = 0
  for (const { day, body } of dailies) {
    const steps = (body as { distance_data?: { steps?: number | null } }).distance_data?.steps ?? null
    if (steps === null) continue
    const real = simulateDay(person(WHO), day).steps.reduce((sum, each) => sum + each, 0)
    assert.ok(Math.abs(steps - real) <= Math.max(1, real * STEPS_OFF), `${day}: ${steps} steps instead of ${real}`)
    counted++
  }
  return counted
}

/** Every night is one that was slept, none is there twice, and none is missing. */
function checkNights(records: readonly StoredRecord[], start: string, end: string): number {
  const slept = daysBetween(addDays(start, -1), addDays(end, 1)).flatMap((day) => {
    const { night, nap } = simulateDay(person(WHO), day)
    return nap === null ? [night] : [night, nap]
  })
  const found = records.filter(({ type }) => type === 'sleep').map((record) => boundsOf(record))
  for (const sleep of found) {
    const real = slept.filter((each) => {
      // Some write one offset for a whole night, also where the clock changes in it: one end is an hour off then.
      const off = clockChanges(each) && offsetOf(sleep.start) === offsetOf(sleep.end) ? HOUR_MS : 0
      const [early, late] = [Math.abs(each.startAt - sleep.startAt), Math.abs(each.endAt - sleep.endAt)]
      return Math.min(early, late) <= SAME_MS && Math.max(early, late) <= SAME_MS + off
    })
    assert.equal(real.length, 1, `nobody slept from ${sleep.start} to ${sleep.end}`)
  }
  assertApart(found, 'night')
  if (found.length === 0) return 0
  // Whose the nights at the edges are depends on how a source counts days.
  for (const day of daysBetween(addDays(start, 1), addDays(end, -1))) {
    const { night } = simulateDay(person(WHO), day)
    const there = found.some((sleep) => near(night.startAt, sleep.startAt) || near(night.endAt, sleep.endAt))
    assert.ok(there, `the night of ${day} is missing`)
  }
  return found.length
}

/** Every workout is one that was done, none is there twice, and none of a sport that the source knows is missing. */
function checkWorkouts(records: readonly StoredRecord[], start: string, end: string): number {
  const done = daysBetween(addDays(start, -1), addDays(end, 1)).flatMap((day) => simulateDay(person(WHO), day).workouts)
  // A quiet moment that a provider keeps as an activity burns nothing that anyone counts.
  const found = records
    .filter(({ type, body }) => type === 'activity' && burned(body) !== null)
    .map((record) => boundsOf(record))
  const sports = new Set<string>()
  for (const workout of found) {
    const real = done.find((each) => near(each.startAt, workout.startAt))
    assert.ok(real !== undefined, `nobody did anything at ${workout.start}`)
    sports.add(real.sport)
  }
  assertApart(found, 'workout')
  // Whose the workouts at the edges are depends on how a source counts days.
  for (const day of daysBetween(addDays(start, 1), addDays(end, -1))) {
    for (const { sport, startAt, manual } of simulateDay(person(WHO), day).workouts) {
      // What was typed in into one app is not in another's computer.
      const expected = sports.has(sport) && !manual
      assert.ok(!expected || found.some((each) => near(startAt, each.startAt)), `the ${sport} of ${day} is missing`)
    }
  }
  return found.length
}

/** Every day of a glucose sensor has each of its readings once. */
function checkGlucose(records: readonly StoredRecord[], start: string, end: string): number {
  const worn = records.flatMap(({ type, day, body }) => {
    const { blood_glucose_samples: samples = [] } = (body.glucose_data ?? {}) as {
      blood_glucose_samples?: { timestamp: string; blood_glucose_mg_per_dL: number }[]
    }
    return type === 'body' && samples.length >= SENSOR_READINGS ? [{ day, samples }] : []
  })
  if (worn.length === 0) return 0
  const wanted = daysBetween(start, end)
  const inside = worn.filter(({ day }) => day >= start && day <= end)
  assert.deepEqual(inside.map(({ day }) => day).sort(), wanted, 'a day of the sensor is missing, or there twice')
  for (const { day, samples } of inside) {
    const said = samples.map(({ timestamp, blood_glucose_mg_per_dL: value }) => [Date.parse(timestamp), value])
    const real = glucoseOf(person(WHO), day).map(({ at, mgPerDl }) => [at, mgPerDl])
    // Some give every third.
    const every = Math.round(real.length / said.length)
    const given = real.filter((_, i) => i % every === 0)
    assert.deepEqual(said, given, `the readings of ${day}`)
  }
  return inside.length
}

function burned(body: object): number | null {
  return (
    (body as { calories_data?: { total_burned_calories?: number | null } }).calories_data?.total_burned_calories ?? null
  )
}

interface Bounds {
  start: string
  end: string
  startAt: number
  endAt: number
}

function boundsOf({ body }: StoredRecord): Bounds {
  const start = String(body.metadata.start_time)
  const end = String(body.metadata.end_time)
  return { start, end, startAt: Date.parse(start), endAt: Date.parse(end) }
}

const offsetOf = (time: string): string => time.slice(-6)

function clockChanges({ startAt, endAt }: { startAt: number; endAt: number }): boolean {
  const { timeZone } = person(WHO)
  return offsetAt(startAt, timeZone) !== offsetAt(endAt, timeZone)
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= SAME_MS

function assertApart(found: readonly Bounds[], what: string): void {
  const starts = found.map(({ startAt }) => startAt).sort((a, b) => a - b)
  for (const [i, at] of starts.entries()) {
    if (i > 0) assert.ok(at - starts[i - 1]! > SAME_MS, `a ${what} is there twice: ${new Date(at).toISOString()}`)
  }
}
