import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readXml, UnreadableXml } from './tokens.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What was told, in one line each. */
function told(content: Uint8Array): { lines: string[]; complete: boolean } {
  const lines: string[] = []
  const complete = readXml(content, {
    open: (name, attribute, path) => lines.push(`+${path.join('/')} ${name}${attribute('a') ?? ''}`),
    close: (name, text) => lines.push(`-${name}=${text}`),
  })
  return { lines, complete }
}

test('elements, attributes and text; prefixes, comments, declarations and white space say nothing', () => {
  const text = `\uFEFF  <?xml version="1.0"?>
    <!-- <none/> --><p:x xmlns:p="y" p:a="1 > 0 &amp; 2"><b a='&#65;'/> t &lt;<!-- - --> u <![CDATA[<&amp;]]></p:x> `
  const { lines, complete } = told(bytes(text))
  assert.deepEqual(lines, ['+x x1 > 0 & 2', '+x/b bA', '-b=', '-x=t < u <&amp;'])
  assert.ok(complete)
})

test('an entity of its own stays as it is written, and a document type is refused', () => {
  assert.deepEqual(told(bytes('<a>&lol;&#0;&#x110000;</a>')).lines, ['+a a', '-a=&lol;&#0;&#x110000;'])
  const bomb = '<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY b "&lol;&lol;">]><a>&b;</a>'
  assert.throws(() => told(bytes(bomb)), /document type/)
})

test('a file that was cut tells what is whole', () => {
  const { lines, complete } = told(bytes('<a><b>1</b><c>2</'))
  assert.deepEqual(lines, ['+a a', '+a/b b', '-b=1', '+a/c c'])
  assert.equal(complete, false)
  assert.equal(told(bytes('')).complete, false)
})

test('what is wrong or too much is refused, and says what', () => {
  for (const [text, problem] of [
    ['<a></b>', /end of b/],
    ['<a b></a>', /tag that is none/],
    ['<a>'.repeat(100), /64 elements/],
    [`<a ${'x'.repeat(200_000)}`, /without an end/],
    [`<a>${'x'.repeat(200_000)}</a>`, /without an end/],
    [`<!--${'x'.repeat(200_000)}`, /without an end/],
  ] as const) {
    assert.throws(
      () => told(bytes(text)),
      (error: unknown) => error instanceof UnreadableXml && problem.test(error.message),
      text.slice(0, 20),
    )
  }
})

test('UTF-16 is read by its mark', () => {
  const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<a>é</a>', 'utf16le')])
  assert.deepEqual(told(little).lines, ['+a a', '-a=é'])
})

test('pieces of any size are read alike: a long file is one with many', () => {
  const item = '<i a="&#228;">ä &amp; <!-- x --><![CDATA[y]]></i>'
  const text = `<r>${' '.repeat(17)}${item.repeat(4000)}</r>`
  const { lines, complete } = told(bytes(text))
  assert.ok(complete)
  assert.equal(lines.length, 2 + 2 * 4000)
  assert.equal(new Set(lines).size, 4)
})

test('whatever the bytes are: it ends, or says that it cannot be read', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<', '>', '/', 'a', '"', ' ', '!', '--', '?', '&', ';', '=', ':')),
      (parts) => {
        try {
          told(bytes(parts.join('')))
        } catch (error) {
          assert.ok(error instanceof UnreadableXml)
        }
      },
    ),
  )
})
