import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mapPage } from '../map-pages.ts'
import { ultrahuman } from './index.ts'

test('of each list the first odd item is told with its place; a reading without a value is none', () => {
  const file = new URL('samples/metrics/odd-readings-slot-and-stage.input.json', import.meta.url)
  const page = JSON.parse(readFileSync(file, 'utf8')) as unknown
  const { unreadable } = mapPage(ultrahuman, 'metrics', page, { timeZone: null, receivedAt: 0 })
  assert.deepEqual(
    unreadable.map(({ place, problem }) => `${place}: ${problem}`),
    [
      '[0].object.values.1: expected `timestamp` and `value`',
      '[3].object.values.1: expected `timestamp` and `value`',
      '[4].object.hr_graph.data.0: expected `timestamp` and `value`',
      '[4].object.sleep_graph.data.1: expected `start` and `type`',
    ],
  )
})
