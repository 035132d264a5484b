// JSON as people write it in a terminal: strict, but for a comma before a closing bracket. Says where a mistake is, which
// JSON.parse does not always do, and never quotes the text, which may hold health data or a secret.

export interface JsonFault {
  line: number
  column: number
  problem: string
}

export class JsonFaultError extends Error {
  readonly fault: JsonFault

  constructor(fault: JsonFault) {
    super(`line ${fault.line}, column ${fault.column}: ${fault.problem}`)
    this.name = 'JsonFaultError'
    this.fault = fault
  }
}

const MAX_DEPTH = 64

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'next' | 'end'

const PROBLEMS: Record<Expected, string> = {
  value: 'expected a value',
  'value or ]': 'expected a value or "]"',
  name: 'expected a property name in double quotes',
  'name or }': 'expected a property name in double quotes or "}"',
  colon: 'expected ":"',
  next: 'expected "," or a closing bracket',
  end: 'expected nothing more after the end',
}

/** Throws JsonFaultError. */
export function parseJsonText(text: string): unknown {
  const commas = scan(text)
  if (commas.length === 0) return JSON.parse(text)
  let strict = ''
  let from = 0
  for (const at of commas) {
    strict += text.slice(from, at)
    from = at + 1
  }
  return JSON.parse(strict + text.slice(from))
}

/** Where the commas stand that strict JSON forbids: those before a closing bracket and after a value. */
function scan(text: string): number[] {
  const commas: number[] = []
  const open: string[] = []
  let expected = 'value' as Expected
  let comma = -1
  let at = 0

  const fail = (problem: string, where = at): never => {
    throw new JsonFaultError({ ...position(text, where), problem })
  }
  const push = (bracket: '{' | '[') => {
    if (open.length === MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH} levels`)
    open.push(bracket)
    expected = bracket === '{' ? 'name or }' : 'value or ]'
    at++
  }
  const afterValue = () => {
    expected = open.length === 0 ? 'end' : 'next'
  }
  const close = (bracket: '{' | '[') => {
    if (open.at(-1) !== bracket) fail(PROBLEMS[expected])
    if (comma >= 0) commas.push(comma)
    comma = -1
    open.pop()
    at++
    afterValue()
  }

  for (;;) {
    at = skipSpace(text, at)
    if (at >= text.length) {
      if (expected === 'end') return commas
      fail(`the text ends too early: ${PROBLEMS[expected]}`)
    }
    const character = text[at]!
    switch (expected) {
      case 'end':
        fail(PROBLEMS.end)
        break
      case 'colon':
        if (character !== ':') fail(PROBLEMS.colon)
        at++
        expected = 'value'
        break
      case 'next':
        if (character === ',') {
          comma = at++
          expected = open.at(-1) === '{' ? 'name or }' : 'value or ]'
        } else if (character === '}') close('{')
        else if (character === ']') close('[')
        else fail(PROBLEMS.next)
        break
      case 'name':
      case 'name or }':
        if (character === '}' && expected === 'name or }') close('{')
        else {
          if (character !== '"') fail(PROBLEMS[expected])
          comma = -1
          at = endOfString(text, at, fail)
          expected = 'colon'
        }
        break
      default:
        if (character === ']' && expected === 'value or ]') close('[')
        else {
          comma = -1
          if (character === '{' || character === '[') push(character)
          else {
            at = character === '"' ? endOfString(text, at, fail) : endOfScalar(text, at, expected, fail)
            afterValue()
          }
        }
    }
  }
}

function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
}

type Fail = (problem: string, where?: number) => never

function endOfString(text: string, start: number, fail: Fail): number {
  for (let at = start + 1; ; at++) {
    if (at >= text.length) fail('this text has no closing quote', start)
    const code = text.charCodeAt(at)
    if (code === 0x22) return at + 1
    if (code < 0x20) fail('a line break or control character inside text must be escaped', at)
    if (code === 0x5c) at = endOfEscape(text, at, fail)
  }
}

/** The index of the escape's last character. */
function endOfEscape(text: string, start: number, fail: Fail): number {
  const letter = text[start + 1]
  if (letter !== undefined && '"\\/bfnrt'.includes(letter)) return start + 1
  const digits = text.slice(start + 2, start + 6)
  if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) fail('unknown escape sequence', start)
  // No database text can hold it, and nothing that anyone means does.
  if (digits === '0000') fail('the character U+0000 is not allowed', start)
  return start + 5
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function endOfScalar(text: string, start: number, expected: Expected, fail: Fail): number {
  for (const word of ['true', 'false', 'null']) {
    if (text.startsWith(word, start)) return start + word.length
  }
  NUMBER.lastIndex = start
  const match = NUMBER.exec(text)
  if (match === null) return fail(PROBLEMS[expected], start)
  return start + match[0].length
}

function position(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  const lastBreak = before.lastIndexOf('\n')
  let line = 1
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++
  return { line, column: at - lastBreak }
}
