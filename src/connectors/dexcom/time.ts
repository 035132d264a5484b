// Dexcom gives two times: the device's UTC, and what the person sees. Receivers leave the offsets out, some phones write
// offsets with seconds, some times lack their seconds or their leading zeros.
import { isOnCalendar } from '../../model/timestamps.ts'

const PATTERN =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?\s*(Z|z|[+-]\d{1,2}:?\d{2}(?::\d{2})?)?$/
const RECEIVER_MINUTES = 15
const FURTHEST_MINUTES = 14 * 60

interface Read {
  /** The wall clock, as if it were UTC. */
  wallMs: number
  /** Null when the text has none. */
  offsetSeconds: number | null
}

export function isDexcomTime(text: string): boolean {
  return read(text) !== null
}

export interface Moment {
  at: number
  offsetMinutes: number
}

/** The instant by the device's clock, the offset by what the person saw. */
export function momentOf(systemTime: string, displayTime: string): Moment {
  const system = read(systemTime)!
  const display = read(displayTime)!
  // Whatever it is written with, the system's time is UTC.
  const at = system.wallMs - (system.offsetSeconds ?? 0) * 1000
  const minutes = (display.offsetSeconds ?? (display.wallMs - at) / 1000) / 60
  const step = display.offsetSeconds === null ? RECEIVER_MINUTES : 1
  const rounded = Math.round(minutes / step) * step
  // A clock that was set wrong by days is no zone.
  return { at, offsetMinutes: Math.abs(rounded) > FURTHEST_MINUTES ? 0 : rounded + 0 }
}

function read(text: string): Read | null {
  const match = PATTERN.exec(text.trim())
  if (match === null) return null
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match
  const two = (digits: string | undefined): string => digits!.padStart(2, '0')
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0')
  const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${milliseconds}Z`
  const wallMs = Date.parse(iso)
  if (!isOnCalendar(wallMs) || !new Date(wallMs).toISOString().startsWith(iso.slice(0, 10))) return null
  return { wallMs, offsetSeconds: zone === undefined ? null : secondsOf(zone) }
}

function secondsOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d{1,2}):?(\d{2})(?::(\d{2}))?$/.exec(zone)!
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sign === '-' ? -size : size
}
