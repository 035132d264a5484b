// Blood pressure, weight, glucose and oxygen: what was measured on a day makes up the Body of that day.
import type { Body } from '../../../model/body.ts'
import { OxygenSaturationType } from '../../../model/enumerations.ts'
import type { DeepPartial } from '../../../model/records.ts'
import {
  glucoseMmolToMgPerDl,
  kgToGrams,
  kilopascalsToMmHg,
  poundsToKg,
  round,
  stonesToKg,
} from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readItems, unitOf } from '../pages.ts'
import { BloodPressure, Glucose, Oxygen, Weight } from '../payloads.ts'
import { boundsOf, type Moment, momentOf } from '../time.ts'

const same = (value: number): number => value
/** By the code that the answer has. */
const PRESSURE_UNITS = [same, kilopascalsToMmHg]
const WEIGHT_UNITS = [same, poundsToKg, stonesToKg]
const GLUCOSE_UNITS = [same, glucoseMmolToMgPerDl]
const DECIMALS = 3

export function mapBloodPressure(payload: unknown, context: MapContext): Mapped[] {
  const toMmHg = converter(unitOf('bp', 'BPUnit', PRESSURE_UNITS, payload))
  return bodies(readItems('bp', BloodPressure, payload, context), context, (readings) => ({
    blood_pressure_data: {
      blood_pressure_samples: readings.flatMap(({ item, moment: { text } }) =>
        item.HP === null && item.LP === null
          ? []
          : [{ timestamp: text, systolic_bp: toMmHg(item.HP), diastolic_bp: toMmHg(item.LP) }],
      ),
    },
    ...heartRates(readings),
  }))
}

export function mapWeight(payload: unknown, context: MapContext): Mapped[] {
  const toKg = converter(unitOf('weight', 'WeightUnit', WEIGHT_UNITS, payload))
  return bodies(readItems('weight', Weight, payload, context), context, (weighings) => ({
    measurements_data: {
      measurements: weighings.flatMap(({ item, moment }) => {
        const measured = {
          weight_kg: toKg(item.WeightValue),
          BMI: item.BMI,
          BMR: item.DCI,
          bodyfat_percentage: item.FatValue,
          water_percentage: item.WaterValue,
          bone_mass_g: grams(item.BoneValue),
          muscle_mass_g: grams(item.MuscaleValue ?? item.MuscleValue),
          visceral_fat_level: item.VFR,
        }
        const nothing = Object.values(measured).every((value) => value === null)
        return nothing ? [] : [{ measurement_time: moment.text, ...measured }]
      }),
    },
  }))
}

export function mapGlucose(payload: unknown, context: MapContext): Mapped[] {
  const toMgPerDl = converter(unitOf('glucose', 'BGUnit', GLUCOSE_UNITS, payload))
  return bodies(readItems('glucose', Glucose, payload, context), context, (readings) => ({
    glucose_data: {
      blood_glucose_samples: readings.flatMap(({ item: { BG }, moment: { text } }) =>
        BG === null ? [] : [{ timestamp: text, blood_glucose_mg_per_dL: toMgPerDl(BG) }],
      ),
    },
  }))
}

export function mapOxygen(payload: unknown, context: MapContext): Mapped[] {
  return bodies(readItems('spo2', Oxygen, payload, context), context, (readings) => ({
    oxygen_data: {
      saturation_samples: readings.flatMap(({ item: { BO }, moment: { text } }) =>
        BO === null ? [] : [{ timestamp: text, percentage: BO, type: OxygenSaturationType.Blood }],
      ),
    },
    ...heartRates(readings),
  }))
}

interface Dated<Item> {
  item: Item
  moment: Moment
}

interface Reading {
  DataID?: string | null | undefined
  LastChangeTime?: number | null | undefined
  MDate: number
  TimeZone?: string | number | null | undefined
}

/** Pages reach beyond the days that were asked for: those at the edges are there in part only. */
function bodies<Item extends Reading>(
  items: readonly Item[],
  context: MapContext,
  recordOf: (own: readonly Dated<Item>[]) => DeepPartial<Body>,
): Mapped[] {
  const { start_date: start, end_date: end } = context.request
  const dated = latest(items)
    .map((item) => ({ item, moment: momentOf(item.MDate, item.TimeZone, context.timeZone) }))
    .filter(({ moment: { day } }) => (start === undefined || day >= start) && (end === undefined || day <= end))
    .sort((a, b) => a.moment.at - b.moment.at)
  return [...Map.groupBy(dated, ({ moment }) => moment.day)].map(([day, own]) => ({
    type: 'body',
    key: { day },
    record: { metadata: boundsOf(day, own), ...recordOf(onceEach(own)) },
  }))
}

/** Of several versions of one measurement the last changed one. */
export function latest<Item extends Pick<Reading, 'DataID' | 'LastChangeTime'>>(items: readonly Item[]): Item[] {
  const newest = new Map<string, Item>()
  const kept: Item[] = []
  for (const item of items) {
    const { DataID: id } = item
    if (!id) kept.push(item)
    else if ((newest.get(id)?.LastChangeTime ?? 0) <= (item.LastChangeTime ?? 0)) newest.set(id, item)
  }
  return [...kept, ...newest.values()]
}

/** It grows with every edit, and is the one time that is true UTC. */
export function versionOf({ LastChangeTime: changed }: Pick<Reading, 'LastChangeTime'>): number | null {
  return changed ? changed * 1000 : null
}

function onceEach<Item>(readings: readonly Dated<Item>[]): Dated<Item>[] {
  const seen = new Set<string>()
  return readings.filter(({ moment: { text } }) => !seen.has(text) && seen.add(text))
}

function heartRates(readings: readonly Dated<{ HR: number | null }>[]): DeepPartial<Body> {
  const samples = readings.flatMap(({ item: { HR }, moment: { text } }) =>
    HR === null ? [] : [{ timestamp: text, bpm: HR }],
  )
  return { heart_data: { heart_rate_data: { detailed: { hr_samples: samples } } } }
}

function converter(convert: (value: number) => number): (value: number | null) => number | null {
  return (value) => (value === null ? null : round(convert(value), DECIMALS))
}

function grams(kilograms: number | null): number | null {
  return kilograms === null ? null : kgToGrams(kilograms)
}
