// Local days and offsets: one place owns them. A zone is an IANA name or a fixed offset; null means that nobody said.
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import {
  calendarDay,
  hasRecordYear,
  NoSuchTime,
  offsetText,
  parseOffset,
  parseTimestamp,
  wireTimestamp,
} from './timestamps.ts'

export const LocalDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .meta({ id: 'LocalDay', description: 'A calendar day of the person, YYYY-MM-DD.' })
export type LocalDay = z.infer<typeof LocalDay>

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const FIXED = /^[+-](?:0\d|1[0-8]):[0-5]\d$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

export function isLocalDay(text: string): boolean {
  if (!DAY.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
}

/** Whether a record may have this day: one with neighbours. */
export function isRecordDay(text: string): boolean {
  return isLocalDay(text) && hasRecordYear(text)
}

export function addDays(day: LocalDay, days: number): LocalDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Every day from `start` to `end`, both included; empty when `end` comes first. */
export function daysBetween(start: LocalDay, end: LocalDay): LocalDay[] {
  const days: LocalDay[] = []
  for (let day = start; day <= end; day = addDays(day, 1)) days.push(day)
  return days
}

/** How many days a range has, both ends included. */
export function countDays(start: LocalDay, end: LocalDay): number {
  return Math.round((Date.parse(`${end}T00:00:00Z`) - Date.parse(`${start}T00:00:00Z`)) / DAY_MS) + 1
}

/** Whether it names a zone: an IANA name that this installation knows, or an offset of at most 18 hours. */
export function isZone(text: string): boolean {
  let known = zones.get(text)
  if (known === undefined) {
    known = isKnownZone(text)
    if (zones.size >= 1000) zones.clear()
    zones.set(text, known)
  }
  return known
}

/** Asking Intl takes longer than all else that is done with a reading. */
const zones = new Map<string, boolean>()

function isKnownZone(text: string): boolean {
  if (FIXED.test(text)) return Math.abs(parseOffset(text)) <= 18 * 60
  // Intl also takes +0200 and +02: one spelling of an offset is enough.
  if (/^[+-]/.test(text)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Minutes east of UTC at that instant. */
export function offsetAt(epochMs: number, zone: string): number {
  if (FIXED.test(zone)) return parseOffset(zone)
  let offsets = offsetsOf.get(zone)
  if (offsets === undefined) {
    offsets = new ZoneOffsets(zone)
    offsetsOf.set(zone, offsets)
  }
  return offsets.at(epochMs)
}

const offsetsOf = new Map<string, ZoneOffsets>()

/** A person's readings lie close together: asking Intl for each of them would take most of the time of mapping. */
class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat
  /** The offset of a stretch of time; null where the clock changes within it. No zone ever changed twice so soon. */
  readonly #stretches = new Map<number, number | null>()

  constructor(zone: string) {
    if (/^[+-]/.test(zone)) throw new NoSuchTime('no clock is so far off')
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  }

  at(epochMs: number): number {
    if (!(Math.abs(epochMs) < FARTHEST_INSTANT_MS)) throw new NoSuchTime('no time that a clock shows')
    const stretch = Math.floor(epochMs / STRETCH_MS)
    let offset = this.#stretches.get(stretch)
    if (offset === undefined) {
      const first = this.#ask(stretch * STRETCH_MS)
      offset = first === this.#ask((stretch + 1) * STRETCH_MS) ? first : null
      if (this.#stretches.size >= 5_000) this.#stretches.clear()
      this.#stretches.set(stretch, offset)
    }
    return offset ?? this.#ask(epochMs)
  }

  #ask(epochMs: number): number {
    const shown = this.#format.format(epochMs)
    // Some clocks of the past were off by seconds; the wire has room for minutes.
    const name = shown.slice(shown.lastIndexOf('GMT') + 3).slice(0, 6)
    return name === '' ? 0 : parseOffset(name)
  }
}

const STRETCH_MS = 6 * 60 * MINUTE_MS
/** Where the clocks of the platform end, less a year. */
const FARTHEST_INSTANT_MS = 8.64e15 - 366 * DAY_MS

/** The first instant of the local day: midnight, or what comes instead where the clock skips it. */
export function startOfDay(day: LocalDay, zone: string): number {
  if (FIXED.test(zone)) return Date.parse(`${day}T00:00:00Z`) - parseOffset(zone) * MINUTE_MS
  const key = `${zone}|${day}`
  let at = starts.get(key)
  if (at === undefined) {
    at = Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds
    if (starts.size >= 20_000) starts.clear()
    starts.set(key, at)
  }
  return at
}

const starts = new Map<string, number>()

/**
 * The bounds of a local day as the wire spells them: 23 to 25 hours apart. Without a zone they have no offset. Where the clock
 * changed and only offsets are known, or the person travelled, the day ends in another zone than it began.
 */
export function dayBounds(
  day: LocalDay,
  zone: string | null,
  endZone: string | null = zone,
): { start_time: string; end_time: string } {
  const next = calendarDay(Date.parse(`${day}T00:00:00Z`) + DAY_MS)
  if (zone === null) return { start_time: `${day}T00:00:00.000000`, end_time: `${next}T00:00:00.000000` }
  const last = endZone ?? zone
  return { start_time: wireIn(startOfDay(day, zone), zone), end_time: wireIn(startOfDay(next, last), last) }
}

/** An instant as the wall clock of a zone shows it, with the offset of that instant. */
export function wireIn(epochMs: number, zone: string): string {
  return wireTimestamp(epochMs, offsetAt(epochMs, zone))
}

/** The same where nobody may know the zone: then it is the clock of UTC, and shows no offset. */
export function wireAt(epochMs: number, zone: string | null): string {
  return zone === null ? wireTimestamp(epochMs).slice(0, 26) : wireIn(epochMs, zone)
}

/** The instant of a time. A wall clock without offset is read in the zone, and as UTC while nobody knows it. */
export function instantIn(timestamp: string, zone: string | null): number {
  const parsed = parseTimestamp(timestamp)
  if (parsed.epochMs !== null) return parsed.epochMs
  const wall = Date.parse(`${parsed.local}Z`)
  if (zone === null) return wall
  // The offset is looked up twice: the first answer may be that of the other side of a clock change.
  const near = wall - offsetAt(wall, zone) * MINUTE_MS
  return wall - offsetAt(near, zone) * MINUTE_MS
}

/** The calendar day on which an instant falls; UTC when nobody said where. */
export function localDayOf(epochMs: number, zone: string | null): LocalDay {
  const offset = zone === null ? 0 : offsetAt(epochMs, zone)
  return calendarDay(epochMs + offset * MINUTE_MS)
}

/**
 * The instant at which a wall clock shows this time, `YYYY-MM-DDTHH:MM[:SS[.mmm]]`. Of the two where the clock goes back
 * the one nearer to `near`, else the first; a time that the clock skips is read with the offset before.
 */
export function instantOfWall(local: string, zone: string, near: number | null = null): number {
  const wall = Date.parse(`${parseTimestamp(local).local}Z`)
  const candidates = [offsetAt(wall - DAY_MS, zone), offsetAt(wall + DAY_MS, zone)].map(
    (offset) => wall - offset * MINUTE_MS,
  )
  const shown = [...new Set(candidates)].filter((at) => at + offsetAt(at, zone) * MINUTE_MS === wall)
  if (shown.length === 0) return candidates[0]!
  if (near === null) return Math.min(...shown)
  return shown.reduce((best, at) => (Math.abs(at - near) < Math.abs(best - near) ? at : best))
}

/** Of a zone that is known and one that a page shows: an IANA name knows both seasons, an offset only its own. */
export function tellingZone(known: string | null, shown: string | null): string | null {
  if (shown === null) return known
  return known !== null && isIana(known) && !isIana(shown) ? known : shown
}

/**
 * The zone of one instant on a page that shows the offset it had. The known zone if it says the same of that instant, for
 * then it knows what comes after, too; else the page's: the person was elsewhere.
 */
export function zoneOfInstant(at: number, known: string | null, shownOffset: string | null): string | null {
  if (shownOffset === null) return known
  return known !== null && offsetAt(at, known) === parseOffset(shownOffset) ? known : shownOffset
}

const HOUR_MS = 60 * MINUTE_MS
/** The farthest that a clock is from UTC. */
const FARTHEST_MS = 14 * HOUR_MS

/**
 * How far the days of a person may begin from where this zone says: a name knows both seasons, an offset is that of the season
 * in which it was shown, and nothing is known without either. Windows of instants are so much wider on either side.
 */
export function zoneMarginMs(zone: string | null): number {
  if (zone === null) return FARTHEST_MS
  return isIana(zone) ? 0 : HOUR_MS
}

/** From when and until when these days, the last one included, are somewhere on earth; epoch milliseconds. */
export function daysAnywhere(start: LocalDay, end: LocalDay): { from: number; to: number } {
  return { from: startOfDay(start, '+00:00') - FARTHEST_MS, to: startOfDay(addDays(end, 1), '+00:00') + FARTHEST_MS }
}

export function isIana(zone: string): boolean {
  return /[A-Za-z]/.test(zone)
}

/** In whole minutes, as the wire has it. */
export function fixedZone(offsetMinutes: number): string {
  return offsetText(Math.round(offsetMinutes))
}
