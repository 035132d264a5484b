// Pages of one record arrive apart and in any order: the record is the same in the end. Over every connector's golden cases, on a
// real database.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { openTestApi, type TestApi } from '../src/api/test-api.ts'
import type { Connector, Page } from '../src/connectors/connector.ts'
import { connectors, variantsOf } from '../src/connectors/index.ts'
import { ingest } from '../src/intake/ingest.ts'
import { goldenCases } from './golden.ts'

const RUNS = process.env.LOAM_TEST_LONG === '1' ? 20 : 2
/** Enough for records that several kinds write to; the golden tests see every case. */
const PAGES_AT_MOST = 25

interface Arrival {
  page: Page
  /** When the provider was asked: what was asked later counts, whenever it arrives. */
  runAt: number
}

let api: TestApi
before(async () => {
  api = await openTestApi()
  // What came from the future would not count as that.
  api.clock.set(BEGIN + 3_600_000)
})
after(() => api.dispose())

for (const own of connectors) {
  for (const { connector, variant } of variantsOf(own)) {
    test(`${own.id}${variant === null ? '' : ` (${variant})`}: the records are the same, whatever arrives first`, async (t) => {
      const arrivals = arrivalsOf(own, connector)
      if (arrivals.length === 0) return t.skip('its cases are those of another')
      const expected = await recordsAfter(connector, variant, arrivals)
      if (expected.size === 0) return t.skip('its cases make no record by themselves')
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(arrivals, { minLength: arrivals.length, maxLength: arrivals.length }),
          async (shuffled) => {
            const records = await recordsAfter(connector, variant, shuffled)
            for (const [name, body] of expected) assert.equal(records.get(name), body, name)
            assert.equal(records.size, expected.size)
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      )
    })
  }
}

/** When the first of them is asked for. */
const BEGIN = Date.parse('2026-09-16T12:00:00Z')

function arrivalsOf(own: Connector, connector: Connector): Arrival[] {
  return goldenCases(own)
    .filter(({ kind }) => connector.reads[kind] !== undefined)
    .map(({ kind, payload, context }, i) => ({
      page: { kind, payload, request: context.request },
      runAt: BEGIN + i * 1000,
    }))
    .filter((_, i, all) => i % Math.ceil(all.length / PAGES_AT_MOST) === 0)
}

async function recordsAfter(
  connector: Connector,
  variant: string | null,
  arrivals: readonly Arrival[],
): Promise<Map<string, string>> {
  const { user_id: userId } = await api.addUser({
    // Ids are made for a user: the same one each time.
    user_id: '00000000-0000-4000-8000-00000000000a',
    provider: connector.id,
    variant,
    time_zone: 'Europe/Berlin',
    scopes: null,
  })
  // Where a person is, is learnt from pages as they come, and tells of those that lack it: not what is asked here.
  const placed: Connector = { ...connector, timeZone: undefined }
  for (const { page, runAt } of arrivals) {
    const read = { pages: [page], gone: [], runAt, covered: [], listed: [] }
    await ingest(api.ctx, placed, userId, read, { lane: 'live' })
  }
  const rows = await api.ctx.db.all<{ type: string; key: string; digest: string }>(
    'SELECT type, key, digest FROM records WHERE user_id = $1',
    [userId],
  )
  await api.ctx.db.run('DELETE FROM events')
  await api.ctx.db.run('DELETE FROM connections')
  return new Map(rows.map((row) => [`${row.type} ${row.key}`, row.digest]))
}
