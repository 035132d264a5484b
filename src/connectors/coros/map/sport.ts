import { fixedZone, instantIn, type LocalDay, localDayOf, wireAt, zoneOfInstant } from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import table from '../activity_types.json' with { type: 'json' }
import { dataOf } from '../pages.ts'
import { Leg, Sport } from '../payloads.ts'

const TYPES = new Map(Object.entries(table.map))
const OTHER_ACTIVITY = 108
const AUTOMATIC = 1
/** Not certain: `calorie` is in small ones. `totalCalories`, which one client knows, is taken as it is. */
const CALORIES_PER_KCAL = 1000
const QUARTER_MINUTES = 15
/** Not certain: the mean speed is given as seconds per kilometre. */
const METERS_PER_KM = 1000

export function mapSport(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'sport', schema: Sport, lists: ['sportDataList', 'data'], series: { triathlonItemList: Leg } }
  return mapEach('sport', readDocuments(page, dataOf('sport', payload), context), context, (sport) => {
    const legs = sport.triathlonItemList ?? []
    const zoned = (leg: Leg): Leg => ({
      ...leg,
      startTimezone: leg.startTimezone ?? sport.startTimezone,
      endTimezone: leg.endTimezone ?? sport.endTimezone,
      deviceName: leg.deviceName ?? sport.deviceName,
    })
    return [
      activityOf(sport.labelId, sport, context),
      // The parent is all of it, each leg a record of its own.
      ...legs.flatMap((leg, i) => (leg === null ? [] : [activityOf(`${sport.labelId}-${i}`, zoned(leg), context)])),
    ]
  })
}

function activityOf(id: string, sport: Leg, context: MapContext): Mapped {
  const startAt = sport.startTime * 1000
  const endAt = typeof sport.endTime === 'number' ? sport.endTime * 1000 : null
  const pace = typeof sport.avgSpeed === 'number' && sport.avgSpeed > 0 ? sport.avgSpeed : null
  return {
    type: 'activity',
    key: { id },
    day: dayOf(sport, context.timeZone),
    record: {
      metadata: {
        start_time: wireAt(startAt, zoneAt(startAt, sport.startTimezone, context.timeZone)),
        end_time:
          endAt === null
            ? null
            : wireAt(endAt, zoneAt(endAt, sport.endTimezone ?? sport.startTimezone, context.timeZone)),
        type: typeOf(sport, context),
        upload_type: AUTOMATIC,
      },
      active_durations_data: { activity_seconds: sport.duration },
      calories_data: {
        total_burned_calories:
          typeof sport.calorie === 'number' ? sport.calorie / CALORIES_PER_KCAL : (sport.totalCalories ?? null),
      },
      distance_data: {
        summary: {
          distance_meters: sport.distance,
          steps: sport.step,
          elevation: { gain_actual_meters: sport.totalAscent, loss_actual_meters: sport.totalDescent },
        },
      },
      heart_rate_data: { summary: { avg_hr_bpm: sport.avgHeartRate, max_hr_bpm: sport.maxHeartRate } },
      movement_data: {
        avg_speed_meters_per_second: pace === null ? null : round(METERS_PER_KM / pace, 4),
        avg_pace_minutes_per_kilometer: pace === null ? null : round(pace / 60, 4),
        max_speed_meters_per_second: sport.maxSpeed,
        // Both feet are counted already.
        avg_cadence_rpm: sport.avgFrequency ?? sport.avgCadence,
      },
      power_data: { avg_watts: sport.avgPower, max_watts: sport.maxPower },
      device_data: { manufacturer: 'COROS', name: sport.deviceName },
    },
  }
}

/** Quarters of an hour east of UTC at that moment: the zone that is known serves where it had the same. */
function zoneAt(at: number, quarters: number | null | undefined, known: string | null): string {
  return zoneOfInstant(at, known, shownZone(quarters)) ?? '+00:00'
}

/** On which it began. */
export function dayOf(
  { startTime, startTimezone }: Pick<Leg, 'startTime' | 'startTimezone'>,
  known: string | null,
): LocalDay {
  const at = startTime * 1000
  return localDayOf(at, zoneAt(at, startTimezone, known))
}

/** The same of a moment on the wall clock. */
export function zoneAtWall(wall: string, quarters: number | null | undefined, context: MapContext): string {
  return zoneAt(instantIn(wall, shownZone(quarters)), quarters, context.timeZone)
}

function shownZone(quarters: number | null | undefined): string | null {
  return typeof quarters === 'number' ? fixedZone(quarters * QUARTER_MINUTES) : null
}

function typeOf({ mode, subMode }: Leg, context: MapContext): number {
  if (typeof mode !== 'number') return OTHER_ACTIVITY
  const code = String(mode * 10 + (subMode ?? 0))
  const known = TYPES.get(code)
  if (known === undefined) context.unknown('mode', code)
  return known ?? OTHER_ACTIVITY
}
