import { localDayOf, wireAt } from '../../../model/local-day.ts'
import { metersToCm } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { BodyMeasurement, Profile } from '../payloads.ts'
import { UTC } from '../time.ts'
import { records } from './records.ts'

export function mapProfile(payload: unknown, context: MapContext): Mapped[] {
  return records('user_profile_basic', Profile, payload, context).map((profile) => ({
    type: 'athlete',
    key: { only: true },
    record: {
      provider_user_id: profile.user_id,
      first_name: profile.first_name,
      last_name: profile.last_name,
      email: profile.email,
    },
  }))
}

/** Values of the profile, without a time: they are of the time at which they were first seen. */
export function mapBodyMeasurement(payload: unknown, context: MapContext): Mapped[] {
  return records('user_measurement_body', BodyMeasurement, payload, context).map((body) => {
    const { height_meter: height, weight_kilogram: weight } = body
    const measured = typeof height === 'number' || typeof weight === 'number'
    return {
      type: 'body',
      key: { day: localDayOf(context.receivedAt, context.timeZone) },
      record: {
        heart_data: { heart_rate_data: { summary: { user_max_hr_bpm: body.max_heart_rate } } },
        measurements_data: {
          measurements: measured
            ? [
                {
                  measurement_time: wireAt(context.receivedAt, context.timeZone ?? UTC),
                  weight_kg: weight,
                  height_cm: typeof height === 'number' ? metersToCm(height) : null,
                },
              ]
            : [],
        },
      },
    }
  })
}
