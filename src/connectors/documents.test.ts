import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { type MapContext, UnreadablePage } from './connector.ts'
import { NoSuchTime, wireTimestamp } from '../model/timestamps.ts'
import { mapEach, problemOf, rawDocuments, readDocuments } from './documents.ts'

const shape = { kind: 'walks', schema: z.object({ id: z.string() }), lists: ['data', 'walks'] }

/** `reported`: places and problems, as they come. */
function reporting(): { context: MapContext; reported: [string, string][] } {
  const reported: [string, string][] = []
  const context: MapContext = {
    request: {},
    timeZone: null,
    receivedAt: 0,
    unknown: () => assert.fail('an unknown code'),
    unreadable: (place, problem) => reported.push([place, problem]),
  }
  return { context, reported }
}

function reading(payload: unknown): { ids: string[]; reported: [string, string][] } {
  const { context, reported } = reporting()
  return { ids: readDocuments(shape, payload, context).map(({ id }) => id), reported }
}

test('an envelope, a bare list and one document are the same page', () => {
  for (const payload of [
    { data: [{ id: 'a' }] },
    { walks: [{ id: 'a' }] },
    [{ id: 'a' }],
    { id: 'a' },
    { data: { id: 'a' } },
  ]) {
    assert.deepEqual(reading(payload), { ids: ['a'], reported: [] })
  }
  assert.deepEqual(reading({ data: [] }), { ids: [], reported: [] })
})

test('one document that cannot be read is told by its place, and the others are kept', () => {
  const { ids, reported } = reading({ data: [{ id: 'a' }, { id: 72 }, 'b', { id: 'c' }] })
  assert.deepEqual(ids, ['a', 'c'])
  assert.deepEqual(
    reported.map(([place]) => place),
    ['data[1].id', 'data[2]'],
  )
  assert.ok(!JSON.stringify(reported).includes('72'), 'a problem does not tell the value')
})

test('a problem says in words what was expected, and whether anything was there', () => {
  const many = z.object({
    at: z.number(),
    on: z.int(),
    list: z.array(z.number()),
    own: z.string('expected a day').min(1),
  })
  const whole = { at: 1, on: 1, list: [1], own: 'x' }
  const problem = (document: object): string => problemOf(many.safeParse(document).error!.issues[0]!)
  assert.deepEqual(
    [{ at: undefined }, { at: '7' }, { on: 1.5 }, { list: {} }, { own: 7 }].map((odd) => problem({ ...whole, ...odd })),
    [
      'expected a number, and there is none',
      'expected a number',
      'expected a whole number',
      'expected a list',
      'expected a day',
    ],
  )
  assert.throws(
    () => reading({ data: [{}] }),
    /^UnreadablePage: walks: data\[0\]\.id: expected a text, and there is none$/,
  )
})

test('a place that may hold several things tells them all', () => {
  const id = z.object({ id: z.union([z.string().min(1), z.number()]), day: z.union([z.string(), z.null()]) })
  const problem = (document: object): string => problemOf(id.safeParse(document).error!.issues[0]!)
  assert.equal(problem({ day: null }), 'expected a text or a number, and there is none')
  assert.equal(problem({ id: {}, day: null }), 'expected a text or a number')
  assert.equal(problem({ id: 1, day: 2 }), 'expected a text or null')
})

test('an odd item of a series is left out and told, and where positions count it is null', () => {
  const reported: [string, string][] = []
  const context = { unreadable: (...told: [string, string]) => reported.push(told) } as unknown as MapContext
  const Pulse = z.object({ at: z.number(), bpm: z.number() })
  const Watts = z.number().nullable()
  const schema = z.object({
    id: z.string(),
    pulse: z.array(Pulse),
    power: z.object({ data: z.array(Watts) }).nullish(),
  })
  const rides = { kind: 'rides', schema, lists: ['data'], series: { pulse: Pulse, 'power.data': Watts } }
  const odd = { id: 'a', pulse: [{ at: 1, bpm: 60 }, { at: 2, bpm: '-' }, null], power: { data: [1, 'x', 3] } }
  const damaged = { pulse: [null], power: { data: [2] } }
  assert.deepEqual(readDocuments(rides, { data: [odd, damaged, { id: 'c', pulse: [] }] }, context), [
    { id: 'a', pulse: [{ at: 1, bpm: 60 }], power: { data: [1, null, 3] } },
    { id: 'c', pulse: [] },
  ])
  assert.deepEqual(reported, [
    ['data[0].pulse.1.bpm', 'expected a number'],
    ['data[0].power.data.1', 'expected a number'],
    ['data[1].id', 'expected a text, and there is none'],
  ])
  assert.throws(
    () => readDocuments(rides, { id: 'a', pulse: 'x' }, context),
    /^UnreadablePage: rides: pulse: expected a list$/,
  )
})

