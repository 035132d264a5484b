// What Fitbit's old Web API is asked: no day before it begins, no night before it is computed, no link but its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../../platform/errors.ts'
import type { ConnectionHttp, FetchContext, Wanted } from '../../connector.ts'
import { fetched as fetchedOf, responseOf } from '../../test-http.ts'
import { legacy } from './index.ts'

type Answer = (path: string, n: number) => unknown

async function fetchAll(kind: string, wanted: Wanted, answer: Answer, more: Partial<FetchContext> = {}) {
  const asked: string[] = []
  const answered = async (path: string) => responseOf({ json: answer(path, asked.push(path)) })
  const http: ConnectionHttp = { send: ({ path }) => answered(path), follow: answered }
  const now = Date.parse('2026-11-20T12:00:00Z')
  return { fetched: await fetchedOf(legacy, kind, wanted, http, { now, ...more }), asked }
}

const days = (start: string, end: string): Wanted => ({ days: { start, end } })

test('a night that is being computed is asked for again, when Fitbit says', async () => {
  await assert.rejects(
    fetchAll('sleep', days('2026-11-20', '2026-11-20'), () => ({ meta: { retryDuration: 3000, state: 'pending' } })),
    (error: unknown) => error instanceof ProviderError && error.next === 'retry' && error.afterSeconds === 3,
  )
})

test('days that have not begun are not asked for, and those that may have, are', async () => {
  const hrv = (timeZone: string | null) =>
    fetchAll('hrv', days('2026-11-19', '2026-11-25'), () => ({}), { timeZone }).then(({ asked }) => asked)
  assert.deepEqual(await hrv('Europe/Berlin'), ['/1/user/-/hrv/date/2026-11-19/2026-11-20.json'])
  assert.deepEqual(await hrv(null), ['/1/user/-/hrv/date/2026-11-19/2026-11-21.json'])
  assert.deepEqual((await fetchAll('hrv', days('2026-11-22', '2026-11-25'), () => ({}))).asked, [])
})

test('few days are summaries of each, many are series', async () => {
  const asked = async (kind: string, end: string) => (await fetchAll(kind, days('2026-11-01', end), () => ({}))).asked
  assert.equal((await asked('activity_daily_summary', '2026-11-11')).length, 11)
  assert.deepEqual(await asked('activity_timeseries', '2026-11-11'), [])
  assert.deepEqual(await asked('activity_daily_summary', '2026-11-12'), [])
  assert.equal((await asked('activity_timeseries', '2026-11-12')).length, 10)
})

test('a list is followed by its own links until the days are over', async () => {
  const { asked, fetched } = await fetchAll('ecg', days('2026-11-01', '2026-11-03'), (_path, n) => ({
    ecgReadings: [{ startTime: `2026-11-0${n * 2}T08:00:00.000` }],
    pagination: { next: `https://api.fitbit.com/1/user/-/ecg/list.json?offset=${n}` },
  }))
  assert.deepEqual(asked, ['/1/user/-/ecg/list.json', 'https://api.fitbit.com/1/user/-/ecg/list.json?offset=1'])
  assert.deepEqual(fetched.at(-1), { listed: { type: 'body', days: { start: '2026-11-01', end: '2026-11-03' } } })
  await assert.rejects(
    fetchAll('ecg', days('2026-11-01', '2026-11-03'), () => ({
      ecgReadings: [],
      pagination: { next: 'https://more' },
    })),
    (error: unknown) => error instanceof ProviderError && error.next === 'give_up',
  )
})

test('tracks are asked for where a log has one and places may be known', async () => {
  const log = (logId: number, tcxLink?: string) => ({ logId, tcxLink, startTime: '2026-11-19T08:00:00.000+01:00' })
  const answer: Answer = (path) =>
    path.endsWith('.tcx') ? '<x/>' : { activities: [log(1, 'https://a/1.tcx'), log(2)] }
  const week = days('2026-11-13', '2026-11-19')
  const all = await fetchAll('activity_log_list', week, answer)
  assert.deepEqual(all.asked, ['/1/user/-/activities/list.json', '/1/user/-/activities/1.tcx'])
  assert.equal((await fetchAll('activity_log_list', week, answer, { grantedScopes: ['activity'] })).asked.length, 1)
})
