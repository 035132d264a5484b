import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { oura } from '../connectors/oura/index.ts'
import { ingest } from './ingest.ts'

const night = (id: string, day: string) => ({
  id,
  day,
  type: 'long_sleep',
  bedtime_start: `${day}T23:00:00+01:00`,
  bedtime_end: `${day}T23:40:00+01:00`,
  heart_rate: { interval: 300, items: [51, 52, 53], timestamp: `${day}T23:00:00+01:00` },
})

test('events are without the series where the environment wants none; what is asked for has them', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { user_id: userId } = await api.addUser({ time_zone: 'Europe/Berlin' })
  const told = async (id: string, day: string): Promise<number> => {
    const pages = [{ kind: 'sleep', request: {}, payload: { data: [night(id, day)] } }]
    const page = { pages, gone: [], runAt: api.clock.now(), covered: [], listed: [] }
    await ingest(api.ctx, oura, userId, page, { lane: 'live' })
    const [event] = (await api.asOperator('GET', '/admin/v1/events?type=sleep&limit=1')).json.data as { id: string }[]
    return samplesIn((await api.asOperator('GET', `/admin/v1/events/${event!.id}`)).json.body)
  }
  assert.equal(await told('a', '2026-03-06'), 3)
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, {
    json: { settings: { samples_enabled: false } },
  })
  assert.equal(await told('b', '2026-03-08'), 0)
  api.respond(() => ({ status: 200, json: { data: [night('b', '2026-03-08')] } }))
  const asked = `/v2/sleep?user_id=${userId}&start_date=2026-03-08&end_date=2026-03-09&to_webhook=false&with_samples=true`
  assert.equal(samplesIn((await api.asCustomer('GET', asked)).json), 3)
})

function samplesIn(body: unknown): number {
  const [record] = (body as { data: { heart_rate_data: { detailed: { hr_samples: unknown[] } } }[] }).data
  return record!.heart_rate_data.detailed.hr_samples.length
}
