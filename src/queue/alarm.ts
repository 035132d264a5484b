// Rings when something becomes due, once for all of a moment, and a moment later: after a standstill timers come first, and
// what arrived meanwhile may put off what they would begin.
import type { Clock } from '../platform/clock.ts'

const MOMENT_MS = 50
/** What is due later is found by whoever looks now and then: no more timers than this has moments. */
const FARTHEST_MS = 5000

export interface Alarm {
  set(at: number): void
  stop(): void
}

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  const timers = new Map<number, NodeJS.Timeout>()
  return {
    set(at) {
      const ahead = at - clock.now()
      if (ahead <= 0) {
        ring()
        return
      }
      const moment = Math.ceil(at / MOMENT_MS)
      if (ahead > FARTHEST_MS || timers.has(moment)) return
      const timer = setTimeout(
        () => {
          const soon = setTimeout(() => {
            timers.delete(moment)
            ring()
          }, MOMENT_MS)
          timers.set(moment, soon)
        },
        moment * MOMENT_MS - clock.now(),
      )
      timers.set(moment, timer)
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
