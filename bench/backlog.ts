// Memory with a million events waiting: while the destination does not answer, and while they go out.
import { type AddressInfo, createServer } from 'node:net'
import type { Contestant } from './lib/contestant.ts'
import { Cleanup, loam, postgresUrl, sqliteUrl } from './lib/contestants.ts'
import { round, table } from './lib/figures.ts'
import { startSink } from './lib/sink.ts'

const EVENTS = Number(process.env.LOAM_BENCH_BACKLOG ?? 1_000_000)
const WATCH_MS = 20_000
const MOST_MB = 400

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
const hole = createServer((socket) => socket.on('error', () => {}).resume())
await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve))
cleanup.add(() => hole.close())
const silent = `http://127.0.0.1:${(hole.address() as AddressInfo).port}/`
try {
  const rows: string[][] = []
  const engines: [string, () => Promise<string | null>][] = [
    ['SQLite', async () => sqliteUrl(cleanup)],
    ['PostgreSQL', () => postgresUrl(cleanup)],
  ]
  const only = process.env.LOAM_BENCH_ENGINE
  for (const [engine, database] of engines.filter(([name]) => only === undefined || name === only)) {
    for (const [name, url] of [
      ['does not answer', silent],
      ['answers', sink.url],
    ] as const) {
      const databaseUrl = await database()
      if (databaseUrl === null) continue
      // Filled by a process of its own: what filling takes is not what waiting takes.
      const stored = { events: EVENTS, state: 'pending' } as const
      const filler = await loam(new Cleanup(), 'filler', databaseUrl, { sinks: [url], role: 'in', stored })
      await filler.stop()
      sink.clear()
      const contestant = await loam(cleanup, engine, databaseUrl, { sinks: [url] })
      const most = await mostMemory(contestant)
      const sent = name === 'answers' ? round(sink.arrived.size / (WATCH_MS / 1000)) : '-'
      rows.push([`${engine}, the destination ${name}`, round(most), sent, most <= MOST_MB ? 'yes' : 'NO'])
      await contestant.stop()
    }
  }
  console.log(`\n${EVENTS} events of 200 bytes wait\n`)
  console.log(table(['', 'most memory (RSS), MB', 'delivered/s', `within ${MOST_MB} MB`], rows))
} finally {
  await cleanup.run()
}

async function mostMemory(contestant: Contestant): Promise<number> {
  let most = 0
  for (const end = performance.now() + WATCH_MS; performance.now() < end;) {
    most = Math.max(most, (await contestant.usage()).rssBytes / 1024 / 1024)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return most
}
