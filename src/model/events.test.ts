// The words of each event are those that the API's documents and real deliveries show: receivers compare them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DATA_TYPES } from './data-type.ts'
import { Event, EVENT_TYPES, eventSchemas, PAYLOAD_VERSION } from './event.ts'
import * as make from './events.ts'
import { complete } from './records.ts'
import type { TerraUser } from './user.ts'

const user: TerraUser = {
  user_id: '4735eac4-31a2-47ef-8b11-51e98d84c680',
  provider: 'GARMIN',
  last_webhook_update: '2024-10-08T03:45:00.000000+00:00',
  created_at: '2024-10-07T03:45:00.000000+00:00',
  scopes: 'ACTIVITY_EXPORT,HEALTH_EXPORT',
  reference_id: 'tony_stark',
  active: true,
}
const version = PAYLOAD_VERSION

test('auth: the reference stands at the top and in the user, who was sent nothing yet', () => {
  assert.deepEqual(make.authEvent({ user, widgetSessionId: null, flowId: 'flow' }), {
    type: 'auth',
    status: 'success',
    message: 'User has successfully authenticated',
    user: { ...user, last_webhook_update: null },
    reference_id: 'tony_stark',
    widget_session_id: null,
    flow_id: 'flow',
    version,
  })
})

const failed = {
  reason: 'access_denied',
  provider: 'GARMIN',
  userId: user.user_id,
  referenceId: 'tony_stark',
  widgetSessionId: 'widget',
  flowId: 'flow',
  createdAt: user.created_at,
}

test('a failed sign-in in either style: the newer has no user, the older an inactive one', () => {
  const cancelled = make.authCancelledEvent(failed)
  assert.deepEqual(cancelled, {
    type: 'auth_cancelled',
    status: 'error',
    message: 'User failed to authenticate',
    reason: 'access_denied',
    provider: 'GARMIN',
    reference_id: 'tony_stark',
    widget_session_id: 'widget',
    flow_id: 'flow',
    version,
  })
  assert.deepEqual(make.authFailedEvent(failed), {
    ...cancelled,
    type: 'auth',
    message: 'User failed to authenticate and has been deleted',
    user: { ...user, last_webhook_update: null, scopes: null, active: false },
  })
})

test('the end of a connection', () => {
  const gone = { ...user, active: false }
  assert.deepEqual(make.deauthEvent(user), {
    type: 'deauth',
    status: 'success',
    message: 'User has deauthenticated',
    user: gone,
    version,
  })
  assert.deepEqual(make.accessRevokedEvent(user), {
    type: 'access_revoked',
    status: 'warning',
    message: 'User revoked access',
    user: gone,
    version,
  })
  assert.deepEqual(make.connectionErrorEvent(user), {
    type: 'connection_error',
    status: 'warning',
    message: 'User connection degraded',
    user,
    version,
  })
})

test('another id for the same account', () => {
  assert.deepEqual(make.userReauthEvent({ newUser: user, oldUser: null }), {
    type: 'user_reauth',
    status: 'warning',
    message: 'User has reauthenticated and old ID has been deleted',
    new_user: user,
    old_user: null,
    version,
  })
})

test('changed permissions are comma lists, empty when there are none', () => {
  assert.deepEqual(make.permissionChangeEvent({ user, added: ['BODY_EXPORT', 'SLEEP_EXPORT'], removed: [] }), {
    type: 'permission_change',
    status: 'warning',
    message: 'User permissions have been modified',
    user,
    scopes_added: 'BODY_EXPORT,SLEEP_EXPORT',
    scopes_removed: '',
    version,
  })
})

test('requests', () => {
  assert.deepEqual(make.largeRequestProcessingEvent(user, 'reference'), {
    type: 'large_request_processing',
    status: 'processing',
    message: 'Large request is processing',
    reference: 'reference',
    user,
    version,
  })
  assert.deepEqual(make.largeRequestSendingEvent(user, 'reference', 43), {
    type: 'large_request_sending',
    status: 'success',
    message: 'Large request is being sent',
    reference: 'reference',
    expected_payloads: 43,
    user,
    version,
  })
  assert.deepEqual(make.rateLimitHitEvent({ user, start: 'a', end: 'b', retryingAt: 'c' }), {
    type: 'rate_limit_hit',
    message: 'Rate limit reached whilst processing async query',
    user,
    start_date: 'a',
    end_date: 'b',
    retrying_at: 'c',
    version,
  })
})

