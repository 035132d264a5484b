import { toWire } from '../../../model/timestamps.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { Athlete } from '../payloads.ts'

/** Strava knows a weight without a date: no record has a place for that. */
export function mapAthlete(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'athlete', schema: Athlete, lists: ['athlete'] }, payload, context).map((document) => ({
    type: 'athlete',
    key: { only: true },
    record: {
      provider_user_id: document.id,
      first_name: document.firstname,
      last_name: document.lastname,
      bio: document.bio,
      city: document.city,
      state: document.state,
      country: document.country,
      sex: document.sex,
      account_creation_date: document.created_at ? toWire(document.created_at) : null,
    },
  }))
}
