// Numbers and device ids that last: from a hash of what they name.
import { createHash } from 'node:crypto'

export const WATCH = { name: 'ScanWatch 2', id: 94, type: 16 } as const
export const MAT = { name: 'Aura Sensor V2', id: 63, type: 32 } as const
export const SCALE = { name: 'Body Comp', id: 18, type: 1 } as const
export const CUFF = { name: 'BPM Core', id: 44, type: 4 } as const
export const THERMOMETER = { name: 'Thermo', id: 70, type: 64 } as const
export type Model = { name: string; id: number; type: number }

export function numberOf(...parts: readonly (string | number)[]): number {
  return Number.parseInt(digest(parts).slice(0, 8), 16) + 1_000_000_000
}

export function userIdOf(personId: string): number {
  return 10_000_000 + (numberOf('withings account', personId) % 80_000_000)
}

export function deviceIdOf(personId: string, model: Model): string {
  return digest(['withings device', personId, model.name]).slice(0, 40)
}

function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\u0001')).digest('hex')
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
