// A time that no calendar has: milliseconds that were taken for seconds, a duration beyond all. Its document is reported, and
// the others of its page are mapped as if it were not there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectors } from '../src/connectors/index.ts'
import { mapPage } from '../src/connectors/map-pages.ts'
import { goldenCases } from './golden.ts'

/** A golden page, its list (of `a.b`), and a field of each document of it. */
const PAGES: [page: string, list: string, field: string][] = [
  ['COROS sport list-with-triathlon', 'data', 'startTime'],
  ['CONCEPT2 results page-of-three', 'data', 'time'],
  ['EIGHT trends clock-goes-back', 'days', 'sessions.0.duration'],
  ['FITBIT activity_log_list abroad', 'activities', 'originalDuration'],
  ['GARMIN activities multisport', 'activities', 'startTimeInSeconds'],
  ['GARMIN sleeps final-after-tentative', 'sleeps', 'startTimeInSeconds'],
  ['OURA sleep clock-goes-back', 'data', 'heart_rate.interval'],
  ['POLAR biosensing_ecg one-test', '', 'test_time'],
  ['STRAVA athlete_activities page-newest-first', '', 'elapsed_time'],
  ['SUUNTO workouts journey', 'payload', 'startTime'],
  ['WAHOO workouts list', 'workouts', 'workout_summary.duration_total_accum'],
  ['WITHINGS measure ambiguous-and-goal', 'body.measuregrps', 'date'],
]

const BEYOND = 1e300

for (const [page, list, field] of PAGES) {
  const [id, kind, name] = page.split(' ')
  test(`${id}: a time that no calendar has takes nothing else of ${kind} with it`, () => {
    const connector = connectors.find((each) => each.id === id)!
    const golden = goldenCases(connector).find((each) => each.name === page)
    assert.ok(golden, `no golden page ${name}`)
    const mapped = (payload: unknown) =>
      mapPage(connector, kind!, payload, { ...golden.context, receivedAt: Date.parse(golden.context.receivedAt) })
    const damaged = structuredClone(golden.payload)
    const documents = at(damaged, list) as object[]
    const beyond = structuredClone(documents[0]!)
    const path = field.split('.')
    const holder = at(beyond, path.slice(0, -1).join('.')) as Record<string, unknown>
    holder[path.at(-1)!] = BEYOND
    documents.push(beyond)
    const [whole, result] = [mapped(golden.payload), mapped(damaged)]
    assert.deepEqual(result.mapped, whole.mapped)
    const odd = new Set(whole.unreadable.map(({ place }) => place))
    assert.equal(result.unreadable.filter(({ place }) => !odd.has(place)).length, 1)
    // Alone it is no page.
    documents.splice(0, documents.length, beyond)
    assert.throws(() => mapped(damaged), { name: 'UnreadablePage' })
  })
}

function at(value: unknown, path: string): unknown {
  const names = path === '' ? [] : path.split('.')
  return names.reduce((inside, part) => (inside as Record<string, unknown>)[part], value)
}
