// Parts of records as they are in use, beside those that the present mapping gives.
import { unpackText } from '../store/compress.ts'
import type { Statement } from '../store/database.ts'
import { type PartRow, putPart } from '../store/records.ts'
import { deletePart } from '../store/renormalized.ts'

/** What makes the parts in use those that the present mapping gives. */
export function differencesOf(
  present: readonly PartRow[],
  anew: readonly PartRow[],
  unreadable: readonly string[],
): Statement[] {
  const statements: Statement[] = []
  const at = (rows: readonly PartRow[], { key, kind }: PartRow): PartRow | undefined =>
    rows.find((row) => row.key === key && row.kind === kind)
  for (const row of anew) {
    const old = at(present, row)
    // That a listing lacked it was said later than any page that had it.
    if (old !== undefined && old.body === null && old.version >= row.version) continue
    if (old === undefined || !same(old, row)) statements.push(putPart(row))
  }
  for (const row of present) {
    if (row.body === null || unreadable.includes(row.kind)) continue
    if (at(anew, row) === undefined) statements.push(deletePart(row))
  }
  return statements
}

function same(a: PartRow, b: PartRow): boolean {
  if (a.version !== b.version || a.day !== b.day || a.main !== b.main) return false
  if (a.body === null || b.body === null) return a.body === b.body
  return unpackText(a.body) === unpackText(b.body)
}

/** A dry run leaves everything as it was. */
export function restored(present: readonly PartRow[], anew: readonly PartRow[]): Statement[] {
  const added = anew.filter((row) => !present.some((old) => old.key === row.key && old.kind === row.kind))
  return [...added.map(deletePart), ...present.map(putPart)]
}
