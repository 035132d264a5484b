import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BodiesState, bodiesCheck } from './doctor-bodies.ts'

const fine: BodiesState = {
  place: 's3://bucket/',
  waiting: 0,
  late_seconds: 0,
  failing_since: null,
  error: null,
  returned: null,
}
const done = { bodies: 7, missing: 0, finished_at: '2026-01-12T08:00:00.000Z' }

const cases: [string, Partial<BodiesState>, string, RegExp][] = [
  ['nothing waits', {}, 'ok', /none waits/],
  ['some wait for a moment', { waiting: 7, late_seconds: 30 }, 'ok', /7 wait .* 30 s/],
  ['they wait for long', { waiting: 7, late_seconds: 7200 }, 'warn', /7 wait .* 2 h/],
  [
    'it fails',
    { failing_since: 'noon', error: 'refused (403)', returned: done },
    'fail',
    /since noon: refused \(403\)/,
  ],
  ['they come back', { returned: { ...done, finished_at: null } }, 'ok', /7 are back .* more follow/],
  ['some are missing', { returned: { ...done, missing: 2 } }, 'warn', /2 are not in s3:/],
  ['objects are left', { returned: done }, 'ok', /objects are deleted/],
  ['nothing is left there', { returned: done, place: null }, 'warn', /nothing lies elsewhere/],
]
for (const [name, change, state, said] of cases) {
  test(`bodies: ${name}`, () => {
    const check = bodiesCheck({ ...fine, ...change })
    assert.equal(check.state, state)
    assert.match(check.said, said)
    assert.equal(check.fix === null, state === 'ok')
  })
}
