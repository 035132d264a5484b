import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareRecords } from './compare-records.ts'

const night = (more: object, durations: object = {}) => ({
  metadata: { summary_id: 'a', start_time: '2026-09-14T23:02:00.000000+02:00', is_nap: false, ...more },
  sleep_durations_data: { sleep_efficiency: 94, ...durations, hypnogram_samples: [{ level: 4 }] },
})

test('equal within rounding, in whichever spelling of the time; series and ids are left out', () => {
  const other = night({ summary_id: 'b', start_time: '2026-09-14T21:02:00.000000+00:00' })
  other.sleep_durations_data.sleep_efficiency = 93.76
  assert.deepEqual(compareRecords(night({}), other, {}), { equal: 3, only_old: [], only_new: [], different: [] })
})

test('what one side alone knows is no difference', () => {
  const compared = compareRecords(night({ name: 'x', city: null }), night({ upload_type: 2 }), {})
  assert.deepEqual([compared.only_old, compared.only_new], [['metadata.name'], ['metadata.upload_type']])
  assert.deepEqual(compared.different, [])
})

test('a difference has its reason, by the whole path or its end', () => {
  const compared = compareRecords(
    night({ is_nap: true, name: 'Run' }, { awake: { sleep_latency_seconds: 0 } }),
    night({ name: 'Running' }, { awake: { sleep_latency_seconds: 540 } }),
    {
      'metadata.name': 'another name',
      'awake.sleep_latency_seconds': 'always 0 before',
      latency_seconds: 'no part of a word',
    },
  )
  assert.deepEqual(compared.different, [
    { path: 'metadata.is_nap', old: 'true', new: 'false', because: null },
    { path: 'metadata.name', old: '"Run"', new: '"Running"', because: 'another name' },
    {
      path: 'sleep_durations_data.awake.sleep_latency_seconds',
      old: '0',
      new: '540',
      because: 'always 0 before',
    },
  ])
})
