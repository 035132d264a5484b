// Tells open pages that there is something new; the page then asks for itself again. Within ten minutes the browser
// reconnects by itself, and whoever has signed out by then is refused.
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { listDeliveries } from '../api/admin/deliveries.ts'
import { listEvents } from '../api/admin/events.ts'
import { listInspectorRequests } from '../api/admin/inspector.ts'
import type { App, Call } from './view.ts'

const LOOK_EVERY_MS = 1000
const STILL_HERE_EVERY_MS = 15_000
const LONGEST_MS = 600_000
const MOST_STREAMS = 100

let open = 0

export function liveStreams(app: App): void {
  app.get('/dashboard/live/events', (c) => {
    const { ctx, environment } = c.get('view')
    return watch(c, async () => {
      const [events, deliveries] = await Promise.all([
        listEvents(ctx, environment, { limit: 1 }),
        listDeliveries(ctx, environment, { limit: 20 }),
      ])
      return [
        ...events.data.map((row) => row.id),
        ...deliveries.data.map((row) => row.id + row.state + row.attempts),
      ].join()
    })
  })

  app.get('/dashboard/live/inspector/:bin', (c) => {
    const { ctx } = c.get('view')
    const bin = c.req.param('bin').slice(0, 64)
    return watch(c, async () => (await listInspectorRequests(ctx, { bin, limit: 1 })).data[0]?.id ?? '')
  })
}

/** `look` answers something that changes when there is something to see. */
function watch(c: Call, look: () => Promise<string>): Response {
  if (open >= MOST_STREAMS) return c.body(null, 503, { 'retry-after': '30' })
  open += 1
  c.header('x-accel-buffering', 'no')
  c.header('cache-control', 'no-store')
  return streamSSE(c, async (stream) => {
    try {
      await follow(stream, look)
    } finally {
      open -= 1
    }
  })
}

async function follow(stream: SSEStreamingApi, look: () => Promise<string>): Promise<void> {
  let last = await look()
  let quietMs = 0
  await stream.write(': open\n\n')
  for (let ms = 0; ms < LONGEST_MS && !stream.aborted; ms += LOOK_EVERY_MS) {
    await stream.sleep(LOOK_EVERY_MS)
    const now = await look()
    quietMs += LOOK_EVERY_MS
    if (now !== last) await stream.writeSSE({ event: 'change', data: 'new' })
    else if (quietMs < STILL_HERE_EVERY_MS) continue
    else await stream.write(': still here\n\n')
    last = now
    quietMs = 0
  }
}
