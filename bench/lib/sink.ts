// Where events arrive. It reads them whole, answers 200 and remembers when each came.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Sink {
  url: string
  /** Events that arrived, by id, with the time of the first arrival. */
  arrived: Map<string, number>
  /** Arrivals, repeats included. */
  total: number
  /** Resolves when so many different events have arrived since the last `clear`. */
  until(count: number, timeoutMs?: number): Promise<void>
  clear(): void
  close(): void
}

export async function startSink(): Promise<Sink> {
  let waiting: { count: number; done: () => void } | null = null
  const server = createServer((request, response) => {
    request.on('end', () => {
      response.end()
      sink.total++
      // One sink stands for several destinations: each has a path of its own.
      const path = request.url === '/' ? '' : request.url!
      const id = `${path}${request.headers['x-terra-trace-id'] as string}`
      if (!sink.arrived.has(id)) sink.arrived.set(id, performance.now())
      if (waiting !== null && sink.arrived.size >= waiting.count) waiting.done()
    })
    request.resume()
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sink: Sink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrived: new Map(),
    total: 0,
    async until(count, timeoutMs = 120_000) {
      if (sink.arrived.size >= count) return
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((done, failed) => {
        waiting = { count, done }
        timer = setTimeout(() => failed(new Error(`${sink.arrived.size} of ${count} events arrived`)), timeoutMs)
      }).finally(() => {
        clearTimeout(timer)
        waiting = null
      })
    },
    clear() {
      sink.arrived.clear()
      sink.total = 0
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return sink
}
