import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DATA_TYPES } from '../model/data-type.ts'
import { emptyRecord, type RecordOf, recordSchemas } from '../model/records.ts'
import { parseTimestamp } from '../model/timestamps.ts'
import { generateRecords, type PayloadOrder } from './payloads.ts'

const ORDER: PayloadOrder = { provider: 'OURA', person: 'ada', day: '2026-03-10' }
/** Winter and summer, the days on which clocks change, and people on both sides of midnight. */
const DAYS = ['2026-01-15', '2026-03-29', '2026-07-04', '2026-10-25', '2026-11-01']
const PEOPLE = ['ada', 'sam', 'noor', 'someone else', 'and another']
const CASES = PEOPLE.flatMap((person) => DAYS.map((day) => ({ ...ORDER, person, day })))

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

function walk(value: Json, visit: (path: string, value: Json) => void, path = ''): void {
  visit(path, value)
  if (Array.isArray(value)) value.forEach((item, i) => walk(item, visit, `${path}[${i}]`))
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) walk(member, visit, `${path}.${name}`)
  }
}

const at = (time: string): number => parseTimestamp(time).epochMs!
const total = (values: readonly (number | null)[]): number => values.reduce<number>((sum, value) => sum + value!, 0)
const average = (values: readonly (number | null)[]): number => total(values) / values.length

function oneOf<T extends 'activity' | 'body' | 'daily' | 'nutrition' | 'sleep'>(type: T, order: PayloadOrder) {
  return generateRecords(type, order)[0] as RecordOf<T>
}

test('every type: a whole record that its schema takes, with as many keys as an empty one', () => {
  for (const type of DATA_TYPES) {
    const [record] = generateRecords(type, ORDER)
    recordSchemas[type].strict().parse(record)
    assert.deepEqual(Object.keys(record as object).sort(), Object.keys(emptyRecord(type)).sort())
  }
})

describe('the same order', () => {
  test('gives the same bytes', () => {
    for (const type of DATA_TYPES) {
      assert.equal(JSON.stringify(generateRecords(type, ORDER)), JSON.stringify(generateRecords(type, { ...ORDER })))
    }
  })

  test('with another seed, person or provider gives other data', () => {
    const night = JSON.stringify(generateRecords('sleep', ORDER))
    for (const change of [{ seed: 7 }, { person: 'sam' }, { day: '2026-03-11' }]) {
      assert.notEqual(JSON.stringify(generateRecords('sleep', { ...ORDER, ...change })), night)
    }
    const id = (order: PayloadOrder): string => oneOf('sleep', order).metadata.summary_id
    assert.notEqual(id({ ...ORDER, provider: 'FITBIT' }), id(ORDER))
  })

  test('with a seed is still the same person', () => {
    const [seeded] = generateRecords('athlete', { ...ORDER, seed: 7 }) as RecordOf<'athlete'>[]
    assert.deepEqual([seeded!.first_name, seeded!.email], ['Ada', 'ada@example.com'])
  })
})

test('a count gives consecutive days that end with the day asked for', () => {
  const days = generateRecords('daily', { ...ORDER, count: 3 }) as RecordOf<'daily'>[]
  assert.deepEqual(
    days.map((record) => record.metadata.start_time.slice(0, 10)),
    ['2026-03-08', '2026-03-09', '2026-03-10'],
  )
  assert.equal(generateRecords('athlete', { ...ORDER, count: 3 }).length, 1)
})

test('without a day it is the last whole one', () => {
  const [record] = generateRecords('daily', { provider: 'OURA' }) as RecordOf<'daily'>[]
  const end = at(record!.metadata.end_time!)
  assert.ok(end <= Date.now() && Date.now() - end < 25 * 3_600_000)
})

