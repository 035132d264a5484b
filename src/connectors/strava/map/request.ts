// Streams and zones do not say whose they are: the question does.
import type { MapContext } from '../../connector.ts'
import { startOf } from '../time.ts'

/** What a question about an activity says of it, so that its answer can be read alone. */
export interface AboutActivity {
  id: string
  /** Null where nobody said: then a stream has no times. */
  startAt: number | null
  zone: string | null
  sport: string | null
  /** False when the watts are Strava's estimate. */
  measuredWatts: boolean
}

/** A page from a file may be nobody's; it becomes no record then. */
const NOBODYS = ''

export function activityOfPage({ request, timeZone }: MapContext): AboutActivity {
  const { activity_id: id = NOBODYS, start_date: start, zone, sport_type: sport, device_watts: measured } = request
  return {
    id,
    startAt: start === undefined ? null : startOf({ start_date: start }),
    zone: zone ?? timeZone,
    sport: sport ?? null,
    measuredWatts: measured !== 'false',
  }
}
