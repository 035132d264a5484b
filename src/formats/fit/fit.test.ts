import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { activitiesOf, type FitActivity, fileIdOf, weighingsOf } from './activity.ts'
import { crc16 } from './crc.ts'
import { decodeFit, FitDecoder, type FitItem, NoFitFile } from './decode.ts'
import { readFit } from './read.ts'

const sample = (name: string): Buffer => readFileSync(new URL(`./samples/${name}.fit`, import.meta.url))
const context = { timeZone: null, unknown: (): void => undefined }

function only(bytes: Uint8Array): FitActivity {
  const activities = readFit(bytes).flatMap((file) => activitiesOf(file, context))
  assert.equal(activities.length, 1)
  return activities[0]!
}

// ── Files made by hand ──────────────────────────────────────────────────────────────────────────────────────────────

type FieldOf = { number: number; size: number; baseType: number }

function file(data: Buffer): Buffer {
  const header = Buffer.alloc(12)
  header[0] = 12
  header[1] = 0x20
  header.writeUInt32LE(data.length, 4)
  header.write('.FIT', 8, 'latin1')
  const all = Buffer.concat([header, data])
  const crc = Buffer.alloc(2)
  crc.writeUInt16LE(crc16(all))
  return Buffer.concat([all, crc])
}

function definition(local: number, message: number, fields: readonly FieldOf[], big = false): Buffer {
  const head = Buffer.from([0x40 | local, 0, big ? 1 : 0, 0, 0, fields.length])
  if (big) head.writeUInt16BE(message, 3)
  else head.writeUInt16LE(message, 3)
  return Buffer.concat([head, ...fields.map(({ number, size, baseType }) => Buffer.from([number, size, baseType]))])
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const TIME = { number: 253, size: 4, baseType: 0x86 }
const BPM = { number: 3, size: 1, baseType: 0x02 }
/** 2026-05-04T14:30:00Z. */
const THEN = 1_777_905_000 - 631_065_600

// ── What devices wrote ──────────────────────────────────────────────────────────────────────────────────────────────

test('a run: the session as stored, local time from the file, the pause off the timer, steps for strides', () => {
  const expected = JSON.parse(readFileSync(new URL('./samples/activity_run.expected.json', import.meta.url), 'utf8'))
  const run = only(sample('activity_run'))
  assert.equal(Date.parse(run.metadata!.start_time!), Date.parse(expected.start_time))
  assert.match(run.metadata!.start_time!, /\+03:00$/)
  assert.equal(Date.parse(run.metadata!.end_time!), Date.parse(expected.end_time))
  assert.equal(run.metadata!.type, 8)
  assert.equal(run.active_durations_data!.activity_seconds, expected.timer_seconds)
  assert.equal(run.active_durations_data!.rest_seconds, expected.elapsed_seconds - expected.timer_seconds)
  assert.equal(Math.round(run.distance_data!.summary!.distance_meters! * 10) / 10, expected.distance_meters)
  assert.equal(run.heart_rate_data!.summary!.avg_hr_bpm, expected.avg_hr_bpm)
  assert.equal(run.heart_rate_data!.summary!.max_hr_bpm, expected.max_hr_bpm)
  assert.equal(run.calories_data!.total_burned_calories, expected.calories)
  assert.equal(run.lap_data!.laps!.length, expected.laps)
  const beats = run.heart_rate_data!.detailed!.hr_samples!
  assert.equal(beats.length, expected.records)
  const after = beats.find((each) => Date.parse(each.timestamp!) >= Date.parse(expected.pause.end))!
  assert.equal(
    after.timer_duration_seconds,
    (Date.parse(expected.pause.start) - Date.parse(expected.start_time)) / 1000,
  )
  assert.equal(run.movement_data!.avg_cadence_rpm, 168)
})

test('a ride: power, normalized power, training stress, with gaps where the meter was silent', () => {
  const ride = only(sample('activity_ride_power'))
  assert.equal(ride.metadata!.type, 150)
  assert.ok(ride.power_data!.avg_watts! > 0)
  const [stress] = ride.TSS_data!.TSS_samples!
  assert.ok(stress!.actual! > 0 && stress!.intensity_factor_actual! > 0 && stress!.normalized_power_watts! > 0)
  assert.ok(ride.power_data!.power_samples!.length < ride.heart_rate_data!.detailed!.hr_samples!.length)
  assert.ok(ride.power_data!.power_samples!.every(({ watts }) => typeof watts === 'number'))
})

test('a swim: lengths, strokes and the pool', () => {
  const swim = only(sample('activity_pool_swim'))
  assert.equal(swim.metadata!.type, 83)
  assert.ok(swim.distance_data!.summary!.swimming!.pool_length_meters! > 0)
  assert.ok(swim.distance_data!.summary!.swimming!.num_laps! > 0)
  assert.ok(swim.lap_data!.laps!.every((lap) => lap.total_strokes === null || lap.total_strokes! > 0))
})

test('a scale, and two files in one stream', () => {
  const [weighing] = readFit(sample('weight_scale')).flatMap((each) => weighingsOf(each, context))
  const [measured] = weighing!.body.measurements_data!.measurements!
  assert.ok(measured!.weight_kg! > 40 && measured!.weight_kg! < 150)
  assert.deepEqual(activitiesOf(readFit(sample('weight_scale'))[0]!, context), [])
  const both = readFit(sample('chained_two_files'))
  assert.deepEqual(
    both.map(({ type }) => type),
    [9, 4],
  )
  const [stored] = readFit(sample('workout_5x1km'))
  assert.equal(stored!.type, 5)
  assert.deepEqual(activitiesOf(stored!, context), [])
})

test('a wrong checksum is told, and everything is there', () => {
  const [good] = readFit(sample('activity_run'))
  const [bad] = readFit(sample('activity_run_bad_crc'))
  assert.deepEqual(bad!.warnings, ['the checksum is wrong'])
  assert.deepEqual({ ...bad, warnings: [] }, good)
})

test('a file that broke off is rebuilt from its records, and says so', () => {
  const [broken] = readFit(sample('activity_run_truncated'))
  assert.deepEqual(broken!.warnings, ['the file is cut off'])
  assert.deepEqual(broken!.sessions, [])
  const [run] = activitiesOf(broken!, context)
  const points = run!.heart_rate_data!.detailed!.hr_samples!
  assert.ok(points.length > 100)
  assert.equal(run!.metadata!.start_time, points[0]!.timestamp)
  assert.equal(run!.heart_rate_data!.summary!.avg_hr_bpm, null, 'no total that the file lacks')
  const zoned = activitiesOf(broken!, { ...context, timeZone: 'Europe/Helsinki' })
  assert.match(zoned[0]!.metadata!.start_time!, /\+03:00$/)
})

// ── The container ───────────────────────────────────────────────────────────────────────────────────────────────────

test('compressed times run on and wrap, big-endian definitions and developer fields are read over', () => {
  const records = Buffer.concat([
    definition(0, 20, [TIME, BPM]),
    Buffer.concat([Buffer.from([0]), u32(THEN), Buffer.from([100])]),
    definition(1, 20, [BPM]),
    ...[5, 31, 2].map((offset, i) => Buffer.from([0x80 | (1 << 5) | ((THEN + offset) & 0x1f), 101 + i])),
    // Fields of a developer: three bytes that nobody described.
    Buffer.from([0x60 | 2, 0, 0, 20, 0, 1, BPM.number, 1, BPM.baseType, 1, 0, 3, 0]),
    Buffer.from([2, 110, 9, 9, 9]),
    definition(3, 20, [{ number: 253, size: 4, baseType: 0x86 }, BPM], true),
    Buffer.concat([Buffer.from([3]), Buffer.from(u32(THEN + 60)).reverse(), Buffer.from([120])]),
  ])
  const [read] = readFit(file(records))
  assert.deepEqual(read!.warnings, [])
  assert.deepEqual(
    read!.records.map(({ at, bpm }) => [at / 1000 - 1_777_905_000, bpm]),
    [
      [0, 100],
      [5, 101],
      [31, 102],
      [34, 103],
      [60, 120],
    ],
  )
})

test('a field whose size does not fit its type is skipped, what is all ones is absent', () => {
  const odd = { number: 7, size: 3, baseType: 0x84 }
  const data = Buffer.concat([
    definition(0, 20, [TIME, odd, BPM]),
    Buffer.concat([Buffer.from([0]), u32(THEN), Buffer.from([1, 2, 3, 0xff])]),
  ])
  const [read] = readFit(file(data))
  assert.equal(read!.records[0]!.watts, null)
  assert.equal(read!.records[0]!.bpm, null)
})

test('of several sessions each has its own laps and records, also those at the very change', () => {
  const session = [
    { number: 2, size: 4, baseType: 0x86 },
    { number: 7, size: 4, baseType: 0x86 },
    { number: 5, size: 1, baseType: 0x00 },
  ]
  const lap = session.slice(0, 2)
  const data = Buffer.concat([
    definition(0, 20, [TIME, BPM]),
    ...[0, 60, 120, 121].map((second, i) =>
      Buffer.concat([Buffer.from([0]), u32(THEN + second), Buffer.from([90 + i])]),
    ),
    definition(1, 19, lap),
    ...[0, 60].map((second) => Buffer.concat([Buffer.from([1]), u32(THEN + second), u32(60_000)])),
    definition(2, 18, session),
    ...[0, 60].map((second, i) =>
      Buffer.concat([Buffer.from([2]), u32(THEN + second), u32(60_000), Buffer.from([5 - 4 * i])]),
    ),
  ])
  const [swim, run] = activitiesOf(readFit(file(data))[0]!, context)
  const beats = (each: FitActivity | undefined) => each!.heart_rate_data!.detailed!.hr_samples!.map(({ bpm }) => bpm)
  assert.deepEqual([beats(swim), beats(run)], [[90], [91, 92, 93]])
  assert.deepEqual(
    [swim, run].map((each) => each!.lap_data!.laps!.length),
    [1, 1],
  )
  assert.equal(swim!.metadata!.end_time, run!.metadata!.start_time)
})

test('a course has points and times, and is no workout', () => {
  const kind = { number: 0, size: 1, baseType: 0x00 }
  const points = [definition(1, 20, [TIME, BPM]), Buffer.concat([Buffer.from([1]), u32(THEN), Buffer.from([90])])]
  const typed = (type: number) => file(Buffer.concat([definition(0, 0, [kind]), Buffer.from([0, type]), ...points]))
  assert.equal(activitiesOf(readFit(typed(4))[0]!, context).length, 1)
  assert.deepEqual(activitiesOf(readFit(typed(6))[0]!, context), [])
})

test('times from power-on need an anchor: a correlation, or the wall clock of the activity', () => {
  const record = [definition(0, 20, [TIME, BPM]), Buffer.concat([Buffer.from([0]), u32(500), Buffer.from([90])])]
  const alone = readFit(file(Buffer.concat(record)))[0]!
  assert.deepEqual(alone.records, [])
  assert.match(alone.warnings.join(), /switched on/)
  const correlation = [
    definition(1, 162, [TIME, { number: 1, size: 4, baseType: 0x86 }]),
    Buffer.concat([Buffer.from([1]), u32(THEN), u32(400)]),
  ]
  const anchored = readFit(file(Buffer.concat([...record, ...correlation])))[0]!
  assert.equal(anchored.records[0]!.at, 1_777_905_100_000)
  const wall = [
    definition(2, 34, [TIME, { number: 5, size: 4, baseType: 0x86 }]),
    Buffer.concat([Buffer.from([2]), u32(600), u32(THEN)]),
  ]
  assert.equal(readFit(file(Buffer.concat([...record, ...wall])))[0]!.records[0]!.at, 1_777_904_900_000)
})

test('what a chest strap stored is given to records that have no heart rate', () => {
  const beats = { number: 6, size: 2, baseType: 0x02 }
  const whole = { number: 9, size: 4, baseType: 0x86 }
  const packed = { number: 10, size: 3, baseType: 0x0d }
  const tick = 5 * 1024
  const low = (seconds: number): number => (tick + seconds * 1024) & 0xfff
  const data = Buffer.concat([
    definition(0, 20, [TIME]),
    ...[0, 1, 2].map((second) => Buffer.concat([Buffer.from([0]), u32(THEN + second)])),
    definition(1, 132, [TIME, { ...beats, size: 1 }, whole]),
    Buffer.concat([Buffer.from([1]), u32(THEN), Buffer.from([80]), u32(tick)]),
    definition(2, 132, [beats, packed]),
    Buffer.from([2, 81, 82, low(1) & 0xff, (low(1) >> 8) | ((low(2) & 0x0f) << 4), low(2) >> 4]),
  ])
  assert.deepEqual(
    readFit(file(data))[0]!.records.map(({ bpm }) => bpm),
    [80, 81, 82],
  )
})

test('the pieces in which a stream comes make no difference', () => {
  const bytes = sample('chained_two_files')
  const whole = [...decodeFit(bytes)]
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 }), (cuts) => {
      const decoder = new FitDecoder()
      const items: FitItem[] = []
      let from = 0
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        items.push(...decoder.push(bytes.subarray(from, cut)))
        from = cut
      }
      items.push(...decoder.end())
      assert.deepEqual(items, whole)
    }),
  )
})

test('whatever the bytes are, there is a file or a clear refusal', () => {
  const run = sample('activity_ride_power')
  const damaged = fc
    .array(fc.tuple(fc.integer({ min: 12, max: run.length - 1 }), fc.integer({ min: 0, max: 255 })), { maxLength: 12 })
    .map((edits) => {
      const bytes = Buffer.from(run)
      for (const [at, byte] of edits) bytes[at] = byte
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      try {
        for (const each of readFit(bytes)) activitiesOf(each, context)
      } catch (error) {
        assert.ok(error instanceof NoFitFile, String(error))
      }
    }),
    { numRuns: 60 },
  )
})

test('the id is the device and the time it gave, else the bytes', () => {
  const bytes = sample('activity_run')
  const [run] = readFit(bytes)
  assert.equal(fileIdOf(run!, bytes), '123456789-1777905000')
  assert.match(fileIdOf({ ...run!, serial: null }, bytes), /^[0-9a-f]{32}$/)
})
