// What scale, cuff, thermometer and watch measured on a day, in groups; and recordings of the heart.
import { simulateDay, weightOn } from '../people/day.ts'
import { midnight } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { pressures } from '../people/pressure.ts'
import { around, between, chance } from '../people/random.ts'
import { CUFF, deviceIdOf, type Model, numberOf, SCALE, seconds, THERMOMETER, WATCH } from './ids.ts'

const MINUTE = 60_000
/** Scale and cuff upload at once, the watch when the phone asks. */
const UPLOAD_SECONDS = 34

export interface MeasureGroup {
  grpid: number
  date: number
  category: number
  modified: number
  measures: { type: number; value: number; unit: number; algo: number; fm: number; position?: number }[]
  [field: string]: unknown
}

export interface Recording {
  timestamp: number
  ecg?: { signalid: number; afib: number }
  [field: string]: unknown
}

/** [type, value, decimals]: sent as an integer and a power of ten. */
type Reading = [type: number, value: number, decimals: number]

function group(
  who: Person,
  model: Model | null,
  atMs: number,
  name: string,
  attrib: number,
  readings: Reading[],
): MeasureGroup {
  const date = seconds(atMs)
  const device = model === null ? null : deviceIdOf(who.id, model)
  return {
    grpid: numberOf('group', who.id, date, name),
    attrib,
    date,
    created: date + UPLOAD_SECONDS,
    modified: date + UPLOAD_SECONDS,
    category: 1,
    deviceid: device,
    hash_deviceid: device,
    measures: readings.map(([type, value, decimals]) => ({
      value: Math.round(value * 10 ** decimals),
      type,
      unit: decimals === 0 ? 0 : -decimals,
      algo: 0,
      fm: model === null ? 128 : 3,
    })),
    modelid: model?.id ?? null,
    model: model?.name ?? null,
    comment: null,
  }
}

export function measureGroups(who: Person, day: string, nowMs: number): MeasureGroup[] {
  const random = chance('withings measures', who.id, day)
  const { night, workouts } = simulateDay(who, day)
  const groups: MeasureGroup[] = []
  const up = night.endAt + Math.round(between(random, 8, 40)) * MINUTE
  if (random() < 0.8) groups.push(...weighing(who, day, up, random))
  // Somebody else on the scale, perhaps: the answer says that it does not know.
  if (random() < 0.06) groups.push(group(who, SCALE, up + 2 * MINUTE, 'guest', 1, [[1, weightOn(who, day) + 14, 3]]))
  for (const reading of pressures(who, day)) {
    const decimals = reading.ofThree ? 2 : 0
    const readings: Reading[] = [
      [9, reading.diastolic, decimals],
      [10, reading.systolic, decimals],
      [11, reading.bpm, 0],
    ]
    groups.push(group(who, CUFF, reading.at, 'pressure', reading.best ? 5 : 0, readings))
  }
  if (random() < 0.12) {
    const celsius = around(random, 36.6, 0.2)
    const readings: Reading[] = [
      [12, celsius, 3],
      [71, celsius, 3],
      [73, celsius - 3.4, 3],
    ]
    groups.push(group(who, THERMOMETER, up + 50 * MINUTE, 'temperature', 0, readings))
  }
  groups.push(group(who, WATCH, up + 90 * MINUTE, 'spo2', 0, [[54, Math.round(night.spo2), 0]]))
  const recording = recordings(who, day, nowMs).find((each) => each.model === WATCH.id)
  if (recording !== undefined) {
    const readings: Reading[] = [
      [130, recording.ecg!.afib, 0],
      [135, around(random, 92, 4), 0],
      [136, around(random, 158, 6), 0],
      [137, around(random, 392, 9), 0],
      [138, around(random, 414, 9), 0],
    ]
    groups.push(group(who, WATCH, recording.timestamp * 1000, 'ecg', 0, readings))
  }
  const run = workouts.find((workout) => workout.sport === 'running')
  if (run !== undefined) groups.push(group(who, WATCH, run.endAt + 5 * MINUTE, 'vo2', 0, [[123, who.vo2Max, 0]]))
  return groups.filter((each) => each.date + UPLOAD_SECONDS <= seconds(nowMs)).sort((a, b) => b.date - a.date)
}

