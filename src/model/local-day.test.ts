import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import {
  addDays,
  countDays,
  dayBounds,
  daysBetween,
  fixedZone,
  isLocalDay,
  isZone,
  localDayOf,
  offsetAt,
  startOfDay,
  wireIn,
  zoneMarginMs,
} from './local-day.ts'

test('days are counted without a clock', () => {
  assert.equal(addDays('2026-02-28', 1), '2026-03-01')
  assert.equal(addDays('2024-02-28', 1), '2024-02-29')
  assert.equal(addDays('2026-01-01', -1), '2025-12-31')
  assert.deepEqual(daysBetween('2026-02-27', '2026-03-01'), ['2026-02-27', '2026-02-28', '2026-03-01'])
  assert.deepEqual(daysBetween('2026-03-01', '2026-03-01'), ['2026-03-01'])
  assert.deepEqual(daysBetween('2026-03-01', '2026-02-27'), [])
  assert.equal(countDays('2026-01-01', '2026-12-31'), 365)
})

test('a name knows both seasons, an offset its own, and without either nothing is known', () => {
  assert.deepEqual(['Europe/Berlin', 'UTC', '+02:00', null].map(zoneMarginMs), [0, 0, 3_600_000, 14 * 3_600_000])
})

test('a day is a day of the calendar', () => {
  for (const day of ['2026-02-28', '2024-02-29', '1970-01-01']) assert.ok(isLocalDay(day), day)
  for (const text of ['2026-02-29', '2026-2-28', '2026-13-01', '20260228', '2026-02-28T00:00:00Z', '']) {
    assert.ok(!isLocalDay(text), text)
  }
})

test('a zone is an IANA name or an offset, spelled one way', () => {
  for (const zone of ['Europe/Berlin', 'America/Argentina/Ushuaia', 'UTC', 'Etc/GMT+5', '+02:00', '-09:30', '+00:00']) {
    assert.ok(isZone(zone), zone)
  }
  for (const text of ['', 'Berlin', 'Europe/Atlantis', '+0200', '+2', '+19:00', '+18:30', '+02:75', '02:00']) {
    assert.ok(!isZone(text), text)
  }
  assert.ok(isZone(fixedZone(-570)))
})

test('a day without a zone has wall-clock bounds', () => {
  assert.deepEqual(dayBounds('2026-03-29', null), {
    start_time: '2026-03-29T00:00:00.000000',
    end_time: '2026-03-30T00:00:00.000000',
  })
})

test('bounds of days, on days when clocks change too', () => {
  for (const [day, zone, start, end, hours] of [
    ['2026-01-12', '+05:45', '2026-01-12T00:00:00.000000+05:45', '2026-01-13T00:00:00.000000+05:45', 24],
    ['2026-01-12', 'Europe/Berlin', '2026-01-12T00:00:00.000000+01:00', '2026-01-13T00:00:00.000000+01:00', 24],
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T00:00:00.000000+01:00', '2026-03-30T00:00:00.000000+02:00', 23],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T00:00:00.000000+02:00', '2026-10-26T00:00:00.000000+01:00', 25],
    ['2026-03-08', 'America/New_York', '2026-03-08T00:00:00.000000-05:00', '2026-03-09T00:00:00.000000-04:00', 23],
    // Half an hour of summer.
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-05T00:00:00.000000+11:00', '2026-04-06T00:00:00.000000+10:30', 24.5],
    // Midnight does not exist: the day starts at one.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T01:00:00.000000-02:00', '2018-11-05T00:00:00.000000-02:00', 23],
    ['2026-03-29', 'Asia/Beirut', '2026-03-29T01:00:00.000000+03:00', '2026-03-30T00:00:00.000000+03:00', 23],
    // Midnight exists twice: the day starts at the first.
    ['2026-11-01', 'America/Havana', '2026-11-01T00:00:00.000000-04:00', '2026-11-02T00:00:00.000000-05:00', 25],
  ] as const) {
    assert.deepEqual(dayBounds(day, zone), { start_time: start, end_time: end }, `${day} ${zone}`)
    assert.equal((startOfDay(addDays(day, 1), zone) - startOfDay(day, zone)) / 3_600_000, hours, `${day} ${zone}`)
  }
})

test('an instant belongs to the day that its wall clock shows', () => {
  const at = Date.UTC(2026, 0, 12, 23, 30)
  assert.equal(localDayOf(at, null), '2026-01-12')
  assert.equal(localDayOf(at, 'Europe/Berlin'), '2026-01-13')
  assert.equal(localDayOf(at, '-01:00'), '2026-01-12')
  assert.equal(localDayOf(startOfDay('2018-11-04', 'America/Sao_Paulo'), 'America/Sao_Paulo'), '2018-11-04')
  assert.equal(localDayOf(startOfDay('2018-11-04', 'America/Sao_Paulo') - 1, 'America/Sao_Paulo'), '2018-11-03')
})

// Zones with the odd changes: at one minute past midnight, by half an hour, across the date line, twice a year by decree.
const ZONES = [
  'Europe/Berlin',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'America/Havana',
  'UTC',
]

test('offsets, days and their starts are those of Temporal', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2037, 0, 1) }),
      (zone, epochMs) => {
        const then = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone)
        assert.equal(offsetAt(epochMs, zone), then.offsetNanoseconds / 60e9)
        const day = localDayOf(epochMs, zone)
        assert.equal(day, then.toPlainDate().toString())
        assert.equal(startOfDay(day, zone), then.startOfDay().epochMilliseconds)
        assert.equal(Date.parse(wireIn(epochMs, zone)), epochMs)
      },
    ),
    { numRuns: 1000 },
  )
})

test('offsets are right to the millisecond around every change of the clock', () => {
  for (const zone of ZONES) {
    const end = Temporal.Instant.from('2030-01-01T00:00:00Z')
    let at = Temporal.Instant.from('2000-01-01T00:00:00Z').toZonedDateTimeISO(zone)
    for (;;) {
      const next = at.getTimeZoneTransition('next')
      if (next === null || Temporal.Instant.compare(next.toInstant(), end) > 0) break
      const changeMs = next.epochMilliseconds
      assert.equal(offsetAt(changeMs, zone), next.offsetNanoseconds / 60e9, `${zone} at ${next.toString()}`)
      const before = next.subtract({ milliseconds: 1 })
      assert.equal(offsetAt(changeMs - 1, zone), before.offsetNanoseconds / 60e9, `${zone} before ${next.toString()}`)
      at = next
    }
  }
})
