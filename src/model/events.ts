// Makes each event, with the exact words of the wire.
import type { z } from 'zod'
import type { DataType } from './data-type.ts'
import {
  type AccessRevokedEvent,
  type AuthCancelledEvent,
  type AuthErrorEvent,
  type AuthSuccessEvent,
  type ConnectionErrorEvent,
  type DeauthEvent,
  type DestinationDisabledEvent,
  type DestinationFailingEvent,
  type DestinationRecoveredEvent,
  type HealthcheckEvent,
  type LargeRequestProcessingEvent,
  type LargeRequestSendingEvent,
  PAYLOAD_VERSION,
  type PermissionChangeEvent,
  type RateLimitHitEvent,
  type RecordDeletedEvent,
  type S3PayloadEvent,
  type UserReauthEvent,
} from './event.ts'
import type { TerraUser } from './user.ts'

export { Event, EVENT_TYPES, type EventType, eventSchemas, PAYLOAD_VERSION } from './event.ts'

export function authEvent(about: { user: TerraUser; widgetSessionId: string | null; flowId: string }) {
  return {
    type: 'auth',
    status: 'success',
    message: 'User has successfully authenticated',
    // Every sign-in makes a new id, and nothing has been sent for it yet.
    user: { ...about.user, last_webhook_update: null },
    reference_id: about.user.reference_id,
    widget_session_id: about.widgetSessionId,
    flow_id: about.flowId,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof AuthSuccessEvent>
}

export interface FailedSignIn {
  reason: string
  provider: string
  userId: string
  referenceId: string | null
  widgetSessionId: string | null
  flowId: string
  createdAt: string
}

export function authCancelledEvent(about: FailedSignIn) {
  return {
    type: 'auth_cancelled',
    status: 'error',
    message: 'User failed to authenticate',
    reason: about.reason,
    provider: about.provider,
    reference_id: about.referenceId,
    widget_session_id: about.widgetSessionId,
    flow_id: about.flowId,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof AuthCancelledEvent>
}

/** The form that integrations written before 2026 know. */
export function authFailedEvent(about: FailedSignIn) {
  return {
    type: 'auth',
    status: 'error',
    message: 'User failed to authenticate and has been deleted',
    reason: about.reason,
    user: {
      user_id: about.userId,
      provider: about.provider,
      last_webhook_update: null,
      created_at: about.createdAt,
      scopes: null,
      reference_id: about.referenceId,
      active: false,
    },
    provider: about.provider,
    reference_id: about.referenceId,
    widget_session_id: about.widgetSessionId,
    flow_id: about.flowId,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof AuthErrorEvent>
}

export function deauthEvent(user: TerraUser) {
  return {
    type: 'deauth',
    status: 'success',
    message: 'User has deauthenticated',
    user: { ...user, active: false },
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof DeauthEvent>
}

export function userReauthEvent(users: { newUser: TerraUser; oldUser: TerraUser | null }) {
  return {
    type: 'user_reauth',
    status: 'warning',
    message: 'User has reauthenticated and old ID has been deleted',
    new_user: users.newUser,
    old_user: users.oldUser,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof UserReauthEvent>
}

function warning<const Type extends string>(type: Type, message: string, user: TerraUser) {
  return { type, status: 'warning' as const, message, user, version: PAYLOAD_VERSION } as const
}

export function accessRevokedEvent(user: TerraUser) {
  return warning('access_revoked', 'User revoked access', { ...user, active: false }) satisfies z.infer<
    typeof AccessRevokedEvent
  >
}

/** Might be transient: the connection stays active. */
export function connectionErrorEvent(user: TerraUser) {
  return warning('connection_error', 'User connection degraded', user) satisfies z.infer<typeof ConnectionErrorEvent>
}

export function permissionChangeEvent(about: {
  user: TerraUser
  added: readonly string[]
  removed: readonly string[]
}) {
  return {
    ...warning('permission_change', 'User permissions have been modified', about.user),
    scopes_added: about.added.join(','),
    scopes_removed: about.removed.join(','),
  } satisfies z.infer<typeof PermissionChangeEvent>
}

export function largeRequestProcessingEvent(user: TerraUser, reference: string) {
  return {
    type: 'large_request_processing',
    status: 'processing',
    message: 'Large request is processing',
    reference,
    user,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof LargeRequestProcessingEvent>
}

export function largeRequestSendingEvent(user: TerraUser, reference: string, expectedPayloads: number) {
  return {
    type: 'large_request_sending',
    status: 'success',
    message: 'Large request is being sent',
    reference,
    user,
    expected_payloads: expectedPayloads,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof LargeRequestSendingEvent>
}

export function rateLimitHitEvent(about: { user: TerraUser; start: string; end: string; retryingAt: string }) {
  return {
    type: 'rate_limit_hit',
    message: 'Rate limit reached whilst processing async query',
    user: about.user,
    start_date: about.start,
    end_date: about.end,
    retrying_at: about.retryingAt,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof RateLimitHitEvent>
}

/** Records of one type under `data`; an athlete stands alone under `athlete`. */
export function dataEvent<Type extends DataType | 'planned_workout'>(
  type: Type,
  user: TerraUser,
  records: readonly unknown[],
): DataEvent<Type> {
  if (type !== 'athlete') return { type, user, data: records, version: PAYLOAD_VERSION }
  if (records.length !== 1) throw new Error(`an athlete event holds one athlete, not ${records.length}`)
  return { type, user, athlete: records[0], version: PAYLOAD_VERSION }
}

/** What stands around its records in the JSON of `dataEvent`. */
export function aroundRecords(type: DataType, user: TerraUser): { before: string; after: string } {
  const [open, close] = type === 'athlete' ? ['"athlete":', ''] : ['"data":[', ']']
  return {
    before: `{"type":${JSON.stringify(type)},"user":${JSON.stringify(user)},${open}`,
    after: `${close},"version":${JSON.stringify(PAYLOAD_VERSION)}}`,
  }
}

/** Records come from the store, where they are valid: here they are only carried. */
export type DataEvent<Type extends DataType | 'planned_workout'> = {
  type: Type
  user: TerraUser
  version: typeof PAYLOAD_VERSION
  data?: readonly unknown[]
  athlete?: unknown
}

export function recordDeletedEvent(about: {
  user: TerraUser
  dataType: DataType
  summaryId: string | null
  day: string | null
}) {
  return {
    type: 'record_deleted',
    user: about.user,
    data_type: about.dataType,
    summary_id: about.summaryId,
    day: about.day,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof RecordDeletedEvent>
}

export function healthcheckEvent(about: { createdAt: string; trendPercentage: number; sentLastHour: number }) {
  return {
    type: 'healthcheck',
    status: 'success',
    creation_timestamp: about.createdAt,
    trend_percentage: about.trendPercentage,
    sent_webhooks_last_hour: about.sentLastHour,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof HealthcheckEvent>
}

/** Stands in for an event whose JSON lies at `url`. */
export function s3PayloadEvent(about: {
  url: string
  expiresInSeconds: number
  reference: string
  userId: string | null
  referenceId: string | null
}) {
  return {
    type: 's3_payload',
    status: 'success',
    url: about.url,
    expires_in: about.expiresInSeconds,
    payload_reference: about.reference,
    user_id: about.userId,
    reference_id: about.referenceId,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof S3PayloadEvent>
}

export interface NamedDestination {
  id: string
  name: string
  type: string
}

export function destinationFailingEvent(about: {
  destination: NamedDestination
  failingSince: string
  lastError: string
}) {
  return {
    type: 'destination_failing',
    status: 'warning',
    message: 'Every attempt to deliver to this destination has failed since failing_since',
    destination: about.destination,
    failing_since: about.failingSince,
    last_error: about.lastError,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof DestinationFailingEvent>
}

export function destinationDisabledEvent(about: {
  destination: NamedDestination
  state: 'paused' | 'disabled'
  reason: string
}) {
  return {
    type: 'destination_disabled',
    status: 'error',
    message: 'Nothing more is sent to this destination; its events are held until it is resumed',
    destination: about.destination,
    state: about.state,
    reason: about.reason,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof DestinationDisabledEvent>
}

export function destinationRecoveredEvent(destination: NamedDestination) {
  return {
    type: 'destination_recovered',
    status: 'success',
    message: 'This destination takes events again; what was held is on its way',
    destination,
    version: PAYLOAD_VERSION,
  } satisfies z.infer<typeof DestinationRecoveredEvent>
}
