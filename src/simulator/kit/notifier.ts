// Notifications on their way: sent at once, and again after the provider's pauses when they are not taken.
import { HttpFailure, type HttpRequest, type Http } from '../../platform/http.ts'
import type { Clock } from '../../platform/clock.ts'
import type { NotificationRules } from './rules.ts'
import type { Counting } from './stats.ts'

export interface Notification {
  personId: string
  /** Made anew for each try: signatures carry the time. */
  request(): HttpRequest
  /** After each try. `stop` when the provider gives up on this status (410: the subscription is dropped). */
  answered?: (status: number) => Promise<'stop' | void>
}

export interface Notifier {
  /** The status of the first try; 0 when there was no answer. */
  send(notification: Notification): Promise<number>
  /** Tries again what is due. Answers how many it sent. */
  retry(): Promise<number>
  /** What is sent of this person while `work` lasts is sent `copies` times more, together with it. The statuses of those. */
  storm(
    personId: string,
    size: { copies: number; concurrency: number },
    work: () => Promise<unknown>,
  ): Promise<number[]>
}

const MAX_WAITING = 1000
const TIMEOUT_MS = 10_000
const DEFAULT_PAUSES = [4, 8, 16, 32, 64, 128, 256, 512]

export function createNotifier(http: Http, clock: Clock, counting: Counting, rules?: NotificationRules): Notifier {
  const pauses = rules?.retryAfterSeconds ?? DEFAULT_PAUSES
  const listeners = new Set<(notification: Notification) => void>()
  let waiting: { notification: Notification; tries: number; dueAt: number }[] = []

  async function attempt(notification: Notification, tries: number): Promise<number> {
    const status = await post(http, { timeoutMs: rules?.timeoutMs ?? TIMEOUT_MS, ...notification.request() })
    const accepted = status >= 200 && status < 300
    counting.notified(notification.personId, accepted)
    const verdict = await notification.answered?.(status)
    const pause = pauses[tries]
    if (!accepted && verdict !== 'stop' && pause !== undefined && waiting.length < MAX_WAITING) {
      waiting.push({ notification, tries: tries + 1, dueAt: clock.now() + pause * 1000 })
    }
    return status
  }

  async function repeated(notification: Notification, size: { copies: number; concurrency: number }) {
    const statuses: number[] = []
    let left = size.copies
    const sender = async (): Promise<void> => {
      while (left-- > 0) statuses.push(await attempt(notification, 0))
    }
    await Promise.all(Array.from({ length: Math.min(left, size.concurrency) }, sender))
    return statuses
  }

  return {
    send(notification) {
      for (const listen of listeners) listen(notification)
      return attempt(notification, 0)
    },
    async retry() {
      const now = clock.now()
      const due = waiting.filter((each) => each.dueAt <= now)
      waiting = waiting.filter((each) => each.dueAt > now)
      for (const each of due) await attempt(each.notification, each.tries)
      return due.length
    },
    async storm(personId, size, work) {
      const storms: Promise<number[]>[] = []
      const listen = (notification: Notification): void => {
        if (notification.personId === personId) storms.push(repeated(notification, size))
      }
      listeners.add(listen)
      await work().finally(() => listeners.delete(listen))
      return (await Promise.all(storms)).flat()
    },
  }
}

async function post(http: Http, request: HttpRequest): Promise<number> {
  try {
    return (await http.send({ method: 'POST', ...request })).status
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return 0
  }
}
