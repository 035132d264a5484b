// Measure groups: what one device measured at one moment. A day's groups make up the one Body of that day.
import { AFibFlag, OxygenSaturationType } from '../../../model/enumerations.ts'
import { type LocalDay, localDayOf } from '../../../model/local-day.ts'
import type { Body } from '../../../model/body.ts'
import type { DeepPartial } from '../../../model/records.ts'
import { kgToGrams, metersToCm, round } from '../../../model/units.ts'
import type { MapContext, Mapped, MappedOf } from '../../connector.ts'
import { bodyOf, firstZone, isObject, newestOf, readList } from '../pages.ts'
import { Measure, MeasureGroup } from '../payloads.ts'
import { boundsOf, isWanted, shownAt } from '../time.ts'
import { devicesOf } from './device.ts'

export const TYPES = {
  weight: 1,
  height: 4,
  fatFree: 5,
  fatPercent: 6,
  diastolic: 9,
  systolic: 10,
  pulse: 11,
  temperature: 12,
  spo2: 54,
  bodyTemperature: 71,
  skinTemperature: 73,
  muscle: 76,
  water: 77,
  bone: 88,
  pulseWaveVelocity: 91,
  glucose: 119,
  vo2Max: 123,
  afibEcg: 130,
  afibPpg: 139,
  visceralFat: 170,
  basalRate: 226,
  metabolicAge: 227,
} as const
type MeasureName = keyof typeof TYPES
const NAMES = new Map<number, MeasureName>(Object.entries(TYPES).map(([name, type]) => [type, name as MeasureName]))
/**
 * Known, and without a field of ours: fat mass, intervals of the ECG, vascular age, nerves and skin, water in and between
 * cells, segments of the body.
 */
export const WITHOUT_FIELD = new Set([8, 135, 136, 137, 138, 155, 167, 168, 169, 173, 174, 175, 196, 229])
/** Segmental scales mark the whole body by this position; other positions are limbs, and no part of the sum. */
const WHOLE_BODY = 7
/** What a scale measures of limbs, too. Of all else the position is where the device was: on the left arm, on the wrist. */
const OF_LIMBS_TOO = new Set<MeasureName>(['fatFree', 'fatPercent', 'muscle', 'water', 'bone'])

/** A device, another spelling of it, by hand, by hand at sign-up, the best of several, confirmed, guided. */
const OURS = new Set([0, 8, 2, 4, 5, 7, 15])
/** Perhaps somebody else on the scale. */
const AMBIGUOUS = 1
const BEST_OF_SEVERAL = 5
const REAL = 1
const GOAL = 2

const PAGE = { kind: 'measure', list: 'measuregrps', schema: MeasureGroup, series: { measures: Measure } }

const AFIB = new Set<MeasureName>(['afibEcg', 'afibPpg'])

interface Group {
  date: number
  zone: string | null
  source: MeasureGroup
  values: Map<MeasureName, number>
}

export function mapMeasures(payload: unknown, context: MapContext): Mapped[] {
  const body = bodyOf('measure', payload)
  const pageZone = isObject(body) && typeof body.timezone === 'string' ? body.timezone : null
  const groups = newestOf(readList(PAGE, payload, context), (group) => group.grpid ?? null)
    .filter((group) => isOurs(group, context))
    .map((group): Group => ({
      date: group.date,
      zone: firstZone(group.timezone, pageZone, context.timeZone),
      source: group,
      values: valuesOf(group.measures, context),
    }))
    .filter((group) => group.values.size > 0)
  const height = latestHeight([...groups, ...heightsBeside(payload, context)])
  const days = Map.groupBy(groups, (group) => localDayOf(group.date * 1000, group.zone))
  return [...days]
    .filter(([day]) => isWanted(day, context.request))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([day, found]) => [...bodyOfDay(day, atOneTime(found), height), ...dailyOf(day, atOneTime(found))])
}

function isOurs({ attrib, category }: MeasureGroup, context: MapContext): boolean {
  if (category !== null && category !== undefined && category !== REAL) {
    if (category !== GOAL) context.unknown('measure.category', String(category))
    return false
  }
  if (attrib === null || attrib === undefined || OURS.has(attrib)) return true
  if (attrib !== AMBIGUOUS) context.unknown('measure.attrib', String(attrib))
  return false
}

