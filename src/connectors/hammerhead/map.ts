import { z } from 'zod'
import { isRecordTime, parseTimestamp } from '../../model/timestamps.ts'
import type { MapContext, Mapped } from '../connector.ts'
import { readDocuments } from '../documents.ts'

const text = z.string().nullish()
const number = z.number().nullish()

/** `createdAt` is the time of the upload: when the ride began stands in its file. */
export const Activity = z.object({
  id: z.string().min(1),
  name: text,
  duration: number,
  distance: number,
  activityType: text,
  polyline: text,
  createdAt: text,
  updatedAt: z.string().refine(isRecordTime, { error: 'expected a time, such as 2026-05-05T10:41:02.000Z' }).nullish(),
})
export type Activity = z.infer<typeof Activity>

const RIDE = 1
const TYPES = new Map([
  ['RIDE', RIDE],
  ['EBIKE', 152],
  ['MOUNTAIN_BIKE', 15],
  ['GRAVEL', 150],
  ['EMOUNTAIN_BIKE', 153],
  ['VELOMOBILE', RIDE],
])

export function mapActivity(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'activity', schema: Activity, lists: ['data'] }, payload, context).map((activity) => ({
    type: 'activity',
    key: { id: activity.id },
    version: activity.updatedAt ? parseTimestamp(activity.updatedAt).epochMs : null,
    record: {
      metadata: { name: activity.name, type: typeOf(activity, context) },
      active_durations_data: { activity_seconds: activity.duration },
      distance_data: { summary: { distance_meters: activity.distance } },
      polyline_map_data: { summary_polyline: activity.polyline || null },
    },
  }))
}

/** The list has no types: the file knows then. Whatever a bike computer records is a ride. */
function typeOf({ activityType }: Activity, context: MapContext): number | null {
  if (activityType === null || activityType === undefined) return null
  const known = TYPES.get(activityType)
  if (known === undefined) context.unknown('activityType', activityType)
  return known ?? RIDE
}
