import assert from 'node:assert/strict'
import { test } from 'node:test'
import activityTypes from '../activity_types.json' with { type: 'json' }
import { activityTypeNames } from '../../../model/enumerations.ts'
import { typeOf } from './activity.ts'

function asked(type: string | null): { type: number; unknown: string[] } {
  const unknown: string[] = []
  const context = {
    request: {},
    timeZone: null,
    receivedAt: 0,
    unknown: (table: string, code: string) => void unknown.push(`${table} ${code}`),
  }
  return { type: typeOf('activities', type, context), unknown }
}

test('every type of the list, with and without what newer devices add, and in any case', () => {
  for (const [name, code] of Object.entries(activityTypes.map)) {
    assert.ok(code in activityTypeNames, `${code} is no type of the wire`)
    assert.deepEqual(asked(name), { type: code, unknown: [] }, name)
    assert.deepEqual(asked(name.toLowerCase()), { type: code, unknown: [] })
    assert.deepEqual(asked(name.replace(/_(?:V2|WS)$/, '')), { type: code, unknown: [] }, `${name} without suffix`)
  }
})

test('absent is unknown, and what nobody knows is other and counted', () => {
  assert.deepEqual(asked(null), { type: 4, unknown: [] })
  assert.deepEqual(asked('QUIDDITCH_V2'), { type: 108, unknown: ['activities.activityType QUIDDITCH_V2'] })
  assert.deepEqual(asked('constructor'), { type: 108, unknown: ['activities.activityType constructor'] })
})
