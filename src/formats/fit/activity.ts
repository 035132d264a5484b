// A FIT file's workouts as Activities, its weighings as Body.
import { createHash } from 'node:crypto'
import { wireTimestamp } from '../../model/timestamps.ts'
import { offsetAt } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { kgToGrams } from '../../model/units.ts'
import { seriesOf } from '../track/series.ts'
import { openTimer } from '../track/timer.ts'
import type { FitFile, FitLap, FitSession } from './read.ts'
import { activityTypeOf, isOnFoot, makerOf, strokeOf, SWIMMING, triggerOf } from './sports.ts'

export interface FitContext {
  /** Used where the file does not tell the offset; null: times are given in UTC. */
  timeZone: string | null
  unknown(table: string, code: string): void
}

export type FitActivity = DeepPartial<RecordOf<'activity'>>

const UPLOAD_AUTOMATIC = 1
const MUSCLE = 1

/** One Activity for each session; a file that broke off before its session is rebuilt from its records. */
export function activitiesOf(file: FitFile, context: FitContext): FitActivity[] {
  const sessions = file.sessions.filter((session) => session.startAt !== null)
  if (sessions.length > 0) {
    return sessions.map((session, i) => activityOf(file, session, windowOf(file, sessions, i), context))
  }
  const rebuilt = fromRecords(file)
  return rebuilt === null ? [] : [activityOf(file, rebuilt.session, rebuilt.window, context)]
}

