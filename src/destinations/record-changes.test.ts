import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordKey } from './record-changes.ts'

test('a record is known by its summary_id, or by its local day', () => {
  const night = { metadata: { summary_id: 'night-1', start_time: '2026-03-01T23:10:00.000000+01:00' } }
  assert.equal(recordKey('sleep', night), 'night-1')
  assert.equal(recordKey('sleep', { metadata: { ...night.metadata, summary_id: null } }), night.metadata.start_time)
  // Just after midnight there, still the day before in UTC.
  assert.equal(recordKey('daily', { metadata: { start_time: '2026-03-02T00:10:00.000000+01:00' } }), '2026-03-02')
  assert.equal(recordKey('athlete', { age: 30 }), 'athlete')
  assert.equal(recordKey('daily', { metadata: { start_time: null } }), null)
})
