// Latency at a steady rate: from the request that brings an event to its arrival, beside the relay's in the same rounds.
import { Cleanup, loamOnPostgres, loamOnSqlite, relay } from './lib/contestants.ts'
import { tenKilobytes } from './lib/events.ts'
import { median, round, table } from './lib/figures.ts'
import { atRate, type Latency } from './lib/load.ts'
import { startSink } from './lib/sink.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
const RATE = Number(process.env.LOAM_BENCH_RATE ?? 200)
const SECONDS = Number(process.env.LOAM_BENCH_SECONDS ?? 8)

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
try {
  const contestants = [
    await relay(cleanup, sink.url),
    await loamOnSqlite(cleanup, sink.url),
    await loamOnPostgres(cleanup, sink.url),
  ].filter((each) => each !== null)
  const payloads = tenKilobytes()
  for (const contestant of contestants) await atRate(contestant, sink, payloads, RATE, 3)
  const results = new Map<string, Latency[]>(contestants.map((each) => [each.name, []]))
  for (let i = 0; i < ROUNDS; i++) {
    for (const contestant of contestants) {
      results.get(contestant.name)!.push(await atRate(contestant, sink, payloads, RATE, SECONDS))
    }
  }
  const of = (name: string, read: (latency: Latency) => number): number => median(results.get(name)!.map(read))
  const base = contestants[0]!.name
  console.log(`\n${RATE} events of 10 KB per second for ${SECONDS} s, milliseconds, medians of ${ROUNDS}\n`)
  console.log(
    table(
      ['', 'delivered p50', 'p99', "of the relay's p50", 'p99', 'acknowledged p50', 'p99'],
      contestants.map(({ name }) => [
        name,
        round(
          of(name, (each) => each.p50),
          1,
        ),
        round(
          of(name, (each) => each.p99),
          1,
        ),
        round(of(name, (each) => each.p50) / of(base, (each) => each.p50), 1),
        round(of(name, (each) => each.p99) / of(base, (each) => each.p99), 1),
        round(
          of(name, (each) => each.acknowledged.p50),
          1,
        ),
        round(
          of(name, (each) => each.acknowledged.p99),
          1,
        ),
      ]),
    ),
  )
  console.log('\nTo reach: p50 at most 5 ms, p99 at most 40 ms.')
} finally {
  await cleanup.run()
}
