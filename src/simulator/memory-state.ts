import type { Clock } from '../platform/clock.ts'
import type { SimulatorState } from './simulator.ts'

/** For tests: what a simulator remembers, in memory. */
export function memoryState(clock: Clock): SimulatorState {
  const values = new Map<string, { value: string; expiresAt: number | undefined }>()
  const read = (key: string): string | null => {
    const entry = values.get(key)
    if (entry === undefined) return null
    return entry.expiresAt !== undefined && entry.expiresAt <= clock.now() ? null : entry.value
  }
  return {
    get: (key) => Promise.resolve(read(key)),
    put: (key, value, expiresAt) => Promise.resolve(void values.set(key, { value, expiresAt })),
    take(key) {
      const value = read(key)
      values.delete(key)
      return Promise.resolve(value)
    },
    delete: (key) => Promise.resolve(void values.delete(key)),
    list(prefix) {
      const rows = [...values.keys()].filter((key) => key.startsWith(prefix)).sort()
      return Promise.resolve(
        rows.flatMap((key) => {
          const value = read(key)
          return value === null ? [] : [{ key, value }]
        }),
      )
    },
  }
}
