// FIT's numbers for sports, strokes, triggers and makers.

interface Sport {
  type: number
  /** By sub-sport. */
  sub?: Readonly<Record<number, number>>
}

const sport = (type: number, sub?: Readonly<Record<number, number>>): Sport => ({ type, ...(sub && { sub }) })

const SPORTS = new Map<number, Sport>([
  [0, sport(108)],
  [1, sport(8, { 1: 58, 3: 149, 45: 133, 58: 133 })],
  [2, sport(1, { 5: 17, 6: 18, 7: 16, 8: 15, 9: 15, 12: 14, 28: 152, 46: 150, 47: 153, 49: 150, 58: 18 })],
  [3, sport(108)],
  [4, sport(123, { 1: 58, 6: 18, 14: 54, 15: 25, 16: 78 })],
  [5, sport(82, { 17: 83, 18: 84 })],
  [6, sport(12)],
  [7, sport(29)],
  [8, sport(87)],
  [9, sport(27)],
  [10, sport(123, { 19: 125, 20: 80, 26: 123, 43: 100, 44: 49 })],
  [11, sport(7, { 27: 95, 30: 7, 31: 93 })],
  [12, sport(67, { 37: 66 })],
  [13, sport(68, { 37: 66 })],
  [14, sport(73)],
  [15, sport(53, { 14: 54 })],
  [16, sport(130)],
  [17, sport(35)],
  [18, sport(151)],
  [19, sport(129)],
  [20, sport(143)],
  [21, sport(152, { 47: 153 })],
  [22, sport(137)],
  [23, sport(146)],
  [24, sport(135)],
  [25, sport(32)],
  [26, sport(142)],
  [27, sport(37)],
  [28, sport(108)],
  [29, sport(131)],
  [30, sport(127)],
  [31, sport(52)],
  [32, sport(59)],
  [33, sport(104)],
  [34, sport(128)],
  [35, sport(75)],
  [36, sport(74)],
  [37, sport(79)],
  [38, sport(81)],
  [39, sport(92)],
  [40, sport(132)],
  [41, sport(40)],
  [42, sport(129)],
  [43, sport(99)],
  [44, sport(43)],
  [47, sport(20)],
  [48, sport(77)],
  [49, sport(11)],
  [53, sport(102)],
  [62, sport(114)],
  [64, sport(108, { 85: 134, 94: 76, 95: 10, 96: 51, 97: 85 })],
  [65, sport(98)],
  [66, sport(98)],
  [67, sport(45)],
  [69, sport(30)],
  [70, sport(86)],
  [71, sport(23)],
  [72, sport(55)],
  [73, sport(36)],
  [74, sport(124)],
  [75, sport(89)],
  [80, sport(46)],
  [82, sport(102)],
  [83, sport(24)],
  [84, sport(39)],
])

/** ActivityType: other, for a sport that FIT has and the wire has not. */
const OTHER = 108

export function activityTypeOf(
  sportNumber: number,
  subSport: number | null,
  unknown: (table: string, code: string) => void,
): number {
  const found = SPORTS.get(sportNumber)
  if (found === undefined) {
    unknown('fit_sport', String(sportNumber))
    return OTHER
  }
  return (subSport === null ? undefined : found.sub?.[subSport]) ?? found.type
}

/** FIT counts the strides of one leg where people walk or run; the wire counts steps. */
const ON_FOOT = new Set([1, 11, 16, 17, 35])

export function isOnFoot(sportNumber: number | null): boolean {
  return sportNumber !== null && ON_FOOT.has(sportNumber)
}

export const SWIMMING = 5

const STROKES = new Map<number, string>([
  [0, 'freestyle'],
  [1, 'backstroke'],
  [2, 'breaststroke'],
  [3, 'butterfly'],
  [4, 'other'],
  [5, 'other'],
  [6, 'other'],
])

export function strokeOf(code: number | null): string | null {
  return code === null ? null : (STROKES.get(code) ?? 'other')
}

const TRIGGERS = new Map<number, string>([
  [0, 'MANUAL'],
  [1, 'TIME'],
  [2, 'DISTANCE'],
  [3, 'POSITION_LAP'],
  [4, 'POSITION_LAP'],
  [5, 'POSITION_LAP'],
  [6, 'POSITION_LAP'],
  [7, 'SESSION_END'],
  [8, 'FITNESS_EQUIPMENT'],
])

export function triggerOf(code: number | null): string | null {
  return code === null ? null : (TRIGGERS.get(code) ?? null)
}

const MAKERS = new Map<number, string>([
  [1, 'Garmin'],
  [23, 'Suunto'],
  [32, 'Wahoo'],
  [123, 'Polar'],
  [260, 'Zwift'],
  [265, 'Strava'],
  // Not certain: read from files, stated nowhere.
  [289, 'Hammerhead'],
  [294, 'COROS'],
])

export function makerOf(code: number | null): string | null {
  return code === null ? null : (MAKERS.get(code) ?? null)
}
