// Server-sent events: one way, through proxies, resumed by the browser with `Last-Event-ID`.
import { ApiError } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'

const COMMENT_EVERY_MS = 15_000
const MAX_STREAMS = 200
/** A client that reads nothing is let go; it resumes when it comes back. */
const MAX_UNREAD = 1000
/** Events that a source gives in one go; whoever has more is asked again at once. */
export const MOST_AT_ONCE = 500

export interface StreamEvent {
  id: string
  type: string
  data: unknown
}

export interface StreamSource {
  /** An id before all that it gives: who is cut off before anything came resumes there. */
  startId: string
  /** What is new since the last call, oldest first, `MOST_AT_ONCE` at most. */
  next(): Promise<StreamEvent[]>
  /** Calls `wake` when there may be something new; answers how to stop. */
  listen(wake: () => void): () => void
  /** Looks by itself this often: a lost wake delays, it never loses. */
  lookEveryMs: number
}

let open = 0

/** Ends when the client goes or `shutdown` aborts. A source that fails ends the stream; the browser comes back. */
export function eventStream(
  request: Request,
  source: StreamSource,
  options: { log: Log; shutdown?: AbortSignal },
): Response {
  const { shutdown } = options
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  }
  if (request.method === 'HEAD') return new Response(null, { headers })
  if (open >= MAX_STREAMS) {
    throw new ApiError('too_many_streams', 429, `${MAX_STREAMS} streams are open already; close some`, {
      headers: { 'retry-after': '30' },
    })
  }
  const encoder = new TextEncoder()
  let stop = (): void => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      open++
      let stopped = false
      let looking = false
      let again = false
      const look = async (): Promise<void> => {
        again = true
        if (looking) return
        looking = true
        try {
          while (again) {
            again = false
            const events = await source.next()
            for (const event of events) controller.enqueue(encoder.encode(frameOf(event)))
            again ||= events.length === MOST_AT_ONCE
            if ((controller.desiredSize ?? 0) < -MAX_UNREAD) stop()
          }
        } catch (error) {
          if (!stopped) options.log.warn({ err: error }, 'an event stream ended')
          stop()
        } finally {
          looking = false
        }
      }
      const unlisten = source.listen(() => void look())
      const timer = setInterval(() => void look(), source.lookEveryMs)
      const comment = setInterval(() => controller.enqueue(encoder.encode(': still here\n\n')), COMMENT_EVERY_MS)
      stop = () => {
        if (stopped) return
        stopped = true
        open--
        unlisten()
        clearInterval(timer)
        clearInterval(comment)
        again = false
        shutdown?.removeEventListener('abort', stop)
        try {
          controller.close()
        } catch {
          // The client closed it already.
        }
      }
      if (shutdown?.aborted === true) return stop()
      shutdown?.addEventListener('abort', stop)
      controller.enqueue(encoder.encode(`: connected\nid: ${source.startId}\n\n`))
      void look()
    },
    cancel: () => stop(),
  })
  return new Response(body, { headers })
}

function frameOf(event: StreamEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`
}
