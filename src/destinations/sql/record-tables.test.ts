import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DATA_TYPES } from '../../model/data-type.ts'
import { emptyRecord } from '../../model/records.ts'
import { recordColumns, recordRow, recordTables } from './record-tables.ts'

test('every column stands for something that the record has', () => {
  for (const type of DATA_TYPES) {
    for (const [name, , path] of recordColumns[type]) {
      let value: unknown = emptyRecord(type)
      for (const part of path.split('.')) {
        assert.ok(typeof value === 'object' && value !== null && part in value, `${type}.${name}: there is no ${path}`)
        value = (value as Record<string, unknown>)[part]
      }
    }
    const names = recordTables[type].columns.map((column) => column.name)
    assert.equal(new Set(names).size, names.length, `${type} has a column twice`)
  }
})

test('what does not fit its column is null there and whole in the record', () => {
  const record = {
    metadata: { start_time: '2026-03-02T00:00:00.000000', end_time: 'soon', upload_type: 1.5 },
    distance_data: { steps: null },
    heart_rate_data: { summary: { avg_hr_bpm: 'many' } },
    note: 'zero \0 and half \ud83d.',
  }
  const row = recordRow('daily', record)
  assert.equal(row.day, '2026-03-02')
  // A wall clock without an offset is no instant.
  assert.deepEqual([row.start_time, row.end_time, row.upload_type, row.steps, row.avg_hr_bpm], Array(5).fill(null))
  assert.equal(JSON.parse(String(row.record)).note, 'zero  and half \ufffd.')
  assert.equal(JSON.parse(String(row.record)).metadata.end_time, 'soon')
  assert.deepEqual(
    recordRow('daily', { metadata: { start_time: '2026-03-02T00:00:00.000000+02:00' } }).start_time,
    new Date('2026-03-01T22:00:00Z'),
  )
})