/** The id that a file has by itself, for those who have no better one: the device's, else a hash of the bytes. */
export function fileIdOf(file: FitFile, bytes: Uint8Array): string {
  if (file.serial !== null && file.createdAt !== null) return `${file.serial}-${Math.round(file.createdAt / 1000)}`
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

interface Window {
  startAt: number
  endAt: number
  /** Where the next session begins. */
  nextAt: number | null
}

function isWithin(at: number, { startAt, nextAt }: Window): boolean {
  return at >= startAt && (nextAt === null || at < nextAt)
}

/** A session ends where its time is over, but takes what was recorded until the next one begins. */
function windowOf(file: FitFile, sessions: readonly FitSession[], i: number): Window {
  const startAt = sessions[i]!.startAt!
  const nextAt = sessions[i + 1]?.startAt ?? null
  const elapsed = sessions[i]!.elapsedSeconds ?? sessions[i]!.timerSeconds
  const last = file.records.findLast((record) => nextAt === null || record.at < nextAt)?.at ?? startAt
  return { startAt, endAt: elapsed === null ? Math.max(startAt, last) : startAt + Math.round(elapsed * 1000), nextAt }
}

/** Files of other types have records, too: a course is where somebody may ride. */
const ACTIVITY_FILE = 4

function fromRecords(file: FitFile): { session: FitSession; window: Window } | null {
  if (file.type !== null && file.type !== ACTIVITY_FILE) return null
  const first = file.records[0]
  const last = file.records.at(-1)
  if (first === undefined || last === undefined) return null
  const distances = file.records.flatMap((record) => (record.distanceMeters === null ? [] : [record.distanceMeters]))
  const timer = openTimer(file.timer, first.at, last.at)
  const session: FitSession = {
    ...NOTHING_SAID,
    startAt: first.at,
    sport: file.laps.find((lap) => lap.sport !== null)?.sport ?? null,
    elapsedSeconds: (last.at - first.at) / 1000,
    timerSeconds: timer.seconds(last.at),
    distanceMeters: distances.at(-1) ?? null,
  }
  return { session, window: { startAt: first.at, endAt: last.at, nextAt: null } }
}

const NOTHING_SAID: FitSession = {
  startAt: null,
  startPosition: null,
  sport: null,
  subSport: null,
  elapsedSeconds: null,
  timerSeconds: null,
  distanceMeters: null,
  cycles: null,
  kcal: null,
  avgSpeed: null,
  maxSpeed: null,
  avgHr: null,
  maxHr: null,
  avgCadence: null,
  maxCadence: null,
  avgWatts: null,
  maxWatts: null,
  ascentMeters: null,
  descentMeters: null,
  activeLengths: null,
  normalizedWatts: null,
  tss: null,
  intensityFactor: null,
  poolMeters: null,
  workJoules: null,
}

function activityOf(file: FitFile, session: FitSession, window: Window, context: FitContext): FitActivity {
  const offset = file.offsetMinutes ?? (context.timeZone === null ? null : offsetAt(window.startAt, context.timeZone))
  const time = (at: number): string =>
    wireTimestamp(at, file.offsetMinutes ?? (context.timeZone === null ? 0 : offsetAt(at, context.timeZone)))
  const timer = openTimer(file.timer, window.startAt, window.endAt, session)
  const onFoot = isOnFoot(session.sport)
  const cadence = (value: number | null): number | null => (value === null ? null : onFoot ? value * 2 : value)
  const rest = difference(session.elapsedSeconds, session.timerSeconds)
  const records = file.records
    .filter(({ at }) => isWithin(at, window))
    .map((record) => ({ ...record, cadence: cadence(record.cadence) }))
  const series = seriesOf(records, time, timer)
  const start = session.startPosition ?? records.find((record) => record.position !== null)?.position ?? null
  const end = records.findLast((record) => record.position !== null)?.position ?? null
  return {
    metadata: {
      start_time: time(window.startAt),
      end_time: time(window.endAt),
      type: session.sport === null ? null : activityTypeOf(session.sport, session.subSport, context.unknown),
      upload_type: UPLOAD_AUTOMATIC,
      timestamp_localization: offset === null ? 0 : 1,
    },
    active_durations_data: { activity_seconds: session.timerSeconds, rest_seconds: rest },
    calories_data: { total_burned_calories: session.kcal },
    distance_data: {
      summary: {
        distance_meters: session.distanceMeters,
        steps: onFoot && session.cycles !== null ? session.cycles * 2 : null,
        elevation: { gain_actual_meters: session.ascentMeters, loss_actual_meters: session.descentMeters },
        swimming: {
          num_laps: session.activeLengths,
          num_strokes: session.sport === SWIMMING ? session.cycles : null,
          pool_length_meters: session.poolMeters,
        },
      },
      detailed: {
        distance_samples: series.distance,
        elevation_samples: series.elevation,
      },
    },
    heart_rate_data: {
      summary: { avg_hr_bpm: session.avgHr, max_hr_bpm: session.maxHr },
      detailed: { hr_samples: series.heartRate },
    },
    movement_data: {
      avg_speed_meters_per_second: session.avgSpeed,
      max_speed_meters_per_second: session.maxSpeed,
      avg_cadence_rpm: cadence(session.avgCadence),
      max_cadence_rpm: cadence(session.maxCadence),
      speed_samples: series.speed,
      cadence_samples: series.cadence,
    },
    power_data: {
      avg_watts: session.avgWatts,
      max_watts: session.maxWatts,
      power_samples: series.power,
    },
    position_data: {
      ...(start !== null && { start_pos_lat_lng_deg: start }),
      ...(end !== null && { end_pos_lat_lng_deg: end }),
      position_samples: series.position,
    },
    oxygen_data: {
      saturation_samples: records.flatMap(({ at, muscleOxygen }) =>
        muscleOxygen === null ? [] : [{ timestamp: time(at), percentage: muscleOxygen, type: MUSCLE }],
      ),
    },
    lap_data: { laps: lapsIn(file, window).map((lap) => lapOf(file, lap, time)) },
    TSS_data: {
      TSS_samples:
        session.tss === null && session.intensityFactor === null && session.normalizedWatts === null
          ? []
          : [
              {
                actual: session.tss,
                intensity_factor_actual: session.intensityFactor,
                normalized_power_watts: session.normalizedWatts,
              },
            ],
    },
    work_data: { work_kilojoules: session.workJoules === null ? null : session.workJoules / 1000 },
    device_data: deviceOf(file),
  }
}

function lapsIn(file: FitFile, window: Window): FitLap[] {
  return file.laps.filter(({ startAt }) => startAt !== null && isWithin(startAt, window))
}

type Lap = NonNullable<NonNullable<FitActivity['lap_data']>['laps']>[number]

function lapOf(file: FitFile, lap: FitLap, time: (at: number) => string): Lap {
  const swum = file.lengths.filter(
    ({ active, startAt }) =>
      active && startAt !== null && startAt >= lap.startAt! && startAt < (lap.endAt ?? Number.POSITIVE_INFINITY),
  )
  const strokes = swum.length > 0 && swum.every((length) => length.strokes !== null)
  return {
    start_time: time(lap.startAt!),
    end_time: lap.endAt === null ? null : time(lap.endAt),
    active_duration_seconds: lap.timerSeconds,
    distance_meters: lap.distanceMeters,
    calories: lap.kcal,
    avg_hr_bpm: lap.avgHr,
    avg_speed_meters_per_second: lap.avgSpeed,
    avg_watts: lap.avgWatts,
    total_strokes: strokes
      ? swum.reduce((sum, length) => sum + length.strokes!, 0)
      : lap.sport === SWIMMING
        ? lap.strokes
        : null,
    stroke_type: strokeOf(lap.swimStroke ?? swum[0]?.swimStroke ?? null),
    trigger_method: triggerOf(lap.trigger),
  }
}

function deviceOf(file: FitFile): FitActivity['device_data'] {
  const creator = file.devices.find((device) => device.creator)
  const serial = creator?.serial ?? file.serial
  const software = creator?.software ?? null
  return {
    manufacturer: makerOf(creator?.manufacturer ?? file.manufacturer),
    name: creator?.name ?? null,
    serial_number: serial === null ? null : String(serial),
    software_version: software === null ? null : String(software),
  }
}

/** Weighings, each with its instant and the offset that the file knows. */
export function weighingsOf(file: FitFile, context: FitContext): { at: number; body: DeepPartial<RecordOf<'body'>> }[] {
  return file.weights.map((weight) => ({
    at: weight.at,
    body: {
      measurements_data: {
        measurements: [
          {
            measurement_time: wireTimestamp(
              weight.at,
              file.offsetMinutes ?? (context.timeZone === null ? 0 : offsetAt(weight.at, context.timeZone)),
            ),
            weight_kg: weight.weightKg,
            bodyfat_percentage: weight.fatPercent,
            water_percentage: weight.waterPercent,
            bone_mass_g: weight.boneKg === null ? null : kgToGrams(weight.boneKg),
            muscle_mass_g: weight.muscleKg === null ? null : kgToGrams(weight.muscleKg),
          },
        ],
      },
    },
  }))
}

function difference(whole: number | null, part: number | null): number | null {
  return whole === null || part === null ? null : Math.max(0, Math.round((whole - part) * 1000) / 1000)
}
