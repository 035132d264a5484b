import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationSeconds } from './durations.ts'

test('durations of every length', () => {
  const cases: [string, number | null][] = [
    ['PT2H44M', 9840],
    ['PT50M0.500S', 3000.5],
    ['PT210.026S', 210.026],
    ['PT0S', 0],
    ['P1DT2H', 93_600],
    ['P1W', 604_800],
    ['PT1,5S', 1.5],
    ['P', null],
    ['PT', null],
    ['P1DT', null],
    ['P1Y', null],
    ['2H', null],
    ['', null],
  ]
  for (const [text, seconds] of cases) assert.equal(durationSeconds(text), seconds, text)
})
