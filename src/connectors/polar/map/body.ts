// Measures of the body, by the day on which they were taken.
import { OxygenSaturationType } from '../../../model/enumerations.ts'
import {
  dayBounds,
  fixedZone,
  instantIn,
  type LocalDay,
  localDayOf,
  wireAt,
  zoneOfInstant,
} from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach } from '../../documents.ts'
import {
  BodyTemperature,
  Ecg,
  EcgSample,
  PhysicalInfo,
  saysNothing,
  Spo2,
  TemperatureSample,
  User,
} from '../payloads.ts'
import { UTC } from '../time.ts'
import { documents } from './pages.ts'

const TEMPERATURE = 'biosensing_bodytemperature'
const SPO2 = 'biosensing_spo2'
const ECG = 'biosensing_ecg'

/** Typed in or measured by the watch; of the time at which it was last changed. */
export function mapPhysicalInfo(payload: unknown, context: MapContext): Mapped[] {
  const all = documents('physical_info', PhysicalInfo, payload, context, ['physical_informations'])
  return all.flatMap((info): Mapped[] => {
    if (saysNothing(info)) return []
    const changed = info.modified ?? info.created
    const at = changed ? instantIn(changed, UTC) : context.receivedAt
    const zone = context.timeZone ?? UTC
    const { weight, height, vo2_max: vo2Max } = info
    const measured = typeof weight === 'number' || typeof height === 'number'
    return [
      {
        type: 'body',
        key: { day: localDayOf(at, zone) },
        version: changed ? at : null,
        record: {
          heart_data: {
            heart_rate_data: {
              summary: { resting_hr_bpm: info.resting_heart_rate, user_max_hr_bpm: info.maximum_heart_rate },
            },
          },
          measurements_data: {
            measurements: measured
              ? [{ measurement_time: wireAt(at, zone), weight_kg: weight, height_cm: height }]
              : [],
          },
          oxygen_data: { vo2max_ml_per_min_per_kg: vo2Max },
        },
      },
    ]
  })
}

const CORE = 'TM_CORE_TEMPERATURE'
const SKIN = 'TM_SKIN_TEMPERATURE'
const UNSAID = 'TM_UNKNOWN'

export function mapBodyTemperature(payload: unknown, context: MapContext): Mapped[] {
  const zone = context.timeZone ?? UTC
  const readings = mapEach(
    TEMPERATURE,
    documents(TEMPERATURE, BodyTemperature, payload, context, [], { series: { samples: TemperatureSample } }),
    context,
    (period) => {
      const { measurement_type: kind } = period
      if (kind !== CORE && kind !== SKIN) {
        if (kind !== UNSAID) context.unknown('bodytemperature.measurement_type', kind)
        return []
      }
      const startAt = instantIn(period.start_time, UTC)
      return (period.samples ?? []).map((sample) => {
        const at = startAt + sample.recording_time_delta_milliseconds
        const reading = { timestamp: wireAt(at, zone), temperature_celsius: sample.temperature_celsius }
        return { kind, day: localDayOf(at, zone), reading }
      })
    },
  )
  return byDay(readings, context).map(([day, own]) => ({
    type: 'body',
    key: { day },
    record: {
      temperature_data: {
        body_temperature_samples: own.filter(({ kind }) => kind === CORE).map(({ reading }) => reading),
        skin_temperature_samples: own.filter(({ kind }) => kind === SKIN).map(({ reading }) => reading),
      },
    },
  }))
}

/** Seconds since 1970, and the offset of the place in minutes. */
function testTime(test: { test_time: number; time_zone_offset?: number | null }, context: MapContext) {
  const at = test.test_time * 1000
  const shown = typeof test.time_zone_offset === 'number' ? fixedZone(test.time_zone_offset) : null
  const zone = zoneOfInstant(at, context.timeZone, shown) ?? UTC
  return { at, zone, day: localDayOf(at, zone) }
}

/** A test that failed has no percentage. */
export function mapSpo2(payload: unknown, context: MapContext): Mapped[] {
  const readings = mapEach(SPO2, documents(SPO2, Spo2, payload, context), context, (test) => {
    const { blood_oxygen_percent: percentage } = test
    if (typeof percentage !== 'number' || percentage <= 0) return []
    const { at, zone, day } = testTime(test, context)
    return [{ day, at, zone, reading: { timestamp: wireAt(at, zone), percentage, type: OxygenSaturationType.Blood } }]
  })
  return byDay(readings, context).map(([day, own]) => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, own),
      oxygen_data: { saturation_samples: own.map(({ reading }) => reading) },
    },
  }))
}

const MICROVOLT_PER_MILLIVOLT = 1000

export function mapEcg(payload: unknown, context: MapContext): Mapped[] {
  const tests = mapEach(
    ECG,
    documents(ECG, Ecg, payload, context, [], { series: { samples: EcgSample } }),
    context,
    (test) => {
      const { at, zone, day } = testTime(test, context)
      const signal = {
        start_timestamp: wireAt(at, zone),
        avg_hr_bpm: test.average_heart_rate_bpm,
        raw_signal: (test.samples ?? []).map((sample) => ({
          timestamp: wireAt(at + sample.recording_time_delta_ms, zone),
          potential_uV: round(sample.amplitude_mv * MICROVOLT_PER_MILLIVOLT, 3),
        })),
      }
      return { day, at, zone, signal }
    },
  )
  return byDay(tests, context).map(([day, own]) => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, own),
      heart_data: { ecg_signal: own.map(({ signal }) => signal) },
    },
  }))
}

function boundsOf(day: LocalDay, own: readonly { at: number; zone: string }[]) {
  const inOrder = own.toSorted((a, b) => a.at - b.at)
  return dayBounds(day, inOrder[0]!.zone, inOrder.at(-1)!.zone)
}

/** What lies beyond the days that were asked for would replace what is known of those. */
function byDay<Each extends { day: LocalDay }>(
  readings: readonly Each[],
  { request }: MapContext,
): [LocalDay, Each[]][] {
  const { from = '', to = '9999' } = request
  return [...Map.groupBy(readings, ({ day }) => day)].filter(([day]) => day >= from && day <= to)
}

export function mapUser(payload: unknown, context: MapContext): Mapped[] {
  return documents('users', User, payload, context).map((user) => ({
    type: 'athlete',
    key: { only: true },
    record: {
      provider_user_id: user.polar_user_id,
      first_name: user.first_name,
      last_name: user.last_name,
      date_of_birth: user.birthdate,
      gender: user.gender,
    },
  }))
}
