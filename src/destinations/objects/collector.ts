// What several calls of `send` bring within a while, kept together: none of them ends before it is stored.
import type { OutgoingEvent, SendResult } from '../destination.ts'

/** Of the time that a call has, what collecting may take at most. The rest is for storing. */
const SHARE_OF_TIME = 0.4

export interface Collector {
  add(events: readonly OutgoingEvent[], timeoutMs: number): Promise<SendResult[]>
  /** What waits is stored at once. */
  close(): Promise<void>
}

interface Group {
  calls: { events: readonly OutgoingEvent[]; settle(results: Promise<SendResult[]>): void }[]
  bytes: number
  /** When the first of its calls has to end. */
  deadline: number
  dueAt: number
  timer: NodeJS.Timeout | undefined
}

export function collector(how: {
  seconds: number
  bytes: number
  /** One result, which is that of all of them. */
  store(events: readonly OutgoingEvent[], timeoutMs: number): Promise<SendResult>
}): Collector {
  let current: Group | null = null
  let closed = false
  const storing = new Set<Promise<SendResult>>()

  function flush(group: Group): void {
    if (current === group) current = null
    clearTimeout(group.timer)
    const events = group.calls.flatMap((call) => call.events)
    const stored = how.store(events, Math.max(1000, group.deadline - performance.now()))
    storing.add(stored)
    const over = (): boolean => storing.delete(stored)
    void stored.then(over, over)
    for (const call of group.calls) call.settle(stored.then((result) => call.events.map(() => result)))
  }

  return {
    add(events, timeoutMs) {
      const now = performance.now()
      current ??= { calls: [], bytes: 0, deadline: Infinity, dueAt: Infinity, timer: undefined }
      const group = current
      const results = new Promise<SendResult[]>((settle) => group.calls.push({ events, settle }))
      group.bytes += events.reduce((sum, event) => sum + event.body.byteLength, 0)
      group.deadline = Math.min(group.deadline, now + timeoutMs)
      const dueAt = now + Math.min(how.seconds * 1000, timeoutMs * SHARE_OF_TIME)
      if (closed || group.bytes >= how.bytes) flush(group)
      else if (dueAt < group.dueAt) {
        clearTimeout(group.timer)
        group.dueAt = dueAt
        group.timer = setTimeout(() => flush(group), dueAt - now)
      }
      return results
    },
    async close() {
      closed = true
      if (current !== null) flush(current)
      await Promise.allSettled(storing)
    },
  }
}
