// The same thing announced again and again is looked at once, and once more when it has become quiet.
const QUIET_MS = 3000
const MAX_KEYS = 20_000
const begun = new Map<string, number>()

/**
 * When work with this key may begin: at once, or a moment after the last time. It joins what waits already (jobs.dedupe_key),
 * so that a storm of duplicates is two pieces of work. A hint of this process; nothing relies on it.
 */
export function soonest(key: string, now: number): number {
  const last = begun.get(key)
  if (last !== undefined && now - last >= 0 && now - last < QUIET_MS) return last + QUIET_MS
  begun.delete(key)
  begun.set(key, now)
  if (begun.size > MAX_KEYS) begun.delete(begun.keys().next().value!)
  return now
}
