// The retiring Google Fit REST API: pages that somebody still has. Nothing is asked of it any more.
import { z } from 'zod'
import {
  ActivityType,
  activityTypeNames,
  SleepLevel,
  SleepUploadType,
  UploadType,
} from '../../../model/enumerations.ts'
import { overlaid, secondsAt, type Segment } from '../../../model/hypnogram.ts'
import { localDayOf } from '../../../model/local-day.ts'
import { metersToCm, round } from '../../../model/units.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { boundsOf, shown } from '../time.ts'
import { text } from '../values.ts'
import { byDay, type DailyPart, growing } from './day-parts.ts'
import { enteredByHand, FitPoint, millis, numberAt, typeOf } from './fit-points.ts'

const SLEEP = 72
const ON_FOOT = 2
/** Sleep and its stages, and what is no exercise: in a vehicle, still, unknown, tilting. */
const NO_ACTIVITY = new Set([SLEEP, 109, 110, 111, 112, 0, 3, 4, 5])

const Session = z.object({
  id: z.string(),
  name: text,
  startTimeMillis: millis,
  endTimeMillis: millis,
  modifiedTimeMillis: millis.nullish(),
  activityType: z.int(),
  activeTimeMillis: millis.nullish(),
  application: z.object({ packageName: text }).nullish(),
})

export function mapFitSessions(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'fit_sessions', schema: Session, lists: ['session'] }
  const present = readDocuments(shape, payload, context).flatMap((session): Mapped[] => {
    const { startTimeMillis: start, endTimeMillis: end, activityType } = session
    const span = spanOf(start, end, context)
    const version = session.modifiedTimeMillis ?? null
    const device_data = { name: session.application?.packageName }
    if (activityType === SLEEP) {
      const metadata = { ...span, upload_type: SleepUploadType.Unknown }
      return [{ type: 'sleep', ...sleepKey(start, end, context), version, record: { metadata, device_data } }]
    }
    if (NO_ACTIVITY.has(activityType)) return []
    const active = session.activeTimeMillis
    return [
      {
        type: 'activity',
        key: { id: session.id },
        day: localDayOf(start, context.timeZone),
        version,
        record: {
          metadata: { ...span, type: activityOf(activityType, context), name: session.name },
          active_durations_data: { activity_seconds: typeof active === 'number' ? active / 1000 : null },
          device_data,
        },
      },
    ]
  })
  return [...present, ...deletedSessions(payload)]
}

function deletedSessions(payload: unknown): Mapped[] {
  const parsed = z.object({ deletedSession: z.array(Session) }).safeParse(payload)
  return (parsed.data?.deletedSession ?? []).map(({ id, activityType, startTimeMillis }): Mapped =>
    activityType === SLEEP
      ? { type: 'sleep', key: { id: sleepId(startTimeMillis) }, record: null }
      : { type: 'activity', key: { id }, record: null },
  )
}

/** The numbers are those that the wire goes back to. */
function activityOf(code: number, context: MapContext): number {
  if (code === ON_FOOT) return ActivityType.Walking
  if (Object.hasOwn(activityTypeNames, code)) return code
  context.unknown('fit.activityType', String(code))
  return ActivityType.Other
}

function spanOf(start: number, end: number, { timeZone }: MapContext) {
  return { start_time: shown(start, null, timeZone), end_time: end > start ? shown(end, null, timeZone) : null }
}

/** Segments come without the session that they belong to: both are known by the moment at which they begin. */
function sleepId(startAt: number): string {
  return `fit-sleep-${startAt}`
}

function sleepKey(start: number, end: number, { timeZone }: MapContext) {
  return { key: { id: sleepId(start) }, day: localDayOf(end, timeZone) }
}

const Dataset = z.object({ dataSourceId: text, point: z.array(FitPoint).nullish() })
const Bucket = z.object({ startTimeMillis: millis, endTimeMillis: millis, dataset: z.array(Dataset) })

