// What connectors make of their samples has the types of the API's published document of 17 July 2026: receivers generated from it
// read them. fixtures/published-types.json lists type and, where there is one, the list of values of each place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectors } from '../src/connectors/index.ts'
import types from '../src/model/fixtures/published-types.json' with { type: 'json' }
import { goldenCases, resultOf } from './golden.ts'

/** Words by default, as receivers written for the older API expect; numbers where the environment asks for them. */
const WORDS = new Set([
  'menstruation.menstruation_data.current_phase',
  'menstruation.menstruation_data.intervals[].phase',
])

const published: Record<string, Record<string, string>> = types

for (const connector of connectors) {
  test(`${connector.id}: every value has its published type`, () => {
    const wrong = new Map<string, string>()
    let seen = 0
    for (const golden of goldenCases(connector)) {
      for (const { type, record } of resultOf(golden).records) {
        visit(record, '', (path, value) => {
          const wanted = published[type]?.[path]
          if (wanted === undefined || WORDS.has(`${type}.${path}`)) return
          seen++
          if (!fits(value, wanted))
            wrong.set(`${type}.${path} is ${wanted}`, `${golden.name}: ${JSON.stringify(value)}`)
        })
      }
    }
    assert.deepEqual(Object.fromEntries(wrong), {})
    assert.ok(seen > 0 || goldenCases(connector).length === 0, 'no value was looked at')
  })
}

function visit(value: unknown, path: string, look: (path: string, value: unknown) => void): void {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (const item of value) visit(item, `${path}[]`, look)
    return
  }
  if (typeof value !== 'object') return look(path, value)
  for (const [name, member] of Object.entries(value)) visit(member, path === '' ? name : `${path}.${name}`, look)
}

function fits(value: unknown, wanted: string): boolean {
  const [type, values] = wanted.split(': ')
  if (values !== undefined && !values.split(',').includes(String(value))) return false
  // A fraction where the document has integers is the truth (a pool of 22.86 m); the model says where there can be none.
  return typeof value === (type === 'integer' ? 'number' : type)
}
