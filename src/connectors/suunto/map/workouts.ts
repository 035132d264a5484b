import { cadenceOf } from '../../../model/cadence.ts'
import { fixedZone, type LocalDay, localDayOf, wireAt, zoneOfInstant } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import table from '../activity_types.json' with { type: 'json' }
import { type Named, Tss, Workout } from '../payloads.ts'

const TYPES = new Map(Object.entries(table.map))
const UNKNOWN_ACTIVITY = 4
const UPLOAD = { automatic: 1, manual: 2 } as const

export function mapWorkouts(payload: unknown, context: MapContext): Mapped[] {
  const page = {
    kind: 'workouts',
    schema: Workout,
    lists: ['payload', 'workout', 'workouts'],
    series: { tssList: Tss },
  }
  return mapEach('workouts', readDocuments(page, withGear(payload), context), context, (workout) =>
    activityOf(workout, context),
  )
}

/** A notification may have the watch beside the workout. */
function withGear(payload: unknown): unknown {
  const { workout, gear } = (payload ?? {}) as { workout?: unknown; gear?: unknown }
  if (typeof workout !== 'object' || workout === null || Array.isArray(workout) || !gear) return payload
  return { workout: { gear, ...workout } }
}

/** `workoutId` is 0 for most: it is an id only where the key is missing. */
export function keyOf({ workoutKey, workoutId }: Named): string | null {
  if (workoutKey) return workoutKey
  return workoutId !== null && workoutId !== undefined && workoutId !== '0' && workoutId !== '' ? workoutId : null
}

function activityOf(workout: Workout, context: MapContext): Mapped[] {
  const id = keyOf(workout) ?? context.request.workout_key ?? null
  if (id === null) {
    context.unreadable?.('workoutKey', 'expected the key of the workout')
    return []
  }
  const { startTime, totalTime, hrdata } = workout
  const zone = zoneOf(workout, context.timeZone) ?? '+00:00'
  // totalTime leaves pauses out: the end is that much too early where nobody says when it was stopped.
  const endAt = workout.stopTime ?? (typeof totalTime === 'number' ? startTime + Math.round(totalTime * 1000) : null)
  const type = typeOf(workout, context)
  // Without a sensor even the highest is 0.
  const cadence = workout.cadence?.max === 0 ? null : workout.cadence
  const stress = workout.tssList ?? (workout.tss ? [workout.tss] : [])
  return [
    {
      type: 'activity',
      key: { id },
      day: localDayOf(startTime, zone),
      version: workout.lastModified ?? null,
      record: {
        metadata: {
          start_time: wireAt(startTime, zone),
          end_time: endAt === null ? null : wireAt(endAt, zone),
          type,
          upload_type: workout.isManuallyAdded === true ? UPLOAD.manual : UPLOAD.automatic,
        },
        active_durations_data: { activity_seconds: totalTime },
        calories_data: { total_burned_calories: workout.energyConsumption },
        distance_data: {
          summary: {
            distance_meters: workout.totalDistance,
            steps: workout.stepCount,
            floors_climbed: workout.estimatedFloorsClimbed,
            elevation: {
              gain_actual_meters: workout.totalAscent,
              loss_actual_meters: workout.totalDescent,
              min_meters: workout.minAltitude,
              max_meters: workout.maxAltitude,
            },
          },
        },
        heart_rate_data: {
          summary: {
            avg_hr_bpm: hrdata?.workoutAvgHR ?? hrdata?.avg,
            max_hr_bpm: hrdata?.workoutMaxHR ?? hrdata?.hrmax,
            // What is called `max` is the setting of the person's watch.
            user_max_hr_bpm: hrdata?.userMaxHR ?? hrdata?.max,
          },
        },
        movement_data: {
          avg_speed_meters_per_second: workout.avgSpeed,
          max_speed_meters_per_second: workout.maxSpeed,
          avg_pace_minutes_per_kilometer: workout.avgPace,
          avg_cadence_rpm: cadenceOf(cadence?.avg, type),
          max_cadence_rpm: cadenceOf(cadence?.max, type),
        },
        power_data: { avg_watts: workout.avgPower, max_watts: workout.maxPower },
        position_data: positionsOf(workout),
        TSS_data: {
          TSS_samples: stress.map((each) => ({
            method: each.calculationMethod,
            actual: each.trainingStressScore,
            intensity_factor_actual: each.intensityFactor,
            normalized_power_watts: each.normalizedPower,
          })),
        },
        device_data: {
          manufacturer: workout.gear?.manufacturer,
          name: workout.gear?.displayName ?? workout.gear?.name,
          serial_number: workout.gear?.serialNumber,
          hardware_version: workout.gear?.hardwareVersion,
          software_version: workout.gear?.softwareVersion,
        },
      },
    },
  ]
}

function zoneOf({ startTime, timeOffsetInMinutes: offset }: Named, known: string | null): string | null {
  return zoneOfInstant(startTime, known, typeof offset === 'number' ? fixedZone(offset) : null)
}

/** Where it was; null where neither the workout nor anybody else says. */
export function dayOf(workout: Named, known: string | null): LocalDay | null {
  const zone = zoneOf(workout, known)
  return zone === null ? null : localDayOf(workout.startTime, zone)
}

function typeOf({ activityId: code }: Workout, context: MapContext): number {
  if (code === null || code === undefined) return UNKNOWN_ACTIVITY
  const known = TYPES.get(String(code))
  if (known === undefined) context.unknown('activityId', String(code))
  return known ?? UNKNOWN_ACTIVITY
}

function positionsOf({ startPosition, stopPosition, centerPosition }: Workout) {
  const start = placeOf(startPosition)
  const end = placeOf(stopPosition)
  const center = placeOf(centerPosition)
  return {
    ...(start && { start_pos_lat_lng_deg: start }),
    ...(end && { end_pos_lat_lng_deg: end }),
    ...(center && { center_pos_lat_lng_deg: center }),
  }
}

/** 0, 0 stands for nowhere. */
function placeOf(position: Workout['startPosition']): [number, number] | null {
  const { x, y } = position ?? {}
  return typeof x !== 'number' || typeof y !== 'number' || (x === 0 && y === 0) ? null : [y, x]
}
