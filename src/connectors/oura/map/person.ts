import { dayBounds, localDayOf } from '../../../model/local-day.ts'
import { metersToCm } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { documents } from '../documents.ts'
import { CardiovascularAge, PersonalInfo, RingConfiguration } from '../payloads.ts'
import { asWire, wireAt } from '../time.ts'

/** The profile, and what it says of the body: values without a time, so the time at which they were first seen. */
export function mapPersonalInfo(payload: unknown, context: MapContext): Mapped[] {
  return documents('personal_info', PersonalInfo, payload, context).flatMap((document): Mapped[] => {
    const athlete: Mapped = {
      type: 'athlete',
      key: { only: true },
      record: {
        provider_user_id: document.id,
        age: document.age,
        sex: document.biological_sex,
        email: document.email,
      },
    }
    const { weight, height } = document
    if (typeof weight !== 'number' && typeof height !== 'number') return [athlete]
    return [
      athlete,
      {
        type: 'body',
        key: { day: localDayOf(context.receivedAt, context.timeZone) },
        record: {
          measurements_data: {
            measurements: [
              {
                measurement_time: wireAt(context.receivedAt, context.timeZone ?? '+00:00'),
                weight_kg: weight,
                height_cm: typeof height === 'number' ? metersToCm(height) : null,
              },
            ],
          },
        },
      },
    ]
  })
}

export function mapCardiovascularAge(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_cardiovascular_age', CardiovascularAge, payload, context).map((document) => {
    const at = dayBounds(document.day, context.timeZone).start_time
    const { vascular_age: age, pulse_wave_velocity: velocity } = document
    return {
      type: 'body',
      key: { day: document.day },
      record: {
        measurements_data: {
          measurements: typeof age === 'number' ? [{ measurement_time: at, estimated_fitness_age: age }] : [],
        },
        heart_data: {
          pulse_wave_velocity_samples:
            typeof velocity === 'number' ? [{ timestamp: at, pulse_wave_velocity_meters_per_second: velocity }] : [],
        },
      },
    }
  })
}

export function mapRingConfiguration(payload: unknown, context: MapContext): Mapped[] {
  const rings = documents('ring_configuration', RingConfiguration, payload, context)
  if (rings.length === 0) return []
  const devices = rings.map((ring) => ({
    name: ring.hardware_type,
    manufacturer: 'Oura',
    software_version: ring.firmware_version,
    activation_timestamp: asWire(ring.set_up_at, context.timeZone),
  }))
  return [{ type: 'athlete', key: { only: true }, record: { devices } }]
}
