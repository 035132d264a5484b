// For tests of the outbound loop: a real database, the loop on it, and receivers on real sockets. The clock is moved by hand.
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createDestination } from '../api/admin/destinations.ts'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { appendEvents, type NewEvent } from '../outbox/append.ts'
import { createHttp } from '../platform/http-client.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import type { Context } from '../store/context.ts'
import { deliveriesOfEvent } from '../store/deliveries.ts'
import { startDelivering } from './deliver.ts'

export interface Received {
  headers: Record<string, string | string[] | undefined>
  text: string
  type: string
}

export interface Receiver {
  url: string
  got: Received[]
  /** Requests that have no answer yet, and the most that there were at a time. */
  open: number
  most: number
  /** Null: never answers. */
  answer: (event: Received, response: ServerResponse) => number | null
}

export interface World {
  api: TestApi
  ctx: Context
  receiver(answer?: Receiver['answer']): Promise<Receiver>
  destination(url: string, settings?: Record<string, unknown>): Promise<string>
  start(onlyProcess?: boolean): Promise<{ stop(graceMs: number): Promise<void> }>
  append(...events: (Partial<NewEvent> & { type: string })[]): Promise<string[]>
}

export async function openWorld(t: TestContext): Promise<World> {
  const api = await openTestApi()
  // An environment starts with an inspector of its own; here each test says where events go.
  await api.ctx.db.run('DELETE FROM destinations')
  const http = createHttp({ allowPrivate: true, userAgent: 'test' })
  const ctx: Context = { ...api.ctx, destinationHttp: http }
  const closing: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const close of closing.reverse()) await close()
    await http.close()
    await api.dispose()
  })
  return {
    api,
    ctx,
    async receiver(answer = () => 200) {
      const self: Receiver = { url: '', got: [], open: 0, most: 0, answer }
      const server = createServer((request, response) => {
        let text = ''
        self.most = Math.max(self.most, ++self.open)
        response.on('close', () => self.open--)
        request.on('data', (chunk) => (text += chunk))
        request.on('end', () => {
          const event = { headers: request.headers, text, type: (JSON.parse(text) as { type: string }).type }
          self.got.push(event)
          const status = self.answer(event, response)
          if (status !== null) response.writeHead(status).end('seen')
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      // Called before the loops are told to stop: nobody waits for the one that never answers.
      const close = async (): Promise<void> => {
        server.closeAllConnections()
        server.close()
      }
      t.after(close)
      return self
    },
    async destination(url, settings = {}) {
      return (await createDestination(ctx, api.environment, { type: 'webhook', url, ...settings })).id
    },
    async start(onlyProcess = true) {
      const loop = await startDelivering(ctx, { onlyProcess })
      closing.push(() => loop.stop(100))
      return loop
    },
    append(...events) {
      return ctx.db.transaction((tx) =>
        appendEvents(
          ctx,
          tx,
          events.map(({ type, ...more }) => ({
            environmentId: api.environment.id,
            connection: null,
            body: { type, umlaut: 'ä' } as { type: string },
            lane: 'live',
            ...more,
          })),
        ),
      )
    },
  }
}

export async function until(probe: () => boolean | Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await probe())) {
    assert.ok(Date.now() < end, problem)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export async function stateOf(world: World, eventId: string): Promise<string> {
  const [row] = await deliveriesOfEvent(world.ctx.db, eventId)
  return row === undefined ? 'none' : `${row.state} ${row.attempts}`
}

export function many(n: number, type = 'daily'): { type: string }[] {
  return Array.from({ length: n }, () => ({ type }))
}

export function later(world: World, destination: string, ms: number): void {
  world.api.clock.advance(ms)
  wakeDeliveries(world.ctx.db, [destination])
}
