// XML as the formats of workouts use it: elements, attributes and text, told one after the other. What it does not do is the point:
// no document types, so no entities of a file's own and nothing fetched from elsewhere; and every size has a bound.

/** What a file is made of, by local names: prefixes vary from writer to writer. `path` has the element itself as its last. */
export interface XmlHandler {
  open(name: string, attributes: (name: string) => string | null, path: readonly string[]): void
  /** `text` is all that stood directly inside, trimmed. */
  close(name: string, text: string, path: readonly string[]): void
}

/** What makes a file one that is not read: too deep, a tag without end, a document type. */
export class UnreadableXml extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'UnreadableXml'
  }
}

/** Elements within elements; TCX has ten. */
const MAX_DEPTH = 64
/** Of one tag with its attributes, of one comment, of one element's text. */
const MAX_TOKEN_LENGTH = 64 * 1024
/** Bytes that are decoded at once. */
const CHUNK_BYTES = 64 * 1024

const TAG = /^<(\/?)(?:[^\s<>/:="']+:)?([^\s<>/:="']+)((?:\s+[^\s<>/="']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>$/
const ATTRIBUTE = /([^\s<>/="']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g
const NAMED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])
const SKIPPED = [
  ['<!--', '-->'],
  ['<?', '?>'],
] as const
const CDATA = ['<![CDATA[', ']]>'] as const

/** True where it ended as XML does; a file that was cut has told what is whole in it. Throws UnreadableXml. */
export function readXml(bytes: Uint8Array, handler: XmlHandler): boolean {
  const tokenizer = new Tokenizer(handler)
  const decoder = new TextDecoder(encodingOf(bytes))
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    tokenizer.push(decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true }))
  }
  tokenizer.push(decoder.decode())
  return tokenizer.complete
}

/** By the byte order mark, which the decoder takes away. */
function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
}

class Tokenizer {
  readonly #handler: XmlHandler
  readonly #path: string[] = []
  readonly #texts: string[] = []
  #rest = ''
  #sawRoot = false

  constructor(handler: XmlHandler) {
    this.#handler = handler
  }

  get complete(): boolean {
    return this.#sawRoot && this.#path.length === 0
  }

  /** Takes what is whole and keeps the rest for the next piece. */
  push(piece: string): void {
    const text = this.#rest + piece
    let at = 0
    for (;;) {
      const tag = text.indexOf('<', at)
      if (tag === -1) break
      if (tag > at) this.#append(unescaped(text.slice(at, tag)))
      at = tag
      const end = this.#markup(text, tag)
      if (end === null) break
      at = end
    }
    this.#rest = text.slice(at)
    if (this.#rest.length > MAX_TOKEN_LENGTH) throw new UnreadableXml('a tag, a comment or a text without an end')
  }

  /** Where what begins at `from` ends; null while its end has not come. */
  #markup(text: string, from: number): number | null {
    for (const [open, close] of [...SKIPPED, CDATA]) {
      if (!text.startsWith(open, from)) continue
      const end = text.indexOf(close, from + open.length)
      if (end === -1) return null
      if (open === CDATA[0]) this.#append(text.slice(from + open.length, end))
      return end + close.length
    }
    if (text.startsWith('<!', from)) {
      // Perhaps the first letters of a comment.
      if (text.length - from < CDATA[0].length) return null
      throw new UnreadableXml('a document type of its own')
    }
    const end = endOfTag(text, from)
    if (end === null) return null
    this.#tag(text.slice(from, end))
    return end
  }

  #tag(tag: string): void {
    const found = TAG.exec(tag)
    if (found === null) throw new UnreadableXml('a tag that is none')
    const [, closing, name, attributes, selfClosing] = found
    if (closing === '/') this.#close(name!)
    else {
      if (this.#path.length >= MAX_DEPTH) throw new UnreadableXml(`more than ${MAX_DEPTH} elements within each other`)
      this.#sawRoot = true
      this.#path.push(name!)
      this.#texts.push('')
      this.#handler.open(name!, (wanted) => attributeIn(attributes ?? '', wanted), this.#path)
      if (selfClosing === '/') this.#close(name!)
    }
  }

  #close(name: string): void {
    if (this.#path.at(-1) !== name) throw new UnreadableXml(`the end of ${name.slice(0, 40)} where it is not open`)
    this.#handler.close(name, this.#texts.pop()!.trim(), this.#path)
    this.#path.pop()
  }

  #append(text: string): void {
    const last = this.#texts.length - 1
    // Between elements there is nothing but white space, and outside of all nothing counts.
    if (last === -1 || (this.#texts[last] === '' && text.trim() === '')) return
    this.#texts[last] += text
    if (this.#texts[last]!.length > MAX_TOKEN_LENGTH) throw new UnreadableXml('a text without an end')
  }
}

/** Behind the `>` that is not inside of quotes. */
function endOfTag(text: string, from: number): number | null {
  let quote: string | null = null
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at]!
    if (quote !== null) {
      if (sign === quote) quote = null
    } else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '>') return at + 1
  }
  return null
}

function attributeIn(attributes: string, wanted: string): string | null {
  for (const [, name, double, single] of attributes.matchAll(ATTRIBUTE)) {
    if (name!.slice(name!.indexOf(':') + 1) === wanted) return unescaped(double ?? single ?? '')
  }
  return null
}

/** XML's own five and numbered signs; any other stays as it is written. */
function unescaped(text: string): string {
  return text.replaceAll(REFERENCE, (whole, named?: string, decimal?: string, hex?: string) => {
    if (named !== undefined) return NAMED.get(named)!
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
