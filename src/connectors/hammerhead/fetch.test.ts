import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { Wanted } from '../connector.ts'
import { answering, fetched, responseOf } from '../test-http.ts'
import { readStandardTokens } from '../token-answers.ts'
import { hammerhead } from './index.ts'

const days: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
const LIST = 'api/v1/api/activities?page=1&perPage=100&startDate=2026-09-12'

test('a ride in the list is read whenever it was uploaded, unless that was days later', async () => {
  const ride = { id: '1.activity.a' }
  const data = [ride, { id: '1.activity.b', createdAt: '2026-09-30T10:00:00.000Z' }]
  const { http } = answering({
    [LIST]: { json: { totalItems: 2, totalPages: 1, perPage: 100, currentPage: 1, data } },
    'api/v1/api/activities/1.activity.a': { json: ride },
    'api/v1/api/activities/1.activity.a/file': { status: 404, json: null },
  })
  assert.deepEqual(await fetched(hammerhead, 'activity', days, http), [
    { kind: 'activity', request: { activity_id: '1.activity.a' }, payload: ride },
  ])
})

test('the account may be named by a number', () => {
  assert.equal(
    readStandardTokens(responseOf({ json: { access_token: 'a', user_id: 98765 } }), ' ').providerUserId,
    '98765',
  )
})

test('what was just announced is asked for again; what is listed and not there is gone', async () => {
  const RIDE = 'api/v1/api/activities/1.activity.a'
  const missing = answering({ [RIDE]: { status: 404, json: null } }).http
  const isRetry = (error: unknown) => error instanceof ProviderError && error.next === 'retry'
  await assert.rejects(fetched(hammerhead, 'activity', { object: '1.activity.a' }, missing), isRetry)
  const noFile = answering({ [RIDE]: { json: { id: '1.activity.a' } }, [`${RIDE}/file`]: { status: 404, json: null } })
  await assert.rejects(fetched(hammerhead, 'activity', { object: '1.activity.a' }, noFile.http), isRetry)
  const listed = answering({
    [LIST]: { json: { totalPages: 1, data: [{ id: '1.activity.a', createdAt: '2026-09-15T10:00:00Z' }] } },
    [RIDE]: { status: 404, json: null },
  })
  assert.deepEqual(await fetched(hammerhead, 'activity', days, listed.http), [
    { gone: { type: 'activity', id: '1.activity.a' } },
  ])
})
