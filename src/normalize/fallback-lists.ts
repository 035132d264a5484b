// Series that only count while no better page gives any.
import { isObject, type JsonObject, type Part } from './merge.ts'

/** The parts without the lists that their kind gives as a fallback and one before them has. In order of precedence. */
export function withoutFallbacks<P extends Part>(
  ordered: readonly P[],
  reads: Record<string, { fallbackLists?: readonly string[] }>,
): P[] {
  return ordered.map((part, i) => {
    if (part.record === null) return part
    const superfluous = (reads[part.kind]?.fallbackLists ?? []).filter((path) =>
      ordered.slice(0, i).some((before) => before.kind !== part.kind && listAt(before.record, path).length > 0),
    )
    if (superfluous.length === 0) return part
    const record = structuredClone(part.record)
    for (const path of superfluous) listAt(record, path).length = 0
    return { ...part, record }
  })
}

function listAt(record: JsonObject | null, path: string): unknown[] {
  let at: unknown = record
  for (const name of path.split('.')) at = isObject(at) ? at[name] : undefined
  return Array.isArray(at) ? at : []
}
