// Mapped parts to whole records without a database: what `loam map` prints and the golden cases expect.
import type { Mapped } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import { summaryId } from '../model/ids.ts'
import { gatherParts, type GatheredPart } from './assemble.ts'
import { cleanRecord, type Whose } from './clean.ts'
import { isAddressedToMain, mainKey } from './keys.ts'
import { isObject, type JsonObject, unionOfParts } from './merge.ts'
import { within } from './span.ts'

export interface WholeRecord {
  type: DataType
  record: JsonObject
}

/**
 * Parts for a record that the pages do not hold (a night's score, a workout's heart rate) are counted, not printed, unless
 * they say when it was (a night's heart rate variability). `unfit`: the places whose values no field can hold.
 */
export function wholeRecords(
  pages: readonly { kind: string; mapped: readonly Mapped[] }[],
  whose: Whose,
): { records: WholeRecord[]; withoutRecord: number; unfit: string[] } {
  const parts = gatherParts(pages.map((page) => ({ ...page, runAt: 0 })))
  const records: WholeRecord[] = []
  const groups = Map.groupBy(parts, (part) => `${part.type}\n${part.key}`)
  const used = new Set<GatheredPart>()
  const unfit: string[] = []
  let withoutRecord = 0
  const add = (parts: readonly GatheredPart[], union: JsonObject): void => {
    const { type, key } = parts[0]!
    const cleaned = cleanRecord(type, key, union, whose)
    if (cleaned === null) {
      withoutRecord += parts.length
      return
    }
    records.push({ type, record: cleaned.record })
    unfit.push(...cleaned.unfit.map((place) => `${type}.${place}`))
  }
  for (const own of groups.values()) {
    const { type, key } = own[0]!
    if (isAddressedToMain(key) || own.some((part) => part.record === null)) continue
    const main = own.find((part) => part.main)
    const addressed = main?.day ? (groups.get(`${type}\n${mainKey(main.day)}`) ?? []) : []
    for (const part of addressed) used.add(part)
    add(own, unionOfParts([...own, ...within(own, addressed)]))
  }
  for (const alone of groups.values()) {
    const { type, key } = alone[0]!
    if (!isAddressedToMain(key) || alone.some((part) => used.has(part))) continue
    const union = unionOfParts(alone)
    if (isObject(union.metadata)) union.metadata.summary_id = summaryId(whose.userId, whose.provider, type, key)
    add(alone, union)
  }
  return { records, withoutRecord, unfit }
}
