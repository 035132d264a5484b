// One record out of what several page kinds say of it. A newer page replaces its own kind's contribution, never
// another's; so a correction may remove a value, and the order of arrival does not matter.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

export interface Part {
  kind: string
  /** Null: this kind holds the record gone. */
  record: JsonObject | null
}

/**
 * The union of parts, the more telling kind first: a scalar is the first that is not null, lists of items are joined (a
 * list of numbers is one value), objects are merged member by member. `metadata.start_time` and `end_time` with an offset win over ones without.
 */
export function unionOfParts(parts: readonly Part[]): JsonObject {
  const merged: JsonObject = {}
  for (const part of parts) if (part.record !== null) mergeInto(merged, part.record)
  const metadata = parts.flatMap((part) => (isObject(part.record?.metadata) ? [part.record.metadata] : []))
  for (const name of ['start_time', 'end_time']) {
    const withOffset = metadata.map((each) => each[name]).find((text) => typeof text === 'string' && hasOffset(text))
    if (withOffset !== undefined) (merged.metadata as JsonObject)[name] = withOffset
  }
  return merged
}

/** Pages of one read complete each other: the same rules, the later page first. */
export function unionOfPages(later: JsonObject, earlier: JsonObject): JsonObject {
  const merged: JsonObject = {}
  mergeInto(merged, later)
  mergeInto(merged, earlier)
  return merged
}

function mergeInto(target: JsonObject, source: JsonObject): void {
  for (const [name, value] of Object.entries(source)) {
    const present = target[name]
    if (present === undefined || present === null) {
      if (value !== undefined) target[name] = structuredCopy(value)
    } else if (isObject(present) && isObject(value)) {
      mergeInto(present, value)
    } else if (Array.isArray(present) && Array.isArray(value)) {
      // A place `[latitude, longitude]` is one value: a second source's does not lengthen it.
      if (present.some((item) => !isObject(item))) continue
      for (const item of value) present.push(item)
    }
  }
}

/** Items of lists are never changed, so both may have them. */
function structuredCopy(value: Json): Json {
  if (Array.isArray(value)) return [...value]
  if (isObject(value)) {
    const copy: JsonObject = {}
    for (const [name, member] of Object.entries(value)) copy[name] = structuredCopy(member)
    return copy
  }
  return value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasOffset(text: string): boolean {
  return /(?:Z|[+-]\d{2}:?\d{2})$/.test(text)
}
