// What an environment decides about the shape of its answers and events.
import { z } from 'zod'
import type { EnvironmentRow } from '../store/environments.ts'

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
  })
  .meta({ id: 'EnvironmentSettings' })
export type EnvironmentSettings = z.infer<typeof EnvironmentSettings>

export function environmentSettings(environment: EnvironmentRow): EnvironmentSettings {
  return EnvironmentSettings.parse(JSON.parse(environment.settings))
}

/** The same members, each optional and without a default. */
export const EnvironmentSettingsChange = z.strictObject({
  widget_name: EnvironmentSettings.shape.widget_name.removeDefault().optional(),
  auth_error_style: EnvironmentSettings.shape.auth_error_style.removeDefault().optional(),
  userinfo_bare_array: EnvironmentSettings.shape.userinfo_bare_array.removeDefault().optional(),
})
