// A person's cycles, nights, recoveries and workouts in WHOOP's own shape, as of one moment.
import { createHash } from 'node:crypto'
import { type Edit, edited } from '../kit/edits.ts'
import { activeKcal, basalKcal, simulateDay } from '../people/day.ts'
import { dayOfInstant, localIso, plusDays } from '../people/days.ts'
import { CELL_MS, mainNight, type Night, napOf, secondsIn } from '../people/night.ts'
import type { Person } from '../people/person.ts'

export interface WhoopRecord {
  id: string | number
  start: string
  updated_at: string
  [field: string]: unknown
}

/** How long after a night it is known, scored, and made into a recovery. */
const KNOWN_MS = 5 * 60_000
const SCORED_MS = 20 * 60_000
/** The running cycle is counted anew each hour. */
const COUNTED_MS = 3_600_000
const MINUTE = 60_000

const SPORTS: Record<string, string> = {
  running: 'running',
  cycling: 'cycling',
  walking: 'walking',
  hiking: 'hiking/rucking',
  swimming: 'swimming',
  rowing: 'rowing',
  yoga: 'yoga',
  strength_training: 'weightlifting',
}

export function accountId(personId: string): number {
  return 10_000_000 + (numberOf('whoop account', personId) % 80_000_000)
}

export function sleepsOfDay(who: Person, day: string, now: number, edits: readonly Edit[]): WhoopRecord[] {
  const nights = [mainNight(who, day), napOf(who, day)].filter((night): night is Night => night !== null)
  const known = nights.filter((night) => night.endAt + KNOWN_MS <= now).map((night) => sleepOf(who, night, now))
  return edited(known, 'sleep', edits, {
    id: idOf,
    rewrite: (sleep, times) => rewritten(sleep, times, 'respiratory_rate'),
  })
}

export function sleepId(who: Person, night: Night): string {
  return uuidOf('whoop sleep', who.id, night.day, night.nap ? 'nap' : 'night')
}

function sleepOf(who: Person, night: Night, now: number): WhoopRecord {
  const scored = night.endAt + SCORED_MS <= now
  const ms = (stage: Parameters<typeof secondsIn>[1]): number => secondsIn(night, stage) * 1000
  const inBed = night.cells.length * CELL_MS
  const asleep = inBed - ms('awake')
  return {
    id: sleepId(who, night),
    cycle_id: cycleId(who, night.day),
    user_id: accountId(who.id),
    ...stamps(night.endAt + KNOWN_MS, scored ? night.endAt + SCORED_MS : night.endAt + KNOWN_MS),
    start: iso(night.startAt),
    end: iso(night.endAt),
    timezone_offset: offsetOf(night.endAt, who),
    nap: night.nap,
    ...state(scored, {
      stage_summary: {
        total_in_bed_time_milli: inBed,
        total_awake_time_milli: ms('awake'),
        total_no_data_time_milli: 0,
        total_light_sleep_time_milli: ms('light'),
        total_slow_wave_sleep_time_milli: ms('deep'),
        total_rem_sleep_time_milli: ms('rem'),
        sleep_cycle_count: Math.round(inBed / 5_400_000),
        disturbance_count: night.cells.filter((cell, i) => cell === 'awake' && night.cells[i - 1] !== 'awake').length,
      },
      sleep_needed: { baseline_milli: 27_720_000 },
      respiratory_rate: night.breathsPerMinute,
      sleep_performance_percentage: Math.min(100, Math.round((asleep / 28_800_000) * 100)),
      sleep_consistency_percentage: 81,
      sleep_efficiency_percentage: Math.round((asleep / inBed) * 1e8) / 1e6,
    }),
  }
}

/** What a night says of the body. It goes with its sleep. */
export function recoveriesOfDay(who: Person, day: string, now: number, edits: readonly Edit[]): WhoopRecord[] {
  const night = mainNight(who, day)
  if (night.endAt + SCORED_MS > now) return []
  const id = sleepId(who, night)
  if (edits.some((edit) => edit.what === 'gone' && edit.kind === 'sleep' && edit.id === id)) return []
  const recovery = {
    id,
    start: iso(night.startAt),
    cycle_id: cycleId(who, day),
    sleep_id: id,
    user_id: accountId(who.id),
    ...stamps(night.endAt + SCORED_MS, night.endAt + SCORED_MS),
    ...state(true, {
      user_calibrating: false,
      recovery_score: Math.round(66 - 24 * simulateDay(who, day).strain),
      resting_heart_rate: night.lowestBpm,
      hrv_rmssd_milli: night.averageHrv + 0.284134,
      spo2_percentage: night.spo2,
      skin_temp_celsius: Math.round((33.4 + night.temperatureDeviation) * 100) / 100,
    }),
  }
  return edited([recovery], 'recovery', edits, {
    id: idOf,
    rewrite: (each, times) => rewritten(each, times, 'recovery_score'),
  })
}

