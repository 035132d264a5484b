import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from './merge.ts'
import { tidySamples } from './samples.ts'

function tidied(list: JsonObject[]): unknown {
  const record: JsonObject = { list }
  tidySamples(record)
  return record.list
}

const at = (time: string, more: JsonObject): JsonObject => ({ measurement_time: `2026-09-15T${time}+02:00`, ...more })

test('weight and fat of one moment are one measurement, whichever page came first', () => {
  const joined = [at('07:18:31', { weight_kg: 63.4, bodyfat_percentage: 24.7 })]
  assert.deepEqual(tidied([at('07:18:31', { weight_kg: 63.4 }), at('07:18:31', { bodyfat_percentage: 24.7 })]), joined)
  const withFat = at('07:18:31', { weight_kg: 63.4, bodyfat_percentage: 24.7 })
  assert.deepEqual(tidied([withFat, at('07:18:31', { bodyfat_percentage: 24.7, weight_kg: null })]), joined)
})

test('two weights of one moment are two; measurements are in order', () => {
  const two = [at('07:18:31', { weight_kg: 63.4 }), at('07:18:31', { weight_kg: 80 })]
  assert.deepEqual(tidied([at('21:00:00', { weight_kg: 64 }), ...two]), [...two, at('21:00:00', { weight_kg: 64 })])
})

test('of two pages that know the time in one zone the first counts; another zone stays', () => {
  const zone = (number: number, seconds: number): JsonObject => ({
    zone: number,
    name: 'Peak',
    duration_seconds: seconds,
  })
  assert.deepEqual(tidied([zone(3, 240), zone(3, 200), zone(2, 60)]), [zone(3, 240), zone(2, 60)])
})

test('foods and drinks of one meal have one time and stay as many; the same one again is one', () => {
  const food = (id: string, name: string, grams: number): JsonObject => ({
    id,
    name,
    timestamp: '2026-09-15T08:00:00+02:00',
    type: 1,
    macros: { carbohydrates_g: grams },
  })
  const bread = food('a', 'Bread', 20)
  const juice = food('b', 'Juice', 10)
  assert.deepEqual(tidied([bread, juice, food('a', 'Bread', 20)]), [bread, juice])
  const nameless = [food('', 'Bread', 20), food('', 'Juice', 10)]
  assert.deepEqual(tidied(nameless), nameless)
  const drinks = [250, 500].map((drink_volume) => ({ timestamp: '2026-09-15T08:00:00+02:00', drink_volume }))
  assert.deepEqual(tidied([...drinks, drinks[0]!]), drinks)
})

test('two notes of one moment are two; the same one again is one', () => {
  const note = (notes: string): JsonObject => ({ timestamp: '2026-09-15T08:00:00+02:00', tag_name: 'note', notes })
  const [coffee, swim] = [note('coffee'), note('swim')]
  assert.deepEqual(tidied([coffee, swim, note('coffee')]), [coffee, swim])
})
