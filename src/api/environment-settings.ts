import { z } from 'zod'
import { EnvironmentSettings, readEnvironmentSettings } from '../model/environment-settings.ts'
import type { EnvironmentRow } from '../store/environments.ts'

export function environmentSettings(environment: EnvironmentRow): EnvironmentSettings {
  return readEnvironmentSettings(environment.settings)
}

const { shape } = EnvironmentSettings

/** The same members, each optional and without a default. */
export const EnvironmentSettingsChange = z.strictObject({
  widget_name: shape.widget_name.removeDefault().optional(),
  auth_error_style: shape.auth_error_style.removeDefault().optional(),
  userinfo_bare_array: shape.userinfo_bare_array.removeDefault().optional(),
  samples_enabled: shape.samples_enabled.removeDefault().optional(),
  menstruation_phase_style: shape.menstruation_phase_style.removeDefault().optional(),
  api_requests_per_minute: shape.api_requests_per_minute.removeDefault().optional(),
  events_retention_days: shape.events_retention_days.removeDefault().optional(),
  events_retention_mb: shape.events_retention_mb.removeDefault().optional(),
  events_drop_undelivered: shape.events_drop_undelivered.removeDefault().optional(),
  attempts_retention_days: shape.attempts_retention_days.removeDefault().optional(),
  attempts_retention_mb: shape.attempts_retention_mb.removeDefault().optional(),
})
