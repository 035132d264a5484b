import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mapPage } from '../map-pages.ts'
import { coros } from './index.ts'

const sample = (name: string): Uint8Array =>
  readFileSync(new URL(`./samples/sport/${name}.input.json`, import.meta.url))
const parse = (body: Uint8Array) => coros.notifications!.parse({ method: 'POST', query: {}, headers: {}, body })

test('an announced triathlon has its legs as they came, also beside one that is odd', () => {
  for (const [name, legs] of [
    ['notification-triathlon', ['', '-0', '-1', '-2']],
    ['one-odd-leg', ['', '-0', '-2']],
  ] as const) {
    const changes = parse(sample(name))
    const [first] = changes
    assert.ok(first?.what === 'page')
    const { mapped } = mapPage(coros, 'sport', first.page.payload, { timeZone: null, receivedAt: 0 })
    assert.deepEqual(
      mapped.map(({ key }) => key),
      legs.map((leg) => ({ id: `472135000000000001${leg}` })),
    )
    const files = changes.flatMap((change) => (change.what === 'changed' ? [change.wanted] : []))
    assert.deepEqual(
      files,
      [1, 2, 3].map((leg) => ({
        hint: { label_id: `472135000000000001-${leg - 1}`, url: `https://oss.coros.com/fit/4133/tri_${leg}.fit` },
      })),
    )
  }
})
