// Where an outdoor workout went: once around a circle in the park, so that the way is as long as it says.

/** Parks of the cities that time zones are named after. */
const PARKS: Record<string, [number, number]> = {
  'Europe/Berlin': [52.5145, 13.3501],
  'Europe/London': [51.5073, -0.1657],
  'America/New_York': [40.7829, -73.9654],
  'America/Los_Angeles': [34.1184, -118.3004],
  'Asia/Tokyo': [35.6717, 139.6949],
  'Australia/Sydney': [-33.8969, 151.2345],
}
const METERS_PER_DEGREE = 111_195

interface At {
  timestamp: string
  timer_duration_seconds: number
}

/** Null for a zone without a park: nobody knows where it was. */
export function route(timeZone: string, meters: readonly number[], at: (minute: number) => At) {
  const center = PARKS[timeZone]
  if (center === undefined) return null
  const length = meters.reduce((total, each) => total + each, 0)
  const radius = length / (2 * Math.PI)
  const pointAt = (covered: number): [number, number] => {
    const angle = (covered / length) * 2 * Math.PI
    const north = (radius * Math.cos(angle)) / METERS_PER_DEGREE
    const east = (radius * Math.sin(angle)) / (METERS_PER_DEGREE * Math.cos((center[0] * Math.PI) / 180))
    return [digits(center[0] + north), digits(center[1] + east)]
  }
  let covered = 0
  const samples = meters.map((each, i) => {
    const { timestamp, timer_duration_seconds } = at(i)
    const sample = { timestamp, timer_duration_seconds, coords_lat_lng_deg: pointAt(covered) }
    covered += each
    return sample
  })
  return {
    start_pos_lat_lng_deg: pointAt(0),
    center_pos_lat_lng_deg: center,
    end_pos_lat_lng_deg: pointAt(length),
    position_samples: samples,
  }
}

/** About ten centimeters. */
function digits(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}
