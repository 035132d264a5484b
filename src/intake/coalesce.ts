// The same thing announced again and again is one piece of work. All of this is a hint of this process: what is announced
// joins what waits under its key (jobs.dedupe_key), and work that has begun is begun anew for what comes later.

/** What is announced once is read after this: copies come within it. */
export const FIRST_MS = 500
const QUIET_MS = 2500
/** From the first: what is announced without pause is read that often. Ten thousand copies may well take more than a minute. */
export const LONGEST_MS = 5 * 60_000
/** A storm does not write for each of its copies. */
const STEP_MS = 250
/** Between two looks at the very same push. */
const PUSH_QUIET_MS = 3000
const MAX_KEYS = 20_000

/** Those used last. */
class Recent<Value> {
  readonly #values = new Map<string, Value>()

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    this.#values.delete(key)
    this.#values.set(key, value)
    if (this.#values.size > MAX_KEYS) this.#values.delete(this.#values.keys().next().value!)
  }
}

interface Announced {
  at: number
  /** When it will be read, as far as we know. */
  due: number
}

const announced = new Recent<Announced>()

/** When something may be read, and how that puts off a read of it which waits already. */
export interface Reading {
  at: number
  delay?: { until: number; longestMs: number }
}

/**
 * A single announcement is read in a moment; a storm of copies once, when it has become quiet: after the last of them, so
 * none is lost. Other servers know only of what waits in the database, and so does the first copy here.
 */
export function readingOf(key: string, at: number): Reading {
  const last = announced.get(key)
  const isStorm = last !== undefined && Math.abs(at - last.at) < QUIET_MS
  const until = at + QUIET_MS
  if (isStorm && until - last.due < STEP_MS) {
    announced.set(key, { at: Math.max(at, last.at), due: last.due })
    return { at: until }
  }
  const first = isStorm ? until : at + FIRST_MS
  announced.set(key, { at, due: first })
  return { at: first, delay: { until, longestMs: LONGEST_MS } }
}

const pushed = new Recent<number>()

/**
 * When what was pushed may be looked at: at once, and what is the same within a moment once more when it is quiet. A storm of
 * it is two pieces of work, and asks the provider nothing.
 */
export function soonest(key: string, now: number): number {
  const last = pushed.get(key)
  if (last !== undefined && now - last >= 0 && now - last < PUSH_QUIET_MS) return last + PUSH_QUIET_MS
  pushed.set(key, now)
  return now
}
