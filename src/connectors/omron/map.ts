import type { Body } from '../../model/body.ts'
import type { Daily } from '../../model/daily.ts'
import { UploadType } from '../../model/enumerations.ts'
import { dayBounds, type LocalDay, wireAt } from '../../model/local-day.ts'
import type { DeepPartial } from '../../model/records.ts'
import {
  kilojoulesToKcal,
  kilometersToMeters,
  milesToMeters,
  minutesToSeconds,
  poundsToKg,
  round,
} from '../../model/units.ts'
import type { MapContext, Mapped, MappedOf } from '../connector.ts'
import { readMeasurements } from './pages.ts'
import type { Activity, BloodPressure, Times, Weight } from './payloads.ts'
import { type Moment, momentOf } from './time.ts'

const MANUFACTURER = 'Omron'
const HOUR_MS = 3_600_000

type Unit = 'mmhg' | 'kg' | 'lb' | 'lbs' | 'km' | 'mi' | 'm' | 'kcal' | 'kj' | 'minutes' | 'seconds' | 'hours'
const same = (value: number): number => value
/** What a unit becomes, by the field that it stands beside. */
const UNITS: Record<string, Partial<Record<Unit, (value: number) => number>>> = {
  bloodPressureUnits: { mmhg: same },
  weightUnits: { kg: same, lb: poundsToKg, lbs: poundsToKg },
  distanceUnits: { km: kilometersToMeters, mi: milesToMeters, m: same },
  caloriesUnits: { kcal: same, kj: kilojoulesToKcal },
  aerobicWalkingTimeUnits: { minutes: minutesToSeconds, seconds: same, hours: (hours) => hours * 3600 },
}

export function mapMeasurement(payload: unknown, context: MapContext): Mapped[] {
  const { bloodPressure, activity, weight } = readMeasurements(payload, context)
  const body = [...once(bloodPressure), ...once(weight)].map((item) => dated(item, context))
  const days = once(activity).map((item) => dated(item, context))
  const wanted = ({ moment: { day } }: Dated<unknown>): boolean => {
    const { start_date: start, end_date: end } = context.request
    return (start === undefined || day >= start) && (end === undefined || day <= end)
  }
  return [
    ...athleteOf(context),
    ...byDay(body.filter(wanted)).map(([day, items]) => bodyOf(day, items, context)),
    ...byDay(days.filter(wanted)).map(([day, items]) => dailyOf(day, busiest(items), context)),
  ]
}

interface Dated<Item> {
  item: Item
  moment: Moment
}

function dated<Item extends Times>(item: Item, context: MapContext): Dated<Item> {
  return { item, moment: momentOf(item, context.timeZone) }
}

/** Pages overlap: the same id is the same measurement. */
function once<Item extends { id?: string | null | undefined }>(items: readonly Item[]): Item[] {
  const seen = new Set<string>()
  return items.filter(({ id }) => id === null || id === undefined || (!seen.has(id) && seen.add(id)))
}

