// Events whose bytes tell when somebody read and wrote them again, and worlds to send them from.
import { randomUUID } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { OutgoingEvent, World } from '../../src/destinations/destination.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createHttp } from '../../src/platform/http-client.ts'
import type { Names } from '../../src/platform/names.ts'
import { createNetwork } from '../../src/platform/network.ts'

export function testEvents(count: number, userId: string = randomUUID()): OutgoingEvent[] {
  return Array.from({ length: count }, (_, i) => testEvent(i, userId))
}

/** Spaces, numbers, escapes and an order of members that no serializer of ours would write. */
export function testEvent(i: number, userId: string = randomUUID(), padding = 0): OutgoingEvent {
  const id = randomUUID()
  const now = Date.now()
  const day = new Date(Date.UTC(2026, 0, 1 + (i % 300))).toISOString().slice(0, 10)
  const user = `{"user_id": "${userId}", "provider": "OURA", "last_webhook_update": null, "created_at": "2026-01-01T00:00:00.000000+00:00", "scopes": null, "reference_id": "für Zoë", "active": true}`
  const text =
    i % 5 === 4
      ? `{"type": "healthcheck", "status": "success", "trend_percentage": 1.50, "version": "2022-03-16"}`
      : `{"version": "2022-03-16", "data": [{"metadata": {"start_time": "${day}T00:00:00.000000+02:00", "end_time": "${day}T23:59:59.000000+02:00"}, "note": "\\u00e9é 😀 \\u0000 \\ud83d \\"\\\\ ${'x'.repeat(padding)}", "steps": 1.0e3, "number": ${i}}], "user": ${user}, "type": "daily"}`
  const type = i % 5 === 4 ? 'healthcheck' : 'daily'
  return {
    id,
    type,
    reference: randomUUID(),
    traceId: id,
    orderingAt: now,
    userId: type === 'healthcheck' ? null : userId,
    referenceId: 'für Zoë',
    provider: 'OURA',
    createdAt: now,
    body: Buffer.from(text),
    attempt: 1,
  }
}

export function textOf(event: OutgoingEvent): string {
  return Buffer.from(event.body).toString('utf8')
}

/** HTTP is shared by all destinations of a process: whoever made it closes it. */
export type TestWorld = World & { http: ReturnType<typeof createHttp> }

/** For `names`: whatever the name, it is this machine. */
export const HERE: Names = { addresses: async () => [{ address: '127.0.0.1', family: 4 }], isAsking: () => false }

export function testWorld(t: TestContext, options: { allowPrivate: boolean; names?: Names }): TestWorld {
  const http = createHttp({ ...options, userAgent: 'test' })
  t.after(() => http.close())
  return { destinationId: randomUUID(), http, network: createNetwork(options), clock: systemClock }
}

/** Takes connections and never says a word. */
export interface Silent {
  port: number
  open(): number
  /** How many ever came. */
  seen(): number
  /** What each of those that said something said first. */
  heard(): Buffer[]
}

export async function silentServer(t: TestContext): Promise<Silent> {
  const sockets = new Set<Socket>()
  let seen = 0
  const heard: Buffer[] = []
  const server = createServer((socket) => {
    seen++
    socket.once('data', (bytes) => heard.push(bytes))
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, open: () => sockets.size, seen: () => seen, heard: () => heard }
}

/** Fails by itself after a minute, so that a test that waits for something says for what. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await holds()) return
    await pause(50)
  }
  throw new Error(`waited in vain: ${what}`)
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
