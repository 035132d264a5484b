// The sandbox's time: the machine's, until a lever moves it ahead or lets it run fast. One for all simulators that share
// a state, so that one person's devices agree on what day it is.
import type { Clock } from '../../platform/clock.ts'
import type { SimulatorState } from '../simulator.ts'

interface Setting {
  /** The machine's time at which this setting began. */
  since: number
  /** What the sandbox's clock showed then. */
  at: number
  /** Sandbox seconds per second. */
  rate: number
}

export interface SandboxClock extends Clock {
  /** Learns what another process set. */
  catchUp(): Promise<void>
  change(order: { aheadMs?: number; rate?: number }): Promise<void>
}

const KEY = 'sandbox:clock'
const REREAD_MS = 1000
const clocks = new WeakMap<SimulatorState, SandboxClock>()

export function sandboxClock(machine: Clock, state: SimulatorState): SandboxClock {
  let clock = clocks.get(state)
  if (clock === undefined) {
    clock = create(machine, state)
    clocks.set(state, clock)
  }
  return clock
}

function create(machine: Clock, state: SimulatorState): SandboxClock {
  let setting: Setting | null = null
  let readAt = Number.NEGATIVE_INFINITY
  const now = (): number =>
    setting === null ? machine.now() : setting.at + (machine.now() - setting.since) * setting.rate
  return {
    now,
    async catchUp() {
      if (performance.now() - readAt < REREAD_MS) return
      readAt = performance.now()
      const stored = await state.get(KEY)
      setting = stored === null ? null : (JSON.parse(stored) as Setting)
    },
    async change({ aheadMs = 0, rate = setting?.rate ?? 1 }) {
      setting = { since: machine.now(), at: now() + aheadMs, rate }
      await state.put(KEY, JSON.stringify(setting))
    },
  }
}
