import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NEW_DESTINATION } from '../store/destinations.ts'
import { passes } from './filters.ts'

const event = { type: 'sleep', provider: 'OURA', user_id: 'u1', reference_id: 'mine' }
const list = (...values: string[]) => JSON.stringify(values)

test('no filter lets everything pass', () => {
  assert.ok(passes(NEW_DESTINATION, event))
  assert.ok(passes(NEW_DESTINATION, { type: 'healthcheck', provider: null, user_id: null, reference_id: null }))
})

test('all of the filters count, and people by either id', () => {
  const cases: [Partial<typeof NEW_DESTINATION> | object, boolean][] = [
    [{ event_types: list('sleep', 'daily') }, true],
    [{ event_types: list('daily') }, false],
    [{ providers: list('OURA') }, true],
    [{ providers: list('POLAR') }, false],
    [{ user_ids: list('u1') }, true],
    [{ user_ids: list('u2') }, false],
    [{ reference_ids: list('mine') }, true],
    [{ reference_ids: list('u1') }, false],
    [{ user_ids: list('u2'), reference_ids: list('mine') }, true],
    [{ user_ids: list('u2'), reference_ids: list('other') }, false],
    [{ event_types: list('sleep'), providers: list('OURA'), user_ids: list('u1') }, true],
    [{ event_types: list('sleep'), providers: list('POLAR'), user_ids: list('u1') }, false],
  ]
  for (const [filter, passed] of cases) {
    assert.equal(passes({ ...NEW_DESTINATION, ...filter }, event), passed, JSON.stringify(filter))
  }
})

test('a person without a reference passes no list of references; what is about nobody passes them all', () => {
  const filter = { ...NEW_DESTINATION, reference_ids: list('mine'), providers: list('POLAR') }
  assert.ok(!passes({ ...filter, providers: null }, { ...event, reference_id: null }))
  assert.ok(passes(filter, { type: 'healthcheck', provider: null, user_id: null, reference_id: null }))
  assert.ok(!passes({ ...NEW_DESTINATION, user_ids: list('u1') }, { ...event, user_id: null }), 'no id of ours yet')
})
