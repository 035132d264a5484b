// Wall-clock time as an argument, so that tests and the sandbox can move it.
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** Clocks that go right differ by less. */
export const CLOCK_SKEW_MS = 5 * 60_000

export const systemClock: Clock = { now: () => Date.now() }

export interface ManualClock extends Clock {
  advance(milliseconds: number): void
  set(epochMs: number): void
}

export function manualClock(startMs: number): ManualClock {
  let now = startMs
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds
    },
    set: (epochMs) => {
      now = epochMs
    },
  }
}
