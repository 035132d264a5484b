import { HeartRateZone } from '../../../model/enumerations.ts'
import type { Zones } from '../payloads.ts'

const ZONES = [
  { field: 'hr_zone_0', zone: HeartRateZone.Zone0, name: 'light' },
  { field: 'hr_zone_1', zone: HeartRateZone.Zone1, name: 'moderate' },
  { field: 'hr_zone_2', zone: HeartRateZone.Zone2, name: 'intense' },
  { field: 'hr_zone_3', zone: HeartRateZone.Zone3, name: 'maximal' },
] as const

/** Seconds in Withings' four zones; those that it does not say are left out. */
export function zonesOf(zones: Zones) {
  return ZONES.flatMap(({ field, zone, name }) => {
    const seconds = zones[field]
    return typeof seconds === 'number' ? [{ zone, name, duration_seconds: seconds }] : []
  })
}
