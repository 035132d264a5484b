// Records as an environment wants to see them, as JSON: mostly the very bytes that are stored.
import type { DataType } from '../model/data-type.ts'
import { type EnvironmentSettings, inStyle, isRestyled } from '../model/environment-settings.ts'
import { withoutSamplesJson } from '../model/samples-json.ts'
import { bytesOf, unpackJson, unpackSync } from '../store/compress.ts'
import type { RecordRow } from '../store/records.ts'

const COMMA = bytesOf(',')

export function shownRow(
  settings: EnvironmentSettings,
  type: DataType,
  { body }: Pick<RecordRow, 'body'>,
  withSamples: boolean,
): Uint8Array {
  if (!isRestyled(settings, type)) return withSamples ? unpackSync(body) : withoutSamplesJson(unpackSync(body))
  return bytesOf(JSON.stringify(inStyle(settings, type, unpackJson(body), withSamples)))
}

/** The members of a JSON list, without its brackets. */
export function separated(records: readonly Uint8Array[]): Uint8Array[] {
  return records.flatMap((bytes, i) => (i === 0 ? [bytes] : [COMMA, bytes]))
}
