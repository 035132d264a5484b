import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { JsonFaultError, parseJsonText } from './json-text.ts'

const withoutNull = fc.json({ maxDepth: 5 }).filter((text) => !text.includes('\\u0000'))

test('what strict JSON accepts gives the same value', () => {
  fc.assert(
    fc.property(withoutNull, fc.integer({ min: 0, max: 4 }), (text, spaces) => {
      const spaced = JSON.stringify(JSON.parse(text), null, spaces)
      assert.deepEqual(parseJsonText(spaced), JSON.parse(spaced))
    }),
  )
})

test('any other text is either read with its trailing commas taken out, or refused with a place inside it', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '1e5',
    '.',
    'true',
    'nul',
    ' ',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const text = parts.join('')
      let strict: { value: unknown } | null = null
      try {
        strict = { value: JSON.parse(text) }
      } catch {
        // Not strict JSON.
      }
      try {
        const value = parseJsonText(text)
        if (strict !== null) assert.deepEqual(value, strict.value)
        else assert.match(text, /,\s*[}\]]/)
      } catch (error) {
        assert.ok(error instanceof JsonFaultError, String(error))
        assert.equal(strict, null, `refused what is strict JSON: ${text}`)
        const lines = text.split('\n')
        assert.ok(error.fault.line >= 1 && error.fault.line <= lines.length)
        assert.ok(error.fault.column >= 1 && error.fault.column <= lines[error.fault.line - 1]!.length + 1)
      }
    }),
    { numRuns: 5000 },
  )
})

test('commas before a closing bracket are passed over, outside of text only', () => {
  assert.deepEqual(parseJsonText('{"a": [1, 2, ],\n "b": "x,]", }'), { a: [1, 2], b: 'x,]' })
  for (const text of ['[,]', '{,}', '[1,,]', '{"a":,}', '{"a",}', ',', '[1],']) {
    assert.throws(() => parseJsonText(text), JsonFaultError, text)
  }
})

test('a mistake is found where it is', () => {
  const at = (text: string) => {
    try {
      parseJsonText(text)
    } catch (error) {
      return (error as Error).message
    }
    return 'no mistake'
  }
  assert.equal(at('{"a": 1,\n  b: 2}'), 'line 2, column 3: expected a property name in double quotes or "}"')
  assert.equal(at('{"a": 1'), 'line 1, column 8: the text ends too early: expected "," or a closing bracket')
  assert.equal(at('{"a" 1}'), 'line 1, column 6: expected ":"')
  assert.equal(at('[1 2]'), 'line 1, column 4: expected "," or a closing bracket')
  assert.equal(at('{"a": "x\ny"}'), 'line 1, column 9: a line break or control character inside text must be escaped')
  assert.equal(at("{'a': 1}"), 'line 1, column 2: expected a property name in double quotes or "}"')
  assert.equal(at('{} x'), 'line 1, column 4: expected nothing more after the end')
  assert.equal(at('"\\u0000"'), 'line 1, column 2: the character U+0000 is not allowed')
  assert.equal(at('"open'), 'line 1, column 1: this text has no closing quote')
  assert.equal(at('[01]'), 'line 1, column 3: expected "," or a closing bracket')
})

test('depth is bounded before anything is built', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.doesNotThrow(() => parseJsonText(nested(64)))
  assert.throws(() => parseJsonText(nested(65)), /nested deeper than 64/)
  assert.throws(() => parseJsonText('['.repeat(500_000)), /nested deeper than 64/)
})

test('a __proto__ member changes no prototype', () => {
  const value = parseJsonText('{"__proto__": {"polluted": 1}, "__proto__": {"polluted": 2}}') as object
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})
