import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatheredPart } from './assemble.ts'
import { withoutFallbacks } from './fallback-lists.ts'
import type { JsonObject } from './merge.ts'
import { within } from './span.ts'
import { wholeRecords } from './whole-records.ts'

function part(kind: string, record: JsonObject | null): GatheredPart {
  return { type: 'sleep', key: 'id:1', kind, day: '2026-05-04', main: true, version: 1, versioned: false, record }
}

const NIGHT = { start_time: '2026-05-03T22:42:00.000000+03:00', end_time: '2026-05-04T06:00:00.000000+03:00' }

function breaths(...timestamps: string[]): JsonObject {
  return { respiration_data: { breaths_data: { samples: timestamps.map((timestamp) => ({ timestamp })) } } }
}

test('of an addressed series only what lies within the record counts, whatever the offset', () => {
  const before = '2026-05-03T22:41:59.000000+03:00'
  const first = '2026-05-03T19:42:00.000000+00:00'
  const last = '2026-05-04T06:00:00.000000+03:00'
  const after = '2026-05-04T06:00:01.000000+03:00'
  const [clipped] = within([part('night', { metadata: NIGHT })], [part('day', breaths(before, first, last, after))])
  assert.deepEqual(clipped?.record, breaths(first, last))
})

test('an addressed series is whole while the record has no times', () => {
  const day = breaths('2026-05-04T12:00:00.000000+03:00')
  assert.deepEqual(within([part('night', {})], [part('day', day)])[0]?.record, day)
})

test('a fallback counts while nothing better is there', () => {
  const path = 'respiration_data.breaths_data.samples'
  const reads = { fine: {}, coarse: { fallbackLists: [path] } }
  const coarse = part('coarse', { ...breaths('2026-05-04T01:00:00.000000+03:00'), readiness_data: { readiness: 3 } })
  const fine = part('fine', breaths('2026-05-04T02:00:00.000000+03:00'))
  assert.deepEqual(withoutFallbacks([fine, coarse], reads)[1]?.record, {
    ...breaths(),
    readiness_data: { readiness: 3 },
  })
  assert.deepEqual(withoutFallbacks([part('fine', breaths()), coarse], reads)[1]?.record, coarse.record)
  assert.deepEqual(withoutFallbacks([part('fine', null), coarse], reads)[1]?.record, coarse.record)
  assert.match(JSON.stringify(coarse.record), /T01:00/, 'the part itself is left as it was')
})

test('a part that says when its night was is shown without the night', () => {
  const whose = { userId: '00000000-0000-4000-8000-000000000001', provider: 'ACME', timeZone: null }
  const addressed = (record: JsonObject) => ({
    kind: 'variability',
    mapped: [{ type: 'sleep' as const, key: { mainOf: '2026-05-04' }, record }],
  })
  const shown = wholeRecords([addressed({ metadata: { ...NIGHT } })], whose)
  assert.equal(shown.records.length, 1)
  assert.equal(shown.withoutRecord, 0)
  assert.equal(wholeRecords([addressed({ scores: { sleep: 80 } })], whose).withoutRecord, 1)
})
