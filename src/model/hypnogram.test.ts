import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overlaid, secondsAt, type Segment } from './hypnogram.ts'

const segment = (startAt: number, endAt: number, level: number): Segment => ({ startAt, endAt, level })

test('what lies over a stage is cut out of it', () => {
  const stages = [segment(0, 60_000, 4), segment(60_000, 120_000, 5)]
  const result = overlaid(stages, [segment(20_000, 30_000, 1)])
  assert.deepEqual(result, [
    segment(0, 20_000, 4),
    segment(20_000, 30_000, 1),
    segment(30_000, 60_000, 4),
    segment(60_000, 120_000, 5),
  ])
  assert.equal(secondsAt(result, 4), 50)
  assert.equal(secondsAt(result, 4, 5), 110)
})

test('over a boundary, over a whole stage, and a later layer over an earlier one', () => {
  const stages = [segment(0, 10, 4), segment(10, 20, 6), segment(20, 30, 4)]
  assert.deepEqual(overlaid(stages, [segment(5, 25, 1)]), [segment(0, 5, 4), segment(5, 25, 1), segment(25, 30, 4)])
  assert.deepEqual(overlaid(stages, [segment(10, 20, 1)], [segment(12, 14, 3)]), [
    segment(0, 10, 4),
    segment(10, 12, 1),
    segment(12, 14, 3),
    segment(14, 20, 1),
    segment(20, 30, 4),
  ])
})

test('order of the input and empty segments make no difference', () => {
  assert.deepEqual(overlaid([segment(10, 20, 6), segment(0, 10, 4), segment(5, 5, 1)], [segment(7, 7, 1)]), [
    segment(0, 10, 4),
    segment(10, 20, 6),
  ])
})
