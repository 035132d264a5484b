/** Strava counts one foot: its 84 are 168 steps a minute, as everybody else counts them. */
const ON_FOOT = new Set(['Run', 'TrailRun', 'VirtualRun', 'Walk', 'Hike'])

/** Steps per minute on foot, revolutions per minute otherwise. */
export function perMinute(cadence: number | null | undefined, sport: string | null): number | null {
  if (typeof cadence !== 'number') return null
  return sport !== null && ON_FOOT.has(sport) ? cadence * 2 : cadence
}