/** One group with the composition of the body, and at the same second one of its own for the pulse. */
function weighing(who: Person, day: string, at: number, random: () => number): MeasureGroup[] {
  const weight = weightOn(who, day)
  if (random() < 0.05) return [group(who, null, at, 'manual', 2, [[1, weight, 1]])]
  const fat = around(random, who.sex === 'male' ? 19 : 26, 0.4)
  const fatKg = (weight * fat) / 100
  const readings: Reading[] = [
    [1, weight, 3],
    [5, weight - fatKg, 2],
    [6, fat, 3],
    [8, fatKg, 2],
    [76, (weight - fatKg) * 0.95, 2],
    [77, weight * 0.53, 2],
    [88, weight * 0.038, 2],
    [91, around(random, 6.9, 0.2), 3],
    [155, who.age - 1, 0],
    [168, weight * 0.2, 2],
    [170, around(random, 2.4, 0.1), 1],
    [226, 10 * weight + 625 * who.heightM - 5 * who.age, 0],
    [227, who.age + 1, 0],
  ]
  return [
    group(who, SCALE, at, 'weight', 0, readings),
    group(who, SCALE, at, 'pulse', 0, [[11, who.restingBpm + 9, 0]]),
  ]
}

/** Typed in when the account was made: the height, and what one would like to weigh. */
export function signUpGroups(who: Person, today: string): MeasureGroup[] {
  const at = midnight(`${Number(today.slice(0, 4)) - 1}-03-01`, who.timeZone) + 9 * 60 * MINUTE
  const goal = { ...group(who, null, at, 'goal', 2, [[1, who.weightKg - 2, 3]]), category: 2 }
  return [group(who, null, at, 'height', 4, [[4, who.heightM, 2]]), goal]
}

/** A recording on some mornings; the cuff records too, beside its measure group of the same second. */
export function recordings(who: Person, day: string, nowMs: number): Recording[] {
  const random = chance('withings ecg', who.id, day)
  const { night } = simulateDay(who, day)
  const found: Recording[] = []
  const add = (model: Model, atMs: number, bpm: number, more: object): void => {
    const timestamp = seconds(atMs)
    const ecg = { signalid: numberOf('signal', who.id, day, model.id), afib: random() < 0.05 ? 2 : 0 }
    found.push({
      deviceid: deviceIdOf(who.id, model),
      model: model.id,
      ecg,
      heart_rate: bpm,
      timestamp,
      modified: timestamp + 60,
      timezone: who.timeZone,
      ...more,
    })
  }
  if (random() < 0.3) add(WATCH, night.endAt + 70 * MINUTE, who.restingBpm + 8, {})
  const [single, more] = pressures(who, day)
  if (single !== undefined && more === undefined) {
    const { systolic: systole, diastolic: diastole } = single
    add(CUFF, single.at, single.bpm, { bloodpressure: { diastole, systole } })
  }
  return found.filter((each) => each.timestamp + 60 <= seconds(nowMs))
}

const SIGNAL_HERTZ = 300
const SIGNAL_SECONDS = 30

/** Thirty seconds of a heart: a spike for every beat on a slow wave, in microvolt. */
export function signal(recording: Recording): object {
  const random = chance('withings signal', recording.ecg!.signalid)
  const bpm = recording.heart_rate as number
  const beat = Math.round((SIGNAL_HERTZ * 60) / bpm)
  return {
    signal: Array.from({ length: SIGNAL_HERTZ * SIGNAL_SECONDS }, (_, i) => {
      const phase = i % beat
      const spike = phase > 100 && phase < 109 ? 950 : phase >= 109 && phase < 117 ? -120 : 0
      return Math.round(60 * Math.sin((2 * Math.PI * i) / beat) + spike + between(random, -12, 12))
    }),
    sampling_frequency: SIGNAL_HERTZ,
    wearposition: 1,
    model: recording.model,
    heart_rate: bpm,
  }
}
