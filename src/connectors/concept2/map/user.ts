import { isLocalDay, localDayOf, wireAt } from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { User } from '../payloads.ts'

const PER_KG = 100

/** The profile; its weight has no date, so it is of the time at which it was first seen. */
export function mapUser(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'users_me', schema: User, lists: ['data'] }, payload, context).flatMap(
    (user): Mapped[] => {
      const athlete: Mapped = {
        type: 'athlete',
        key: { only: true },
        record: {
          provider_user_id: user.id,
          first_name: user.first_name,
          last_name: user.last_name,
          email: user.email,
          gender: user.gender,
          date_of_birth: user.dob && isLocalDay(user.dob) ? user.dob : null,
          country: user.country,
        },
      }
      const weight = filledIn(user.weight)
      const highest = filledIn(user.max_heart_rate)
      if (weight === null && highest === null) return [athlete]
      const measurement_time = wireAt(context.receivedAt, context.timeZone ?? '+00:00')
      return [
        athlete,
        {
          type: 'body',
          key: { day: localDayOf(context.receivedAt, context.timeZone) },
          record: {
            measurements_data: {
              measurements: weight === null ? [] : [{ measurement_time, weight_kg: round(weight / PER_KG, 2) }],
            },
            heart_data: { heart_rate_data: { summary: { user_max_hr_bpm: highest } } },
          },
        },
      ]
    },
  )
}

/** Nobody weighs nothing. */
function filledIn(value: number | null | undefined): number | null {
  return typeof value === 'number' && value > 0 ? value : null
}
