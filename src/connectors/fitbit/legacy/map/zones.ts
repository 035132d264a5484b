// Time in heart rate zones, of days and of activities.
import { z } from 'zod'
import { HeartRateZone } from '../../../../model/enumerations.ts'
import { minutesToSeconds } from '../../../../model/units.ts'
import { number, text } from '../values.ts'

const Zone = z.object({ name: text, minutes: number })
export const zones = z.array(Zone).nullish()

/** In this order, whatever the bounds. */
const ZONES = new Map<string, number>([
  ['Out of Range', HeartRateZone.Zone0],
  ['Fat Burn', HeartRateZone.Zone1],
  ['Cardio', HeartRateZone.Zone2],
  ['Peak', HeartRateZone.Zone3],
])

export function zonesOf(given: z.infer<typeof zones>, custom?: z.infer<typeof zones>) {
  return [...(given ?? []), ...(custom ?? [])].map(({ name, minutes }) => ({
    zone: ZONES.get(name ?? '') ?? HeartRateZone.Other,
    name,
    duration_seconds: typeof minutes === 'number' ? minutesToSeconds(minutes) : null,
  }))
}
