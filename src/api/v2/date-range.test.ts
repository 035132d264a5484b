import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ApiError } from '../../platform/errors.ts'
import { readDateRange } from './date-range.ts'

const NOW = Date.parse('2026-03-10T23:30:00Z')
const BERLIN = 'Europe/Berlin'
const at = (text: string): number => Date.parse(text)

test('days stay days, to the end of what can be known', () => {
  assert.deepEqual(readDateRange({ start_date: '2026-03-01', end_date: '2026-03-03' }, NOW, BERLIN), {
    startDay: '2026-03-01',
    endDay: '2026-03-03',
  })
  // It is the 11th in Berlin already.
  const open = readDateRange({ start_date: '2026-03-01' }, NOW, BERLIN)
  assert.deepEqual(open, { startDay: '2026-03-01', endDay: '2026-03-11' })
  const far = readDateRange({ start_date: '2026-03-01', end_date: '9999-12-31' }, NOW, BERLIN)
  assert.deepEqual(far, { startDay: '2026-03-01', endDay: '2026-03-11' })
})

test('unix seconds and ISO times are exact', () => {
  assert.deepEqual(readDateRange({ start_date: '1772323200', end_date: '1772409600' }, NOW, BERLIN), {
    startAt: at('2026-03-01T00:00:00Z'),
    endAt: at('2026-03-02T00:00:00Z'),
  })
  assert.deepEqual(readDateRange({ start_date: '2026-03-01T10:00:00+02:00' }, NOW, BERLIN), {
    startAt: at('2026-03-01T08:00:00Z'),
    endAt: NOW,
  })
  // A plus sign that was not escaped.
  const unescaped = readDateRange({ start_date: '2026-03-01T10:00:00 02:00' }, NOW, BERLIN)
  assert.deepEqual(unescaped, { startAt: at('2026-03-01T08:00:00Z'), endAt: NOW })
})

test('times without an offset and days beside instants are local to the person', () => {
  assert.deepEqual(readDateRange({ start_date: '2026-03-01T10:00:00', end_date: '2026-03-02' }, NOW, BERLIN), {
    startAt: at('2026-03-01T09:00:00Z'),
    endAt: at('2026-03-02T23:00:00Z'),
  })
})

test('what cannot be is refused with the reason', () => {
  const refused = (start_date: string, end_date?: string): string => {
    try {
      readDateRange({ start_date, end_date }, NOW, BERLIN)
    } catch (error) {
      assert.ok(error instanceof ApiError && error.status === 400)
      return error.message
    }
    return 'accepted'
  }
  assert.match(refused('2026-02-30'), /^invalid start_date: must be a day that exists/)
  assert.match(refused('yesterday'), /^invalid start_date/)
  assert.match(refused('1772323200000'), /milliseconds/)
  assert.match(refused('17723232'), /10 digits/)
  assert.match(refused('2026-03-01', 'x'), /^invalid end_date/)
  assert.match(refused('2026-03-05', '2026-03-01'), /after end_date/)
  assert.match(refused('1772409600', '1772323200'), /after end_date/)
  assert.match(refused('2026-03-20'), /in the future/)
  assert.match(refused('2026-03-20T00:00:00Z'), /in the future/)
  assert.match(refused('1900-01-01'), /before 1970/)
})

test('whatever comes in, the range goes forward or the answer is a 400', () => {
  const text = fc.oneof(
    fc.string(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('2030-01-01') })
      .map((date) => date.toISOString().slice(0, 10)),
    fc.integer({ min: 0, max: 2_000_000_000 }).map((n) => String(n).padStart(10, '0')),
  )
  fc.assert(
    fc.property(
      text,
      fc.option(text, { nil: undefined }),
      fc.constantFrom(null, BERLIN, '-11:00'),
      (start_date, end_date, zone) => {
        try {
          const range = readDateRange({ start_date, end_date }, NOW, zone)
          if ('startDay' in range) assert.ok(range.startDay <= range.endDay)
          else assert.ok(range.startAt <= range.endAt && Number.isFinite(range.endAt))
        } catch (error) {
          assert.ok(error instanceof ApiError, String(error))
        }
      },
    ),
    { numRuns: 2000 },
  )
})
