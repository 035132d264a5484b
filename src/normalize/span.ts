// Series of a whole day, addressed to the night or workout within it.
import { parseTimestamp } from '../model/timestamps.ts'
import type { GatheredPart } from './assemble.ts'
import { isObject, type Json, type JsonObject } from './merge.ts'

/** The addressed parts, with only those timed items that lie within the record that they are addressed to. */
export function within(own: readonly GatheredPart[], addressed: readonly GatheredPart[]): GatheredPart[] {
  const from = instantIn(own, 'start_time')
  const to = instantIn(own, 'end_time')
  const inside = (item: Json): boolean => {
    const at = isObject(item) ? instantOf(item.timestamp) : null
    return at === null || ((from === null || at >= from) && (to === null || at <= to))
  }
  return addressed.map((part) => (part.record === null ? part : { ...part, record: filtered(part.record, inside) }))
}

function filtered(record: JsonObject, inside: (item: Json) => boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.filter(inside)]
      return [name, isObject(value) ? filtered(value, inside) : value]
    }),
  )
}

function instantIn(parts: readonly GatheredPart[], name: string): number | null {
  for (const { record } of parts) {
    const metadata = isObject(record?.metadata) ? record.metadata : {}
    const at = instantOf(metadata[name])
    if (at !== null) return at
  }
  return null
}

function instantOf(text: unknown): number | null {
  return typeof text === 'string' && text !== '' ? parseTimestamp(text).epochMs : null
}
