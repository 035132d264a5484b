// A large event in several: each part is the event with some of its records, cut out of the stored bytes, so that a part is
// the same bytes whenever and by whomever it is sent.
import { z } from 'zod'

/** As it stands in a delivery. Positions are bytes of the event's body: what is before `head` and from `tail` on is shared. */
export const Part = z.object({
  /** From 1. */
  number: z.int(),
  of: z.int(),
  head: z.int(),
  from: z.int(),
  to: z.int(),
  tail: z.int(),
})
export type Part = z.infer<typeof Part>

/** More would be no help to anyone. */
const MOST_PARTS = 1000
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const BRACKET = 0x5b

export function readPart(stored: string): Part {
  return Part.parse(JSON.parse(stored))
}

export function partBytes(body: Uint8Array, { head, from, to, tail }: Part): Uint8Array {
  return Buffer.concat([body.subarray(0, head), body.subarray(from, to), body.subarray(tail)])
}

export function partLength({ head, from, to, tail }: Part, eventBytes: number): number {
  return head + (to - from) + (eventBytes - tail)
}

/** `<id>:chunk:<k>`, for ids and trace ids. */
export function partName(id: string, part: Part | null): string {
  return part === null ? id : `${id}:chunk:${part.number}`
}

/** As few parts as keep to both limits. Null: it has not two records, or one of them alone is too large. */
export function divide(body: Uint8Array, limits: { bytes: number; records: number }): Part[] | null {
  const found = recordsIn(body)
  if (found === null) return null
  const { head, tail, records } = found
  const room = limits.bytes - head - (body.byteLength - tail)
  const parts: { from: number; to: number; count: number }[] = []
  for (const { from, to } of records) {
    if (to - from > room) return null
    const last = parts.at(-1)
    if (last !== undefined && last.count < limits.records && to - last.from <= room) {
      last.to = to
      last.count++
    } else parts.push({ from, to, count: 1 })
  }
  if (parts.length < 2 || parts.length > MOST_PARTS) return null
  return parts.map(({ from, to }, i) => ({ number: i + 1, of: parts.length, head, from, to, tail }))
}

interface Records {
  /** Where the list begins and ends, without its brackets. */
  head: number
  tail: number
  records: { from: number; to: number }[]
}

/** Where the members of `data` stand. The JSON is our own, without white space. */
function recordsIn(body: Uint8Array): Records | null {
  let depth = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!
    if (byte === QUOTE) {
      const end = endOfString(body, at)
      const isList = depth === 1 && body[end] === COLON && body[end + 1] === BRACKET
      if (isList && Buffer.from(body.subarray(at, end)).toString() === '"data"') return membersFrom(body, end + 2)
      at = end - 1
    } else depth += nesting(byte)
  }
  return null
}

function membersFrom(body: Uint8Array, head: number): Records | null {
  const records: Records['records'] = []
  let depth = 0
  let from = head
  for (let at = head; at < body.length; at++) {
    const byte = body[at]!
    if (byte === QUOTE) {
      at = endOfString(body, at) - 1
      continue
    }
    const step = nesting(byte)
    const ends = depth === 0 && step === -1
    if (ends || (depth === 0 && byte === COMMA)) {
      if (at > from) records.push({ from, to: at })
      from = at + 1
      if (ends) return { head, tail: at, records }
    }
    depth += step
  }
  return null
}

/** The position after the closing quote. */
function endOfString(body: Uint8Array, opening: number): number {
  let at = opening + 1
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at + 1
}

function nesting(byte: number): number {
  if (byte === BRACKET || byte === 0x7b) return 1
  return byte === 0x5d || byte === 0x7d ? -1 : 0
}
