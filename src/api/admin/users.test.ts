import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, rowsOf, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('users: list with filters and pages, detail, change, backfill, deauth', async () => {
  const users = []
  for (let i = 0; i < 5; i++) {
    api.clock.advance(1000)
    users.push(await api.addUser({ reference_id: `ref-${i}`, state: i === 0 ? 'degraded' : 'connected' }))
  }
  const seen: unknown[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer = await api.asOperator('GET', `/admin/v1/users?limit=2&cursor=${cursor}`)
    seen.push(...rowsOf(answer).map((row) => row.user_id))
    cursor = answer.json.next_cursor as string | null
  }
  assert.deepEqual(seen, users.map((user) => user.user_id).toReversed())
  const filtered = await api.asOperator('GET', '/admin/v1/users?state=degraded')
  assert.deepEqual(
    rowsOf(filtered).map((row) => row.reference_id),
    ['ref-0'],
  )
  const path = `/admin/v1/users/${users[1]!.user_id}`
  assert.deepEqual((await api.asOperator('GET', path)).json.records, [])
  const changed = await api.asOperator('PATCH', path, { json: { reference_id: null, active: false } })
  assert.deepEqual([changed.json.reference_id, changed.json.active], [null, false])
  await api.asOperator('PATCH', path, { json: { active: true } })
  const backfill = await api.asOperator('POST', `${path}/backfill`, { json: { days: 10, types: ['sleep'] } })
  assert.equal(backfill.status, 202)
  assert.deepEqual([backfill.json.start_date, backfill.json.end_date], ['2026-03-01', '2026-03-10'])
  const job = await api.asOperator('GET', `/admin/v1/jobs/${backfill.json.job_id}`)
  assert.deepEqual([job.json.kind, job.json.state, job.json.progress], ['backfill', 'pending', { done: 0, total: 10 }])
  const jobs = await api.asOperator('GET', `/admin/v1/jobs?user_id=${users[1]!.user_id}`)
  assert.equal(rowsOf(jobs).length, 1)
  assert.equal((await api.asOperator('POST', `/admin/v1/jobs/${backfill.json.job_id}/cancel`)).json.state, 'cancelled')
  assert.equal((await api.asOperator('GET', '/admin/v1/jobs/none')).status, 404)
  for (const [days, problem] of [
    [{ start_date: '1000-12-01' }, /^start_date: must not be before 1970-01-01$/],
    [{ start_date: '2026-03-20', end_date: '2026-04-01' }, /^start_date: is in the future$/],
    [{ start_date: '2026-03-02', end_date: '2026-03-01' }, /^start_date: is after end_date$/],
  ] as const) {
    const none = await api.asOperator('POST', `${path}/backfill`, { json: days })
    assert.equal(none.status, 400)
    assert.match(String(none.json.message), problem)
  }
  const ahead = await api.asOperator('POST', `${path}/backfill`, {
    json: { start_date: '2026-03-08', end_date: '2026-12-31' },
  })
  assert.equal(ahead.json.end_date, '2026-03-10')
  const wrong = await api.asOperator('POST', `${path}/backfill`, { json: { start_date: '2026-02-30' } })
  assert.match(String(wrong.json.message), /^start_date: must be a day that exists/)
  const records = await api.asOperator('GET', `${path}/records?type=sleep&start_date=2026-03-01&end_date=2026-03-10`)
  assert.deepEqual(records.json.data, [])
  assert.equal((await api.asOperator('DELETE', path)).status, 204)
  assert.equal((await api.asOperator('GET', path)).status, 404)
})
