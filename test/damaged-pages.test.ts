// Pages of every kind with a member that is missing or of another sort: they are read, or refused in words, and what comes of
// them are records. Each run damages the same places; LOAM_TEST_DAMAGED=all tries every place in every way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnreadablePage } from '../src/connectors/connector.ts'
import { connectors } from '../src/connectors/index.ts'
import { recordSchemas } from '../src/model/records.ts'
import { type GoldenCase, goldenCases, resultOf } from './golden.ts'

type Place = readonly (string | number)[]
type Damage = (holder: Record<PropertyKey, unknown>, name: string | number) => void

const PLACES = process.env.LOAM_TEST_DAMAGED === 'all' ? 100_000 : 2

const put =
  (value: unknown): Damage =>
  (holder, name) => {
    holder[name] = value
  }
const DAMAGES: Record<string, Damage> = {
  missing: (holder, name) => (Array.isArray(holder) ? holder.splice(Number(name), 1) : delete holder[name]),
  null: put(null),
  'an empty text': put(''),
  'a text': put('x'),
  'many digits': put('99999999999999999999'),
  zero: put(0),
  'below zero': put(-1),
  'a half': put(0.5),
  'beyond all': put(1e300),
  true: put(true),
  'a list': put([]),
  'an object': put({}),
  'an offset beyond all': put('+99:00'),
  'the last of all days': put('9999-12-31'),
  'the last of all times': put('9999-12-31T23:59:59Z'),
}

for (const connector of connectors) {
  test(`${connector.id}: a damaged page is read or refused, and what comes of it are records`, () => {
    const seen = new Set<string>()
    for (const golden of goldenCases(connector)) {
      if (golden.payload instanceof Uint8Array) continue
      const places = placesIn(golden.payload)
      const step = Math.max(1, Math.floor(places.length / PLACES))
      for (let i = 0; i < places.length; i += step) {
        // The same field of another golden page has nothing new.
        const shape = `${golden.kind} ${places[i]!.map((part) => (typeof part === 'number' ? '#' : part)).join('.')}`
        if (seen.has(shape)) continue
        seen.add(shape)
        for (const [name, damage] of Object.entries(DAMAGES)) check(golden, places[i]!, `${shape} is ${name}`, damage)
      }
    }
    assert.ok(seen.size > 0 || goldenCases(connector).every(({ payload }) => payload instanceof Uint8Array))
  })
}

function check(golden: GoldenCase, place: Place, about: string, damage: Damage): void {
  const payload = structuredClone(golden.payload)
  const holder = place.slice(0, -1).reduce((at, name) => (at as Record<PropertyKey, unknown>)[name], payload)
  damage(holder as Record<PropertyKey, unknown>, place.at(-1)!)
  let records
  try {
    records = resultOf({ ...golden, payload }).records
  } catch (error) {
    if (error instanceof UnreadablePage) return
    throw new Error(`${golden.name}: ${about}`, { cause: error })
  }
  for (const { type, record } of records) {
    const { error } = recordSchemas[type].safeParse(record)
    assert.equal(error, undefined, `${golden.name}: ${about}: ${type} ${error?.message}`)
  }
}

/** Every place of a page; of a list, those in its first two. */
function placesIn(value: unknown, at: Place = []): Place[] {
  const here = at.length === 0 ? [] : [at]
  if (typeof value !== 'object' || value === null) return here
  const inside: [string | number, unknown][] = Array.isArray(value)
    ? value.slice(0, 2).map((item, i) => [i, item])
    : Object.entries(value)
  return [...here, ...inside.flatMap(([name, member]) => placesIn(member, [...at, name]))]
}
