// Trouble on order: the next answers below a path fail, come late, or end in the middle.
import type { Problem } from './rules.ts'

export interface Failure {
  /** Null: the answer is the real one, only late or cut. */
  status: number | null
  times: number
  /** What the path contains; null for everything but sign-in and tokens. */
  path: string | null
  retryAfterSeconds: number | null
  delayMs: number
  /** `text`: half of the body, as if it were all. `connection`: half of the body, then nothing. `answer`: done, not told. */
  half: 'text' | 'connection' | 'answer' | null
  /** No answer at all, until all is healed: whoever asks has to give up by itself. */
  hang: boolean
}

export interface Failures {
  order(failure: Failure): void
  clear(): void
  next(path: string): Failure | null
  /** Until `clear`, and at most for some minutes. */
  cleared(): Promise<void>
}

const MAX_ORDERS = 100
const MAX_HANG_MS = 5 * 60_000

/** `quiet` names the paths that only an order with a path of its own reaches. */
export function createFailures(quiet: readonly string[]): Failures {
  let orders: { failure: Failure; left: number }[] = []
  const waiting = new Set<() => void>()
  return {
    order(failure) {
      orders = [...orders.filter((each) => each.left > 0), { failure, left: failure.times }].slice(-MAX_ORDERS)
    },
    clear() {
      orders = []
      for (const release of waiting) release()
    },
    cleared: () =>
      new Promise((resolve) => {
        const release = (): void => {
          clearTimeout(timer)
          waiting.delete(release)
          resolve()
        }
        const timer = setTimeout(release, MAX_HANG_MS)
        timer.unref()
        waiting.add(release)
      }),
    next(path) {
      const order = orders.find(
        ({ failure, left }) =>
          left > 0 && (failure.path === null ? !quiet.some((each) => path === each) : path.includes(failure.path)),
      )
      if (order === undefined) return null
      order.left--
      return order.failure
    },
  }
}

/** The answer that the failure leaves of the real one. */
export async function broken(
  failure: Failure,
  cleared: () => Promise<void>,
  refuse: (problem: Problem) => Response,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (failure.hang) await cleared()
  if (failure.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, failure.delayMs))
  if (failure.status !== null) return refuse(problemOf(failure.status, failure.retryAfterSeconds))
  const whole = await answer()
  if (failure.half === null) return whole
  const bytes = new Uint8Array(await whole.arrayBuffer())
  const half = bytes.subarray(0, failure.half === 'answer' ? 0 : Math.floor(bytes.length / 2))
  const headers = new Headers(whole.headers)
  headers.delete('content-length')
  if (failure.half === 'text') return new Response(half, { status: whole.status, headers })
  headers.set('content-length', String(bytes.length))
  return new Response(dying(half), { status: whole.status, headers })
}

function dying(half: Uint8Array): ReadableStream<Uint8Array> {
  let sent = false
  return new ReadableStream({
    pull(controller) {
      if (!sent && half.length > 0) controller.enqueue(half)
      else controller.error(new Error('cut by order of a test'))
      sent = true
    },
  })
}

function problemOf(status: number, retryAfterSeconds: number | null): Problem {
  const what = status === 401 ? 'token' : status === 403 ? 'scope' : status === 404 ? 'missing' : 'ordered'
  return { what: status === 429 ? 'limit' : what, status, detail: 'ordered by a test', retryAfterSeconds, usage: null }
}
