// What an environment decides about the shape of its answers and events.
import { z } from 'zod'
import type { EnvironmentRow } from '../store/environments.ts'

export const EnvironmentSettings = z
  .object({
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
      .describe('Data events carry the sample arrays. Requested data follows `with_samples` instead.'),
    menstruation_phase_style: z
      .enum(['text', 'number'])
      .default('text')
      .describe('How `current_phase` is written: `menstrual` or `1`.'),
  })
  .meta({ id: 'EnvironmentSettings' })
export type EnvironmentSettings = z.infer<typeof EnvironmentSettings>

export function environmentSettings(environment: EnvironmentRow): EnvironmentSettings {
  return EnvironmentSettings.parse(JSON.parse(environment.settings))
}
