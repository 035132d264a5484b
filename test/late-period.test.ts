// A period goes on for days after it was first read, and Google announces nothing of it: the wide look of each day finds it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestApi } from '../src/api/test-api.ts'
import { runJob } from '../src/intake/jobs.ts'
import { queuePolls } from '../src/intake/poll.ts'
import { workers } from '../src/intake/workers.ts'
import { unpackText } from '../src/store/compress.ts'
import type { JobRow } from '../src/store/jobs.ts'
import { recordsBetween } from '../src/store/records.ts'

const FIRST = '2026-03-01'
const HALF_HOUR = 1_800_000
const SCOPE = 'https://www.googleapis.com/auth/googlehealth.reproductive_health.readonly'

test('the last days of a period arrive, though it began longer ago than each look reaches', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  let until = '2026-03-03'
  api.respond(({ url, query }) => {
    if (url.endsWith('/token')) return { status: 200, json: { access_token: 'b', expires_in: 604_800 } }
    const since = /civil_start_time >= "(.{10})"/.exec(String(query?.filter))?.[1]
    if (!url.includes('menstrual-period') || since === undefined || since > FIRST) return { status: 200, json: {} }
    const interval = {
      startTime: `${FIRST}T00:00:00Z`,
      startUtcOffset: '0s',
      endTime: `${until}T00:00:00Z`,
      endUtcOffset: '0s',
    }
    return { status: 200, json: { dataPoints: [{ menstrualPeriod: { interval } }] } }
  })
  const midday = Date.parse('2026-03-02T12:00:00Z')
  api.clock.advance(midday - api.clock.now())
  const { user_id: userId } = await api.addUser({
    provider: 'GOOGLE',
    scopes: SCOPE,
    time_zone: 'Europe/London',
    next_poll_at: midday,
  })
  const look = async (): Promise<void> => {
    assert.equal(await queuePolls(api.ctx), 1)
    const claim = `UPDATE jobs SET state = 'running', lease_id = 'ours', lease_until = $1 WHERE user_id = $2 AND state = 'pending' RETURNING *`
    const job = await api.ctx.db.one<JobRow>(claim, [api.clock.now() + 60_000, userId])
    await runJob(api.ctx, job!, workers.read)
  }
  const days = async (): Promise<number> => {
    const range = { startDay: FIRST, endDay: FIRST }
    const [row] = await recordsBetween(api.ctx.db, userId, 'menstruation', range)
    return JSON.parse(unpackText(row!.body)).menstruation_data.period_length_days
  }
  const looksOf = async (days: number): Promise<void> => {
    for (let i = 0; i < days * 48; i++) {
      await look()
      api.clock.advance(HALF_HOUR)
    }
  }
  await looksOf(4)
  assert.equal(await days(), 2)
  until = '2026-03-06'
  await looksOf(1)
  assert.equal(await days(), 5)
})
