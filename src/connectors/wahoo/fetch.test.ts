import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnreadablePage, type Wanted } from '../connector.ts'
import { answering, fetched } from '../test-http.ts'
import { wahoo } from './index.ts'

const days: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
const LIST = 'api/v1/workouts?page=1&per_page=30'

test('an answer without a list says nothing of what is there; an empty list says that all is gone', async () => {
  const none = answering({ [LIST]: { json: { error: 'maintenance' } } })
  await assert.rejects(fetched(wahoo, 'workouts', days, none.http), UnreadablePage)
  const empty = answering({ [LIST]: { json: { workouts: [], total: 0, page: 1, per_page: 30 } } })
  assert.deepEqual(await fetched(wahoo, 'workouts', days, empty.http), [
    { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})