/** Buckets of a day; shorter ones become series. */
export function mapFitAggregate(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'fit_aggregate', schema: Bucket, lists: ['bucket'] }, payload, context).flatMap(
    (bucket) => {
      const points = bucket.dataset.flatMap(({ point }) => point ?? [])
      if (points.length === 0) return []
      const hours = (bucket.endTimeMillis - bucket.startTimeMillis) / 3_600_000
      if (hours < 23 || hours > 25) return series(points, context)
      // Whoever has no zone still sees the day in its middle.
      const day = localDayOf((bucket.startTimeMillis + bucket.endTimeMillis) / 2, context.timeZone)
      return totals(day, points, context)
    },
  )
}

function totals(day: string, points: readonly FitPoint[], context: MapContext): Mapped[] {
  const sum = (type: string): number | null => {
    const values = points.filter((point) => typeOf(point) === type).map((point) => numberAt(point))
    if (values.length === 0 || values.some((value) => value === null)) return null
    return round(
      values.reduce<number>((total, value) => total + value!, 0),
      6,
    )
  }
  const summary = (type: string) => points.find((point) => typeOf(point) === type)
  const heart = summary('heart_rate.summary')
  const weight = summary('weight.summary')
  const minutes = sum('active_minutes')
  const daily: Mapped = {
    type: 'daily',
    key: { day },
    record: {
      metadata: boundsOf(day, context.timeZone),
      distance_data: { steps: sum('step_count.delta'), distance_meters: sum('distance.delta') },
      calories_data: { total_burned_calories: sum('calories.expended') },
      active_durations_data: { activity_seconds: minutes === null ? null : minutes * 60 },
      // Mean, highest, lowest.
      heart_rate_data: {
        summary: {
          avg_hr_bpm: heart ? numberAt(heart, 0) : null,
          max_hr_bpm: heart ? numberAt(heart, 1) : null,
          min_hr_bpm: heart ? numberAt(heart, 2) : null,
        },
      },
    },
  }
  if (weight === undefined) return [daily]
  const record = {
    metadata: boundsOf(day, context.timeZone),
    measurements_data: { day_avg_weight_kg: numberAt(weight) },
  }
  return [daily, { type: 'body', key: { day }, record }]
}

/** An answer without its list: nothing of that time. */
const EmptyDataset = z.object({ dataSourceId: z.string(), point: z.never().optional() })
const FitDataset = z.union([z.object({ point: z.array(z.unknown()) }), z.array(z.unknown()), FitPoint])

export function mapFitDataset(payload: unknown, context: MapContext): Mapped[] {
  if (EmptyDataset.safeParse(payload).success) return []
  if (!FitDataset.safeParse(payload).success) {
    throw new UnreadablePage('fit_dataset', '', 'a dataset, an object with `point`')
  }
  return series(readDocuments({ kind: 'fit_dataset', schema: FitPoint, lists: ['point'] }, payload, context), context)
}

function series(points: readonly FitPoint[], context: MapContext): Mapped[] {
  const types = Map.groupBy(points, typeOf)
  return [...types].flatMap(([type, ofType]) => {
    if (type === 'sleep.segment') return sleeps(ofType, context)
    if (type === 'activity.segment') return segmentsOfActivity(ofType, context)
    return daily(type, ofType, context)
  })
}

function daily(type: string, points: readonly FitPoint[], context: MapContext): Mapped[] {
  const items = points.flatMap((point) => {
    const value = numberAt(point)
    const at = point.startTimeNanos
    return value === null ? [] : [{ day: localDayOf(at, context.timeZone), at, offsetSeconds: null, value }]
  })
  const timestamp = ({ at }: { at: number }): string => shown(at, null, context.timeZone)
  const total = (each: readonly (typeof items)[number][]) => growing(each, ({ value }) => value)
  const day = (part: (inDay: readonly (typeof items)[number][]) => DailyPart) => byDay('daily', items, context, part)
  const measured = (
    field: (value: number) => { weight_kg?: number; height_cm?: number; bodyfat_percentage?: number },
  ) =>
    byDay('body', items, context, (inDay) => ({
      measurements_data: {
        measurements: inDay.map((item) => ({ measurement_time: timestamp(item), ...field(item.value) })),
      },
    }))
  switch (type) {
    case 'heart_rate.bpm':
      return day((inDay) => ({
        heart_rate_data: {
          detailed: { hr_samples: inDay.map((item) => ({ timestamp: timestamp(item), bpm: item.value })) },
        },
      }))
    case 'step_count.delta':
      return day((inDay) => ({
        distance_data: {
          detailed: {
            step_samples: total(inDay).map(({ item, total: steps }) => ({ timestamp: timestamp(item), steps })),
          },
        },
      }))
    case 'distance.delta':
      return day((inDay) => ({
        distance_data: {
          detailed: {
            distance_samples: total(inDay).map((each) => ({
              timestamp: timestamp(each.item),
              distance_meters: round(each.total, 3),
            })),
          },
        },
      }))
    case 'calories.expended':
      return day((inDay) => ({
        calories_data: { calorie_samples: inDay.map((item) => ({ timestamp: timestamp(item), calories: item.value })) },
      }))
    case 'weight':
      return measured((weight_kg) => ({ weight_kg }))
    case 'height':
      return measured((meters) => ({ height_cm: metersToCm(meters) }))
    case 'body.fat.percentage':
      return measured((bodyfat_percentage) => ({ bodyfat_percentage }))
    default:
      return []
  }
}

