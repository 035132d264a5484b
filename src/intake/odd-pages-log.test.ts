// What is odd in thousands of samples of one page is told in a few lines, and counted in full.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import type { Connector } from '../connectors/connector.ts'
import { oura } from '../connectors/oura/index.ts'
import { polar } from '../connectors/polar/index.ts'
import { silentLog } from '../platform/log.ts'
import { ingest } from './ingest.ts'

/** The lines that the log has for one page. */
async function logOf({ ctx, clock, addUser }: TestApi, connector: Connector, kind: string, payload: unknown) {
  const { user_id: userId } = await addUser({ provider: connector.id })
  const lines: Record<string, unknown>[] = []
  const keep = (fields: object): void => void lines.push({ ...fields })
  const read = { pages: [{ kind, request: {}, payload }], gone: [], runAt: clock.now(), covered: [], listed: [] }
  await ingest({ ...ctx, log: { ...silentLog, warn: keep, error: keep } }, connector, userId, read, { lane: 'live' })
  return lines
}

const night = (id: string, type: string, phases: string) => ({
  id,
  type,
  day: '2026-03-09',
  bedtime_start: '2026-03-08T23:00:00+01:00',
  bedtime_end: '2026-03-09T06:00:00+01:00',
  sleep_phase_30_sec: phases,
})

test('codes that no table knows', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const nights = [
    night('a', 'long_sleep', 'x'.repeat(800)),
    ...Array.from({ length: 50 }, (_, i) => night(`n${i}`, `kind ${i} ${'.'.repeat(5000)}`, '')),
  ]
  const lines = await logOf(api, oura, 'sleep', { data: nights })
  assert.equal(lines.length, 20)
  assert.deepEqual(lines[0], { provider: 'OURA', table: 'sleep.phase', unknownCode: 'x' })
  assert.ok(JSON.stringify(lines).length < 5000)
  const { values } = await api.ctx.metrics.unknownCodes.get()
  assert.deepEqual(
    values.map(({ labels, value }) => [labels.table, value]),
    [
      ['sleep.phase', 800],
      ['sleep.type', 50],
    ],
  )
})

test('documents that cannot be mapped, and values that no field can hold', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const odd = Array.from({ length: 200 }, () => ({ day: 7 }))
  const unreadable = await logOf(api, oura, 'sleep', { data: [night('a', 'long_sleep', '1'), ...odd] })
  assert.equal(unreadable.length, 20)
  const sample = new URL('../connectors/polar/samples/exercises/official-exercise.input.json', import.meta.url)
  const workout = JSON.parse(readFileSync(sample, 'utf8')) as { heart_rate_zones: object[] }
  const zones = Array.from({ length: 300 }, (_, i) => ({ ...workout.heart_rate_zones[0], index: i + 0.5 }))
  const [unfit, ...others] = await logOf(api, polar, 'exercises', [{ ...workout, heart_rate_zones: zones }])
  assert.deepEqual(others, [])
  assert.equal(unfit!['values'], 300)
  assert.equal((unfit!['places'] as string[]).length, 20)
})