test('data stands under data, an athlete alone', () => {
  const times = { start_time: '2026-01-12T00:00:00.000000+00:00' }
  const daily = complete('daily', { metadata: times })
  assert.deepEqual(make.dataEvent('daily', user, [daily]), { type: 'daily', user, data: [daily], version })
  const athlete = complete('athlete', { first_name: 'Tony' })
  assert.deepEqual(make.dataEvent('athlete', user, [athlete]), { type: 'athlete', user, athlete, version })
  assert.throws(() => make.dataEvent('athlete', user, []), /one athlete, not 0/)
  for (const type of DATA_TYPES) {
    const records = type === 'athlete' ? [athlete] : []
    assert.equal(Event.parse(make.dataEvent(type, user, records)).type, type)
  }
  assert.ok(
    Event.safeParse(
      make.dataEvent('activity', user, [complete('activity', { metadata: { ...times, summary_id: 'a' } })]),
    ).success,
  )
  assert.ok(!Event.safeParse(make.dataEvent('activity', user, [daily])).success)
})

test('a removed record is named by its id or its day', () => {
  const event = make.recordDeletedEvent({ user, dataType: 'sleep', summaryId: 'id', day: null })
  assert.deepEqual(event, { type: 'record_deleted', user, data_type: 'sleep', summary_id: 'id', day: null, version })
})

test('operational events', () => {
  assert.deepEqual(make.healthcheckEvent({ createdAt: 'now', trendPercentage: 0, sentLastHour: 12 }), {
    type: 'healthcheck',
    status: 'success',
    creation_timestamp: 'now',
    trend_percentage: 0,
    sent_webhooks_last_hour: 12,
    version,
  })
  const pointer = { url: 'https://x/y', expiresInSeconds: 600, reference: 'r', userId: 'u', referenceId: null }
  assert.deepEqual(make.s3PayloadEvent(pointer), {
    type: 's3_payload',
    status: 'success',
    url: 'https://x/y',
    expires_in: 600,
    payload_reference: 'r',
    user_id: 'u',
    reference_id: null,
    version,
  })
})

const target = { id: 'd', name: 'Mine', type: 'webhook' }

test('every event that is made is one of the schema, with every key of it', () => {
  const events = [
    make.authEvent({ user, widgetSessionId: 'widget', flowId: 'flow' }),
    make.authCancelledEvent(failed),
    make.authFailedEvent(failed),
    make.deauthEvent(user),
    make.userReauthEvent({ newUser: user, oldUser: user }),
    make.accessRevokedEvent(user),
    make.connectionErrorEvent(user),
    make.permissionChangeEvent({ user, added: [], removed: [] }),
    make.largeRequestProcessingEvent(user, 'reference'),
    make.largeRequestSendingEvent(user, 'reference', 0),
    make.rateLimitHitEvent({ user, start: 'a', end: 'b', retryingAt: 'c' }),
    ...DATA_TYPES.map((type) => make.dataEvent(type, user, type === 'athlete' ? [complete('athlete', {})] : [])),
    make.dataEvent('planned_workout', user, []),
    make.recordDeletedEvent({ user, dataType: 'daily', summaryId: null, day: '2026-01-12' }),
    make.healthcheckEvent({ createdAt: 'now', trendPercentage: -12.5, sentLastHour: 0 }),
    make.s3PayloadEvent({ url: 'u', expiresInSeconds: 1, reference: 'r', userId: null, referenceId: null }),
    make.destinationFailingEvent({ destination: target, failingSince: 'then', lastError: 'it answered 500' }),
    make.destinationDisabledEvent({ destination: target, state: 'paused', reason: 'it answered 410' }),
    make.destinationRecoveredEvent(target),
  ]
  const made = new Set<string>()
  for (const event of events) {
    // Parsing drops what the schema does not name: nothing may be dropped.
    assert.deepEqual(Event.parse(event), event)
    made.add(event.type)
  }
  // Only the old Google Fit had it.
  assert.deepEqual(
    EVENT_TYPES.filter((type) => !made.has(type)),
    ['google_no_datasource'],
  )
})

test('event types: all of the published names that we send, and our own', () => {
  assert.deepEqual([...EVENT_TYPES].sort(), [
    'access_revoked',
    'activity',
    'athlete',
    'auth',
    'auth_cancelled',
    'body',
    'connection_error',
    'daily',
    'deauth',
    'destination_disabled',
    'destination_failing',
    'destination_recovered',
    'google_no_datasource',
    'healthcheck',
    'large_request_processing',
    'large_request_sending',
    'menstruation',
    'nutrition',
    'permission_change',
    'planned_workout',
    'rate_limit_hit',
    'record_deleted',
    's3_payload',
    'sleep',
    'user_reauth',
  ])
  assert.equal(new Set(eventSchemas.map((schema) => schema.meta()?.id)).size, eventSchemas.length)
})

test('a user has every key, always', () => {
  const { scopes: _, ...short } = user
  assert.ok(Event.safeParse(make.deauthEvent(user)).success)
  assert.ok(!Event.safeParse(make.deauthEvent(short as TerraUser)).success)
})

test('what stands around the records makes the same JSON as the whole event', () => {
  for (const type of DATA_TYPES) {
    const record = { note: 'a "quoted" one' }
    const { before, after } = make.aroundRecords(type, user)
    assert.equal(`${before}${JSON.stringify(record)}${after}`, JSON.stringify(make.dataEvent(type, user, [record])))
  }
})
