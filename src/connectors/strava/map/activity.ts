// An activity: of the list in few words, alone with laps, energy and device. The same code reads both.
import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import { localDayOf, wireAt } from '../../../model/local-day.ts'
import { minutesPerKilometer } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { Activity, Lap } from '../payloads.ts'
import { startOf, zoneOf } from '../time.ts'
import { lapOf } from './laps.ts'
import { perMinute } from './cadence.ts'

const TYPES = new Map<string, number>(Object.entries(activityTypes.map))

export const mapActivities =
  (kind: string) =>
  (payload: unknown, context: MapContext): Mapped[] =>
    mapEach(
      kind,
      readDocuments({ kind, schema: Activity, series: { laps: Lap } }, payload, context),
      context,
      (document) => activityOf(document, context),
    )

function activityOf(document: Activity, context: MapContext): Mapped {
  const startAt = startOf(document)
  const zone = zoneOf(document, context.timeZone)
  const { elapsed_time: elapsed, moving_time: moving } = document
  const sport = document.sport_type ?? document.type ?? null
  const lasts = typeof elapsed === 'number' && elapsed >= 0 ? elapsed : null
  return {
    type: 'activity',
    key: { id: document.id },
    day: localDayOf(startAt, zone),
    record: {
      metadata: {
        start_time: wireAt(startAt, zone ?? UTC),
        end_time: lasts === null ? null : wireAt(startAt + lasts * 1000, zone ?? UTC),
        type: typeOf(sport, context),
        upload_type: document.manual === true ? UploadType.Manual : UploadType.Automatic,
        name: document.name,
        city: document.location_city,
        state: document.location_state,
        country: document.location_country,
      },
      active_durations_data: {
        activity_seconds: moving,
        rest_seconds: lasts !== null && typeof moving === 'number' && moving <= lasts ? lasts - moving : null,
      },
      calories_data: { total_burned_calories: document.calories },
      device_data: { name: document.device_name },
      distance_data: {
        summary: {
          distance_meters: document.distance,
          elevation: {
            gain_actual_meters: document.total_elevation_gain,
            max_meters: document.elev_high,
            min_meters: document.elev_low,
          },
        },
      },
      energy_data: { energy_kilojoules: document.kilojoules },
      work_data: { work_kilojoules: document.kilojoules },
      heart_rate_data: { summary: { avg_hr_bpm: document.average_heartrate, max_hr_bpm: document.max_heartrate } },
      lap_data: { laps: (document.laps ?? []).map((lap) => lapOf(lap, zone)) },
      movement_data: {
        avg_speed_meters_per_second: document.average_speed,
        max_speed_meters_per_second: document.max_speed,
        avg_pace_minutes_per_kilometer: minutesPerKilometer(document.average_speed),
        max_pace_minutes_per_kilometer: minutesPerKilometer(document.max_speed),
        avg_cadence_rpm: perMinute(document.average_cadence, sport),
      },
      polyline_map_data: { summary_polyline: document.map?.summary_polyline || null },
      position_data: {
        start_pos_lat_lng_deg: placeOf(document.start_latlng),
        end_pos_lat_lng_deg: placeOf(document.end_latlng),
      },
      power_data: { avg_watts: document.average_watts, max_watts: document.max_watts },
      strain_data: { strain_level: document.suffer_score },
      TSS_data: {
        TSS_samples:
          typeof document.weighted_average_watts === 'number'
            ? [{ normalized_power_watts: document.weighted_average_watts }]
            : [],
      },
    },
  }
}

/** Empty where a half is missing: that is no place. */
function placeOf(place: readonly (number | null)[] | null | undefined): number[] {
  const degrees = (place ?? []).filter((each) => each !== null)
  return degrees.length === 2 ? degrees : []
}

/** Strava's own clock, where nobody knows another. */
const UTC = '+00:00'

function typeOf(sport: string | null, context: MapContext): number {
  if (sport === null || sport === '') return ActivityType.Unknown
  const known = TYPES.get(sport)
  if (known === undefined) context.unknown('activity.sport_type', sport)
  return known ?? ActivityType.Unknown
}