test('an odd item of a map, and of the lists in a list, is left out as well', () => {
  const { context, reported } = reporting()
  const Rates = z.record(z.string().regex(/^\d\d:\d\d$/, 'expected a time of day'), z.number().nullish())
  const Text = z.string()
  const schema = z.object({ rates: Rates, notes: z.array(z.object({ tags: z.array(Text) })) })
  const nights = { kind: 'nights', schema, series: { rates: Rates, 'notes.*.tags': Text } }
  const odd = {
    rates: { '23:59': 50, '00:00': 'x', noon: 51, '00:02': 52 },
    notes: [{ tags: ['a'] }, { tags: [1, 'b'] }],
  }
  assert.deepEqual(readDocuments(nights, odd, context), [
    { rates: { '23:59': 50, '00:00': null, '00:02': 52 }, notes: [{ tags: ['a'] }, { tags: ['b'] }] },
  ])
  assert.deepEqual(reported, [
    ['rates.00:00', 'expected a number'],
    ['notes.1.tags.0', 'expected a text'],
  ])
  assert.throws(() => readDocuments(nights, { ...odd, rates: [] }, context), /nights: rates: expected/)
})

test('of what stands or falls whole an odd item takes the rest, and the document stays', () => {
  const { context, reported } = reporting()
  const changes = z.array(z.object({ at: z.number(), level: z.string() })).nullish()
  const schema = z.object({ id: z.string(), levels: z.object({ changes }).nullish() })
  const days = { kind: 'days', schema, wholes: { 'levels.changes': changes } }
  const odd = { id: 'a', levels: { changes: [{ at: 1, level: 'low' }, { at: 2 }, { at: 3, level: 'high' }] } }
  assert.deepEqual(readDocuments(days, [odd, { id: 'b' }], context), [
    { id: 'a', levels: { changes: null } },
    { id: 'b' },
  ])
  assert.deepEqual(reported, [['[0].levels.changes.1.level', 'expected a text, and there is none']])
  assert.throws(() => readDocuments(days, { id: 7, levels: {} }, context), /days: id: expected a text/)
})

test('a page without any readable document is none', () => {
  for (const payload of [null, 'text', 7, { data: 'x' }, { id: 7 }, [{ id: 7 }, {}], {}]) {
    assert.throws(() => reading(payload), UnreadablePage)
  }
  assert.throws(() => reading({ data: null }), /this is no page of kind walks: expected .* `data` or `walks`/)
})

test('a document whose time no calendar has is told by its number, and the others are mapped', () => {
  const { context, reported } = reporting()
  const times = (...all: number[]) => mapEach('walks', all, context, (at) => [wireTimestamp(at).slice(0, 10)])
  assert.deepEqual(times(0, 1e15, 86_400_000), ['1970-01-01', '1970-01-02'])
  assert.deepEqual(reported, [['[1]', 'expected times that a calendar has']])
  assert.deepEqual(times(), [])
  assert.throws(() => times(1e15, Number.NaN), /^UnreadablePage: walks: \[0\]: expected times that a calendar has$/)
})

test('what is wrong in the mapping itself is thrown', () => {
  const context = { unreadable: () => assert.fail('reported') } as unknown as MapContext
  const throwing = (error: Error) => () => {
    throw error
  }
  for (const error of [new TypeError('ours'), new RangeError('Maximum call stack size exceeded')]) {
    assert.ok(!(error instanceof NoSuchTime))
    assert.throws(() => mapEach('walks', ['a', 'b'], context, throwing(error)), error)
  }
})

test('looking at documents takes what there is', () => {
  assert.deepEqual(rawDocuments({ data: [{ id: 1 }, null, 'x', [2]] }, ['data']), [{ id: 1 }])
  assert.deepEqual(rawDocuments('text'), [])
})
