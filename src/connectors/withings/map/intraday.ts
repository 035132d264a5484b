// The day in pieces: a map from the instant at which a piece begins to what happened in it, of several devices at once.
import { OxygenSaturationType } from '../../../model/enumerations.ts'
import { type LocalDay, localDayOf } from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import { type MapContext, type Mapped, type MappedOf, UnreadablePage } from '../../connector.ts'
import { problemOf } from '../../documents.ts'
import { bodyOf, isObject } from '../pages.ts'
import { IntradayEntry } from '../payloads.ts'
import { boundsOf, isEpoch, shownAt } from '../time.ts'

interface Piece extends IntradayEntry {
  at: number
}

export function mapIntraday(payload: unknown, context: MapContext): Mapped[] {
  const zone = context.timeZone
  const { date, wider } = context.request
  const dayOf = ({ at }: { at: number }): LocalDay =>
    date !== undefined && wider === undefined ? date : localDayOf(at * 1000, zone)
  const { pieces: all, odd } = piecesOf(payload, context)
  const days = Map.groupBy(all, dayOf)
  const inPart = new Set(odd.map(dayOf))
  // What was asked for beyond the day is not all there is of its neighbours.
  if (date !== undefined) for (const day of days.keys()) if (day !== date) days.delete(day)
  return [...days].flatMap(([day, pieces]): Mapped[] => [
    dailyOf(day, pieces, { zone, isWhole: !inPart.has(day) }),
    ...temperaturesOf(day, pieces, zone),
  ])
}

function piecesOf(payload: unknown, context: MapContext): { pieces: Piece[]; odd: { at: number }[] } {
  const series = seriesOf(payload)
  const pieces: Piece[] = []
  const odd: { at: number }[] = []
  const problems: { place: string; problem: string }[] = []
  for (const [key, entry] of Object.entries(series)) {
    const parsed = IntradayEntry.safeParse(entry)
    if (!isEpoch(key)) problems.push({ place: 'series', problem: 'expected keys that are seconds since 1970' })
    else if (parsed.success) pieces.push({ at: Number(key), ...parsed.data })
    else {
      odd.push({ at: Number(key) })
      const issue = parsed.error.issues[0]!
      problems.push({ place: ['series', key, ...issue.path.map(String)].join('.'), problem: problemOf(issue) })
    }
  }
  if (pieces.length === 0 && problems[0] !== undefined) {
    throw new UnreadablePage('intraday', problems[0].place, problems[0].problem)
  }
  for (const { place, problem } of problems) context.unreadable?.(place, problem)
  return { pieces: pieces.sort((a, b) => a.at - b.at), odd }
}

/** `series`, or the map itself; an empty one comes as `[]`. */
function seriesOf(payload: unknown): Record<string, unknown> {
  const body = bodyOf('intraday', payload)
  const series = isObject(body) && 'series' in body ? body.series : body
  if (Array.isArray(series) && series.length === 0) return {}
  if (isObject(series)) return series
  throw new UnreadablePage('intraday', '', 'a map from seconds since 1970 to entries, or an object with `series`')
}

/** Of what is added up nothing is known where a piece could not be read. */
function dailyOf(
  day: LocalDay,
  pieces: readonly Piece[],
  { zone, isWhole }: { zone: string | null; isWhole: boolean },
): MappedOf<'daily'> {
  const samples = <Sample>(field: Reading, make: (timestamp: string, value: number) => Sample): Sample[] =>
    pieces.flatMap(({ at, [field]: value }) => (typeof value === 'number' ? [make(shownAt(at, zone), value)] : []))
  const busiest = busiestDevice(pieces)
  const counted = isWhole ? busiest : []
  return {
    type: 'daily',
    key: { day },
    record: {
      metadata: boundsOf(day, zone),
      distance_data: {
        detailed: {
          step_samples: soFar(counted, 'steps', zone, (timestamp, steps) => ({ timestamp, steps })),
          distance_samples: soFar(counted, 'distance', zone, (timestamp, meters) => ({
            timestamp,
            distance_meters: meters,
          })),
          floors_climbed_samples: soFar(counted, 'elevation', zone, (timestamp, floors) => ({
            timestamp,
            floors_climbed: floors,
          })),
        },
      },
      calories_data: {
        calorie_samples: busiest.flatMap(({ at, calories }) =>
          typeof calories === 'number' ? [{ timestamp: shownAt(at, zone), calories }] : [],
        ),
      },
      heart_rate_data: {
        detailed: {
          hr_samples: samples('heart_rate', (timestamp, bpm) => ({ timestamp, bpm })),
          hrv_samples_rmssd: samples('rmssd', (timestamp, value) => ({ timestamp, hrv_rmssd: value })),
          hrv_samples_sdnn: samples('sdnn1', (timestamp, value) => ({ timestamp, hrv_sdnn: value })),
        },
      },
      oxygen_data: {
        saturation_samples: samples('spo2_auto', (timestamp, percentage) => ({
          timestamp,
          percentage,
          type: OxygenSaturationType.Blood,
        })),
      },
    },
  }
}

/** The temperature of the body stands in Body, beside what thermometers measured. */
function temperaturesOf(day: LocalDay, pieces: readonly Piece[], zone: string | null): MappedOf<'body'>[] {
  const samples = pieces.flatMap(({ at, core_body_temperature: celsius }) =>
    typeof celsius === 'number' ? [{ timestamp: shownAt(at, zone), temperature_celsius: celsius }] : [],
  )
  if (samples.length === 0) return []
  const record = { metadata: boundsOf(day, zone), temperature_data: { body_temperature_samples: samples } }
  return [{ type: 'body', key: { day }, record }]
}

type Reading = 'heart_rate' | 'rmssd' | 'sdnn1' | 'spo2_auto'
type Count = 'steps' | 'distance' | 'elevation'

/** Two devices that a person wears count the same steps: those of the one that saw more. Imported ones have no id. */
function busiestDevice(pieces: readonly Piece[]): Piece[] {
  const devices = [...Map.groupBy(pieces, (piece) => piece.deviceid ?? null)]
  const own = devices.filter(([device]) => device !== null)
  const steps = (of: readonly Piece[]): number => of.reduce((sum, piece) => sum + (piece.steps ?? 0), 0)
  const ranked = (own.length > 0 ? own : devices).map(([, of]) => of).sort((a, b) => steps(b) - steps(a))
  return ranked[0] ?? []
}

/** What was counted up to the end of each piece. */
function soFar<Sample>(
  pieces: readonly Piece[],
  field: Count,
  zone: string | null,
  make: (timestamp: string, value: number) => Sample,
): Sample[] {
  let sum = 0
  return pieces.flatMap(({ at, duration, [field]: value }) => {
    if (typeof value !== 'number') return []
    sum = round(sum + value, 6)
    return [make(shownAt(at + (duration ?? 0), zone), sum)]
  })
}
