import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inStyle, readEnvironmentSettings } from './environment-settings.ts'
import { complete } from './records.ts'

const cycle = complete('menstruation', {
  menstruation_data: {
    current_phase: 'ovulation',
    intervals: [{ phase: 'menstrual' }, { phase: null }],
  },
})

test('what was stored by an older version has defaults', () => {
  const settings = readEnvironmentSettings('{"auth_error_style":"auth"}')
  assert.equal(settings.auth_error_style, 'auth')
  assert.equal(settings.samples_enabled, true)
})

test('phases as words unless numbers are wanted; null stays null', () => {
  assert.deepEqual(inStyle(readEnvironmentSettings('{}'), 'menstruation', cycle, true), cycle)
  const numbers = readEnvironmentSettings('{"menstruation_phase_style":"number"}')
  const { menstruation_data: data } = inStyle(numbers, 'menstruation', cycle, true)
  assert.equal(data.current_phase, 4)
  assert.deepEqual(
    data.intervals.map((interval) => interval.phase),
    [1, null],
  )
  assert.equal(cycle.menstruation_data.current_phase, 'ovulation')
})
