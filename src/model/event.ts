// What an event is: the schema of every event that a destination can get.
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
    provider: z.string().describe('The source, upper case.'),
    ...flow,
    version,
  })
  .meta({ id: 'AuthErrorEvent', description: 'A sign-in failed; only in environments with auth_error_style `auth`.' })

export const AuthCancelledEvent = event('auth_cancelled', 'A sign-in failed or was refused.', {
  status: z.literal('error'),
  message,
  reason: z.string().describe('OAuth error code, or one of ours.'),
  provider: z.string().describe('The source, upper case.'),
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
    start_date: z.string().describe('Start of what was asked for.'),
    end_date: z.string().describe('End of what was asked for.'),
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
  creation_timestamp: z.string().describe('When it was made.'),
  trend_percentage: z.number().describe('Change of what was sent against the hour before, in percent.'),
  sent_webhooks_last_hour: z.int().nonnegative().describe('Events sent in the last hour.'),
  version,
})

export const S3PayloadEvent = event('s3_payload', 'Says where an event lies, where messages must be small.', {
  status: z.literal('success'),
  url: z.string().describe('Answers a GET with exactly the JSON of the event.'),
  expires_in: z.int().positive().describe('Seconds until the URL stops working.'),
  payload_reference: z.string().describe('`terra-reference` of the event.'),
  user_id: z.string().nullable().describe('Whose event it is; null for events of no user.'),
  reference_id: z.string().nullable().describe('Your own id of the person.'),
  version,
})

const destination = z
  .object({ id: z.string(), name: z.string(), type: z.string().describe('The kind: `webhook` and so on.') })
  .describe('The destination that this is about. It does not get the event itself.')

export const DestinationFailingEvent = event(
  'destination_failing',
  "Every attempt at a destination has failed for a day. Loam's own event, for the environment's other destinations.",
  {
    status: z.literal('warning'),
    message,
    destination,
    failing_since: z.string().describe('Time of the first failure since the last success.'),
    last_error: z.string().describe('What the last attempt met.'),
    version,
  },
)

export const DestinationDisabledEvent = event(
  'destination_disabled',
  "Loam stopped sending to a destination and holds its events. Loam's own event, for the environment's other destinations.",
  {
    status: z.literal('error'),
    message,
    destination,
    state: z
      .enum(['paused', 'disabled'])
      .describe('`paused`: it said that it is gone. `disabled`: it failed longer than its settings allow.'),
    reason: z.string().describe('What it answered.'),
    version,
  },
)

export const DestinationRecoveredEvent = event(
  'destination_recovered',
  "A destination that was told of as failing takes events again. Loam's own event, for the environment's other destinations.",
  { status: z.literal('success'), message, destination, version },
)

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
  DestinationFailingEvent,
  DestinationDisabledEvent,
  DestinationRecoveredEvent,
] as const

export const Event = z.union(eventSchemas).meta({ id: 'Event', description: 'What a destination receives.' })
export type Event = z.infer<typeof Event>
export type EventType = Event['type']

/** What a destination's `event_types` may name. */
export const EVENT_TYPES: readonly EventType[] = [...new Set(eventSchemas.map((each) => each.shape.type.value))]
