// Parts that say that a record is gone: the provider said so, or left it out where it names all.
import type { Gone } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import type { GatheredPart } from '../normalize/assemble.ts'
import { isAddressedToMain, keyText } from '../normalize/keys.ts'
import type { Transaction } from '../store/database.ts'
import { keysOfDays } from '../store/records.ts'

/** Not a page kind: the provider said by itself that the record is gone. Holds until a later page shows it again. */
export const GONE = '(gone)'

export function gonePart(gone: Gone['gone'], runAt: number): GatheredPart {
  return {
    type: gone.type,
    key: 'id' in gone ? keyText({ id: gone.id }) : keyText({ day: gone.day }),
    kind: GONE,
    day: 'day' in gone ? gone.day : null,
    main: false,
    version: runAt,
    versioned: false,
    record: null,
  }
}

export async function vanished(
  tx: Transaction,
  userId: string,
  listing: { kind: string; type: DataType; start: string; end: string },
  parts: readonly GatheredPart[],
  runAt: number,
): Promise<GatheredPart[]> {
  const named = new Set(
    parts.filter((part) => part.type === listing.type && part.kind === listing.kind).map((part) => part.key),
  )
  const stored = await keysOfDays(tx, userId, listing.type, listing.kind, listing.start, listing.end)
  return stored
    .filter((row) => !named.has(row.key) && !isAddressedToMain(row.key))
    .map((row) => ({
      type: listing.type,
      key: row.key,
      kind: listing.kind,
      day: row.day,
      main: false,
      version: runAt,
      versioned: false,
      record: null,
    }))
}