function valuesOf(measures: readonly Measure[], context: MapContext): Map<MeasureName, number> {
  const values = new Map<MeasureName, number>()
  for (const { type, value, unit, position } of measures) {
    const name = NAMES.get(type)
    if (name === undefined) {
      if (!WITHOUT_FIELD.has(type)) context.unknown('measure.type', String(type))
    } else if (!OF_LIMBS_TOO.has(name) || (position ?? WHOLE_BODY) === WHOLE_BODY) {
      // Dividing is exact where multiplying by 0.001 is not.
      const measured = unit < 0 ? value / 10 ** -unit : value * 10 ** unit
      if (!AFIB.has(name) || afibFlag(measured) !== null) values.set(name, measured)
    }
  }
  return values
}

/** One device sends what it measured at one second in one group or in two. The best of several readings comes first. */
function atOneTime(groups: readonly Group[]): Group[] {
  const best = (group: Group): number => (group.source.attrib === BEST_OF_SEVERAL ? 0 : 1)
  const merged = new Map<string, Group>()
  for (const group of groups.toSorted((a, b) => best(a) - best(b))) {
    const key = `${group.date} ${group.source.deviceid ?? group.source.hash_deviceid ?? ''}`
    const present = merged.get(key)
    if (present === undefined) merged.set(key, { ...group, values: new Map(group.values) })
    else for (const [name, value] of group.values) if (!present.values.has(name)) present.values.set(name, value)
  }
  return [...merged.values()].sort((a, b) => a.date - b.date || best(a) - best(b))
}

/** Heights are typed in once, long before most days: the loop's pages carry them along, as `heights`. */
function heightsBeside(payload: unknown, context: MapContext): { date: number; values: Map<MeasureName, number> }[] {
  if (!isObject(payload) || payload.heights === undefined) return []
  return readList(PAGE, payload.heights, context)
    .filter((group) => isOurs(group, context))
    .map((group) => ({ date: group.date, values: valuesOf(group.measures, context) }))
}

function latestHeight(groups: readonly { date: number; values: Map<MeasureName, number> }[]): number | null {
  const [latest] = groups.filter((group) => (group.values.get('height') ?? 0) > 0).sort((a, b) => b.date - a.date)
  return latest?.values.get('height') ?? null
}

type MeasurementSample = NonNullable<NonNullable<DeepPartial<Body>['measurements_data']>['measurements']>[number]

function bodyOfDay(day: LocalDay, groups: readonly Group[], height: number | null): MappedOf<'body'>[] {
  const samples = <Sample extends { timestamp: string }>(
    name: MeasureName,
    make: (timestamp: string, value: number) => Sample,
  ): Sample[] => samplesOf(groups, name, make)
  const ofBody = groups.filter((group) => [...group.values.keys()].some((name) => name !== 'vo2Max'))
  if (ofBody.length === 0) return []
  const body: DeepPartial<Body> = {
    metadata: boundsOf(day, ofBody[0]!.zone),
    device_data: devicesOf(ofBody.map((group) => group.source)),
    measurements_data: { measurements: ofBody.flatMap((group) => measurementOf(group, height)) },
    blood_pressure_data: { blood_pressure_samples: onceEach(ofBody.flatMap(bloodPressureOf)) },
    heart_data: {
      heart_rate_data: { detailed: { hr_samples: samples('pulse', (timestamp, bpm) => ({ timestamp, bpm })) } },
      afib_classification_samples: onceEach(ofBody.flatMap(afibOf)),
      pulse_wave_velocity_samples: samples('pulseWaveVelocity', (timestamp, speed) => ({
        timestamp,
        pulse_wave_velocity_meters_per_second: speed,
      })),
    },
    oxygen_data: {
      saturation_samples: samples('spo2', (timestamp, percentage) => ({
        timestamp,
        percentage,
        type: OxygenSaturationType.Blood,
      })),
    },
    temperature_data: {
      body_temperature_samples: onceEach(ofBody.flatMap(bodyTemperatureOf)),
      skin_temperature_samples: samples('skinTemperature', temperature),
    },
    hydration_data: {
      hydration_amount_samples: samples('water', (timestamp, kilograms) => ({ timestamp, hydration_kg: kilograms })),
    },
    glucose_data: {
      blood_glucose_samples: samples('glucose', (timestamp, value) => ({ timestamp, blood_glucose_mg_per_dL: value })),
    },
  }
  return [{ type: 'body', key: { day }, record: body }]
}

