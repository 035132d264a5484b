// 1, 2 and 4 processes that deliver the same backlog from one PostgreSQL. All share the two cores with the sink and the
// database here: what it shows is that they do not stand in each other's way, not what more machines give.
import { Cleanup, loam, postgresUrl } from './lib/contestants.ts'
import { median, round, table } from './lib/figures.ts'
import { startSink } from './lib/sink.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 3)
const BACKLOG = 10_000

const sink = await startSink()
const rates = new Map<number, number[]>([1, 2, 4].map((count) => [count, []]))
try {
  for (let i = 0; i < ROUNDS; i++) {
    for (const count of rates.keys()) {
      const rate = await drain(count)
      if (rate === null) process.exit(0)
      rates.get(count)!.push(rate)
    }
  }
  console.log(`\nA backlog of ${BACKLOG} events on PostgreSQL, medians of ${ROUNDS}\n`)
  const base = median(rates.get(1)!)
  console.log(
    table(
      ['processes', 'delivered/s', 'of one process'],
      [...rates].map(([count, all]) => [String(count), round(median(all)), round(median(all) / base, 2)]),
    ),
  )
} finally {
  sink.close()
}

/** Deliveries per second from the first arrival to the last; each event once. */
async function drain(count: number): Promise<number | null> {
  const cleanup = new Cleanup()
  try {
    const url = await postgresUrl(cleanup)
    if (url === null) return null
    sink.clear()
    const stored = { events: BACKLOG, state: 'pending' } as const
    await loam(cleanup, 'in', url, { sinks: [sink.url], role: 'in', stored })
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        loam(cleanup, `deliver ${i}`, url, { sinks: [sink.url], role: 'deliver' }),
      ),
    )
    await sink.until(BACKLOG)
    if (sink.total !== BACKLOG) console.log(`${sink.total - BACKLOG} of ${BACKLOG} came twice`)
    const times = [...sink.arrived.values()]
    return BACKLOG / ((Math.max(...times) - Math.min(...times)) / 1000)
  } finally {
    await cleanup.run()
  }
}
