// Local days and offsets: one place owns them. A zone is an IANA name or a fixed offset; null means that nobody said.
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { offsetText, parseOffset, wireTimestamp } from './timestamps.ts'

export const LocalDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .meta({ id: 'LocalDay', description: 'A calendar day of the person, YYYY-MM-DD.' })
export type LocalDay = z.infer<typeof LocalDay>

const DAY_MS = 86_400_000
const FIXED = /^[+-]\d{2}:\d{2}$/

export function isLocalDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
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

export function isZone(text: string): boolean {
  if (FIXED.test(text)) return Math.abs(parseOffset(text)) <= 18 * 60
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return !/^[+-]/.test(text)
  } catch {
    return false
  }
}

/** Minutes east of UTC at that instant. */
export function offsetAt(epochMs: number, zone: string): number {
  if (FIXED.test(zone)) return parseOffset(zone)
  const parts = formatter(zone).format(epochMs)
  const name = parts.slice(parts.lastIndexOf('GMT') + 3)
  return name === '' ? 0 : parseOffset(name.slice(0, 6))
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone)
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    formatters.set(zone, found)
  }
  return found
}

/** The first instant of the local day: midnight, or what comes instead where the clock skips it. */
export function startOfDay(day: LocalDay, zone: string): number {
  if (FIXED.test(zone)) return Date.parse(`${day}T00:00:00Z`) - parseOffset(zone) * 60_000
  const key = `${zone}|${day}`
  let at = starts.get(key)
  if (at === undefined) {
    at = Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds
    if (starts.size > 20_000) starts.clear()
    starts.set(key, at)
  }
  return at
}

const starts = new Map<string, number>()

/** The bounds of a local day as the wire spells them: 23 to 25 hours apart. Without a zone they have no offset. */
export function dayBounds(day: LocalDay, zone: string | null): { start_time: string; end_time: string } {
  const next = addDays(day, 1)
  if (zone === null) return { start_time: `${day}T00:00:00.000000`, end_time: `${next}T00:00:00.000000` }
  return { start_time: wireIn(startOfDay(day, zone), zone), end_time: wireIn(startOfDay(next, zone), zone) }
}

/** An instant as the wall clock of a zone shows it, with the offset of that instant. */
export function wireIn(epochMs: number, zone: string): string {
  return wireTimestamp(epochMs, offsetAt(epochMs, zone))
}

/** The calendar day on which an instant falls; UTC when nobody said where. */
export function localDayOf(epochMs: number, zone: string | null): LocalDay {
  const offset = zone === null ? 0 : offsetAt(epochMs, zone)
  return new Date(epochMs + offset * 60_000).toISOString().slice(0, 10)
}

export function fixedZone(offsetMinutes: number): string {
  return offsetText(offsetMinutes)
}