/** VO2max is of the day, whenever it was computed: the last one counts. */
function dailyOf(day: LocalDay, groups: readonly Group[]): MappedOf<'daily'>[] {
  const samples = samplesOf(groups, 'vo2Max', (timestamp, value) => ({ timestamp, vo2max_ml_per_min_per_kg: value }))
  const last = samples.at(-1)
  if (last === undefined) return []
  const zone = groups[0]!.zone
  return [
    {
      type: 'daily',
      key: { day },
      record: {
        metadata: boundsOf(day, zone),
        oxygen_data: { vo2max_ml_per_min_per_kg: last.vo2max_ml_per_min_per_kg, vo2_samples: samples },
      },
    },
  ]
}

function samplesOf<Sample extends { timestamp: string }>(
  groups: readonly Group[],
  name: MeasureName,
  make: (timestamp: string, value: number) => Sample,
): Sample[] {
  return onceEach(
    groups.flatMap(({ date, zone, values }) => {
      const value = values.get(name)
      return value === undefined ? [] : [make(shownAt(date, zone), value)]
    }),
  )
}

/** One sample for each instant: groups are in order, the better of one instant in front. */
function onceEach<Sample extends { timestamp: string }>(samples: readonly Sample[]): Sample[] {
  const seen = new Set<string>()
  return samples.filter(({ timestamp }) => !seen.has(timestamp) && seen.add(timestamp))
}

function measurementOf({ date, zone, values }: Group, height: number | null): MeasurementSample[] {
  const get = (name: MeasureName): number | null => values.get(name) ?? null
  const weight = get('weight')
  const [fatFree, muscle, bone, water, own] = [get('fatFree'), get('muscle'), get('bone'), get('water'), get('height')]
  const sample = {
    weight_kg: weight,
    height_cm: own === null ? null : metersToCm(own),
    BMI: weight === null || height === null ? null : round(weight / height ** 2, COMPUTED_DECIMALS),
    BMR: get('basalRate'),
    estimated_fitness_age: get('metabolicAge'),
    bodyfat_percentage: get('fatPercent'),
    bone_mass_g: bone === null ? null : kgToGrams(bone),
    muscle_mass_g: muscle === null ? null : kgToGrams(muscle),
    lean_mass_g: fatFree === null ? null : kgToGrams(fatFree),
    water_percentage: water === null || !weight ? null : round((water / weight) * 100, COMPUTED_DECIMALS),
    visceral_fat_level: get('visceralFat'),
  }
  if (Object.values(sample).every((value) => value === null)) return []
  return [{ measurement_time: shownAt(date, zone), ...sample }]
}

const COMPUTED_DECIMALS = 3

function bloodPressureOf({ date, zone, values }: Group) {
  const systolic = values.get('systolic') ?? null
  const diastolic = values.get('diastolic') ?? null
  if (systolic === null && diastolic === null) return []
  return [{ timestamp: shownAt(date, zone), systolic_bp: systolic, diastolic_bp: diastolic }]
}

function bodyTemperatureOf({ date, zone, values }: Group) {
  const value = values.get('bodyTemperature') ?? values.get('temperature')
  return value === undefined ? [] : [temperature(shownAt(date, zone), value)]
}

function temperature(timestamp: string, celsius: number) {
  return { timestamp, temperature_celsius: celsius }
}

function afibOf({ date, zone, values }: Group) {
  const flag = values.get('afibEcg') ?? values.get('afibPpg')
  return flag === undefined ? [] : [{ timestamp: shownAt(date, zone), afib_classification: flag }]
}

const AFIB_FLAGS = new Set<number>(Object.values(AFibFlag))

/** Withings counts as we do; its other numbers say that the signal was no good. */
export function afibFlag(value: number | null | undefined): number | null {
  return typeof value === 'number' && AFIB_FLAGS.has(value) ? value : null
}
