// Sends spans to a collector: OTLP over HTTP, as JSON. What finds no room is dropped and counted: traces never slow the work that
// they tell of.
import type { Http } from './http.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { type Attributes, type EndedSpan, otlpAttributes } from './trace.ts'

export interface TraceExport {
  add(span: EndedSpan): void
  /** Sends what is left, within `graceMs`. */
  stop(graceMs: number): Promise<void>
}

const MOST_WAITING = 4096
const AT_ONCE = 512
const EVERY_MS = 1000
const TIMEOUT_MS = 10_000
const TRIES = 3
const PAUSE_MS = 1000
const TELL_EVERY_MS = 60_000
/** OTLP's own list of what may be sent again. */
const AGAIN = new Set([429, 502, 503, 504])

export function exportTraces(options: {
  http: Http
  log: Log
  metrics: Pick<Metrics, 'traceSpans'>
  /** With `/v1/traces`. */
  url: string
  headers: Record<string, string>
  resource: Attributes
  scope: { name: string; version: string }
}): TraceExport {
  const { http, log, metrics } = options
  const resource = { attributes: otlpAttributes(options.resource) }
  const waiting: EndedSpan[] = []
  let sending: Promise<void> | null = null
  let stopped = false
  let toldAt = Number.NEGATIVE_INFINITY
  const timer = setInterval(() => void flush(), EVERY_MS)
  timer.unref()

  function flush(): Promise<void> {
    sending ??= (async () => {
      while (waiting.length > 0) await send(waiting.splice(0, AT_ONCE))
    })().finally(() => {
      sending = null
    })
    return sending
  }

  async function send(spans: EndedSpan[]): Promise<void> {
    const body = Buffer.from(
      JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: options.scope, spans }] }] }),
    )
    const headers = { ...options.headers, 'content-type': 'application/json' }
    let problem = ''
    for (let i = 1; i <= TRIES; i++) {
      try {
        const request = {
          method: 'POST' as const,
          url: options.url,
          headers,
          body,
          timeoutMs: TIMEOUT_MS,
          maxResponseBytes: 4096,
        }
        const { status } = await http.send(request)
        if (status >= 200 && status < 300) return metrics.traceSpans.inc({ outcome: 'exported' }, spans.length)
        problem = `the collector answered ${status}`
        if (!AGAIN.has(status)) break
      } catch (error) {
        problem = error instanceof Error ? error.message : 'the collector did not answer'
      }
      if (stopped || i === TRIES) break
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * i).unref())
    }
    metrics.traceSpans.inc({ outcome: 'dropped' }, spans.length)
    if (performance.now() - toldAt < TELL_EVERY_MS) return
    toldAt = performance.now()
    log.warn({ problem, spans: spans.length }, 'traces could not be sent')
  }

  return {
    add(span) {
      if (waiting.length >= MOST_WAITING) return metrics.traceSpans.inc({ outcome: 'dropped' })
      waiting.push(span)
      if (waiting.length >= AT_ONCE) void flush()
    },
    async stop(graceMs) {
      stopped = true
      clearInterval(timer)
      const end = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref())
      await Promise.race([flush(), end])
    },
  }
}
