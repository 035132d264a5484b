// Times as the wire spells them: ISO 8601 with six fractional digits and a numeric offset, or none when nobody knows it.

/** A value that is no time, or one beyond the calendar: what somebody wrote is wrong, not how it was read. */
export class NoSuchTime extends RangeError {}

/** `2026-01-12T15:15:33.569000+00:00`. `offsetMinutes` moves the wall clock, not the instant. */
export function wireTimestamp(epochMs: number, offsetMinutes = 0): string {
  const wall = Math.trunc(epochMs + offsetMinutes * 60_000)
  const day = Math.floor(wall / DAY_MS)
  if (day !== lastDay) {
    lastDayText = dayText(day)
    lastDay = day
  }
  if (offsetMinutes !== lastOffset) {
    lastOffsetText = `000${offsetText(offsetMinutes)}`
    lastOffset = offsetMinutes
  }
  const ms = wall - day * DAY_MS
  const [minute, second, thousandth] = [Math.floor(ms / 60_000), Math.floor(ms / 1000) % 60, ms % 1000]
  return `${lastDayText}${CLOCK[minute]}${TWO_DIGITS[second]}.${thousandth === 0 ? '000' : String(thousandth).padStart(3, '0')}${lastOffsetText}`
}

// A day of samples asks for a thousand times of one day in one zone.
const DAY_MS = 86_400_000
const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))
/** `15:04:` of each minute of a day. */
const CLOCK = Array.from({ length: 1440 }, (_, i) => `${TWO_DIGITS[Math.floor(i / 60)]}:${TWO_DIGITS[i % 60]}:`)
let lastDay = Number.NaN
let lastDayText = ''
let lastOffset = Number.NaN
let lastOffsetText = ''

/** Whether the wire can spell this instant, whatever the offset, and what begins with it and lasts a year at most. */
export function isOnCalendar(epochMs: number): boolean {
  const day = epochMs / DAY_MS
  return day >= FIRST_DAY + ROOM_DAYS && day < LAST_DAY - ROOM_DAYS
}

const ROOM_DAYS = 367

/** The calendar day, `2026-01-12`, of an instant as the clock of UTC shows it. */
export function calendarDay(epochMs: number): string {
  return dayText(Math.floor(epochMs / DAY_MS)).slice(0, 10)
}

/** Milliseconds that were taken for seconds are of a year that no text has room for. */
function dayText(day: number): string {
  if (!(day >= FIRST_DAY && day < LAST_DAY)) throw new NoSuchTime('no time of the years 0 to 9999')
  return new Date(day * DAY_MS).toISOString().slice(0, 11)
}

const FIRST_DAY = Date.parse('0000-01-01T00:00:00Z') / DAY_MS
const LAST_DAY = Date.UTC(10_000, 0, 1) / DAY_MS

/** Wall-clock time whose offset nobody knows: `2026-01-12T15:15:33.569000`. An offset that the text has is dropped. */
export function wireLocalTimestamp(local: string): string {
  const parsed = parseTimestamp(local)
  return `${parsed.local}${parsed.microseconds}`
}

/** Any readable time in the wire's spelling, with its own offset, or without one. */
export function toWire(text: string): string {
  const parsed = parseTimestamp(text)
  const offset = parsed.offsetMinutes === null ? '' : offsetText(parsed.offsetMinutes)
  return `${parsed.local}${parsed.microseconds}${offset}`
}

export interface ParsedTimestamp {
  /** Null when the text has no offset. */
  epochMs: number | null
  offsetMinutes: number | null
  /** The wall clock, `YYYY-MM-DDTHH:MM:SS.mmm`. */
  local: string
  /** The three digits after the milliseconds; `000` when the text has none. */
  microseconds: string
}

const PATTERN = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/

/** Reads ISO 8601 with or without seconds, fraction and offset. Throws NoSuchTime, which names the text. */
export function parseTimestamp(text: string): ParsedTimestamp {
  const match = PATTERN.exec(text.trim())
  if (match === null) throw new NoSuchTime(`not a time: ${JSON.stringify(text.slice(0, 40))}`)
  const [, day, hour, minute, second = '00', fraction = '', zone] = match
  const digits = fraction.slice(0, 6).padEnd(6, '0')
  const clock = `${hour}:${minute}:${second}.${digits.slice(0, 3)}`
  const wall = wallOf(day!, hour!, minute!, second, digits) ?? wallOfOdd(day!, clock)
  if (wall === null) throw new NoSuchTime(`no such time: ${JSON.stringify(text.slice(0, 40))}`)
  const offsetMinutes = zone === undefined ? null : parseOffset(zone)
  return {
    local: hour === '24' ? new Date(wall).toISOString().slice(0, 23) : `${day}T${clock}`,
    microseconds: digits.slice(3),
    offsetMinutes,
    epochMs: offsetMinutes === null ? null : wall - offsetMinutes * 60_000,
  }
}

/** The wall clock as if it were UTC; null for what only a closer look can tell. Thousands of samples ask. */
function wallOf(day: string, hour: string, minute: string, second: string, digits: string): number | null {
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8))]
  const isPlain = year >= 100 && month >= 1 && month <= 12 && date >= 1 && date <= 28
  if (!isPlain || hour > '23' || minute > '59' || second > '59') return null
  return Date.UTC(year, month - 1, date, +hour, +minute, +second, +digits.slice(0, 3))
}

/** Date.parse reads 30 February as 2 March. Only 24:00 may name the day after. */
function wallOfOdd(day: string, clock: string): number | null {
  const wall = Date.parse(`${day}T${clock}Z`)
  if (Number.isNaN(wall)) return null
  const isSameDay = new Date(wall).toISOString().startsWith(day)
  return isSameDay || (clock.startsWith('24') && isDay(day)) ? wall : null
}

/** What people and programs ask by: a day alone is its midnight, and without an offset all is of UTC. Null when it is no time. */
export function instantOf(text: string): number | null {
  const timed = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : text
  if (!isTimestamp(timed)) return null
  const { epochMs, local } = parseTimestamp(timed)
  return epochMs ?? Date.parse(`${local}Z`)
}

/** Whether `parseTimestamp` reads it. */
export function isTimestamp(text: string): boolean {
  try {
    parseTimestamp(text)
    return true
  } catch {
    return false
  }
}

/** Whether a record may have this time: one whose neighbours, in every offset, have a spelling too. */
export function isRecordTime(text: string): boolean {
  return isTimestamp(text) && hasRecordYear(text.trim())
}

export function hasRecordYear(text: string): boolean {
  return text >= '0001' && text < '9999'
}

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}

/** Minutes east of UTC of `Z`, `+02:00`, `+0200` or `+02`. Throws NoSuchTime when no clock is so far off. */
export function parseOffset(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  if (zone === lastZone) return lastZoneMinutes
  const sign = zone.startsWith('-') ? -1 : 1
  const digits = zone.slice(1).replace(':', '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2) || 0)
  // Below a day, as everybody's dates and times have it; the largest offset in use is 14 hours.
  if (!(hours < 24 && minutes < 60)) throw new NoSuchTime(`no such offset: ${JSON.stringify(zone)}`)
  lastZoneMinutes = sign * (hours * 60 + minutes) || 0
  lastZone = zone
  return lastZoneMinutes
}

let lastZone = ''
let lastZoneMinutes = 0

export function offsetText(offsetMinutes: number): string {
  const size = Math.abs(offsetMinutes)
  const hours = String(Math.floor(size / 60)).padStart(2, '0')
  const minutes = String(size % 60).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`
}
