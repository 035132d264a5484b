// The clouds of the sandbox live on by themselves: days pass, and what is new is announced.
import type { Log } from '../platform/log.ts'
import type { Simulator } from './simulator.ts'

const TICK_MS = 15_000

/** Until the timer is cleared; undefined without a sandbox. A tick that takes longer than the next one's time is alone. */
export function startTicking(simulators: ReadonlyMap<string, Simulator>, log: Log): NodeJS.Timeout | undefined {
  if (simulators.size === 0) return undefined
  let busy = false
  return setInterval(() => {
    if (busy) return
    busy = true
    void Promise.all([...simulators.values()].map((simulator) => simulator.tick()))
      .catch((error) => log.warn({ err: error }, 'a simulator stumbled'))
      .finally(() => {
        busy = false
      })
  }, TICK_MS)
}
