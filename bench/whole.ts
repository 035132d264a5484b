// (ii) The whole path: a push of Garmin's with its data inside, verified, committed, mapped, merged, made an event of 10 KB,
// delivered; beside a relay that stores nothing and passes on 10 KB.
import { Cleanup, loamWhole, postgresUrl, relay, sqliteUrl } from './lib/contestants.ts'
import { garminPushes, tenKilobytes } from './lib/events.ts'
import { median, round, table, verdict } from './lib/figures.ts'
import { type Saturation, saturate, WARM_UP_EVENTS } from './lib/load.ts'
import { startSink } from './lib/sink.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
const COUNT = Number(process.env.LOAM_BENCH_EVENTS ?? 4000)

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
try {
  const postgres = await postgresUrl(cleanup)
  const contestants = [
    await relay(cleanup, sink.url),
    await loamWhole(cleanup, 'Loam on SQLite', sqliteUrl(cleanup), sink.url),
    ...(postgres === null ? [] : [await loamWhole(cleanup, 'Loam on PostgreSQL', postgres, sink.url)]),
  ]
  const base = contestants[0]!.name
  const payloadsOf = new Map(contestants.map(({ name }) => [name, name === base ? tenKilobytes() : garminPushes(200)]))
  const results = new Map<string, Saturation[]>(contestants.map((each) => [each.name, []]))
  const run = (contestant: (typeof contestants)[number], count: number): Promise<Saturation> =>
    saturate(contestant, sink, payloadsOf.get(contestant.name)!, count)
  for (const contestant of contestants) await run(contestant, WARM_UP_EVENTS)
  for (let i = 0; i < ROUNDS; i++) {
    for (const contestant of contestants) results.get(contestant.name)!.push(await run(contestant, COUNT))
  }
  const rate = (name: string): number => median(results.get(name)!.map((each) => each.perSecond))
  console.log(`\nA push in, an event of 10 KB out, 64 clients, ${COUNT} a round, medians of ${ROUNDS}\n`)
  console.log(
    table(
      ['', 'events/s', 'of the relay', 'server CPU us/event'],
      contestants.map(({ name }) => [
        name,
        round(rate(name)),
        round(rate(name) / rate(base), 2),
        round(median(results.get(name)!.map((each) => each.cpuMicroseconds))),
      ]),
    ),
  )
  for (const { name } of contestants.slice(1)) console.log(verdict(`${name} / relay`, rate(name) / rate(base), 0.5))
} finally {
  await cleanup.run()
}
