import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Mapped } from '../connectors/connector.ts'
import { type GatheredPart, gatherParts, newerOf } from './assemble.ts'
import { cleanRecord } from './clean.ts'
import { type JsonObject, unionOfParts } from './merge.ts'
import { tidySamples } from './samples.ts'
import { wholeRecords } from './whole-records.ts'

const KINDS = ['daily_activity', 'daily_sleep', 'heartrate'] as const
const whose = { userId: '40f7b0e1-89e2-43ac-a5b8-1e29c8d47cad', provider: 'OURA', timeZone: 'Europe/Berlin' }

const page = fc.record({
  kind: fc.constantFrom(...KINDS),
  version: fc.integer({ min: 1, max: 5 }),
  steps: fc.option(fc.integer({ min: 0, max: 30_000 })),
  score: fc.option(fc.integer({ min: 1, max: 100 })),
  minutes: fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 6 }),
})
type Page = typeof page extends fc.Arbitrary<infer T> ? T : never

function partOf(each: Page): GatheredPart {
  const samples = each.minutes.map((minute) => ({
    timestamp: `2026-09-15T10:${String(minute).padStart(2, '0')}:00.000000+02:00`,
    bpm: 60 + minute,
  }))
  return {
    type: 'daily',
    key: 'day:2026-09-15',
    kind: each.kind,
    day: '2026-09-15',
    main: false,
    version: each.version,
    versioned: true,
    record: {
      distance_data: { steps: each.steps },
      scores: { activity: each.score },
      heart_rate_data: { detailed: { hr_samples: samples } },
    },
  }
}

/** What the store does: the newest version of each kind, then the union in the order of precedence. */
function recordOf(parts: readonly GatheredPart[]): string {
  const latest = new Map<string, GatheredPart>()
  for (const part of parts) {
    const present = latest.get(part.kind)
    latest.set(part.kind, present === undefined ? part : newerOf(present, part))
  }
  const ordered = KINDS.flatMap((kind) => latest.get(kind) ?? [])
  return JSON.stringify(cleanRecord('daily', 'day:2026-09-15', unionOfParts(ordered), whose)?.record)
}

/** Two different pages of one kind never carry one version. */
const history = fc
  .uniqueArray(page, { minLength: 1, maxLength: 8, selector: (each) => `${each.kind} ${each.version}` })
  .map((pages) => pages.map(partOf))

test('a record is the same in whatever order its pages arrive', () => {
  fc.assert(
    fc.property(
      history.chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length }))),
      ([parts, shuffled]) => assert.equal(recordOf(shuffled), recordOf(parts)),
    ),
  )
})

test('the same pages again change nothing', () => {
  fc.assert(fc.property(history, (parts) => assert.equal(recordOf([...parts, ...parts]), recordOf(parts))))
})

test('a later version may take a value away, another kind may not', () => {
  const base = { minutes: [], steps: 100, score: 50 }
  const first = partOf({ ...base, kind: 'daily_activity', version: 1 })
  const corrected = partOf({ ...base, kind: 'daily_activity', version: 2, score: null })
  const other = partOf({ ...base, kind: 'daily_sleep', version: 9, steps: null, score: null })
  const record = JSON.parse(recordOf([first, corrected, other]))
  assert.equal(record.scores.activity, null)
  assert.equal(record.distance_data.steps, 100)
})

test('pages of one read complete each other, a later read replaces them', () => {
  const sample = (minute: string, bpm: number) => ({ timestamp: `2026-09-15T10:${minute}:00.000000+02:00`, bpm })
  const mapped = (samples: object[]): Mapped[] => [
    {
      type: 'daily',
      key: { day: '2026-09-15' },
      record: { heart_rate_data: { detailed: { hr_samples: samples as never } } },
    },
  ]
  const [oneRead] = gatherParts([
    { kind: 'heartrate', runAt: 5, mapped: mapped([sample('00', 60)]) },
    { kind: 'heartrate', runAt: 5, mapped: mapped([sample('05', 61)]) },
  ])
  const detailed = (part: GatheredPart) =>
    (part.record as { heart_rate_data: { detailed: { hr_samples: object[] } } }).heart_rate_data.detailed
  assert.equal(detailed(oneRead!).hr_samples.length, 2)
  const [later] = gatherParts([{ kind: 'heartrate', runAt: 6, mapped: mapped([sample('10', 62)]) }])
  assert.equal(detailed(newerOf(oneRead!, later!)).hr_samples.length, 1)
})

test('a night`s score finds its night, before or after it', () => {
  const night: Mapped = {
    type: 'sleep',
    key: { id: 'n1' },
    day: '2026-09-15',
    main: true,
    record: {
      metadata: { start_time: '2026-09-14T23:02:00.000000+02:00', end_time: '2026-09-15T06:47:00.000000+02:00' },
    },
  }
  const score: Mapped = { type: 'sleep', key: { mainOf: '2026-09-15' }, record: { scores: { sleep: 87 } } }
  for (const pages of [
    [
      { kind: 'sleep', mapped: [night] },
      { kind: 'daily_sleep', mapped: [score] },
    ],
    [
      { kind: 'daily_sleep', mapped: [score] },
      { kind: 'sleep', mapped: [night] },
    ],
  ]) {
    const { records } = wholeRecords(pages, whose)
    assert.equal(records.length, 1)
    assert.equal((records[0]!.record.scores as { sleep: number }).sleep, 87)
  }
  assert.equal(wholeRecords([{ kind: 'daily_sleep', mapped: [score] }], whose).withoutRecord, 1)
})

test('samples are in order, and each time stands once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3600 }), { maxLength: 30 }), (seconds) => {
      const record: JsonObject = {
        hr_samples: seconds.map((at, i) => ({ timestamp: new Date(at * 1000).toISOString(), bpm: i })),
      }
      tidySamples(record)
      const times = (record.hr_samples as { timestamp: string }[]).map((each) => each.timestamp)
      assert.deepEqual(times, [...new Set(times)].sort())
      assert.equal(times.length, new Set(seconds).size)
    }),
  )
})

test('a place is one value: two sources of it do not make it longer', () => {
  const place = { position_data: { start_pos_lat_lng_deg: [52.5, 13.4] } }
  const other = { position_data: { start_pos_lat_lng_deg: [48.1, 11.6], end_pos_lat_lng_deg: [48.2, 11.7] } }
  const none = { position_data: { start_pos_lat_lng_deg: [] } }
  const parts = [none, place, other].map((record, i) => ({ kind: KINDS[i]!, record }))
  assert.deepEqual(unionOfParts(parts), {
    position_data: { start_pos_lat_lng_deg: [52.5, 13.4], end_pos_lat_lng_deg: [48.2, 11.7] },
  })
})
