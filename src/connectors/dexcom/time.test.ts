import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDexcomTime, momentOf } from './time.ts'

const moment = (system: string, display: string): string => {
  const { at, offsetMinutes } = momentOf(system, display)
  return `${new Date(at).toISOString()} ${offsetMinutes}`
}

test('the instant is the device UTC, the offset what the person saw', () => {
  assert.equal(moment('2026-09-15T08:05:17Z', '2026-09-15T10:05:17+02:00'), '2026-09-15T08:05:17.000Z 120')
  assert.equal(moment('2026-09-14T11:55:02Z', '2026-09-14T13:55:00+01:59:58'), '2026-09-14T11:55:02.000Z 120')
  assert.equal(moment('2026-09-14T12:00Z', '2026-09-14T05:00-06:59:59'), '2026-09-14T12:00:00.000Z -420')
})

test('a receiver writes no offset: the difference, to a quarter of an hour', () => {
  assert.equal(moment('2026-09-14T05:10:44', '2026-09-14T07:08:02'), '2026-09-14T05:10:44.000Z 120')
  assert.equal(moment('2026-9-4T5:10:44', '2026-9-4T10:55:00'), '2026-09-04T05:10:44.000Z 345')
  assert.equal(moment('2026-09-14T05:10:44', '2026-09-04T05:10:44'), '2026-09-14T05:10:44.000Z 0', 'set wrong by days')
})

test('what is no time is refused', () => {
  for (const text of ['', 'yesterday', '2026-02-30T10:00:00Z', '2026-09-14', '2026-13-01T00:00:00Z']) {
    assert.equal(isDexcomTime(text), false, text)
  }
})
