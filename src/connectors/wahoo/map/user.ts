import { localDayOf, wireAt } from '../../../model/local-day.ts'
import { toWire } from '../../../model/timestamps.ts'
import { metersToCm } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { User } from '../payloads.ts'

/** 3 is "prefer not to say". */
const GENDERS = new Map([
  [0, 'male'],
  [1, 'female'],
  [2, 'other'],
])
const UNSAID = 3

/** The profile; its weight has no date, so it is of the time at which the profile was last changed. */
export function mapUser(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'user', schema: User, lists: ['user'] }, payload, context).flatMap((user): Mapped[] => {
    const { gender } = user
    if (typeof gender === 'number' && gender !== UNSAID && !GENDERS.has(gender)) {
      context.unknown('gender', String(gender))
    }
    const athlete: Mapped = {
      type: 'athlete',
      key: { only: true },
      record: {
        provider_user_id: user.id,
        first_name: user.first,
        last_name: user.last,
        email: user.email,
        date_of_birth: user.birth,
        gender: typeof gender === 'number' ? (GENDERS.get(gender) ?? null) : null,
        account_creation_date: typeof user.created_at === 'string' ? toWire(user.created_at) : null,
      },
    }
    const weight = positive(user.weight)
    const height = positive(user.height)
    if (weight === null && height === null) return [athlete]
    const at = typeof user.updated_at === 'string' ? Date.parse(user.updated_at) : context.receivedAt
    const measurement = {
      measurement_time: wireAt(at, context.timeZone ?? '+00:00'),
      weight_kg: weight,
      height_cm: height === null ? null : metersToCm(height),
    }
    return [
      athlete,
      {
        type: 'body',
        key: { day: localDayOf(at, context.timeZone) },
        record: { measurements_data: { measurements: [measurement] } },
      },
    ]
  })
}

/** Nobody weighs nothing: it was not filled in. */
function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null
}
