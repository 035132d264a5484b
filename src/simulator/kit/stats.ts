// What was served, of which kind and for whom: how tests see that limits were kept and nothing was asked twice.
const DAY_MS = 86_400_000
const MAX_PEOPLE = 10_000

export interface KindStats {
  requests: number
  /** The longest range of one request, in days. */
  longestDays: number
  firstDay: string | null
  lastDay: string | null
}

export interface Stats {
  requests: number
  statuses: Record<string, number>
  kinds: Record<string, KindStats>
  codes: number
  refreshes: number
  refusedGrants: number
  grantsEnded: number
  notifications: { sent: number; accepted: number; refused: number }
}

/** `from` and `to` are local days or instants; `to` is included. */
export interface Asked {
  kind: string
  from?: string | undefined
  to?: string | undefined
}

export interface Counting {
  all(): Stats
  of(personId: string): Stats
  reset(): void
  request(status: number): void
  asked(personId: string, asked: Asked): void
  add(personId: string, what: 'codes' | 'refreshes' | 'refusedGrants' | 'grantsEnded'): void
  notified(personId: string, accepted: boolean): void
}

export function createCounting(): Counting {
  let total = none()
  const people = new Map<string, Stats>()
  const both = (personId: string): Stats[] => {
    let own = people.get(personId)
    if (own === undefined) {
      own = none()
      if (people.size >= MAX_PEOPLE) people.clear()
      people.set(personId, own)
    }
    return [total, own]
  }
  return {
    all: () => total,
    of: (personId) => people.get(personId) ?? none(),
    reset() {
      total = none()
      people.clear()
    },
    request(status) {
      total.requests++
      total.statuses[status] = (total.statuses[status] ?? 0) + 1
    },
    asked(personId, asked) {
      for (const stats of both(personId)) count(stats, asked)
    },
    add(personId, what) {
      for (const stats of both(personId)) stats[what]++
    },
    notified(personId, accepted) {
      for (const stats of both(personId)) {
        stats.notifications.sent++
        stats.notifications[accepted ? 'accepted' : 'refused']++
      }
    },
  }
}

function none(): Stats {
  return {
    requests: 0,
    statuses: {},
    kinds: {},
    codes: 0,
    refreshes: 0,
    refusedGrants: 0,
    grantsEnded: 0,
    notifications: { sent: 0, accepted: 0, refused: 0 },
  }
}

function count(stats: Stats, { kind, from, to }: Asked): void {
  const entry = (stats.kinds[kind] ??= { requests: 0, longestDays: 0, firstDay: null, lastDay: null })
  entry.requests++
  if (from === undefined || to === undefined) return
  const length = (Date.parse(to) - Date.parse(from)) / DAY_MS + (to.length === 10 ? 1 : 0)
  entry.longestDays = Math.max(entry.longestDays, Math.round(length * 1000) / 1000)
  if (entry.firstDay === null || from < entry.firstDay) entry.firstDay = from
  if (entry.lastDay === null || to > entry.lastDay) entry.lastDay = to
}
