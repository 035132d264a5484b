// How many delivery loops work on this database, and which part of every limit is ours.

export interface Share {
  /** Of `limit` slots. The parts of all servers together are the whole; some get none where there are few. */
  of(limit: number): number
}

export const everything: Share = { of: (limit) => limit }

/** `servers` are all that live, in the same order for each of them. */
export function shareOf(servers: readonly string[], id: string): Share {
  const rank = servers.indexOf(id)
  // Not listed: only just started. One slot is more than none, and little too much.
  if (rank === -1) return { of: (limit) => Math.max(1, Math.floor(limit / (servers.length + 1))) }
  return { of: (limit) => Math.floor(limit / servers.length) + (rank < limit % servers.length ? 1 : 0) }
}
