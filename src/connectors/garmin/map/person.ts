import type { MapContext, Mapped } from '../../connector.ts'
import { UserId } from '../payloads.ts'
import { summaries } from '../summaries.ts'

/** Garmin shares neither name nor age. */
export function mapUserId(payload: unknown, context: MapContext): Mapped[] {
  return summaries('user', UserId, payload, context).map(({ userId }) => ({
    type: 'athlete',
    key: { only: true },
    record: { provider_user_id: userId },
  }))
}
