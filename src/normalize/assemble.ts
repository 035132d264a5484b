// Mapped parts of a page, gathered by the record that they belong to.
import type { Mapped } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import { keyText } from './keys.ts'
import { type JsonObject, unionOfPages } from './merge.ts'

export interface GatheredPart {
  type: DataType
  key: string
  kind: string
  day: string | null
  main: boolean
  version: number
  /** Whether the provider gave the version; otherwise it is the start of the read. */
  versioned: boolean
  /** When the page was asked for; unknown of a part that was stored. */
  readAt?: number
  record: JsonObject | null
}

/**
 * One part for each record and kind. Within one read the pages complete each other; a document that a page repeats in a
 * later version replaces the earlier one.
 */
export function gatherParts(
  pages: readonly { kind: string; runAt: number; mapped: readonly Mapped[] }[],
): GatheredPart[] {
  const gathered = new Map<string, GatheredPart>()
  for (const page of pages) {
    for (const mapped of page.mapped) {
      const next = partOf(page, mapped)
      const name = `${next.type}\n${next.key}\n${next.kind}`
      const present = gathered.get(name)
      gathered.set(name, present === undefined ? next : newerOf(present, next))
    }
  }
  return [...gathered.values()]
}

function partOf(page: { kind: string; runAt: number }, mapped: Mapped): GatheredPart {
  const versioned = mapped.version !== null && mapped.version !== undefined
  return {
    type: mapped.type,
    key: keyText(mapped.key),
    kind: page.kind,
    day: mapped.day ?? ('day' in mapped.key ? mapped.key.day : 'mainOf' in mapped.key ? mapped.key.mainOf : null),
    main: mapped.main ?? false,
    version: versioned ? mapped.version! : page.runAt,
    versioned,
    readAt: page.runAt,
    record: mapped.record as JsonObject | null,
  }
}

/** The part that counts of an older and a newer arrival of one kind's contribution to one record. */
export function newerOf(present: GatheredPart, arriving: GatheredPart): GatheredPart {
  // A list once lacked it. What a later read has is there again, however long ago the provider last changed it.
  const isBack = present.record === null && !present.versioned && arriving.versioned && arriving.record !== null
  if (isBack) return (arriving.readAt ?? 0) >= present.version ? arriving : present
  if (arriving.version > present.version) return arriving
  if (arriving.version < present.version) return present
  if (arriving.versioned || arriving.record === null || present.record === null) return arriving
  return { ...arriving, main: arriving.main || present.main, record: unionOfPages(arriving.record, present.record) }
}
