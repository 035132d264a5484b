import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DATA_TYPES } from './data-type.ts'
import { compileFits } from './fits.ts'
import { assertFits, emptyRecord, recordSchemas } from './records.ts'

const VALUES: unknown[] = [
  undefined,
  null,
  0,
  -1.5,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'x',
  true,
  [],
  [1],
  [null],
  ['x'],
  {},
  { a: 1 },
  { a: null },
  { a: 'x' },
  { a: 1, b: 2 },
  10n,
]

test('the compiled check says what the schema says', () => {
  const schemas: Record<string, z.ZodType> = {
    number: z.number(),
    'bounded number': z.number().min(0),
    integer: z.int(),
    'bounded integer': z.int().max(-1),
    '32 bits': z.int32(),
    text: z.string(),
    'bounded text': z.string().min(1),
    email: z.email(),
    flag: z.boolean(),
    'or null': z.number().nullable(),
    'or undefined': z.number().optional(),
    list: z.array(z.number().nullable()),
    'bounded list': z.array(z.number()).min(1),
    object: z.object({ a: z.number() }),
    'strict object': z.strictObject({ a: z.number() }),
    'refined object': z.object({ a: z.number() }).refine(({ a }) => a > 1),
    code: z.enum(['x', 'y']),
    union: z.union([z.string(), z.array(z.string())]),
    names: z.record(z.string(), z.number()),
  }
  for (const [name, schema] of Object.entries(schemas)) {
    const fits = compileFits(schema)
    for (const value of VALUES) {
      assert.equal(fits(value), schema.safeParse(value).success, `${name}: ${typeof value} ${String(value)}`)
    }
  }
})

test('a value of the wrong kind anywhere in a record is refused with its place', () => {
  for (const type of DATA_TYPES) {
    const { shape } = recordSchemas[type] as unknown as { shape: Record<string, unknown> }
    for (const name of Object.keys(shape)) {
      const record = emptyRecord(type) as unknown as Record<string, unknown>
      record[name] = () => 1
      assert.throws(() => assertFits(type, record), new RegExp(`"${name}"`), `${type}.${name}`)
    }
  }
})
