import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bar } from './progress.ts'
import { fields, shortTime, table } from './table.ts'

const COLUMNS = [
  { name: 'id', title: 'ID' },
  { name: 'name', title: 'NAME', cut: true as const },
  { name: 'target', title: 'TARGET', cut: true as const },
]
const ROW = { id: '01a20e08-b96c-73e2-8893-7f6e5a310ffa', name: 'Inspector', target: `https://${'x'.repeat(60)}` }

describe('a table', () => {
  test('fits its width by cutting what may be cut, the widest first; ids stay whole', () => {
    const lines = table([ROW], COLUMNS, '', 80).split('\n')
    assert.ok(lines.every((line) => line.length <= 80))
    assert.ok(lines[1]!.startsWith(`${ROW.id}  Inspector  https://`))
    assert.ok(lines[1]!.endsWith('…'))
  })

  test('shows everything where there is room', () => {
    assert.ok(table([ROW], COLUMNS, '', 200).includes(ROW.target))
  })

  test('says so when there is nothing', () => {
    assert.equal(table([], COLUMNS, 'No destinations.'), 'No destinations.')
  })

  test('keeps what came from outside on its line', () => {
    const text = table([{ ...ROW, name: 'a\nb\u001B[31m' }], COLUMNS, '', 200)
    assert.equal(text.split('\n').length, 2)
    assert.ok(!text.includes('\u001B'))
  })

  test('null and absent are a dash, yes and no are words', () => {
    const text = table([{ id: null, name: true, target: [] }], COLUMNS, '')
    assert.match(text.split('\n')[1]!, /^- +yes/)
  })
})

test('a short time is in UTC', () => {
  assert.equal(shortTime('2026-11-24T14:29:31.308Z'), '11-24 14:29:31')
  assert.equal(shortTime(null), '-')
})

test('fields align their values', () => {
  assert.equal(
    fields([
      ['dev-id', 'a'],
      ['x', 2],
    ]),
    'dev-id  a\nx       2',
  )
})

test('a bar is empty, full, and never beyond', () => {
  assert.deepEqual(
    [bar(0, 30), bar(30, 30), bar(40, 30), bar(0, 0)],
    ['░'.repeat(30), '█'.repeat(30), '█'.repeat(30), '░'.repeat(30)],
  )
})
