// Every event that a destination can get, with the exact words of the wire.
import { z } from 'zod'
import { Activity } from './activity.ts'
import { Athlete } from './athlete.ts'
import { Body } from './body.ts'
import { Daily } from './daily.ts'
import { DataType } from './data-type.ts'
import { Menstruation } from './menstruation.ts'
import { Nutrition } from './nutrition.ts'
import { PlannedWorkout } from './planned-workout.ts'
import { Sleep } from './sleep.ts'
import { TerraUser } from './user.ts'

export const PAYLOAD_VERSION = '2022-03-16'
const version = z.literal(PAYLOAD_VERSION).describe('Version of the payload schema.')
const message = z.string().describe('One sentence for people.')

function event<const Type extends string, Shape extends z.ZodRawShape>(type: Type, description: string, shape: Shape) {
  return z.object({ type: z.literal(type), ...shape }).meta({ id: eventName(type), description })
}

function eventName(type: string): string {
  const words = type.split('_').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return `${words.join('')}Event`
}

const flow = {
  reference_id: z.string().nullable().describe('Your own id of the person.'),
  widget_session_id: z.string().nullable().describe('The widget session, if one was used.'),
  flow_id: z.string().describe('The sign-in.'),
}

export const AuthSuccessEvent = event('auth', 'Someone connected a source.', {
  status: z.literal('success'),
  message,
  user: TerraUser,
  ...flow,
  version,
})

export const AuthErrorEvent = z
  .object({
    type: z.literal('auth'),
    status: z.literal('error'),
    message,
    reason: z.string().describe('OAuth error code, or one of ours.'),
    user: TerraUser,
    provider: z.string(),
    ...flow,
    version,
  })
  .meta({ id: 'AuthErrorEvent', description: 'A sign-in failed; only in environments with auth_error_style `auth`.' })

export const AuthCancelledEvent = event('auth_cancelled', 'A sign-in failed or was refused.', {
  status: z.literal('error'),
  message,
  reason: z.string().describe('OAuth error code, or one of ours.'),
  provider: z.string(),
  ...flow,
  version,
})

export const DeauthEvent = event('deauth', 'A connection was removed with everything that was held for it.', {
  status: z.literal('success'),
  message,
  user: TerraUser,
  version,
})

export const UserReauthEvent = event(
  'user_reauth',
  'The same account was connected again: a new id replaces the old.',
  {
    status: z.literal('warning'),
    message,
    new_user: TerraUser,
    old_user: z.union([TerraUser, z.null()]),
    version,
  },
)

const warning = { status: z.literal('warning'), message, user: TerraUser, version }

export const AccessRevokedEvent = event('access_revoked', 'The person ended access at the provider.', warning)
export const ConnectionErrorEvent = event(
  'connection_error',
  'The provider refuses our token; once per episode.',
  warning,
)
export const GoogleNoDatasourceEvent = event('google_no_datasource', 'No data source (legacy Google Fit).', warning)
export const PermissionChangeEvent = event('permission_change', 'The person changed what may be read.', {
  ...warning,
  scopes_added: z.string().describe('Comma separated; empty when none.'),
  scopes_removed: z.string().describe('Comma separated; empty when none.'),
})

const request = { message, reference: z.string().describe('The request: `terra-reference`.'), user: TerraUser, version }

export const LargeRequestProcessingEvent = event('large_request_processing', 'A large request was accepted.', {
  status: z.literal('processing'),
  ...request,
})
export const LargeRequestSendingEvent = event(
  'large_request_sending',
  'A large request is complete; its chunks follow.',
  {
    status: z.literal('success'),
    ...request,
    expected_payloads: z.int().nonnegative().describe('How many data events follow.'),
  },
)
export const RateLimitHitEvent = event(
  'rate_limit_hit',
  'The provider limits us; the request is tried again by itself.',
  {
    message,
    user: TerraUser,
    start_date: z.string(),
    end_date: z.string(),
    retrying_at: z.string().describe('When it is tried again.'),
    version,
  },
)

