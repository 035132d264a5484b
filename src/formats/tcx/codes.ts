// TCX's words: it knows three sports and five ends of a lap.
export const RUNNING = 'Running'
const OTHER = 108

const SPORTS = new Map<string, number>([
  [RUNNING, 8],
  ['Biking', 1],
  ['Other', OTHER],
])

export function typeOf(sport: string, unknown: (table: string, code: string) => void): number {
  const type = SPORTS.get(sport)
  if (type === undefined) unknown('tcx_sport', sport)
  return type ?? OTHER
}

export const TRIGGERS = new Map<string, string>([
  ['Manual', 'MANUAL'],
  ['Distance', 'DISTANCE'],
  ['Location', 'POSITION_LAP'],
  ['Time', 'TIME'],
  ['HeartRate', 'HEART_RATE'],
])
