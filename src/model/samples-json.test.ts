import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutSamples } from './records.ts'
import { withoutSamplesJson } from './samples-json.ts'

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const text = (json: Uint8Array): string => Buffer.from(json).toString('utf8')

const records: Record<string, unknown> = {
  nothing: { metadata: { start_time: null }, laps: [{ distance: 1 }], samples: [] },
  'a series': { heart_rate_data: { detailed: { hr_samples: [{ bpm: 60 }, { bpm: 61 }] }, summary: { avg: 60 } } },
  'names like it': {
    resamples: [1],
    samples_of: [2],
    hrv_samples_rmssd: [3],
    samples: 'none',
    sampled: [4],
    raw_signal: [5],
  },
  'lists in lists': { position_samples: [{ at: [[1, 2], [3]], samples: [{ samples: [9] }] }], after: [1] },
  'texts that look like it': {
    note: '","hr_samples":[1],"',
    hr_samples: [{ note: ']}],"\\"' }, '[', '\\'],
    end: '"samples":[',
  },
  'a name with a quote': { 'a"samples': [1], '"samples': [2], 'x\\samples': [3] },
  'other alphabets': { name: 'Größe 体重 🫀', glucose_samples: [{ tag: '体重"]' }], note: 'é' },
  'a bare list': [{ hr_samples: [1] }, { hr_samples: [] }],
}

for (const [name, record] of Object.entries(records)) {
  test(`series are left out of JSON as they are of values: ${name}`, () => {
    assert.equal(text(withoutSamplesJson(bytes(record))), JSON.stringify(withoutSamples(record)))
  })
}

test('whatever it holds', () => {
  let state = 11
  const below = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * n)
  }
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
  const names = ['samples', 'hr_samples', 'raw_signal', '_samples_', 'laps', 'raw_signal_x', 'x:[', '{samples', 'ü']
  const value = (depth: number): unknown => {
    const kind = depth === 0 ? below(4) : below(7)
    if (kind < 2) return pick(['', '"', '\\', '":[', 'samples":[', ']', '[[', 'ü"]', '\\"samples\\":['])
    if (kind < 4) return pick([null, 0, -1.5, true])
    if (kind === 4) return Array.from({ length: below(4) }, () => value(depth - 1))
    return Object.fromEntries(Array.from({ length: below(5) }, () => [pick(names), value(depth - 1)]))
  }
  for (let i = 0; i < 3000; i++) {
    const record = value(5)
    assert.equal(
      text(withoutSamplesJson(bytes(record))),
      JSON.stringify(withoutSamples(record)),
      JSON.stringify(record),
    )
  }
})
