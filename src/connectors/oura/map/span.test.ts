// Whatever Oura says of starts, ends and zones: nothing ends before it begins, and instants stay what they are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { offsetText, parseTimestamp } from '../../../model/timestamps.ts'
import type { MapContext } from '../../connector.ts'
import { mapWorkout } from './activity.ts'
import { mapHeartRate } from './heart-rate.ts'
import { mapSleep } from './sleep.ts'

const YEAR_2026 = { min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2026-12-31T00:00:00Z') }
const instants = fc.integer(YEAR_2026)
const zones = fc.constantFrom(null, '+02:00', '-09:30', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe')
/** A time as Oura writes it, in any offset of whole quarters of an hour. */
const times = fc.tuple(instants, fc.integer({ min: -44, max: 56 })).map(([at, quarters]) => {
  const minutes = quarters * 15
  return { at, text: `${new Date(at + minutes * 60_000).toISOString().slice(0, 23)}${offsetText(minutes)}` }
})

function contextIn(timeZone: string | null, request: Record<string, string> = {}): MapContext {
  return { request, timeZone, receivedAt: 0, unknown: () => assert.fail('an unknown code') }
}

test('a night never ends before it begins, and every cell and sample lies in it', () => {
  fc.assert(
    fc.property(times, times, zones, fc.integer({ min: 0, max: 50_000 }), (start, end, zone, inBed) => {
      const cells = '1234'.repeat(30)
      const payload = {
        id: 'n',
        day: '2026-09-15',
        type: 'long_sleep',
        bedtime_start: start.text,
        bedtime_end: end.text,
        time_in_bed: inBed,
        sleep_phase_5_min: cells,
      }
      const [part] = mapSleep(payload, contextIn(zone))
      assert.ok(part?.type === 'sleep')
      const { metadata, sleep_durations_data: durations } = part.record!
      const from = instantOf(metadata!.start_time!)
      assert.equal(from, start.at)
      const to = metadata!.end_time === null ? null : instantOf(metadata!.end_time!)
      assert.equal(to, end.at > start.at ? end.at : inBed > 0 ? start.at + inBed * 1000 : null)
      const seen = durations!.hypnogram_samples!.map((sample) => instantOf(sample.timestamp!))
      const expected = Array.from(cells, (_, i) => start.at + i * 300_000).filter((at) => to === null || at < to)
      assert.deepEqual(seen, expected)
    }),
  )
})

test('a workout has an end and a duration, or neither', () => {
  fc.assert(
    fc.property(times, times, zones, (start, end, zone) => {
      const payload = { id: 'w', source: 'manual', start_datetime: start.text, end_datetime: end.text }
      const [part] = mapWorkout(payload, contextIn(zone))
      assert.ok(part?.type === 'activity')
      const { metadata, active_durations_data: durations } = part.record!
      assert.equal(instantOf(metadata!.start_time!), start.at)
      const follows = end.at > start.at
      assert.equal(metadata!.end_time === null ? null : instantOf(metadata!.end_time!), follows ? end.at : null)
      assert.equal(durations!.activity_seconds, follows ? (end.at - start.at) / 1000 : null)
    }),
  )
})

test('every row of heart rate comes to the local day on which it was measured, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(instants, { minLength: 1, maxLength: 40 }), zones, (ats, zone) => {
      const data = ats.map((at, i) => ({ timestamp: new Date(at).toISOString(), bpm: 40 + i, source: 'rest' }))
      const samples = mapHeartRate({ data }, contextIn(zone)).flatMap((part) => {
        assert.ok(part.type === 'daily' && 'day' in part.key)
        const { day } = part.key
        const inDay = part.record!.heart_rate_data!.detailed!.hr_samples!
        for (const { timestamp } of inDay) assert.equal(timestamp!.slice(0, 10), day)
        return inDay
      })
      const seen = samples.map(({ timestamp, bpm }) => `${instantOf(timestamp!)} ${bpm}`)
      assert.deepEqual(seen.sort(), ats.map((at, i) => `${at} ${40 + i}`).sort())
    }),
  )
})

function instantOf(text: string): number {
  return parseTimestamp(text).epochMs!
}
