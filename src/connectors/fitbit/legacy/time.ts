// Fitbit shows the wall clock of the profile's zone. While nobody knows the zone, so do we, without an offset.
import { dayBounds, instantIn, instantOfWall, type LocalDay, localDayOf, wireAt } from '../../../model/local-day.ts'
import type { MapContext } from '../../connector.ts'
import { clockOf } from './values.ts'

/**
 * The instant of a wall clock. An hour that the clock shows twice is the one that goes on from `near`; the first when
 * there is nothing to go on from.
 */
export function instantAt(wall: string, { timeZone }: MapContext, near: number | null = null): number {
  return timeZone === null ? instantIn(wall, null) : instantOfWall(wall, timeZone, near)
}

export function instantOnDay(day: LocalDay, clock: string, context: MapContext, near: number | null = null): number {
  return instantAt(`${day}T${clockOf(clock)}`, context, near)
}

export function shown(at: number, { timeZone }: MapContext): string {
  return wireAt(at, timeZone)
}

export function dayOf(at: number, { timeZone }: MapContext): LocalDay {
  return localDayOf(at, timeZone)
}

/** Left to the loop while nobody knows the zone. */
export function boundsOf(
  day: LocalDay,
  { timeZone }: MapContext,
): { start_time: string; end_time: string } | Record<string, never> {
  return timeZone === null ? {} : dayBounds(day, timeZone)
}

/** The day that was asked for, which some pages leave out; else that of what they hold; else that of their arrival. */
export function askedDay(context: MapContext, shownDay?: LocalDay | null): LocalDay {
  return context.request.date ?? shownDay ?? localDayOf(context.receivedAt, context.timeZone)
}
