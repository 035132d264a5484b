// One kind of page: how it is fetched and mapped, and what is known of it.
import type { DataType } from '../model/data-type.ts'
import type { LocalDay } from '../model/local-day.ts'
import type { FetchContext, Fetched } from './asking.ts'
import type { MapContext, Mapped } from './mapping.ts'

export interface Read {
  /** The record types that its pages contribute to. */
  types: readonly DataType[]
  /** Other names that people know its pages by, such as the API's action; case, `_` and `-` make no difference. */
  aliases?: readonly string[]
  /** Skipped when the person did not grant it. */
  scope?: string
  /** `file`: its pages are bytes, `map` gets a Uint8Array, `loam map` reads the file as it is. Default `json`. */
  input?: 'json' | 'file'
  /** Absent for kinds that only notifications bring. */
  fetch?: (context: FetchContext) => AsyncIterable<Fetched>
  /** Pure: the same payload and context give the same parts, in any year, on any machine. */
  map(payload: unknown, context: MapContext): Mapped[]
  /**
   * For kinds that bring what one record is made of in pieces that arrive apart (Garmin pushes this hour's epochs, this
   * morning's weight): the pieces of a page. The loop keeps the latest version of each, and `map` gets a bare list of all
   * that belong to a day. Without it, a page holds all that its kind has to say of a record.
   */
  pieces?: (payload: unknown, context: MapContext) => Piece[]
  /** Lists that count only while no kind before this one gives them: `heart_rate_data.detailed.hr_samples`. */
  fallbackLists?: readonly string[]
  /** Kinds that have no notification of their own and change when this one does. */
  alsoRead?: readonly string[]
  /** Longest range of one fetch, in days. Default 30. */
  maxDays?: number
  /** How far back this kind is answered, if less than the connector's `historyDays`. */
  historyDays?: number
}

export interface Piece {
  /** The same piece again replaces itself. */
  id: string
  /** The days whose records it adds to: of parts with the key `day` or `mainOf`. */
  days: readonly LocalDay[]
  item: unknown
}
