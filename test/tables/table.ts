// A provider's list of codes, written out from its documents, through the mapper that reads the page: what each becomes, that none of
// them is counted as unknown, and that one which is in no list is counted and becomes what the contract has for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mapped } from '../../src/connectors/connector.ts'
import { connectorById } from '../../src/connectors/index.ts'
import { mapPage } from '../../src/connectors/map-pages.ts'

type Code = string | number | boolean | null

export interface Table {
  provider: string
  kind: string
  /** What the codes are of. */
  of: string
  codes: readonly (readonly [code: Code, becomes: unknown])[]
  /** A code of no list, and what it becomes; `counted`: the name that it is counted under. Absent where all that can be said is listed. */
  stranger?: { code: Code; becomes: unknown; counted: string | null }
  request?: Record<string, string>
  /** A page of the documented shape that says this code once. */
  page(code: Code): unknown
  becomes(mapped: readonly Mapped[]): unknown
}

export function check(table: Table): void {
  const { provider, kind, of, codes, stranger, page, becomes, request } = table
  const map = (code: Code) =>
    mapPage(connectorById(provider)!, kind, page(code), {
      timeZone: 'Europe/Berlin',
      receivedAt: Date.UTC(2026, 8, 20),
      ...(request !== undefined && { request }),
    })
  test(`${provider} ${kind}: each of ${codes.length} codes of ${of}`, () => {
    for (const [code, expected] of codes) {
      const { mapped, unknown } = map(code)
      assert.deepEqual(becomes(mapped), expected, `${code}`)
      assert.deepEqual(unknown, [], `${code} is in the list`)
    }
    if (stranger === undefined) return
    const { mapped, unknown } = map(stranger.code)
    assert.deepEqual(becomes(mapped), stranger.becomes, `${stranger.code}`)
    const counted = stranger.counted === null ? [] : [[stranger.counted, String(stranger.code)]]
    assert.deepEqual(
      unknown.map((each) => [each.table, each.code]),
      counted,
    )
  })
}

/** The value at `path` of the first record of this type; `undefined` where there is none. */
export function at(type: Mapped['type'], path: string): (mapped: readonly Mapped[]) => unknown {
  return (mapped) => {
    let value: unknown = mapped.find((each) => each.type === type)?.record
    for (const name of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[name]
    return value
  }
}

export const level = at('sleep', 'sleep_durations_data.hypnogram_samples.0.level')
