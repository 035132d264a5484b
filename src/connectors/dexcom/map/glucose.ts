// Sensor readings and finger pricks.
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped, Piece } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { Calibration, Egv } from '../payloads.ts'
import { type At, boundsOf, byDay, dayOf, idOf, inOrder, milligrams, timestampOf } from './days.ts'

const LOW = 70
const HIGH = 180
/** Of the sensor: 39 stands for "below 40", 401 for "above 400". */
const BELOW_RANGE = 40
const ABOVE_RANGE = 400
const FLAG = { normal: 0, high: 1, low: 2 } as const
const RECEIVER = 'receiver'
/** The same reading comes from two devices, such as phone and receiver, seconds apart; the next one is five minutes away. */
const SAME_READING_MS = 150_000

const TRENDS = new Map<string, number>([
  ['none', 0],
  ['unknown', 0],
  ['notComputable', 0],
  ['rateOutOfRange', 0],
  ['doubleUp', 5],
  ['singleUp', 5],
  ['fortyFiveUp', 4],
  ['flat', 3],
  ['fortyFiveDown', 2],
  ['singleDown', 1],
  ['doubleDown', 1],
])

type Reading = At<Egv> & { mgPerDl: number }

function readEgvs(payload: unknown, context: MapContext): Egv[] {
  return readDocuments({ kind: 'egvs', schema: Egv, lists: ['records', 'egvs'] }, payload, context)
}

export function mapEgvs(payload: unknown, context: MapContext): Mapped[] {
  // Older answers name the unit once, beside their list.
  const unit = unitBeside(payload)
  const readings = inOrder(readEgvs(payload, context)).flatMap((egv) =>
    typeof egv.value === 'number' ? [{ ...egv, mgPerDl: milligrams(egv.value, egv.unit ?? unit) }] : [],
  )
  return [...byDay(withoutTwins(readings))].map(([day, own]): Mapped => {
    const last = own.at(-1)!
    const mean = own.reduce((sum, { mgPerDl }) => sum + mgPerDl, 0) / own.length
    const inRange = own.filter(({ mgPerDl }) => mgPerDl >= LOW && mgPerDl <= HIGH).length
    return {
      type: 'body',
      key: { day },
      record: {
        metadata: boundsOf(day, own, context.timeZone),
        glucose_data: {
          blood_glucose_samples: own.map((reading) => ({
            timestamp: timestampOf(reading.moment),
            blood_glucose_mg_per_dL: reading.mgPerDl,
            glucose_level_flag: flagOf(reading),
            trend_arrow: trendOf(reading.trend, context),
          })),
          day_avg_blood_glucose_mg_per_dL: round(mean, 4),
          time_in_range: round((inRange / own.length) * 100, 4),
          gmi: round(3.31 + 0.02392 * mean, 4),
        },
        device_data: {
          manufacturer: 'Dexcom',
          name: last.displayDevice,
          hardware_version: last.transmitterGeneration,
        },
      },
    }
  })
}

export function piecesOfEgvs(payload: unknown, context: MapContext): Piece[] {
  const unit = unitBeside(payload)
  return inOrder(readEgvs(payload, context)).map(({ moment, ...egv }) => ({
    id: idOf(egv),
    days: [dayOf(moment)],
    item: { ...egv, unit: egv.unit ?? unit },
  }))
}

function unitBeside(payload: unknown): string | null {
  const unit = (payload as { unit?: unknown } | null)?.unit
  return typeof unit === 'string' ? unit : null
}

/** One record that is there twice, or one reading of two devices: the phone's stands for both. */
function withoutTwins(readings: readonly Reading[]): Reading[] {
  const kept: Reading[] = []
  for (const reading of readings) {
    const before = kept.at(-1)
    if (before === undefined || !areTwins(before, reading)) kept.push(reading)
    else if (before.displayDevice === RECEIVER) kept[kept.length - 1] = reading
  }
  return kept
}

function areTwins(before: Reading, reading: Reading): boolean {
  if (typeof reading.recordId === 'string' && reading.recordId === before.recordId) return true
  const devices = [before.displayDevice ?? null, reading.displayDevice ?? null]
  return reading.moment.at - before.moment.at < SAME_READING_MS && devices[0] !== devices[1]
}

function flagOf({ status, mgPerDl }: Reading): number {
  if (mgPerDl < BELOW_RANGE || status === 'low') return FLAG.low
  if (mgPerDl > ABOVE_RANGE || status === 'high') return FLAG.high
  if (typeof status === 'string') return FLAG.normal
  return mgPerDl < LOW ? FLAG.low : mgPerDl > HIGH ? FLAG.high : FLAG.normal
}

function trendOf(trend: string | null | undefined, context: MapContext): number | null {
  if (typeof trend !== 'string') return null
  const arrow = TRENDS.get(trend)
  if (arrow === undefined) context.unknown('trend', trend)
  return arrow ?? 0
}

function readCalibrations(payload: unknown, context: MapContext): Calibration[] {
  return readDocuments(
    { kind: 'calibrations', schema: Calibration, lists: ['records', 'calibrations'] },
    payload,
    context,
  )
}

/** A finger prick stands beside the sensor's readings. */
export function mapCalibrations(payload: unknown, context: MapContext): Mapped[] {
  const pricks = inOrder(readCalibrations(payload, context)).filter(({ value }) => typeof value === 'number')
  return [...byDay(pricks)].map(([day, own]): Mapped => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, own, context.timeZone),
      glucose_data: { detailed_blood_glucose_samples: own.map(prick) },
    },
  }))
}

export function piecesOfCalibrations(payload: unknown, context: MapContext): Piece[] {
  return inOrder(readCalibrations(payload, context)).map(({ moment, ...item }) => ({
    id: idOf(item),
    days: [dayOf(moment)],
    item,
  }))
}

export function prick(
  reading: At<{ systemTime: string; displayTime: string }> & { value?: unknown; unit?: string | null },
) {
  const mgPerDl = milligrams(Number(reading.value), reading.unit)
  return {
    timestamp: timestampOf(reading.moment),
    blood_glucose_mg_per_dL: mgPerDl,
    glucose_level_flag: mgPerDl < LOW ? FLAG.low : mgPerDl > HIGH ? FLAG.high : FLAG.normal,
  }
}