function segmentsOfActivity(points: readonly FitPoint[], context: MapContext): Mapped[] {
  return points.flatMap((point): Mapped[] => {
    const code = numberAt(point)
    if (code === null || NO_ACTIVITY.has(code)) return []
    const { startTimeNanos: start, endTimeNanos: end } = point
    const upload_type = enteredByHand([point]) ? UploadType.Manual : UploadType.Automatic
    return [
      {
        type: 'activity',
        key: { id: `fit-segment-${start}` },
        day: localDayOf(start, context.timeZone),
        record: { metadata: { ...spanOf(start, end, context), type: activityOf(code, context), upload_type } },
      },
    ]
  })
}

/** Longer than this between two segments, and they are two sleeps. */
const PAUSE_MS = 3_600_000
/** Fit's numbers are the wire's: 1 awake, 2 sleep, 3 out of bed, 4 light, 5 deep, 6 REM. */
const LEVELS = new Set<number>(Object.values(SleepLevel))
const { Light, Deep, Rem, Sleeping, Awake } = SleepLevel

function sleeps(points: readonly FitPoint[], context: MapContext): Mapped[] {
  const nights: FitPoint[][] = []
  for (const point of points.toSorted((a, b) => a.startTimeNanos - b.startTimeNanos)) {
    const night = nights.at(-1)
    if (night !== undefined && point.startTimeNanos - night.at(-1)!.endTimeNanos <= PAUSE_MS) night.push(point)
    else nights.push([point])
  }
  return nights.map((night) => {
    const segments = overlaid(
      night.map((point): Segment => {
        const level = numberAt(point) ?? SleepLevel.Unknown
        if (!LEVELS.has(level)) context.unknown('fit.sleep.segment', String(level))
        const known = LEVELS.has(level) ? level : SleepLevel.Unknown
        return { startAt: point.startTimeNanos, endAt: point.endTimeNanos, level: known }
      }),
    )
    const [start, end] = [night[0]!.startTimeNanos, Math.max(...night.map(({ endTimeNanos }) => endTimeNanos))]
    const staged = segments.some(({ level }) => level === Light || level === Deep || level === Rem)
    const stage = (level: number): number | null => (staged ? secondsAt(segments, level) : null)
    return {
      type: 'sleep',
      ...sleepKey(start, end, context),
      record: {
        metadata: {
          ...spanOf(start, end, context),
          upload_type: enteredByHand(night) ? SleepUploadType.Manual : SleepUploadType.Automatic,
        },
        sleep_durations_data: {
          asleep: {
            duration_asleep_state_seconds: secondsAt(segments, Light, Deep, Rem, Sleeping),
            duration_deep_sleep_state_seconds: stage(Deep),
            duration_light_sleep_state_seconds: stage(Light),
            duration_REM_sleep_state_seconds: stage(Rem),
          },
          awake: { duration_awake_state_seconds: secondsAt(segments, Awake) },
          other: { duration_in_bed_seconds: (end - start) / 1000 },
          hypnogram_samples: segments.map(({ startAt, level }) => ({
            timestamp: shown(startAt, null, context.timeZone),
            level,
          })),
        },
      },
    }
  })
}
