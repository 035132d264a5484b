// What the watch counts round the clock: every ten minutes, and in sum.
import { addDays, dayBounds, type LocalDay, localDayOf, wireAt, zoneOfInstant } from '../../../model/local-day.ts'
import { offsetText, parseTimestamp } from '../../../model/timestamps.ts'
import { ratioToPercent, round } from '../../../model/units.ts'
import { type MapContext, type Mapped, type Piece, UnreadablePage } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { ActivityEntry, RecoveryEntry, Statistic, Total } from '../payloads.ts'

const JOULES_PER_KCAL = 4184
const BLOOD = 0
/** Invalid, passive, active, stressful; 4 occurs and nobody says what it is. None has a place in the model. */
const STRESS_STATES = new Set([0, 1, 2, 3, 4])
const LISTS = ['samples', 'payload']

interface Moment {
  at: number
  zone: string
  day: LocalDay
}

type Timed<Entry> = Entry & { moment: Moment }

export function mapActivity(payload: unknown, context: MapContext): Mapped[] {
  return [...byDay(activities(payload, context), context)].map(([day, own]): Mapped => {
    let steps = 0
    const samples = <Item>(
      pick: (entry: Timed<ActivityEntry>['entryData']) => Item | null,
    ): (Item & { timestamp: string })[] =>
      own.flatMap(({ moment, entryData }) => {
        const item = pick(entryData)
        return item === null ? [] : [{ timestamp: wireAt(moment.at, moment.zone), ...item }]
      })
    return {
      type: 'daily',
      key: { day },
      record: {
        metadata: dayBounds(day, own[0]!.moment.zone, own.at(-1)!.moment.zone),
        heart_rate_data: {
          detailed: {
            hr_samples: samples(({ HR }) => (isNumber(HR) ? { bpm: HR } : null)),
            hrv_samples_rmssd: samples(({ HRV }) => (isNumber(HRV) ? { hrv_rmssd: HRV } : null)),
          },
        },
        // Each slot has its own steps; the wire's samples grow.
        distance_data: {
          detailed: {
            step_samples: samples(({ StepCount }) => (isNumber(StepCount) ? { steps: (steps += StepCount) } : null)),
          },
        },
        calories_data: {
          calorie_samples: samples(({ EnergyConsumption: joules }) =>
            isNumber(joules) ? { calories: kcal(joules) } : null,
          ),
        },
        oxygen_data: {
          saturation_samples: samples(({ SpO2 }) =>
            isNumber(SpO2) ? { percentage: ratioToPercent(SpO2), type: BLOOD } : null,
          ),
        },
      },
    }
  })
}

export function mapRecovery(payload: unknown, context: MapContext): Mapped[] {
  return [...byDay(recoveries(payload, context), context)].map(([day, own]): Mapped => {
    for (const { entryData } of own) {
      const state = entryData.StressState
      if (isNumber(state) && !STRESS_STATES.has(state)) context.unknown('StressState', String(state))
    }
    return {
      type: 'daily',
      key: { day },
      record: {
        metadata: dayBounds(day, own[0]!.moment.zone, own.at(-1)!.moment.zone),
        stress_data: {
          body_battery_samples: own.flatMap(({ moment, entryData: { Balance } }) =>
            isNumber(Balance) ? [{ timestamp: wireAt(moment.at, moment.zone), level: ratioToPercent(Balance) }] : [],
          ),
        },
      },
    }
  })
}

export const piecesOfActivity = (payload: unknown, context: MapContext): Piece[] =>
  piecesOf(activities(payload, context), context)
export const piecesOfRecovery = (payload: unknown, context: MapContext): Piece[] =>
  piecesOf(recoveries(payload, context), context)

function activities(payload: unknown, context: MapContext): ActivityEntry[] {
  const entries = readDocuments({ kind: 'activity', schema: ActivityEntry, lists: LISTS }, payload, context)
  return ofItsKind('activity', entries, 'HR, StepCount or EnergyConsumption')
}

function recoveries(payload: unknown, context: MapContext): RecoveryEntry[] {
  const entries = readDocuments({ kind: 'recovery', schema: RecoveryEntry, lists: LISTS }, payload, context)
  return ofItsKind('recovery', entries, 'Balance or StressState')
}

/** What is counted round the clock has one shape: only the names inside tell nights, activity and recovery apart. */
function ofItsKind<Entry extends { entryData: object }>(kind: string, entries: Entry[], expected: string): Entry[] {
  const isOther = entries.length > 0 && entries.every(({ entryData }) => Object.keys(entryData).length === 0)
  if (isOther) throw new UnreadablePage(kind, '[0].entryData', `expected ${expected}`)
  return entries
}

function piecesOf(entries: readonly { timestamp: string }[], context: MapContext): Piece[] {
  return entries.map((item) => {
    const { at, day } = momentOf(item.timestamp, context)
    return { id: String(at), days: [day], item }
  })
}

function byDay<Entry extends { timestamp: string }>(
  entries: readonly Entry[],
  context: MapContext,
): Map<LocalDay, Timed<Entry>[]> {
  const timed = entries.map((entry) => ({ ...entry, moment: momentOf(entry.timestamp, context) }))
  // Sent again, it may say something else: the last one counts.
  const last = new Map(timed.map((entry) => [entry.moment.at, entry]))
  return Map.groupBy(
    [...last.values()].sort((a, b) => a.moment.at - b.moment.at),
    ({ moment }) => moment.day,
  )
}

function momentOf(text: string, context: MapContext): Moment {
  const { epochMs, local, offsetMinutes } = parseTimestamp(text)
  const shown = offsetMinutes === null ? null : offsetText(offsetMinutes)
  const at = epochMs ?? Date.parse(`${local}Z`)
  const zone = zoneOfInstant(at, context.timeZone, shown) ?? '+00:00'
  return { at, zone, day: localDayOf(at, zone) }
}

const TOTALS = new Set(['stepcount', 'energyconsumption'])

/** Totals by day. Of several devices the larger one: both wore the same day. */
export function mapStatistics(payload: unknown, context: MapContext): Mapped[] {
  const page = {
    kind: 'daily_activity_statistics',
    schema: Statistic,
    lists: ['payload'],
    series: { 'Sources.*.Samples': Total },
  }
  const days = new Map<LocalDay, { zone: string; steps: number | null; joules: number | null }>()
  for (const { Name, Sources } of readDocuments(page, payload, context)) {
    const name = Name.toLowerCase()
    if (!TOTALS.has(name)) {
      context.unknown('statistic', Name)
      continue
    }
    for (const sample of (Sources ?? []).flatMap((source) => source.Samples ?? [])) {
      if (!isNumber(sample.Value)) continue
      const { day, zone } = momentOf(sample.TimeISO8601, context)
      const totals = days.get(day) ?? { zone, steps: null, joules: null }
      const which = name === 'stepcount' ? 'steps' : 'joules'
      totals[which] = Math.max(totals[which] ?? 0, sample.Value)
      days.set(day, totals)
    }
  }
  return [...days].map(([day, { zone, steps, joules }]) => ({
    type: 'daily',
    key: { day },
    record: {
      // A total is stamped with its day's midnight: that of the next one is this one's end.
      metadata: dayBounds(day, zone, days.get(addDays(day, 1))?.zone ?? zone),
      distance_data: { steps },
      calories_data: { total_burned_calories: joules === null ? null : kcal(joules) },
    },
  }))
}

function kcal(joules: number): number {
  return round(joules / JOULES_PER_KCAL, 3)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
