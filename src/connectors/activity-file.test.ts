import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mapActivityFile } from './activity-file.ts'
import { UnreadablePage } from './connector.ts'

const sample = (name: string): Buffer => readFileSync(new URL(`../formats/fit/samples/${name}.fit`, import.meta.url))
const map = mapActivityFile('fit', 'workout_id', ['fit'])

function read(bytes: Uint8Array): { count: number; told: string[] } {
  const told: string[] = []
  const context = {
    request: { workout_id: '7' },
    timeZone: null,
    receivedAt: 0,
    unknown: () => assert.fail('nothing is unknown'),
    unreadable: (place: string, problem: string) => told.push(`${place}: ${problem}`),
  }
  return { count: map(bytes, context).length, told }
}

test('what a file that broke off still holds is taken, and told; a wrong checksum takes nothing away', () => {
  assert.deepEqual(read(sample('activity_run')), { count: 1, told: [] })
  assert.deepEqual(read(sample('activity_run_truncated')), { count: 1, told: ['the file: the file is cut off'] })
  assert.deepEqual(read(sample('activity_run_bad_crc')), { count: 1, told: [] })
})

test('a file without a workout is refused with the reason', () => {
  for (const [name, reason] of [
    ['weight_scale', /fit: .*it holds no workout/],
    ['workout_5x1km', /it holds no workout/],
  ] as const) {
    assert.throws(
      () => read(sample(name)),
      (error) => error instanceof UnreadablePage && reason.test(error.message),
    )
  }
  const stub = sample('activity_run').subarray(0, 40)
  assert.throws(() => read(stub), /the file is cut off/)
})
