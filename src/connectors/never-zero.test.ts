import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DATA_TYPES, type DataType } from '../model/data-type.ts'
import { complete } from '../model/records.ts'
import type { Mapped } from './mapping.ts'
import { dropZeros, NUMBERS, SERIES } from './never-zero.ts'

const at = '2026-09-15T08:00:00+02:00'
const heart = (bpm: number) => ({
  summary: { avg_hr_bpm: bpm, resting_hr_bpm: bpm, avg_hrv_rmssd: bpm },
  detailed: {
    hr_samples: [
      { timestamp: at, bpm },
      { timestamp: at, bpm: 61 },
      { timestamp: at, bpm: null },
    ],
  },
})

/** What is left of a heart that was not felt once. */
const notFelt = {
  summary: { avg_hr_bpm: null, resting_hr_bpm: null, avg_hrv_rmssd: null },
  detailed: {
    hr_samples: [
      { timestamp: at, bpm: 61 },
      { timestamp: at, bpm: null },
    ],
  },
}

function recordOf(mapped: Mapped): unknown {
  return dropZeros([mapped])[0]!.record
}

test('what was not felt is not said, and what can be 0 stays', () => {
  assert.deepEqual(
    recordOf({
      type: 'daily',
      key: { day: '2026-09-15' },
      record: {
        distance_data: { steps: 0, distance_meters: 0 },
        heart_rate_data: heart(0),
        oxygen_data: { avg_saturation_percentage: 0, saturation_samples: [{ timestamp: at, percentage: 0 }] },
        stress_data: { avg_stress_level: 0, samples: [{ timestamp: at, level: 0 }] },
      },
    }),
    {
      distance_data: { steps: 0, distance_meters: 0 },
      heart_rate_data: notFelt,
      oxygen_data: { avg_saturation_percentage: null, saturation_samples: [] },
      stress_data: { avg_stress_level: 0, samples: [{ timestamp: at, level: 0 }] },
    },
  )
})

test('a lap without a strap keeps what else is known of it', () => {
  assert.deepEqual(
    recordOf({
      type: 'activity',
      key: { id: '1' },
      record: { lap_data: { laps: [{ distance_meters: 400, avg_hr_bpm: 0 }, { avg_hr_bpm: 120 }] } },
    }),
    { lap_data: { laps: [{ distance_meters: 400, avg_hr_bpm: null }, { avg_hr_bpm: 120 }] } },
  )
})

test('a scale that measured weight alone says nothing of fat; the heart of a body lies deeper', () => {
  assert.deepEqual(
    recordOf({
      type: 'body',
      key: { day: '2026-09-15' },
      record: {
        heart_data: { heart_rate_data: heart(-1) },
        measurements_data: { measurements: [{ weight_kg: 70.2, bodyfat_percentage: 0, insulin_units: 0 }] },
      },
    }),
    {
      heart_data: {
        heart_rate_data: notFelt,
      },
      measurements_data: { measurements: [{ weight_kg: 70.2, bodyfat_percentage: null, insulin_units: 0 }] },
    },
  )
})

test('a reading that is there is left as it came', () => {
  const record = { heart_rate_data: heart(48) }
  const before = structuredClone(record)
  assert.deepEqual(recordOf({ type: 'sleep', key: { id: '1' }, record }), before)
  assert.equal(recordOf({ type: 'sleep', key: { id: '1' }, record: null }), null)
})

test('every place that is looked at is one of a record', () => {
  const series = SERIES.map(([place, list, name]) => [`${place}.${list}`, name] as const)
  for (const [place, ...names] of [...NUMBERS, ...series]) {
    const group = Object.fromEntries(names.map((name) => [name, 1]))
    const holders = DATA_TYPES.filter((type) => [group, [group]].some((held) => isPart(type, nested(place, held))))
    assert.notDeepEqual(holders, [], `${place}: ${names.join(', ')}`)
  }
})

function nested(place: string, held: unknown): object {
  return place.split('.').reduceRight((inner: unknown, name) => ({ [name]: inner }), held) as object
}

/** Members that a record does not have are refused. */
function isPart(type: DataType, partial: object): boolean {
  try {
    complete(type, partial)
    return true
  } catch {
    return false
  }
}
