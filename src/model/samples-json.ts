// A record's series left out of its JSON without reading them: a day of heart rate is a hundred times what is left.
import { isSampleList } from './records.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN = 0x5b
const CLOSE = 0x5d
/** Every name of a series holds one of these. */
const WORDS = [Buffer.from('samples'), Buffer.from('raw_signal')]

/** Of JSON as `JSON.stringify` writes it, with plain names: the same as `withoutSamples` of the value. */
export function withoutSamplesJson(json: Uint8Array): Uint8Array {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const places = WORDS.map((word) => bytes.indexOf(word))
  const kept: Uint8Array[] = []
  let from = 0
  for (;;) {
    const at = Math.min(...places.map((place) => (place === -1 ? bytes.length : place)))
    if (at === bytes.length) break
    const list = seriesNamedAt(bytes, at)
    if (list !== null) {
      kept.push(bytes.subarray(from, list + 1))
      from = endOf(bytes, list)
    }
    const next = list === null ? at + 1 : from
    for (const [i, word] of WORDS.entries()) {
      if (places[i] !== -1 && places[i]! < next) places[i] = bytes.indexOf(word, next)
    }
  }
  return from === 0 ? json : Buffer.concat([...kept, bytes.subarray(from)])
}

/** A quote inside a text is written `\"`, so what stands between a quote and `":[` is a name. */
function seriesNamedAt(bytes: Buffer, at: number): number | null {
  let end = at
  while (bytes[end] !== QUOTE && end < bytes.length) if (bytes[end++] === BACKSLASH) return null
  if (bytes[end + 1] !== COLON || bytes[end + 2] !== OPEN) return null
  const start = bytes.lastIndexOf(QUOTE, at) + 1
  if (bytes[start - 2] === BACKSLASH) return null
  return isSampleList(bytes.toString('latin1', start, end)) ? end + 2 : null
}

/** Where the list's `]` stands. */
function endOf(bytes: Buffer, list: number): number {
  let depth = 0
  for (let i = list; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) {
      for (i++; bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++
    } else if (byte === OPEN) depth++
    else if (byte === CLOSE && --depth === 0) return i
  }
  throw new Error('a stored record is cut off')
}