/** From falling asleep to falling asleep again; the one of today has no end. */
export function cyclesOfDay(who: Person, day: string, now: number): WhoopRecord[] {
  const night = mainNight(who, day)
  if (night.endAt + KNOWN_MS > now) return []
  const next = mainNight(who, plusDays(day, 1))
  const over = next.startAt <= now
  const until = over ? next.startAt : Math.floor(now / COUNTED_MS) * COUNTED_MS
  const { kcal, minutes, mean, highest } = lived(who, night.startAt, Math.max(until, night.endAt))
  return [
    {
      id: cycleId(who, day),
      user_id: accountId(who.id),
      ...stamps(night.endAt + KNOWN_MS, Math.max(until, night.endAt + KNOWN_MS)),
      start: iso(night.startAt),
      ...(over ? { end: iso(next.startAt) } : {}),
      timezone_offset: offsetOf(night.startAt, who),
      ...state(true, {
        strain: Math.min(21, Math.round((kcal / minutes) * 420_000) / 1e5),
        kilojoule: Math.round(kcal * 4.184 * 100) / 100,
        average_heart_rate: mean,
        max_heart_rate: highest,
      }),
    },
  ]
}

/** Minute by minute, across the midnights. */
function lived(who: Person, from: number, to: number) {
  let kcal = 0
  let beats = 0
  let minutes = 0
  let highest = 0
  for (let at = from; at < to;) {
    const day = simulateDay(who, dayOfInstant(at, who.timeZone))
    const first = Math.floor((at - day.startAt) / MINUTE)
    const last = Math.min(day.length, Math.ceil((to - day.startAt) / MINUTE))
    kcal += activeKcal(who, day, first, last) + (basalKcal(who) / 1440) * (last - first)
    for (let i = first; i < last; i++) {
      beats += day.bpm[i]!
      highest = Math.max(highest, day.bpm[i]!)
    }
    minutes += last - first
    at = day.startAt + last * MINUTE
  }
  return { kcal, minutes, mean: Math.round(beats / minutes), highest }
}

export function workoutsOfDay(who: Person, day: string, now: number, edits: readonly Edit[]): WhoopRecord[] {
  const { workouts, bpm, startAt: midnight } = simulateDay(who, day)
  const known = workouts
    .filter((workout) => workout.endAt + KNOWN_MS <= now)
    .map((workout): WhoopRecord => {
      const first = Math.round((workout.startAt - midnight) / MINUTE)
      const beats = bpm.slice(first, Math.round((workout.endAt - midnight) / MINUTE))
      const zone = (from: number, to: number): number =>
        beats.filter((beat) => beat >= (from * who.maxBpm) / 100 && beat < (to * who.maxBpm) / 100).length * MINUTE
      return {
        id: uuidOf('whoop workout', who.id, day, workout.startAt),
        user_id: accountId(who.id),
        ...stamps(workout.endAt + KNOWN_MS, workout.endAt + KNOWN_MS),
        start: iso(workout.startAt),
        end: iso(workout.endAt),
        timezone_offset: offsetOf(workout.startAt, who),
        sport_name: SPORTS[workout.sport] ?? 'activity',
        ...state(true, {
          strain: Math.min(21, Math.round(workout.kcal * 2.1) / 100),
          average_heart_rate: Math.round(beats.reduce((sum, beat) => sum + beat, 0) / beats.length),
          max_heart_rate: Math.max(...beats),
          kilojoule: Math.round(workout.kcal * 4.184 * 1000) / 1000,
          percent_recorded: 100,
          ...(workout.meters === null ? {} : { distance_meter: workout.meters, altitude_gain_meter: 12.5 }),
          zone_durations: {
            zone_zero_milli: zone(0, 50),
            zone_one_milli: zone(50, 60),
            zone_two_milli: zone(60, 70),
            zone_three_milli: zone(70, 80),
            zone_four_milli: zone(80, 90),
            zone_five_milli: zone(90, 1000),
          },
        }),
      }
    })
  return edited(known, 'workout', edits, {
    id: idOf,
    rewrite: (each, times) => rewritten(each, times, 'max_heart_rate'),
  })
}

/** One row for each minute of a night. */
export function streamOf(who: Person, night: Night): Record<string, unknown>[] {
  const perMinute = MINUTE / CELL_MS
  return Array.from({ length: Math.floor(night.cells.length / perMinute) }, (_, i) => ({
    timestamp: iso(night.startAt + i * MINUTE),
    hr: night.bpm[Math.floor(i / 5)] ?? null,
    skin_temp: Math.round((33.4 + night.temperatureDeviation + 0.2 * Math.sin(i / 60)) * 100) / 100,
    is_sleeping: night.cells[i * perMinute] !== 'awake',
    is_charging: false,
  }))
}

export function cycleId(who: Person, day: string): number {
  return 1_000_000_000 + (numberOf('whoop cycle', who.id, day) % 900_000_000)
}

function rewritten(record: WhoopRecord, times: number, name: string): WhoopRecord {
  const score = record.score as Record<string, number> | undefined
  const updated_at = iso(Date.parse(record.updated_at) + times * MINUTE)
  return score === undefined
    ? { ...record, updated_at }
    : { ...record, updated_at, score: { ...score, [name]: score[name]! + times } }
}

function state(scored: boolean, score: object): object {
  return scored ? { score_state: 'SCORED', score } : { score_state: 'PENDING_SCORE' }
}

function stamps(createdAt: number, updatedAt: number): { created_at: string; updated_at: string } {
  return { created_at: iso(createdAt), updated_at: iso(updatedAt) }
}

function offsetOf(at: number, who: Person): string {
  const offset = localIso(at, who.timeZone).slice(-6)
  return offset === '+00:00' ? 'Z' : offset
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function idOf(record: WhoopRecord): string {
  return String(record.id)
}

function uuidOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\u0001')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function numberOf(...parts: readonly (string | number)[]): number {
  return Number.parseInt(createHash('sha256').update(parts.join('\u0001')).digest('hex').slice(0, 12), 16)
}