test('nothing contradicts itself: means between bounds, readings inside their record and in order, no negative', () => {
  for (const order of CASES) {
    for (const type of DATA_TYPES) {
      const [record] = generateRecords(type, order) as Json[]
      const name = `${order.person} ${order.day} ${type}`
      const { metadata } = record as { metadata?: { start_time: string; end_time: string } }
      walk(record!, (path, value) => {
        const where = `${name}${path}`
        if (typeof value === 'number' && !/lat_lng|delta/.test(path)) assert.ok(value >= 0, where)
        if (typeof value === 'number') assert.ok(Number.isFinite(value), where)
        if (Array.isArray(value)) readingsInOrder(value, metadata, where)
        else if (typeof value === 'object' && value !== null) meansBetweenBounds(value, where)
      })
    }
  }
})

function readingsInOrder(list: Json[], metadata: { start_time: string; end_time: string } | undefined, where: string) {
  const times = list.flatMap((item) => {
    const { timestamp } = item as { timestamp?: string }
    return typeof timestamp === 'string' ? [at(timestamp)] : []
  })
  for (let i = 1; i < times.length; i++) assert.ok(times[i]! >= times[i - 1]!, `${where}: in order`)
  // A cycle is told as of one day, with the days before it.
  if (metadata === undefined || where.includes('menstruation_data')) return
  const [start, end] = [at(metadata.start_time), at(metadata.end_time)]
  assert.ok(
    times.every((time) => time >= start && time < end),
    `${where}: inside the record`,
  )
}

function meansBetweenBounds(value: { [name: string]: Json }, where: string): void {
  for (const [name, mean] of Object.entries(value)) {
    const match = /^avg_(.+)$/.exec(name)
    if (match === null || typeof mean !== 'number') continue
    const [least, most] = [value[`min_${match[1]}`], value[`max_${match[1]}`]]
    if (typeof least === 'number') assert.ok(mean >= least, `${where}.${name}: ${mean} under ${least}`)
    // A pace is the other way round: the fastest is the smallest.
    if (typeof most !== 'number') continue
    assert.ok(name.includes('pace') ? mean >= most : mean <= most, `${where}.${name}: ${mean} beyond ${most}`)
  }
}

test('a sleep: stages and waking add up to the time in bed, and the hypnogram says the same', () => {
  for (const order of CASES) {
    const { metadata, sleep_durations_data: data, heart_rate_data: heart } = oneOf('sleep', order)
    const { asleep, awake, other } = data
    const inBed = (at(metadata.end_time!) - at(metadata.start_time)) / 1000
    assert.equal(other.duration_in_bed_seconds, inBed)
    assert.equal(
      asleep.duration_asleep_state_seconds,
      asleep.duration_deep_sleep_state_seconds! +
        asleep.duration_light_sleep_state_seconds! +
        asleep.duration_REM_sleep_state_seconds!,
    )
    assert.equal(asleep.duration_asleep_state_seconds! + awake.duration_awake_state_seconds!, inBed)
    assert.equal(
      awake.sleep_latency_seconds! +
        awake.wake_up_latency_seconds! +
        awake.duration_long_interruption_seconds! +
        awake.duration_short_interruption_seconds!,
      awake.duration_awake_state_seconds,
    )
    assert.equal(data.sleep_efficiency, Math.round((asleep.duration_asleep_state_seconds! / inBed) * 1000) / 10)
    const seconds = new Map<number, number>()
    data.hypnogram_samples.forEach((sample, i) => {
      const until = data.hypnogram_samples[i + 1]?.timestamp ?? metadata.end_time!
      const lasted = (at(until) - at(sample.timestamp!)) / 1000
      seconds.set(sample.level!, (seconds.get(sample.level!) ?? 0) + lasted)
    })
    assert.equal(seconds.get(5), asleep.duration_deep_sleep_state_seconds)
    assert.equal(seconds.get(6), asleep.duration_REM_sleep_state_seconds)
    const bpm = heart.detailed.hr_samples.map((sample) => sample.bpm)
    assert.ok(Math.abs(heart.summary.avg_hr_bpm! - average(bpm)) <= 0.05)
  }
})

