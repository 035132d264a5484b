import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Change, PartlyReadable } from '../connector.ts'
import { post } from '../test-http.ts'
import { garmin } from './index.ts'

const { parse, verify, accepted, maxBytes } = garmin.notifications!
const secrets = {
  client: { id: 'our-client', secret: 'secret', extra: {} },
  verificationToken: 'key-of-the-address',
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}
const ONE = '5f2d7c0e9b1a4e6f8d3c2b1a09f8e7d6'
const OTHER = 'a7c3e5f19b2d4a6c8e0f1a2b3c4d5e6f'

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./samples/${name}.json`, import.meta.url), 'utf8'))
}

function changesOf(body: unknown): Change[] {
  return parse(post(body))
}

test('believed with the key of its address and our client id alone', () => {
  const of = (clientId: string | null, key: string | null) =>
    verify(post({}, clientId === null ? {} : { 'garmin-client-id': clientId }, key === null ? {} : { key }), secrets)
  assert.equal(of('our-client', 'key-of-the-address'), true)
  assert.equal(of('our-client', 'another'), false)
  assert.equal(of('our-client', null), false)
  assert.equal(of('their-client', 'key-of-the-address'), false)
  assert.equal(of(null, 'key-of-the-address'), false)
})

test('a push is one page for each person and kind, in its own order', () => {
  const item = (userId: string, summaryId: string) => ({ userId, summaryId, calendarDate: '2026-05-04' })
  const body = {
    dailies: [item(ONE, 'a'), item(OTHER, 'b'), item(ONE, 'c')],
    epochs: [item(ONE, 'd')],
    somethingNew: [item(ONE, 'e')],
  }
  const [a, b, c, d] = [...body.dailies, body.epochs[0]!]
  assert.deepEqual(changesOf(body), [
    {
      what: 'page',
      providerUserId: ONE,
      page: { kind: 'dailies', request: { first: 'a', summaries: '2' }, payload: [a, c] },
      listed: [],
    },
    {
      what: 'page',
      providerUserId: OTHER,
      page: { kind: 'dailies', request: { first: 'b', summaries: '1' }, payload: [b] },
      listed: [],
    },
    {
      what: 'page',
      providerUserId: ONE,
      page: { kind: 'epochs', request: { first: 'd', summaries: '1' }, payload: [d] },
      listed: [],
    },
    {
      what: 'page',
      providerUserId: ONE,
      page: {
        kind: 'unknownSummaries',
        request: { first: 'e', summaries: '1', root: 'somethingNew' },
        payload: { somethingNew: body.somethingNew },
      },
    },
  ])
})

test('a night comes with all of its naps', () => {
  const [change] = changesOf(sample('sleeps/push.input'))
  assert.ok(change?.what === 'page')
  assert.deepEqual(change.listed, [{ type: 'sleep', days: { start: '2026-05-04', end: '2026-05-04' } }])
})

test('a ping is fetched where it says; whose token it names is not kept', () => {
  const changes = changesOf(sample('notifications/ping-batch-two-users'))
  assert.deepEqual(
    changes.map((change) => change.providerUserId),
    [ONE, OTHER],
  )
  assert.deepEqual(changes[0], {
    what: 'changed',
    providerUserId: ONE,
    kind: 'dailies',
    wanted: {
      hint: {
        uploadStartTimeInSeconds: '1777908900',
        uploadEndTimeInSeconds: '1777908905',
        callbackURL:
          'https://apis.garmin.com/wellness-api/rest/dailies?uploadStartTimeInSeconds=1777908900&uploadEndTimeInSeconds=1777908905&token=XSID0123456789ABCDEF',
      },
    },
  })
})

test('every kind that Garmin pings for is known', () => {
  const body = sample('notifications/ping-all-types') as Record<string, unknown[]>
  const kinds = new Set(changesOf(body).map((change) => (change.what === 'changed' ? change.kind : '')))
  assert.deepEqual(
    Object.keys(body).filter((root) => !kinds.has(root)),
    [],
  )
})

test('who left, and what may be read from now on', () => {
  assert.deepEqual(changesOf(sample('notifications/deregistrations')), [{ what: 'revoked', providerUserId: ONE }])
  assert.deepEqual(changesOf(sample('notifications/userPermissionsChange')), [
    {
      what: 'scopes',
      providerUserId: ONE,
      scopes: ['ACTIVITY_EXPORT', 'WORKOUT_IMPORT', 'HEALTH_EXPORT', 'COURSE_IMPORT', 'MCT_EXPORT'],
    },
  ])
  assert.deepEqual(changesOf(sample('notifications/userPermissionsChange-all-revoked')), [
    { what: 'scopes', providerUserId: ONE, scopes: [] },
  ])
  const change = (permissions: string[], changeTimeInSeconds: number) => ({
    userId: ONE,
    permissions,
    changeTimeInSeconds,
  })
  assert.deepEqual(
    changesOf({ userPermissionsChange: [change(['MCT_EXPORT'], 20), change([], 10)] }).at(-1),
    { what: 'scopes', providerUserId: ONE, scopes: ['MCT_EXPORT'] },
    'the latest change comes last',
  )
})

test('what belongs to nobody takes nothing from the others, and is kept aside as what is no notification is', () => {
  const known = { userId: ONE, summaryId: 'a', startTimeInSeconds: 1 }
  assert.throws(
    () => changesOf({ dailies: [{ summaryId: 'b' }, known], sleeps: [null] }),
    (error) =>
      error instanceof PartlyReadable &&
      /dailies, sleeps: an item without a userId/.test(String(error.cause)) &&
      error.changes.length === 1,
  )
  assert.throws(() => changesOf({ dailies: [{ summaryId: 'a' }, null, 7] }), /dailies: an item without a userId/)
  assert.throws(() => changesOf([1]), /an object with a list/)
  assert.throws(() => changesOf({ dailies: { userId: ONE } }), /dailies: expected a list/)
  assert.throws(() => changesOf({ version: 2 }), /an object with a list/)
  assert.throws(() => changesOf('no json'), SyntaxError)
})

test('something new beside the lists takes nothing from them; pull paths name the same kinds', () => {
  const item = { userId: ONE, summaryId: 'a', startTimeInSeconds: 1 }
  const kinds = changesOf({ version: 2, about: { a: 1 }, dailies: [item], pulseOx: [item], respiration: [item] }).map(
    (change) => change.what === 'page' && change.page.kind,
  )
  assert.deepEqual(kinds, ['dailies', 'pulseox', 'allDayRespiration'])
})

test('Garmin wants 200 and nothing, and sends up to 100 MB', () => {
  assert.deepEqual(accepted, { status: 200, body: '' })
  assert.equal(maxBytes, 104_857_600)
})

test('details of many workouts are several pages: a push of them may be larger than what fits into memory as records', () => {
  const details = (summaryId: string, count: number) => ({
    userId: ONE,
    summaryId,
    samples: Array.from({ length: count }, (_, i) => ({ startTimeInSeconds: i })),
  })
  const workouts = [details('a', 3000), details('b', 6000), details('c', 1001), details('d', 20_000), details('e', 1)]
  const pages = changesOf({ activityDetails: workouts }).map((change) => change.what === 'page' && change.page)
  assert.deepEqual(
    pages.map((page) => page && (page.payload as { summaryId: string }[]).map(({ summaryId }) => summaryId).join('')),
    ['ab', 'c', 'd', 'e'],
  )
})
