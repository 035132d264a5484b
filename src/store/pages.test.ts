import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { newId } from '../model/ids.ts'
import type { Sql, Value } from './database.ts'
import { latestAnswersTo, putPage } from './pages.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

async function answered(userId: string, question: string, digest: string, runAt: number): Promise<void> {
  const page = { id: newId(), user_id: userId, kind: 'k', request: '{}', question, digest, time_zone: null }
  const body = { toPack: [Buffer.from(digest)] }
  await api.ctx.db.batch([putPage({ ...page, run_at: runAt, received_at: runAt, body })])
}

async function latest(...keys: string[][]): Promise<string[]> {
  return (await latestAnswersTo(api.ctx.db, keys))
    .map((row) => `${row.question} ${row.digest} ${row.received_at}`)
    .sort()
}

test('of all answers to a question one row is read: the latest, which may have been given before', async () => {
  const [one, other] = [await api.addUser(), await api.addUser()].map((user) => user.user_id)
  for (let i = 1; i <= 50; i++) await answered(one!, 'q', `answer ${i}`, i)
  await answered(one!, 'q', 'answer 7', 51)
  // A read that began earlier ends later.
  await answered(one!, 'q', 'slow', 3)
  await answered(one!, 'r', 'only', 9)
  await answered(other!, 'q', 'theirs', 99)
  assert.deepEqual(await latest([one!, 'q'], [one!, 'r'], [one!, 'never asked']), ['q answer 7 51', 'r only 9'])
  assert.deepEqual(await latest([other!, 'q']), ['q theirs 99'])
})

test('SQLite looks among the answers to the question, not among all pages of the person', async (t) => {
  const { db } = api.ctx
  if (db.dialect !== 'sqlite') return t.skip('what PostgreSQL does depends on how many rows there are')
  const explained = {
    dialect: db.dialect,
    all: <Row>(sql: string, params?: readonly Value[]) => db.all<Row>(`EXPLAIN QUERY PLAN ${sql}`, params),
  } as Sql
  const plan = (await latestAnswersTo(explained, [['u', 'q']])).map((row) => JSON.stringify(row)).join('\n')
  assert.match(plan, /INDEX pages_question \(user_id=\? AND question=\?\)/)
})
