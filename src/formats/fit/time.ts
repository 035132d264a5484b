// FIT counts seconds from the last hour of the eighties, or, without a clock, from when the device was switched on.
import type { FitMessage } from './decode.ts'

/** 1989-12-31T00:00:00Z. */
const FIT_EPOCH_SECONDS = 631_065_600
/** Smaller values count from power-on. */
const ABSOLUTE_FROM = 0x10000000
const ACTIVITY = 34
const TIMESTAMP_CORRELATION = 162
const QUARTER_HOUR = 15

export interface FitClock {
  /** Milliseconds since the epoch; null for a time that nothing anchors. */
  instant(raw: number): number | null
  offsetMinutes: number | null
  /** Some time counts from power-on, and there is no anchor. */
  readonly unusable: boolean
}

export function openClock(messages: readonly FitMessage[]): FitClock {
  let anchor: number | null = null
  let offsetMinutes: number | null = null
  for (const { number, fields } of messages) {
    const timestamp = numberAt(fields.get(253))
    if (number === TIMESTAMP_CORRELATION) {
      const system = numberAt(fields.get(1))
      if (timestamp !== null && system !== null && timestamp >= ABSOLUTE_FROM) anchor = timestamp - system
    }
    if (number === ACTIVITY && timestamp !== null) {
      const local = numberAt(fields.get(5))
      if (local === null || local < ABSOLUTE_FROM) continue
      // Without a clock of its own the device knew the wall clock only.
      if (timestamp < ABSOLUTE_FROM) anchor ??= local - timestamp
      else offsetMinutes = quarterHours((local - timestamp) / 60)
    }
  }
  let unusable = false
  return {
    offsetMinutes,
    get unusable() {
      return unusable
    },
    instant(raw) {
      if (raw >= ABSOLUTE_FROM) return (raw + FIT_EPOCH_SECONDS) * 1000
      if (anchor !== null) return (raw + anchor + FIT_EPOCH_SECONDS) * 1000
      unusable = true
      return null
    },
  }
}

/** Clocks of devices drift by seconds; zones do not. Nothing that no zone has. */
function quarterHours(minutes: number): number | null {
  const rounded = Math.round(minutes / QUARTER_HOUR) * QUARTER_HOUR
  return Math.abs(rounded) <= 14 * 60 ? rounded : null
}

function numberAt(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
