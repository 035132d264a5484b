// Every code of every table of workouts leads to the type that the table says, through the mapper that reads the page, and is one of
// the contract's. Pages are those of the golden cases with another code in them.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import coros from '../src/connectors/coros/activity_types.json' with { type: 'json' }
import { connectorById } from '../src/connectors/index.ts'
import { mapPage } from '../src/connectors/map-pages.ts'
import oura from '../src/connectors/oura/activity_types.json' with { type: 'json' }
import polar from '../src/connectors/polar/activity_types.json' with { type: 'json' }
import suunto from '../src/connectors/suunto/activity_types.json' with { type: 'json' }
import wahoo from '../src/connectors/wahoo/activity_types.json' with { type: 'json' }
import whoop from '../src/connectors/whoop/activity_types.json' with { type: 'json' }
import { SPORT_IDS } from '../src/connectors/whoop/map/sports.ts'
import { ActivityType } from '../src/model/enumerations.ts'

interface Table {
  provider: string
  kind: string
  /** A golden case with one workout, or several of which the first is looked at. */
  sample: string
  codes: readonly (readonly [code: string, type: number])[]
  /** The fields that say the code. */
  fields(code: string): Record<string, unknown>
}

const named = ({ map }: { map: Record<string, { terra: number }> }): [string, number][] =>
  Object.entries(map).map(([code, { terra }]) => [code, terra])

const TABLES: readonly Table[] = [
  {
    provider: 'OURA',
    kind: 'workout',
    sample: 'end-before-start',
    codes: named(oura),
    fields: (code) => ({ activity: code }),
  },
  {
    provider: 'WHOOP',
    kind: 'workout',
    sample: 'one-run',
    codes: named(whoop),
    fields: (code) => ({ sport_name: code }),
  },
  {
    provider: 'WHOOP',
    kind: 'workout',
    sample: 'version-1-sport-numbers',
    codes: [...SPORT_IDS].map(([id, name]) => [String(id), whoop.map[name as keyof typeof whoop.map].terra]),
    fields: (code) => ({ sport_name: null, sport_id: Number(code) }),
  },
  {
    provider: 'POLAR',
    kind: 'exercises',
    sample: 'strength-without-route',
    codes: Object.entries(polar.map),
    fields: (code) => ({ detailed_sport_info: code, 'detailed-sport-info': code }),
  },
  {
    provider: 'SUUNTO',
    kind: 'workouts',
    sample: 'detail-run',
    codes: Object.entries(suunto.map),
    fields: (code) => ({ activityId: Number(code) }),
  },
  {
    provider: 'COROS',
    kind: 'sport',
    sample: 'notification',
    codes: Object.entries(coros.map),
    fields: (code) => ({ mode: Math.floor(Number(code) / 10), subMode: Number(code) % 10 }),
  },
  {
    provider: 'WAHOO',
    kind: 'workouts',
    sample: 'one',
    codes: Object.entries(wahoo.map),
    fields: (code) => ({ workout_type_id: Number(code) }),
  },
]

const ours = new Set<number>(Object.values(ActivityType))

for (const { provider, kind, sample, codes, fields } of TABLES) {
  test(`${provider}: each of ${codes.length} codes (${Object.keys(fields('0')).join(', ')}) is one of our types`, async () => {
    const folder = `../src/connectors/${provider.toLowerCase()}/samples/${kind}/`
    const page = JSON.parse(
      await readFile(new URL(`${folder}${sample}.input.json`, import.meta.url), 'utf8'),
    ) as unknown
    for (const [code, type] of codes) {
      assert.ok(ours.has(type), `${code} leads to ${type}`)
      const changed = withFields(page, fields(code))
      const { mapped, unknown } = mapPage(connectorById(provider)!, kind, changed, { timeZone: null, receivedAt: 0 })
      const workout = mapped.find((part) => part.type === 'activity')
      assert.ok(workout?.type === 'activity', code)
      assert.equal(workout.record?.metadata?.type, type, code)
      assert.deepEqual(
        unknown.filter((each) => each.code === code),
        [],
      )
    }
  })
}

/** With these values wherever the page has fields of these names. */
function withFields(value: unknown, fields: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((each) => withFields(each, fields))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [name, name in fields ? fields[name] : withFields(inside, fields)]),
  )
}
