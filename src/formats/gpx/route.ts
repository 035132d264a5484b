// What follows from a route: how far, how fast, how high.
import { round } from '../../model/units.ts'
import type { Position } from '../track/recording.ts'

const EARTH_RADIUS_METERS = 6_371_008.8
/** Barometers and satellites waver: a rise counts once it is that high. */
const NOISE_METERS = 3

export function metersBetween([fromLatitude, fromLongitude]: Position, [toLatitude, toLongitude]: Position): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const upward = Math.sin(radians(toLatitude - fromLatitude) / 2)
  const across = Math.sin(radians(toLongitude - fromLongitude) / 2)
  const a = upward ** 2 + Math.cos(radians(fromLatitude)) * Math.cos(radians(toLatitude)) * across ** 2
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(a)))
}

/** Null where no altitude is known. */
export function climbOf(altitudes: readonly number[]): { ascentMeters: number | null; descentMeters: number | null } {
  const first = altitudes[0]
  if (first === undefined) return { ascentMeters: null, descentMeters: null }
  let level = first
  let ascent = 0
  let descent = 0
  for (const altitude of altitudes) {
    const change = altitude - level
    if (Math.abs(change) < NOISE_METERS) continue
    if (change > 0) ascent += change
    else descent -= change
    level = altitude
  }
  return { ascentMeters: round(ascent, 1), descentMeters: round(descent, 1) }
}
