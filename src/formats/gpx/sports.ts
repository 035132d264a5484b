// What GPX files call sports: every writer has words of its own. Names of FIT's sports and their kinds, Strava's numbers, and
// what people say.
import activityTypes from './activity_types.json' with { type: 'json' }

const OTHER = 108
/** FIT's sports in which people run or walk. */
const ON_FOOT = new Set(['running', 'walking', 'hiking', 'mountaineering', 'snowshoeing'])

const SAID = new Map<string, string>([
  ['1', 'cycling'],
  ['9', 'running'],
  ['run', 'running'],
  ['jogging', 'running'],
  ['trail_run', 'trail_running'],
  ['track_run', 'track_running'],
  ['treadmill_running', 'treadmill'],
  ['virtual_run', 'indoor_running'],
  ['ride', 'cycling'],
  ['bike', 'cycling'],
  ['biking', 'cycling'],
  ['road_biking', 'road_cycling'],
  ['road_bike', 'road_cycling'],
  ['mountain_biking', 'mountain_cycling'],
  ['mountain_bike', 'mountain_cycling'],
  ['mountain_bike_ride', 'mountain_cycling'],
  ['gravel_ride', 'gravel_cycling'],
  ['e_bike_ride', 'e_biking'],
  ['virtual_ride', 'indoor_cycling'],
  ['walk', 'walking'],
  ['hike', 'hiking'],
  ['swim', 'swimming'],
  ['open_water_swim', 'open_water_swimming'],
  ['skiing', 'alpine_skiing'],
  ['resort_skiing', 'alpine_skiing'],
  ['backcountry_skiing', 'backcountry'],
  ['snowboard', 'snowboarding'],
  ['kayak', 'kayaking'],
  ['row', 'rowing'],
])

interface Sport {
  type: number
  onFoot: boolean
}

const SPORTS = new Map<string, Sport>()
for (const [sport, kinds] of Object.entries(activityTypes.map)) {
  const onFoot = ON_FOOT.has(sport)
  for (const [kind, type] of Object.entries(kinds)) {
    const names = kind === 'default' ? [sport] : [kind, `${kind}_${sport}`]
    // A kind that two sports have names neither by itself.
    for (const name of names) if (!SPORTS.has(name)) SPORTS.set(name, { type, onFoot })
  }
}
SPORTS.delete('virtual_activity')

/** Words that nobody knows are somebody's own, and may say anything: they are counted, not named. */
const OWN_WORD = 'own word'

export function sportOf(words: string | null, unknown: (table: string, code: string) => void): Sport | null {
  const name = (words ?? '')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
  if (name === '' || name === '_') return null
  const found = SPORTS.get(SAID.get(name) ?? name)
  if (found === undefined) unknown('gpx_type', /^\d{1,3}$/.test(name) ? name : OWN_WORD)
  return found ?? { type: OTHER, onFoot: false }
}
