// How Google writes values: proto3 as JSON. 64-bit integers are text, spans end in `s`, and defaults may be left out.
import { localIso } from '../people/days.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined }

export const int64 = (value: number): string => String(Math.round(value))
export const utc = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')
export const duration = (seconds: number): string => `${seconds}s`

const QUARTER_MS = 900_000
const offsets = new Map<string, number>()

/** Seconds east of UTC. Clocks change on quarters of an hour only, and a day has thousands of points. */
function offsetSeconds(at: number, timeZone: string): number {
  const key = `${timeZone} ${Math.floor(at / QUARTER_MS)}`
  let seconds = offsets.get(key)
  if (seconds === undefined) {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(localIso(at, timeZone))!
    seconds = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
    if (offsets.size > 50_000) offsets.clear()
    offsets.set(key, seconds)
  }
  return seconds
}

export function offsetOf(at: number, timeZone: string): string {
  return duration(offsetSeconds(at, timeZone))
}

/** `2026-09-15T06:47:00`. */
export function wall(at: number, timeZone: string): string {
  return new Date(at + offsetSeconds(at, timeZone) * 1000).toISOString().slice(0, 19)
}

/** Zero parts of the time are left out. */
export function civil(at: number, timeZone: string): Json {
  const [day, clock] = wall(at, timeZone).split('T') as [string, string]
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number]
  return {
    date: dateOf(day),
    time: { ...(hours && { hours }), ...(minutes && { minutes }), ...(seconds && { seconds }) },
  }
}

export function dateOf(day: string): Json {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return { year, month, day: date }
}

export function interval(startAt: number, endAt: number, timeZone: string): Json {
  return {
    startTime: utc(startAt),
    startUtcOffset: offsetOf(startAt, timeZone),
    endTime: utc(endAt),
    endUtcOffset: offsetOf(endAt, timeZone),
    civilStartTime: civil(startAt, timeZone),
    civilEndTime: civil(endAt, timeZone),
  }
}

export function sampleTime(at: number, timeZone: string): Json {
  return { physicalTime: utc(at), utcOffset: offsetOf(at, timeZone), civilTime: civil(at, timeZone) }
}

/** What equals the default of its type is not written. */
export function withoutDefaults(value: { [name: string]: Json | undefined }): { [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, Json] =>
        entry[1] !== undefined && entry[1] !== null && entry[1] !== false && entry[1] !== '' && entry[1] !== 0,
    ),
  )
}

export function memberOf(dataType: string): string {
  const [first, ...rest] = dataType.split('-') as [string, ...string[]]
  return first + rest.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join('')
}