function byDay<Item>(items: readonly Dated<Item>[]): [LocalDay, Dated<Item>[]][] {
  const sorted = [...items].sort((a, b) => a.moment.at - b.moment.at)
  return [...Map.groupBy(sorted, ({ moment }) => moment.day)].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The answer does not name the account; it was known when asking. */
function athleteOf({ request: { account } }: MapContext): Mapped[] {
  if (account === undefined) return []
  return [{ type: 'athlete', key: { only: true }, record: { provider_user_id: account } }]
}

function bodyOf(day: LocalDay, items: readonly Dated<BloodPressure | Weight>[], context: MapContext): MappedOf<'body'> {
  const pressures = items.flatMap(({ item, moment }) => ('systolic' in item ? [{ item, moment }] : []))
  const weights = items.flatMap(({ item, moment }) => ('weight' in item ? [{ item, moment }] : []))
  const record: DeepPartial<Body> = {
    metadata: boundsOf(day, items),
    device_data: deviceOf(items),
    blood_pressure_data: {
      blood_pressure_samples: onceEach(pressures.flatMap(({ item, moment }) => pressureOf(item, moment, context))),
    },
    heart_data: {
      heart_rate_data: {
        detailed: {
          hr_samples: onceEach(
            pressures.flatMap(({ item: { pulse }, moment: { text } }) =>
              typeof pulse === 'number' ? [{ timestamp: text, bpm: pulse }] : [],
            ),
          ),
        },
      },
    },
    measurements_data: {
      measurements: weights.flatMap(({ item, moment }) => measurementOf(item, moment, context)),
    },
  }
  return { type: 'body', key: { day }, record }
}

function measurementOf(item: Weight, moment: Moment, context: MapContext) {
  const sample = {
    weight_kg: rounded(converted(item.weight, 'weightUnits', item.weightUnits, context)),
    BMI: item.bmi ?? null,
    RMR: item.restingMetabolism ?? null,
    bodyfat_percentage: item.bodyFatPercentage ?? null,
    visceral_fat_level: item.visceralFatLevel ?? null,
  }
  if (Object.values(sample).every((value) => value === null)) return []
  return [{ measurement_time: moment.text, ...sample }]
}

function pressureOf(item: BloodPressure, moment: Moment, context: MapContext) {
  const unit = item.bloodPressureUnits
  const systolic = converted(item.systolic, 'bloodPressureUnits', unit, context)
  const diastolic = converted(item.diastolic, 'bloodPressureUnits', unit, context)
  if (systolic === null && diastolic === null) return []
  return [{ timestamp: moment.text, systolic_bp: systolic, diastolic_bp: diastolic }]
}

/** Of two devices of one day the one that saw more of it. */
function busiest(items: readonly Dated<Activity>[]): Dated<Activity> {
  return items.reduce((best, each) => ((each.item.steps ?? 0) > (best.item.steps ?? 0) ? each : best))
}

function dailyOf(day: LocalDay, own: Dated<Activity>, context: MapContext): MappedOf<'daily'> {
  const { item } = own
  const record: DeepPartial<Daily> = {
    metadata: { ...boundsOf(day, [own, ...hoursOf(item, context)]), upload_type: UploadType.Automatic },
    device_data: deviceOf([own]),
    distance_data: {
      steps: item.steps,
      distance_meters: rounded(converted(item.distance, 'distanceUnits', item.distanceUnits, context)),
      detailed: { step_samples: stepsSoFar(item, context) },
    },
    calories_data: {
      net_activity_calories: rounded(converted(item.calories, 'caloriesUnits', item.caloriesUnits, context)),
    },
    active_durations_data: {
      moderate_intensity_seconds: converted(
        item.aerobicWalkingTime,
        'aerobicWalkingTimeUnits',
        item.aerobicWalkingTimeUnits,
        context,
      ),
    },
  }
  return { type: 'daily', key: { day }, record }
}

/** Hours are named by their begin; what was walked in one has been walked at its end. */
function stepsSoFar(activity: Activity, context: MapContext) {
  let sum = 0
  return hoursOf(activity, context).flatMap(({ item: { steps }, moment }) => {
    if (typeof steps !== 'number') return []
    sum += steps
    return [{ timestamp: wireAt(moment.at + HOUR_MS, moment.zone), steps: sum }]
  })
}

function hoursOf({ hourlyActivity }: Activity, context: MapContext) {
  return (hourlyActivity ?? []).map((hour) => dated(hour, context)).sort((a, b) => a.moment.at - b.moment.at)
}

/** Without a unit it is the first one that the field may have; a unit that no table has leaves the value out. */
function converted(
  value: number | null | undefined,
  field: keyof typeof UNITS,
  unit: string | null | undefined,
  context: MapContext,
): number | null {
  if (typeof value !== 'number') return null
  const table = UNITS[field]!
  const convert = unit ? table[unit.toLowerCase() as Unit] : Object.values(table)[0]
  if (convert === undefined) context.unknown(`measurement.${field}`, unit!)
  return convert?.(value) ?? null
}

function rounded(value: number | null): number | null {
  return value === null ? null : round(value, 3)
}

/** Of a day's items, the oldest first. */
function boundsOf(day: LocalDay, own: readonly Dated<unknown>[]) {
  const zone = own[0]?.moment.zone ?? null
  return zone === null ? {} : dayBounds(day, zone, own.at(-1)!.moment.zone)
}

function deviceOf(items: readonly Dated<{ deviceType?: string | null | undefined }>[]) {
  const [name, ...others] = [...new Set(items.flatMap(({ item }) => item.deviceType ?? []))]
  if (name === undefined) return null
  return {
    manufacturer: MANUFACTURER,
    name,
    other_devices: others.map((other) => ({ manufacturer: MANUFACTURER, name: other })),
  }
}

function onceEach<Sample extends { timestamp: string }>(samples: readonly Sample[]): Sample[] {
  const seen = new Set<string>()
  return samples.filter(({ timestamp }) => !seen.has(timestamp) && seen.add(timestamp))
}
