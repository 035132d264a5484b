// Fixed windows, counted in memory: who asks too often is refused in the provider's own words.
import type { Clock } from '../../platform/clock.ts'
import type { LimitRule, LimitUsage } from './rules.ts'

const MAX_WINDOWS = 20_000
/** What a lever that names no window of its own means. */
const DEFAULT_WINDOW: LimitRule = { requests: 0, seconds: 300, per: 'token' }

export interface RateLimit {
  /** A lever replaces every window by this one; null brings the provider's own back. */
  set(limit: { requests: number; seconds?: number } | null): void
  /** Counts the request. The windows that it falls in, the fullest first. */
  use(token: string, clientId: string): LimitUsage[]
}

export function createRateLimit(clock: Clock, own: readonly LimitRule[]): RateLimit {
  let rules = own
  const windows = new Map<string, { startAt: number; used: number }>()
  return {
    set(limit) {
      windows.clear()
      rules = limit === null ? own : [{ ...(own[0] ?? DEFAULT_WINDOW), ...limit }]
    },
    use(token, clientId) {
      const now = clock.now()
      const usages = rules.map((rule) => {
        const length = rule.seconds * 1000
        const name = `${rule.per === 'token' ? token : clientId} ${rule.seconds}`
        let window = windows.get(name)
        if (window === undefined || now - window.startAt >= length) {
          window = { startAt: now, used: 0 }
          if (windows.size >= MAX_WINDOWS) windows.clear()
          windows.set(name, window)
        }
        window.used++
        return { ...rule, used: window.used, resetAt: window.startAt + length }
      })
      return usages.sort((a, b) => b.used / b.requests - a.used / a.requests)
    },
  }
}
