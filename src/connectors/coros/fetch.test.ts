import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnreadablePage, type Wanted } from '../connector.ts'
import { answering, fetched } from '../test-http.ts'
import { coros } from './index.ts'

const days: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
const LIST = 'open/v2/coros/sport/list?startDate=20260915&endDate=20260915'

test('an answer without a list says nothing of what is there; an empty list says that all is gone', async () => {
  const none = answering({ [LIST]: { json: { message: 'maintenance' } } })
  await assert.rejects(fetched(coros, 'sport', days, none.http), UnreadablePage)
  const empty = answering({ [LIST]: { json: { result: '0000', message: 'OK', data: [] } } })
  assert.deepEqual(await fetched(coros, 'sport', days, empty.http), [
    { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})
