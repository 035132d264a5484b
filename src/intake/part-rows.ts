// Parts of records as they are stored.
import type { DataType } from '../model/data-type.ts'
import type { GatheredPart } from '../normalize/assemble.ts'
import type { JsonObject } from '../normalize/merge.ts'
import { bytesOf, unpackSync } from '../store/compress.ts'
import type { PartRow, PutPart } from '../store/records.ts'

export function fromRow(type: DataType, row: PartRow): GatheredPart {
  return {
    type,
    key: row.key,
    kind: row.kind,
    day: row.day,
    main: row.main === 1,
    version: row.version,
    versioned: row.versioned === 1,
    record: row.body === null ? null : (JSON.parse(Buffer.from(unpackSync(row.body)).toString('utf8')) as JsonObject),
  }
}

export function toRow(userId: string, part: GatheredPart): PutPart {
  return {
    user_id: userId,
    type: part.type,
    key: part.key,
    kind: part.kind,
    version: part.version,
    versioned: part.versioned ? 1 : 0,
    day: part.day,
    main: part.main ? 1 : 0,
    body: part.record === null ? null : { toPack: [bytesOf(JSON.stringify(part.record))] },
  }
}
