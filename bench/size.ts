// What an event costs with 10^4, 10^6 and, with LOAM_BENCH_LARGE=1, 10^7 events of 200 bytes stored before it.
import type { Contestant } from './lib/contestant.ts'
import { Cleanup, loam, postgresUrl, sqliteUrl } from './lib/contestants.ts'
import { smallPayloads } from './lib/events.ts'
import { median, round, table } from './lib/figures.ts'
import { type Saturation, saturate } from './lib/load.ts'
import { startSink } from './lib/sink.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
const COUNT = 5000
const sizes = [1e4, 1e6, ...(process.env.LOAM_BENCH_LARGE === '1' ? [1e7] : [])]

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
try {
  const engines: [string, () => Promise<string | null>][] = [
    ['SQLite', async () => sqliteUrl(cleanup)],
    ['PostgreSQL', () => postgresUrl(cleanup)],
  ]
  const payloads = smallPayloads(100)
  const only = process.env.LOAM_BENCH_ENGINE
  for (const [engine, database] of engines.filter(([name]) => only === undefined || name === only)) {
    const contestants: Contestant[] = []
    for (const events of sizes) {
      const url = await database()
      if (url === null) break
      const stored = { events, state: 'delivered' } as const
      contestants.push(await loam(cleanup, `10^${Math.log10(events)} stored`, url, { sinks: [sink.url], stored }))
    }
    if (contestants.length === 0) continue
    const results = new Map<string, Saturation[]>(contestants.map((each) => [each.name, []]))
    for (const contestant of contestants) await saturate(contestant, sink, payloads, COUNT)
    for (let i = 0; i < ROUNDS; i++) {
      for (const contestant of contestants) {
        results.get(contestant.name)!.push(await saturate(contestant, sink, payloads, COUNT))
      }
    }
    const cpu = (name: string): number => median(results.get(name)!.map((each) => each.cpuMicroseconds))
    const rate = (name: string): number => median(results.get(name)!.map((each) => each.perSecond))
    const base = contestants[0]!.name
    console.log(`\n${engine}: events of 200 bytes, medians of ${ROUNDS}\n`)
    console.log(
      table(
        ['', 'events/s', 'of the first', 'gateway CPU us/event', 'of the first'],
        contestants.map(({ name }) => [
          name,
          round(rate(name)),
          round(rate(name) / rate(base), 2),
          round(cpu(name)),
          round(cpu(name) / cpu(base), 2),
        ]),
      ),
    )
  }
} finally {
  await cleanup.run()
}
