import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import { UnreadablePage, type Wanted } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { answering, fetched, responseOf } from '../test-http.ts'
import { wahoo } from './index.ts'
import { oauth } from './oauth.ts'

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

test("a summer's day that is listed in winter has all its workouts, also that of the first hour", async () => {
  const workout = { id: 1, starts: '2026-09-15T00:10:00.000+02:00' }
  const { http } = answering({ [LIST]: { json: { workouts: [workout] } } })
  const pages = await fetched(wahoo, 'workouts', days, http, { timeZone: '+01:00' })
  assert.deepEqual(pages[0], { kind: 'workouts', request: { workout_id: '1' }, payload: workout })
})

test('a workout belongs to the day of the place where it was: a list of that day has it, and what it lacks is gone', async () => {
  const at = (id: number, starts: string, time_zone: string) => ({ id, starts, workout_summary: { id, time_zone } })
  const workouts = [
    at(1, '2026-09-15T08:00:00.000Z', 'Europe/Berlin'),
    // 05:00 of the 15th in Tokyo, 22:00 of the 15th in Los Angeles, 01:00 of the 16th in Tokyo.
    at(2, '2026-09-14T20:00:00.000Z', 'Asia/Tokyo'),
    at(3, '2026-09-16T05:00:00.000Z', 'America/Los_Angeles'),
    at(4, '2026-09-15T16:00:00.000Z', 'Asia/Tokyo'),
  ]
  const { http } = answering({ [LIST]: { json: { workouts } } })
  const pages = (await fetched(wahoo, 'workouts', days, http)).filter((each) => 'kind' in each)
  const input = { timeZone: 'Europe/Berlin', receivedAt: 0 }
  const parts = pages.flatMap(({ payload }) => mapPage(wahoo, 'workouts', payload, input).mapped)
  assert.deepEqual(
    parts.map(({ key, day }) => [key, day]),
    ['1', '2', '3'].map((id) => [{ id }, '2026-09-15']),
  )
})

test('a file that lies elsewhere, or is not there, takes nothing from the workouts', async () => {
  const workout = (id: number, urls: { file?: { url: string }; files?: { url: string }[] }) => ({
    id,
    starts: '2026-09-15T10:00:00.000Z',
    workout_summary: { id, ...urls },
  })
  const cdn = 'https://cdn.wahooligan.com'
  const workouts = [
    workout(1, { file: { url: 'https://elsewhere.example/1.fit' } }),
    workout(2, { file: { url: '' }, files: [{ url: `${cdn}/2.fit` }] }),
    workout(3, { file: { url: `${cdn}/3.fit` } }),
  ]
  const { http } = answering({
    [LIST]: { json: { workouts } },
    'https://elsewhere.example/1.fit': new ProviderError('not its own', { next: 'give_up' }),
    [`${cdn}/2.fit`]: { json: 'the file' },
    [`${cdn}/3.fit`]: { status: 404, json: null },
  })
  const pages = (await fetched(wahoo, 'workouts', days, http)).filter((each) => 'kind' in each)
  assert.deepEqual(
    pages.map(({ kind, request }) => [kind, request.workout_id]),
    [
      ['workouts', '1'],
      ['workouts', '2'],
      ['fit', '2'],
      ['workouts', '3'],
    ],
  )
})

test('too many live tokens: the grant is kept and tried later; a void one asks the person', () => {
  const about = {
    grant: 'refresh',
    client: { id: 'c', secret: 's', extra: {} },
    previous: null,
    scopes: [],
    redirectUri: 'https://loam.example.com/back',
  } as const
  const next = (status: number, error: string): string | null => {
    try {
      oauth.readTokens!(responseOf({ status, json: { error } }), about)
      return null
    } catch (thrown) {
      return thrown instanceof ProviderError ? thrown.next : 'another error'
    }
  }
  assert.equal(next(403, 'Too many unrevoked access tokens exist for this app and user.'), 'retry')
  assert.equal(next(401, 'invalid_grant'), 'reauthorize')
})
