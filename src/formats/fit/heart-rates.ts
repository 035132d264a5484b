// Chest straps that stored their readings, as in a swim, hand them over in messages of their own.
import type { FitMessage } from './decode.ts'
import type { FitRecord } from './read.ts'

const HEART_RATE = 132
const TICKS_PER_SECOND = 1024
const TWELVE_BITS = 0xfff
const NEAR_MS = 1000

/** Gives records without a heart rate the strap's reading of that second. */
export function mergedHeartRates(
  records: FitRecord[],
  messages: readonly FitMessage[],
  instant: (raw: number) => number | null,
): void {
  if (records.some((record) => record.bpm !== null)) return
  const readings = strapReadings(messages, instant)
  if (readings.length === 0) return
  readings.sort((a, b) => a.at - b.at)
  let i = 0
  for (const record of [...records].sort((a, b) => a.at - b.at)) {
    while (i + 1 < readings.length && readings[i + 1]!.at <= record.at) i++
    const reading = readings[i]!
    if (Math.abs(reading.at - record.at) <= NEAR_MS) record.bpm = reading.bpm
  }
}

function strapReadings(
  messages: readonly FitMessage[],
  instant: (raw: number) => number | null,
): { at: number; bpm: number }[] {
  const readings: { at: number; bpm: number }[] = []
  /** The instant of tick 0. */
  let zeroAt: number | null = null
  let ticks = 0
  for (const { number, fields } of messages) {
    if (number !== HEART_RATE) continue
    const rates = list(fields.get(6))
    const whole = list(fields.get(9))
    const timestamp = fields.get(253)
    if (typeof timestamp === 'number' && whole[0] !== undefined && whole[0] !== null) {
      const at = instant(timestamp)
      const fraction = fields.get(0)
      const later = typeof fraction === 'number' ? (fraction / 32_768) * 1000 : 0
      if (at !== null) zeroAt = at + later - (whole[0] / TICKS_PER_SECOND) * 1000
      ticks = whole[0]
    }
    if (zeroAt === null) continue
    const times = whole.length > 0 ? whole : twelveBits(list(fields.get(10))).map((low) => (ticks = follow(ticks, low)))
    for (const [i, bpm] of rates.entries()) {
      const tick = times[i]
      if (bpm === null || bpm === 0 || tick === undefined || tick === null) continue
      ticks = tick
      readings.push({ at: zeroAt + (tick / TICKS_PER_SECOND) * 1000, bpm })
    }
  }
  return readings
}

function list(value: unknown): readonly (number | null)[] {
  return Array.isArray(value) ? (value as (number | null)[]) : typeof value === 'number' ? [value] : []
}

/** Two values in three bytes. */
function twelveBits(bytes: readonly (number | null)[]): number[] {
  const values: number[] = []
  for (let i = 0; i + 2 < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0]
    values.push(a | ((b & 0x0f) << 8), (b >> 4) | (c << 4))
  }
  return values
}

/** The next tick whose low twelve bits these are. */
function follow(ticks: number, low: number): number {
  return ticks + ((low - (ticks & TWELVE_BITS)) & TWELVE_BITS)
}
