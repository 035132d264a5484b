// What `map` gets and gives: which record each part of a page belongs to.
import type { DataType } from '../model/data-type.ts'
import type { LocalDay } from '../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../model/records.ts'

export interface MapContext {
  /** What had been asked; empty for a page from a file or a push. */
  request: Record<string, string>
  timeZone: string | null
  receivedAt: number
  /** Reports a code that no table knows; it is counted in a metric, and the value maps to the contract's "unknown". */
  unknown(table: string, code: string): void
  /** Reports one document of a list that cannot be read while the others can: its place and what was expected there. */
  unreadable?(place: string, problem: string): void
}

/**
 * Which record a mapped part belongs to:
 * `id` the provider's own id; `day` the one record of that local day (daily, body, nutrition, menstruation);
 * `mainOf` whichever record of that type is the main one of the day (Oura's nightly scores come without the night's id);
 * of its series only what lies within that record counts.
 */
export type RecordKey = { id: string } | { day: LocalDay } | { mainOf: LocalDay } | { only: true }

export interface MappedOf<T extends DataType> {
  type: T
  key: RecordKey
  /** The provider's own label of the day, for records kept by id. */
  day?: LocalDay | null
  /** Parts addressed to `mainOf` this record's day belong to it. */
  main?: boolean
  /** Revision number or update time in milliseconds; larger wins. Absent: the time of receipt decides. */
  version?: number | null
  /** Only what this page says. Null: the record is gone. */
  record: DeepPartial<RecordOf<T>> | null
}

export type Mapped = { [T in DataType]: MappedOf<T> }[DataType]

/** A payload that is not what its kind should be. Names the place and what is expected there. */
export class UnreadablePage extends Error {
  constructor(kind: string, path: string, problem: string) {
    super(path === '' ? `this is no page of kind ${kind}: expected ${problem}` : `${kind}: ${path}: ${problem}`)
    this.name = 'UnreadablePage'
  }
}
