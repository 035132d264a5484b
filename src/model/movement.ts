// How, and where, a workout moved.
import { z } from 'zod'
import { group, list, num, text, timer, timestamp } from './fields.ts'

const SpeedSample = group('SpeedSample', 'Speed at one time.', {
  timestamp,
  speed_meters_per_second: num('Speed, in m/s.'),
  timer_duration_seconds: timer,
})
const CadenceSample = group('CadenceSample', 'Cadence at one time.', {
  timestamp,
  cadence_rpm: num('Revolutions or steps per minute.'),
  timer_duration_seconds: timer,
})
const TorqueSample = group('TorqueSample', 'Torque at one time.', {
  timestamp,
  torque_newton_meters: num('Torque, in Nm.'),
  timer_duration_seconds: timer,
})

export const MovementData = group('MovementData', 'Speed, pace, cadence and torque.', {
  avg_speed_meters_per_second: num('Mean speed, in m/s.'),
  max_speed_meters_per_second: num('Highest speed, in m/s.'),
  normalized_speed_meters_per_second: num("The provider's normalized speed, in m/s."),
  adjusted_max_speed_meters_per_second: num('Highest speed without outliers, in m/s.'),
  avg_velocity_meters_per_second: num('Mean velocity, in m/s, from providers that tell it from speed.'),
  max_velocity_meters_per_second: num('Highest velocity, in m/s, from providers that tell it from speed.'),
  avg_pace_minutes_per_kilometer: num('Mean pace, in minutes per km.'),
  max_pace_minutes_per_kilometer: num('Fastest pace, in minutes per km.'),
  avg_cadence_rpm: num('Mean cadence, per minute.'),
  max_cadence_rpm: num('Highest cadence, per minute.'),
  avg_torque_newton_meters: num('Mean torque, in Nm.'),
  max_torque_newton_meters: num('Highest torque, in Nm.'),
  speed_samples: list(SpeedSample, 'Speed over time.'),
  cadence_samples: list(CadenceSample, 'Cadence over time.'),
  torque_samples: list(TorqueSample, 'Torque over time.'),
})

const PowerSample = group('PowerSample', 'Power at one time.', {
  timestamp,
  watts: num('Power, in watts.'),
  timer_duration_seconds: timer,
})

export const PowerData = group('PowerData', 'Power.', {
  avg_watts: num('Mean power, in watts.'),
  max_watts: num('Highest power, in watts.'),
  power_samples: list(PowerSample, 'Power over time.'),
})

const degrees = (description: string) =>
  z.array(z.number().nullable()).describe(`${description}: latitude and longitude, in degrees; empty when unknown.`)

const PositionSample = group('PositionSample', 'Where, at one time.', {
  timestamp,
  coords_lat_lng_deg: degrees('The place'),
  timer_duration_seconds: timer,
})

export const PositionData = group('PositionData', 'Where.', {
  start_pos_lat_lng_deg: degrees('The start'),
  center_pos_lat_lng_deg: degrees('The middle'),
  end_pos_lat_lng_deg: degrees('The end'),
  position_samples: list(PositionSample, 'The route.'),
})

export const PolylineMapData = group('PolylineMapData', 'The route in short.', {
  summary_polyline: text('The route as an encoded polyline.'),
})
