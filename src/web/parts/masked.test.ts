import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventSchemas } from '../../model/event.ts'
import { maskedEvent, maskedRecords } from './masked.ts'

const VALUES = new Set(['athlete', 'data', 'url'])

test('of an event all is shown but its data, the profile and the link to them', () => {
  const names = new Set(eventSchemas.flatMap((schema) => Object.keys(schema.shape)))
  for (const name of names) {
    const shown = maskedEvent(JSON.stringify({ [name]: { sentinel: 61.5 } }))
    assert.equal(shown.includes('61.5'), !VALUES.has(name), name)
  }
  assert.ok(names.size > 20)
})

test('of a record the fields stay, what is absent, how many there are and the day', () => {
  const record = {
    name: 'Run with Ada',
    avg_bpm: 61.5,
    measured: true,
    missing: null,
    samples: [{ bpm: 60, timestamp: '2026-01-12T08:15:00.000000+01:00' }, 7],
    day: '2026-01-12',
  }
  assert.equal(
    maskedRecords([record]),
    `[
  {
    "name": •••,
    "avg_bpm": •••,
    "measured": •••,
    "missing": null,
    "samples": [
      {
        "bpm": •••,
        "timestamp": "2026-01-12 •••"
      },
      •••
    ],
    "day": "2026-01-12 •••"
  }
]`,
  )
})

test('what is no JSON, or no event, is masked whole', () => {
  for (const text of ['bpm 61.5', '61.5', '"61.5"', '[61.5]', '{"bpm":61.5', '{"bpm":61.5}']) {
    assert.ok(!maskedEvent(text).includes('61'), text)
  }
})