test('a day: samples add up to its totals, and its seconds to its length', () => {
  for (const order of CASES) {
    const day = oneOf('daily', order)
    const { distance_data: distance, calories_data: calories, active_durations_data: active } = day
    const length = (at(day.metadata.end_time!) - at(day.metadata.start_time)) / 1000
    assert.ok([23, 24, 25].includes(length / 3600))
    assert.equal(total(distance.detailed.step_samples.map((sample) => sample.steps)), distance.steps)
    assert.equal(
      total(distance.detailed.distance_samples.map((sample) => sample.distance_meters)),
      distance.distance_meters,
    )
    assert.equal(total(calories.calorie_samples.map((sample) => sample.calories)), calories.total_burned_calories)
    assert.equal(calories.net_activity_calories! + calories.BMR_calories!, calories.total_burned_calories)
    assert.equal(active.activity_seconds! + active.inactivity_seconds! + active.rest_seconds!, length)
  }
})

test('a workout: laps, zones and samples add up, the mean speed is way over time, the route is as long', () => {
  const seen = new Set<number>()
  for (const order of CASES) {
    const workout = oneOf('activity', order)
    seen.add(workout.metadata.type)
    const seconds = (at(workout.metadata.end_time!) - at(workout.metadata.start_time)) / 1000
    assert.equal(workout.active_durations_data.activity_seconds, seconds)
    assert.equal(total(workout.heart_rate_data.summary.hr_zone_data.map((zone) => zone.duration_seconds)), seconds)
    const { total_burned_calories, calorie_samples } = workout.calories_data
    assert.equal(total(calorie_samples.map((sample) => sample.calories)), total_burned_calories)
    const { distance_meters: meters } = workout.distance_data.summary
    if (meters === null) {
      assert.deepEqual(workout.lap_data.laps, [])
      continue
    }
    const { laps } = workout.lap_data
    assert.equal(total(laps.map((lap) => lap.active_duration_seconds)), seconds)
    assert.ok(Math.abs(total(laps.map((lap) => lap.distance_meters)) - meters) < 1)
    assert.ok(Math.abs(workout.movement_data.avg_speed_meters_per_second! - meters / seconds) < 0.01)
    const points = workout.position_data.position_samples.map((sample) => sample.coords_lat_lng_deg as number[])
    if (points.length > 0) {
      const closed = [...points, workout.position_data.end_pos_lat_lng_deg as number[]]
      const length = total(closed.slice(1).map((point, i) => metersApart(closed[i]!, point)))
      assert.ok(Math.abs(length - meters) < meters * 0.02, `${length} m of route for ${meters} m`)
    }
  }
  assert.ok(seen.size >= 4, 'several sports')
})

function metersApart([lat1, lng1]: number[], [lat2, lng2]: number[]): number {
  const radians = Math.PI / 180
  const east = (lng2! - lng1!) * Math.cos(((lat1! + lat2!) / 2) * radians)
  return Math.hypot(lat2! - lat1!, east) * radians * 6_371_000
}

test('food: meals add up to the day, and their nutrients to their energy', () => {
  for (const order of CASES) {
    const { meals, summary, drink_samples } = oneOf('nutrition', order)
    for (const name of ['calories', 'carbohydrates_g', 'protein_g', 'fat_g', 'fiber_g'] as const) {
      assert.equal(total(meals.map((meal) => meal.macros[name])), summary.macros[name], name)
    }
    for (const { macros } of meals) {
      assert.equal(macros.calories, 4 * macros.carbohydrates_g! + 4 * macros.protein_g! + 9 * macros.fat_g!)
    }
    assert.equal(total(drink_samples.map((drink) => drink.drink_volume)), summary.water_ml)
  }
})

test('a body: fat, muscle and bone weigh what the scale says, means are means', () => {
  for (const order of CASES) {
    const { measurements_data: data, glucose_data: glucose } = oneOf('body', order)
    const [scale] = data.measurements
    const lean = scale!.muscle_mass_g! + scale!.bone_mass_g!
    assert.equal(lean, scale!.lean_mass_g)
    assert.ok(Math.abs(lean + scale!.weight_kg! * 10 * scale!.bodyfat_percentage! - scale!.weight_kg! * 1000) < 1)
    const values = glucose.blood_glucose_samples.map((sample) => sample.blood_glucose_mg_per_dL)
    assert.ok(Math.abs(glucose.day_avg_blood_glucose_mg_per_dL! - average(values)) <= 0.05)
  }
})
