// What an environment decides about the shape of its answers and events.
import { z } from 'zod'
import type { DataType } from './data-type.ts'
import { MENSTRUAL_PHASES } from './enumerations.ts'
import { withoutSamples } from './records.ts'

const megabytes = z.int().min(1).max(1_000_000_000).nullable().default(null)

export const EnvironmentSettings = z
  .object({
    widget_name: z.string().trim().min(1).max(80).nullable().default(null).describe('What the widget calls your app.'),
    auth_error_style: z
      .enum(['auth_cancelled', 'auth'])
      .default('auth_cancelled')
      .describe('The event of a failed sign-in: `auth_cancelled`, or the older `auth` with `status: "error"`.'),
    userinfo_bare_array: z
      .boolean()
      .default(false)
      .describe('`GET /userInfo?reference_id=` answers a bare array of users instead of `{"users": […]}`.'),
    samples_enabled: z
      .boolean()
      .default(true)
      .describe('Data events carry the series. Data that was asked for follows `with_samples` instead.'),
    menstruation_phase_style: z
      .enum(['text', 'number'])
      .default('text')
      .describe('How phases are written: `menstrual` or `1`.'),
    events_retention_days: z
      .int()
      .min(1)
      .max(36_500)
      .nullable()
      .default(14)
      .describe('Events that were delivered, or failed for good, go after so many days. Null: they stay.'),
    api_requests_per_minute: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(120_000)
      .describe('Requests that each API key may make, a sixth of them at once; more answer 429. Null: no limit.'),
    events_retention_mb: megabytes.describe(
      'So many megabytes of events stay, as stored; of the others those that have ended go, the oldest first. Null: no limit.',
    ),
    events_drop_undelivered: z
      .boolean()
      .default(false)
      .describe('Age and size count for events that are still to be delivered as well: they are lost then.'),
    attempts_retention_days: z
      .int()
      .min(1)
      .max(36_500)
      .nullable()
      .default(14)
      .describe('The log of failed attempts goes after so many days. Null: with its event.'),
    attempts_retention_mb: megabytes.describe('So many megabytes of that log stay. Null: no limit.'),
  })
  .meta({ id: 'EnvironmentSettings' })
export type EnvironmentSettings = z.infer<typeof EnvironmentSettings>

/** Reads what is stored; members that a newer version added have their defaults. */
export function readEnvironmentSettings(json: string): EnvironmentSettings {
  return EnvironmentSettings.parse(JSON.parse(json))
}

/** A stored record as the environment wants to see it. */
export function inStyle<R>(settings: EnvironmentSettings, type: DataType, record: R, withSamples: boolean): R {
  const shown = withSamples ? record : withoutSamples(record)
  return isRestyled(settings, type) ? withPhaseNumbers(shown) : shown
}

/** Otherwise a record with its series is shown as it is stored. */
export function isRestyled(settings: EnvironmentSettings, type: DataType): boolean {
  return type === 'menstruation' && settings.menstruation_phase_style === 'number'
}

interface Phases {
  menstruation_data: { current_phase: unknown; intervals?: { phase: unknown }[] }
}

function withPhaseNumbers<R>(record: R): R {
  const { menstruation_data: data } = record as unknown as Phases
  return {
    ...record,
    menstruation_data: {
      ...data,
      current_phase: phaseNumber(data.current_phase),
      intervals: data.intervals?.map((interval) => ({ ...interval, phase: phaseNumber(interval.phase) })),
    },
  }
}

/** Phases are numbered in the order of their names. */
function phaseNumber(phase: unknown): unknown {
  if (typeof phase !== 'string') return phase
  const number = (MENSTRUAL_PHASES as readonly string[]).indexOf(phase)
  return number < 0 ? 0 : number
}
