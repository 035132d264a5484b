// One dead destination among ten: it takes connections and never answers. What the nine others notice.
import { type AddressInfo, createServer } from 'node:net'
import { Cleanup, loam, postgresUrl, sqliteUrl } from './lib/contestants.ts'
import { tenKilobytes } from './lib/events.ts'
import { median, round, table } from './lib/figures.ts'
import { atRate, type Latency } from './lib/load.ts'
import { startSink } from './lib/sink.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
const RATE = 50
const SECONDS = 8

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
const hole = createServer((socket) => socket.on('error', () => {}).resume())
await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve))
cleanup.add(() => hole.close())
const dead = `http://127.0.0.1:${(hole.address() as AddressInfo).port}/`
try {
  const nine = Array.from({ length: 9 }, (_, i) => `/${i + 1}/`)
  const urls = nine.map((path) => sink.url.replace(/\/$/, path))
  const databases: [string, () => Promise<string | null>][] = [
    ['SQLite', async () => sqliteUrl(cleanup)],
    ['PostgreSQL', () => postgresUrl(cleanup)],
  ]
  for (const [engine, database] of databases) {
    const [first, second] = [await database(), await database()]
    if (first === null || second === null) continue
    const contestants = [
      await loam(cleanup, 'ten that answer', first, { sinks: [...urls, sink.url.replace(/\/$/, '/ten/')] }),
      await loam(cleanup, 'nine that answer, one dead', second, { sinks: [...urls, dead] }),
    ]
    const results = new Map<string, Latency[]>(contestants.map((each) => [each.name, []]))
    for (let i = -1; i < ROUNDS; i++) {
      for (const contestant of contestants) {
        const latency = await atRate(contestant, sink, tenKilobytes(), RATE, SECONDS, nine)
        if (i >= 0) results.get(contestant.name)!.push(latency)
      }
    }
    const of = (name: string, read: (latency: Latency) => number): number => median(results.get(name)!.map(read))
    console.log(
      `\n${engine}: ${RATE} events/s to ten destinations, the nine others' latency in ms, medians of ${ROUNDS}\n`,
    )
    console.log(
      table(
        ['', 'p50', 'p99'],
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
        ]),
      ),
    )
    const [well, ill] = contestants.map(({ name }) => of(name, (each) => each.p99))
    console.log(`p99 beside a dead one: ${round(ill! / well!, 2)} times (to reach: below 2)`)
  }
} finally {
  await cleanup.run()
}
