import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mapPage } from '../../map-pages.ts'
import { UnreadablePage } from '../../connector.ts'
import { withings } from '../index.ts'

const input = { timeZone: 'Europe/Berlin', receivedAt: Date.parse('2026-09-16T12:00:00Z') }
const at = 1_789_449_511
const map = (kind: string, payload: unknown) => mapPage(withings, kind, payload, input)

test("the API's own names of its actions are understood", () => {
  for (const [name, kind] of [
    ['getmeas', 'measure'],
    ['getactivity', 'activity'],
    ['getintradayactivity', 'intraday'],
    ['getworkouts', 'workouts'],
    ['getsummary', 'sleep_summary'],
    ['sleep-getsummary', 'sleep_summary'],
    ['sleep_get', 'sleep'],
    ['heart_get', 'heart'],
    ['heartlist', 'heart_list'],
    ['getdevice', 'device'],
  ] as const) {
    const empty = kind === 'heart' ? { signal: [], sampling_frequency: 300 } : { status: 0, body: {} }
    assert.equal(map(name, empty).kind, kind)
  }
})

test('a value and its power of ten are one number, without the crumbs of binary fractions', () => {
  for (const [value, unit, kilograms] of [
    [63_402, -3, 63.402],
    [634, -1, 63.4],
    [63, 0, 63],
    [6, 1, 60],
  ]) {
    const [part] = map('measure', { date: at, measures: [{ type: 1, value, unit }] }).mapped
    assert.equal(part?.type === 'body' && part.record?.measurements_data?.measurements?.[0]?.weight_kg, kilograms)
  }
})

const unreadable: [kind: string, payload: unknown, message: RegExp][] = [
  ['measure', { status: 601, body: {}, error: 'Too Many Requests' }, /^measure: status: expected 0 \(this is an error/],
  ['measure', 'text', /this is no page of kind measure/],
  ['measure', [{ measures: [] }], /^measure: \[0\]\.date: /],
  [
    'activity',
    { status: 0, body: { activities: [{ date: '15.09.2026' }] } },
    /^activity: activities\[0\]\.date: expected a day/,
  ],
  ['intraday', { status: 0, body: { series: [1] } }, /this is no page of kind intraday/],
  ['intraday', { series: { noon: {} } }, /^intraday: series: expected keys that are seconds/],
  ['workouts', { body: { series: [{ id: 1 }] }, status: 0 }, /^workouts: series\[0\]\.startdate: /],
  ['sleep', { series: [{ startdate: at, state: 1 }] }, /^sleep: series\[0\]\.enddate: /],
  ['sleep_summary', { id: 1, startdate: at, enddate: at + 1, completed: 'yes' }, /^sleep_summary: completed: /],
  ['heart_list', [{ timestamp: '2026-09-15T09:20:11Z' }], /^heart_list: \[0\]\.timestamp: /],
  ['heart', { signal: 'x', sampling_frequency: 300 }, /^heart: signal: expected a list/],
  ['heart', { signal: [1], sampling_frequency: 0 }, /^heart: sampling_frequency: expected a frequency above 0/],
  ['heart', [], /this is no page of kind heart/],
]
for (const [kind, payload, message] of unreadable) {
  test(`unreadable: ${message.source}`, () => {
    assert.throws(
      () => map(kind, payload),
      (error) => error instanceof UnreadablePage && message.test(error.message),
    )
  })
}
