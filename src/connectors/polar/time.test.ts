import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walk } from './time.ts'

const times = (clocks: readonly string[], day: string, clock: string) =>
  walk(Object.fromEntries(clocks.map((each) => [each, 1])), { day, clock }, '+03:00').map(({ timestamp }) =>
    timestamp.slice(5, 16),
  )

test('readings of a night: past midnight a day later, the first one perhaps a little before the night', () => {
  assert.deepEqual(times(['23:33', '23:38', '00:03'], '2026-05-03', '23:36'), [
    '05-03T23:33',
    '05-03T23:38',
    '05-04T00:03',
  ])
  assert.deepEqual(times(['23:59', '00:04'], '2026-05-04', '00:02'), ['05-03T23:59', '05-04T00:04'])
  assert.deepEqual(times(['00:20', '01:00'], '2026-05-03', '22:00'), ['05-04T00:20', '05-04T01:00'])
})
