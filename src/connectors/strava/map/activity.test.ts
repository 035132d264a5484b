import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ActivityType } from '../../../model/enumerations.ts'
import { mapPage } from '../../map-pages.ts'
import { strava } from '../index.ts'

const input = { timeZone: null, receivedAt: 0 }
const start_date = '2026-06-01T10:00:00Z'

function typeOf(sport: Record<string, unknown>): { type: unknown; unknown: number } {
  const { mapped, unknown } = mapPage(strava, 'activity', { id: 1, start_date, ...sport }, input)
  const [part] = mapped
  assert.ok(part?.type === 'activity')
  return { type: part.record?.metadata?.type, unknown: unknown.length }
}

test('a sport that nobody knows is unknown, and counted; the older field serves where there is no newer', () => {
  for (const sport of ['constructor', 'Quidditch', 'run']) {
    assert.deepEqual(typeOf({ sport_type: sport }), { type: ActivityType.Unknown, unknown: 1 })
  }
  assert.deepEqual(typeOf({}), { type: ActivityType.Unknown, unknown: 0 })
  assert.deepEqual(typeOf({ type: 'Ride' }), { type: ActivityType.Biking, unknown: 0 })
})

test('an offset that no clock has is none', () => {
  const local = { start_date_local: '2026-06-01T12:00:00Z', utc_offset: 7_200_000 }
  const [part] = mapPage(strava, 'activity', { id: 1, start_date, ...local }, input).mapped
  assert.equal(part?.type === 'activity' && part.record?.metadata?.start_time, '2026-06-01T12:00:00.000000+02:00')
})

test('what cannot be read is named without its value', () => {
  for (const [payload, place] of [
    [{ id: 1 }, 'start_date'],
    [{ start_date }, 'id'],
    [{ id: 1, start_date, average_heartrate: 'high' }, 'average_heartrate'],
    [{ id: 1.5, start_date }, 'id'],
  ] as const) {
    assert.throws(
      () => mapPage(strava, 'activities', payload, input),
      (error) => error instanceof Error && error.message.includes(place) && !error.message.includes('high'),
    )
  }
  assert.throws(() => mapPage(strava, 'streams', [[1, 2]], input), /an object of streams by type/)
})