function dataEventSchema<const Type extends string, Item extends z.ZodType>(
  type: Type,
  item: Item,
  description: string,
) {
  return event(type, description, { user: TerraUser, data: z.array(item), version })
}

export const ActivityEvent = dataEventSchema('activity', Activity, 'New or changed workouts.')
export const BodyEvent = dataEventSchema('body', Body, 'New or changed body measurements.')
export const DailyEvent = dataEventSchema('daily', Daily, 'New or changed days.')
export const MenstruationEvent = dataEventSchema('menstruation', Menstruation, 'New or changed cycle data.')
export const NutritionEvent = dataEventSchema('nutrition', Nutrition, 'New or changed food diaries.')
export const SleepEvent = dataEventSchema('sleep', Sleep, 'New or changed sleep.')
export const PlannedWorkoutEvent = dataEventSchema(
  'planned_workout',
  PlannedWorkout,
  'New or changed planned workouts.',
)
export const AthleteEvent = event('athlete', 'New or changed profile.', { user: TerraUser, athlete: Athlete, version })

export const RecordDeletedEvent = event('record_deleted', "A record was removed at the provider. Loam's own event.", {
  user: TerraUser,
  data_type: DataType,
  summary_id: z.string().nullable().describe('For records kept by id.'),
  day: z.string().nullable().describe('For records kept by local day, YYYY-MM-DD.'),
  version,
})

export const HealthcheckEvent = event('healthcheck', 'A sign of life, or a test of a destination.', {
  status: z.literal('success'),
  creation_timestamp: z.string(),
  trend_percentage: z.number(),
  sent_webhooks_last_hour: z.int(),
  version,
})

export const S3PayloadEvent = event('s3_payload', 'Says where the event lies, for destinations in ping mode.', {
  status: z.literal('success'),
  url: z.string(),
  expires_in: z.int().describe('Seconds.'),
})

export const eventSchemas = [
  AuthSuccessEvent,
  AuthErrorEvent,
  AuthCancelledEvent,
  DeauthEvent,
  UserReauthEvent,
  AccessRevokedEvent,
  ConnectionErrorEvent,
  GoogleNoDatasourceEvent,
  PermissionChangeEvent,
  LargeRequestProcessingEvent,
  LargeRequestSendingEvent,
  RateLimitHitEvent,
  ActivityEvent,
  AthleteEvent,
  BodyEvent,
  DailyEvent,
  MenstruationEvent,
  NutritionEvent,
  SleepEvent,
  PlannedWorkoutEvent,
  RecordDeletedEvent,
  HealthcheckEvent,
  S3PayloadEvent,
] as const

export const Event = z.union(eventSchemas).meta({ id: 'Event', description: 'What a destination receives.' })
export type Event = z.infer<typeof Event>
export type EventType = Event['type']

/** What a destination's `event_types` may name. */
export const EVENT_TYPES: readonly EventType[] = [...new Set(eventSchemas.map((each) => each.shape.type.value))]

// ── Builders ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function authEvent(about: { user: TerraUser; widgetSessionId: string | null; flowId: string }) {
  return {
    type: 'auth',
    status: 'success',
    message: 'User has successfully authenticated',
    user: about.user,
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
    user,
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

function warn<const Type extends string>(type: Type, text: string, user: TerraUser) {
  return { type, status: 'warning' as const, message: text, user, version: PAYLOAD_VERSION } as const
}

export const accessRevokedEvent = (user: TerraUser) => warn('access_revoked', 'User revoked access', user)
export const connectionErrorEvent = (user: TerraUser) => warn('connection_error', 'User connection degraded', user)

export function permissionChangeEvent(about: {
  user: TerraUser
  added: readonly string[]
  removed: readonly string[]
}) {
  return {
    ...warn('permission_change', 'User permissions have been modified', about.user),
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

/** Records of one type; an athlete stands alone under `athlete`. */
export function dataEvent(type: DataType, user: TerraUser, records: readonly unknown[]): { type: DataType } {
  if (type === 'athlete') return { type, user, athlete: records[0], version: PAYLOAD_VERSION } as { type: DataType }
  return { type, user, data: records, version: PAYLOAD_VERSION } as { type: DataType }
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
