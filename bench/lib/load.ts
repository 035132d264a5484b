// The load generator. It shares a process with the sink, beside the server under test.
import { Pool } from 'undici'
import type { Contestant } from './contestant.ts'
import type { Payloads } from './events.ts'
import { quantile } from './figures.ts'
import type { Sink } from './sink.ts'

const CLIENTS = 64
/** Until then V8 is still at compiling what it has found to be hot; a server runs for days. */
export const WARM_UP_EVENTS = Number(process.env.LOAM_BENCH_WARM_UP ?? 15_000)
let sequence = 0
/** Over all rounds: where each request must be a new one, it is. */
let sent = 0

export interface Saturation {
  perSecond: number
  /** Of the server under test, per event. */
  cpuMicroseconds: number
  /** Of load generator and sink, per event. */
  besidesMicroseconds: number
}

/** As many as go through: `clients` post one after the other until `count` are acknowledged, then all must have arrived. */
export async function saturate(
  contestant: Contestant,
  sink: Sink,
  payloads: Payloads,
  count: number,
  clients = CLIENTS,
): Promise<Saturation> {
  const pool = new Pool(contestant.url, { connections: clients, pipelining: 1 })
  // Made beforehand: that is no work of the one who sends it.
  const texts = Array.from({ length: count }, () => payloads.text(sent++))
  sink.clear()
  const before = await contestant.usage()
  const own = process.cpuUsage()
  const startedAt = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        await post(pool, contestant, texts[next++]!)
      }
    }),
  )
  await sink.until(count)
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(own)
  const after = await contestant.usage()
  await pool.close()
  return {
    perSecond: count / seconds,
    cpuMicroseconds: ((after.cpuMs - before.cpuMs) * 1000) / count,
    besidesMicroseconds: (user + system) / count,
  }
}

export interface Latency {
  p50: number
  p99: number
  /** From the request to its acknowledgement. */
  acknowledged: { p50: number; p99: number }
}

/** From the request that brings an event to its arrival, at a steady rate. */
export async function atRate(
  contestant: Contestant,
  sink: Sink,
  payloads: Payloads,
  rate: number,
  seconds: number,
  /** Of the sink, where each event is to arrive. */
  paths: readonly string[] = [''],
): Promise<Latency> {
  const pool = new Pool(contestant.url, { connections: CLIENTS, pipelining: 1 })
  sink.clear()
  const sentAt = new Map<string, number>()
  const acknowledged: number[] = []
  const running: Promise<void>[] = []
  const begin = performance.now()
  for (let i = 0; i < rate * seconds; i++) {
    const due = begin + (i * 1000) / rate
    while (performance.now() < due)
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, due - performance.now())))
    const at = performance.now()
    const id = newId()
    sentAt.set(id, at)
    running.push(
      post(pool, contestant, payloads.text(sent++), id).then(() => void acknowledged.push(performance.now() - at)),
    )
  }
  await Promise.all(running)
  await sink.until(sentAt.size * paths.length)
  await pool.close()
  const latencies = [...sentAt].flatMap(([id, at]) => paths.map((path) => sink.arrived.get(`${path}${id}`)! - at))
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    acknowledged: { p50: quantile(acknowledged, 0.5), p99: quantile(acknowledged, 0.99) },
  }
}

function newId(): string {
  return `bench-${++sequence}`
}

async function post(pool: Pool, { path, headers }: Contestant, body: string, id = newId()): Promise<void> {
  const response = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', 'x-event-id': id, ...headers },
    body,
  })
  await response.body.dump()
  if (response.statusCode !== 200) throw new Error(`an event was answered ${response.statusCode}`)
}
