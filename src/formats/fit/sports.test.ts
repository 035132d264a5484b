// FIT's numbers, written out from descriptions of the format: `sport` or `sport/sub-sport`, and the type of the wire.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activityTypeOf, strokeOf, triggerOf } from './sports.ts'

const SPORTS = `
  0 108, 1 8, 1/1 58, 1/2 8, 1/3 149, 1/4 8, 1/45 133, 1/58 133, 2 1, 2/5 17, 2/6 18, 2/7 16, 2/8 15, 2/9 15, 2/10 1, 2/11 1, 2/12 14,
  2/13 1, 2/28 152, 2/29 1, 2/46 150, 2/47 153, 2/48 1, 2/49 150, 2/58 18, 3 108, 4 123, 4/1 58, 4/6 18, 4/14 54, 4/15 25, 4/16 78,
  5 82, 5/17 83, 5/18 84, 6 12, 7 29, 8 87, 9 27, 10 123, 10/19 125, 10/20 80, 10/26 123, 10/43 100, 10/44 49, 11 7, 11/27 95, 11/30 7,
  11/31 93, 12 67, 12/37 66, 12/42 67, 13 68, 13/37 66, 13/38 68, 14 73, 15 53, 15/14 54, 16 130, 17 35, 18 151, 19 129, 20 143, 21 152,
  21/47 153, 22 137, 23 146, 24 135, 25 32, 26 142, 27 37, 28 108, 29 131, 30 127, 31 52, 32 59, 33 104, 34 128, 35 75, 36 74, 37 79,
  38 81, 39 92, 40 132, 41 40, 42 129, 43 99, 44 43, 47 20, 48 77, 49 11, 53 102, 62 114, 64 108, 64/85 134, 64/94 76, 64/95 10,
  64/96 51, 64/97 85, 65 98, 66 98, 67 45, 69 30, 70 86, 71 23, 72 55, 73 36, 74 124, 75 89, 80 46, 82 102, 83 24, 84 39`

test('every sport and sub-sport has its type; a sub-sport that nobody knows is the sport', () => {
  for (const entry of SPORTS.trim().split(/,\s+/)) {
    const [, sport, sub, type] = /^(\d+)(?:\/(\d+))? (\d+)$/.exec(entry)!
    const known = () => assert.fail(`${entry} is known`)
    assert.equal(activityTypeOf(Number(sport), sub === undefined ? null : Number(sub), known), Number(type), entry)
    assert.equal(activityTypeOf(Number(sport), 250, known), activityTypeOf(Number(sport), null, known), entry)
  }
})

test('a sport that no table knows is other, and told', () => {
  const told: string[] = []
  assert.equal(
    activityTypeOf(250, null, (table, code) => told.push(`${table} ${code}`)),
    108,
  )
  assert.deepEqual(told, ['fit_sport 250'])
})

test('strokes and triggers of laps', () => {
  const strokes = ['freestyle', 'backstroke', 'breaststroke', 'butterfly', 'other', 'other', 'other']
  for (const [code, stroke] of strokes.entries()) assert.equal(strokeOf(code), stroke)
  assert.equal(strokeOf(99), 'other')
  assert.equal(strokeOf(null), null)
  const position = 'POSITION_LAP'
  const triggers = [
    'MANUAL',
    'TIME',
    'DISTANCE',
    position,
    position,
    position,
    position,
    'SESSION_END',
    'FITNESS_EQUIPMENT',
  ]
  for (const [code, trigger] of triggers.entries()) assert.equal(triggerOf(code), trigger)
  assert.equal(triggerOf(99), null)
  assert.equal(triggerOf(null), null)
})
