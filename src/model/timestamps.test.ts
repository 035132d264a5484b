import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  instantOf,
  offsetText,
  parseOffset,
  parseTimestamp,
  toWire,
  wireLocalTimestamp,
  wireTimestamp,
} from './timestamps.ts'

test('an instant is spelled with microseconds and the offset', () => {
  const at = Date.UTC(2026, 0, 12, 15, 15, 33, 569)
  assert.equal(wireTimestamp(at), '2026-01-12T15:15:33.569000+00:00')
  assert.equal(wireTimestamp(at, 120), '2026-01-12T17:15:33.569000+02:00')
  assert.equal(wireTimestamp(at, -570), '2026-01-12T05:45:33.569000-09:30')
})

test('reads every spelling of ISO 8601 that providers send', () => {
  const at = Date.UTC(2022, 11, 12, 10, 0, 0)
  for (const [text, epochMs, offsetMinutes] of [
    ['2022-12-12T10:00:00Z', at, 0],
    ['2022-12-12T10:00:00z', at, 0],
    ['2022-12-12 10:00:00 Z', at, 0],
    ['2022-12-12T10:00Z', at, 0],
    ['2022-12-12T12:00:00+02:00', at, 120],
    ['2022-12-12T12:00:00+0200', at, 120],
    ['2022-12-12T12:00:00+02', at, 120],
    ['2022-12-12T00:15:00-09:45', at, -585],
    ['2022-12-12T10:00:00.5Z', at + 500, 0],
    ['2022-12-12T10:00:00,25Z', at + 250, 0],
    ['2022-12-12T10:00:00.123456789Z', at + 123, 0],
    [' 2022-12-12T10:00:00.000000+00:00 ', at, 0],
    ['2022-12-12T10:00:00-00:00', at, 0],
    ['2022-12-11T24:00:00Z', at - 10 * 3_600_000, 0],
  ] as const) {
    const parsed = parseTimestamp(text)
    assert.equal(parsed.epochMs, epochMs, text)
    assert.equal(parsed.offsetMinutes, offsetMinutes, text)
  }
})

test('without an offset there is a wall clock and no instant', () => {
  assert.deepEqual(parseTimestamp('2022-12-12T10:00:00.1'), {
    epochMs: null,
    offsetMinutes: null,
    local: '2022-12-12T10:00:00.100',
    microseconds: '000',
  })
  assert.equal(wireLocalTimestamp('2022-12-12 10:00'), '2022-12-12T10:00:00.000000')
  assert.equal(wireLocalTimestamp('2022-12-12T10:00:00+05:00'), '2022-12-12T10:00:00.000000')
})

test('what is no time is refused, and named', () => {
  for (const text of [
    '',
    'yesterday',
    '2022-12-12',
    '2022-02-30T00:00:00Z',
    '2023-02-29T24:00:00Z',
    '2022-12-11T24:34:00Z',
    '2022-13-01T00:00:00Z',
    '2022-12-12T25:00:00Z',
    '2022-12-12T10:61:00Z',
    '2022-12-12T10:00:00+24:00',
    '2022-12-12T10:00:00+02:75',
  ]) {
    assert.throws(() => parseTimestamp(text), RangeError, text)
  }
  assert.throws(() => parseTimestamp('2022-02-30T00:00:00Z'), /2022-02-30T00:00:00Z/)
})

test('a year that has no four digits is no time, whatever the unit was taken for', () => {
  const milliseconds = Date.parse('2026-09-15T07:41:00Z')
  for (const at of [milliseconds * 1000, 1e300, Number.NaN, Date.UTC(10_000, 0, 1)]) {
    assert.throws(() => wireTimestamp(at), { name: 'RangeError', message: 'no time of the years 0 to 9999' })
  }
  assert.equal(wireTimestamp(Date.UTC(9999, 11, 31)), '9999-12-31T00:00:00.000000+00:00')
})

test('what a list is bounded by: a day is its midnight, and without an offset all is of UTC', () => {
  const midnight = Date.UTC(2026, 0, 31)
  const texts = [
    '2026-01-31',
    '2026-01-31T00:00',
    '2026-01-31 00:00:00',
    '2026-01-31T01:00:00+01:00',
    '2026-01-31T00:00:00Z',
  ]
  assert.deepEqual(
    texts.map(instantOf),
    texts.map(() => midnight),
  )
  const none = ['', '5', '2026', 'yesterday', '2026-02-30', '2026-02-30T00:00:00Z', '2026-01-31T25:00:00Z', 'March 7']
  assert.deepEqual(
    none.map(instantOf),
    none.map(() => null),
  )
})

test('toWire keeps offset and microseconds, and is its own fixed point', () => {
  assert.equal(toWire('2026-01-12T15:15:33.569123456Z'), '2026-01-12T15:15:33.569123+00:00')
  assert.equal(toWire('2026-01-12T15:15:33-0530'), '2026-01-12T15:15:33.000000-05:30')
  assert.equal(toWire('2026-01-12T15:15'), '2026-01-12T15:15:00.000000')
  assert.equal(toWire('2026-02-28T24:00:00Z'), '2026-03-01T00:00:00.000000+00:00')
  assert.equal(toWire(toWire('2026-01-12 15:15:33.5+01')), '2026-01-12T15:15:33.500000+01:00')
})

test('what is written is read again: any instant, any offset', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2100, 0, 1) }),
      fc.integer({ min: -1439, max: 1439 }),
      (epochMs, offsetMinutes) => {
        const parsed = parseTimestamp(wireTimestamp(epochMs, offsetMinutes))
        assert.equal(parsed.epochMs, epochMs)
        assert.equal(parsed.offsetMinutes, offsetMinutes)
        assert.equal(parseOffset(offsetText(offsetMinutes)), offsetMinutes)
      },
    ),
  )
})
