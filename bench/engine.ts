// (i) The engine: events in over HTTP, durable, delivered; beside a relay that stores nothing and BullMQ. Every round
// measures each contestant once, so that what else the machine does meets all of them; the ratios are those of medians.
import { bullmq, Cleanup, loamOnPostgres, loamOnSqlite, relay } from './lib/contestants.ts'
import { hundredKilobytes, type Payloads, tenKilobytes } from './lib/events.ts'
import { median, round, table, verdict } from './lib/figures.ts'
import { type Saturation, saturate, WARM_UP_EVENTS } from './lib/load.ts'
import { startSink } from './lib/sink.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
const EVENTS = Number(process.env.LOAM_BENCH_EVENTS ?? 6000)
const only = process.env.LOAM_BENCH_ONLY?.split(',')

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
try {
  const found = [
    await relay(cleanup, sink.url),
    await loamOnSqlite(cleanup, sink.url),
    await loamOnPostgres(cleanup, sink.url),
    await bullmq(cleanup, sink.url),
  ]
  const contestants = found.filter(
    (each) => each !== null && (only === undefined || only.some((word) => each.name.includes(word))),
  ) as NonNullable<(typeof found)[number]>[]
  for (const [payloads, count] of [
    [tenKilobytes(), EVENTS],
    [hundredKilobytes(), EVENTS / 4],
  ] as [Payloads, number][]) {
    const results = new Map<string, Saturation[]>(contestants.map((each) => [each.name, []]))
    for (const contestant of contestants)
      await saturate(contestant, sink, payloads, Math.ceil((WARM_UP_EVENTS * count) / EVENTS))
    for (let i = 0; i < ROUNDS; i++) {
      for (const contestant of contestants) {
        results.get(contestant.name)!.push(await saturate(contestant, sink, payloads, count))
      }
    }
    const perSecond = (name: string): number => median(results.get(name)?.map((each) => each.perSecond) ?? [])
    const base = perSecond(contestants[0]!.name)
    const cpu = (name: string): number => median(results.get(name)!.map((each) => each.cpuMicroseconds))
    const allCpu = (name: string): number =>
      median(results.get(name)!.map((each) => each.cpuMicroseconds + each.besidesMicroseconds))
    console.log(
      `\nEvents of ${payloads.name} (${payloads.bytes} bytes), 64 clients, ${count} a round, medians of ${ROUNDS}\n`,
    )
    console.log(
      table(
        ['', 'events/s', 'of the relay', 'CPU us/event', 'with load and sink', "the relay's by that"],
        contestants.map(({ name }) => [
          name,
          round(perSecond(name)),
          round(perSecond(name) / base, 2),
          round(cpu(name)),
          round(allCpu(name)),
          round(allCpu(contestants[0]!.name) / allCpu(name), 2),
        ]),
      ),
    )
    const mq = perSecond('BullMQ, Redis appendfsync always')
    for (const [name, least] of [
      ['Loam on SQLite', 0.75],
      ['Loam on PostgreSQL', 0.5],
    ] as const) {
      const own = perSecond(name)
      if (Number.isNaN(own)) continue
      console.log(verdict(`${name} / relay`, own / base, least))
      if (!Number.isNaN(mq)) console.log(verdict(`${name} / BullMQ`, own / mq, 1.4))
    }
  }
} finally {
  await cleanup.run()
}
