// REST reads: days of one person, with their series and without, beside a server that answers the same bytes from memory.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { type Contestant, startContestant } from './lib/contestant.ts'
import { Cleanup, postgresUrl, sqliteUrl } from './lib/contestants.ts'
import { median, round, table } from './lib/figures.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
const COUNT = 1000
const CLIENTS = 16
const QUESTIONS = [
  { name: 'one day', query: '&start_date=1990-01-10&end_date=1990-01-10' },
  { name: 'one day, with series', query: '&start_date=1990-01-10&end_date=1990-01-10&with_samples=true' },
  { name: '28 days', query: '&start_date=1990-01-01&end_date=1990-01-28' },
  { name: '28 days, with series', query: '&start_date=1990-01-01&end_date=1990-01-28&with_samples=true' },
]

interface Figures {
  perSecond: number
  cpuMicroseconds: number
}

const cleanup = new Cleanup()
try {
  const folder = mkdtempSync(join(tmpdir(), 'loam-bench-'))
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }))
  const loams = [await started('Loam on SQLite', 'rest.ts', { BENCH_DATABASE: sqliteUrl(cleanup) })]
  const postgres = await postgresUrl(cleanup)
  if (postgres !== null) loams.push(await started('Loam on PostgreSQL', 'rest.ts', { BENCH_DATABASE: postgres }))
  for (const { name, query } of QUESTIONS) {
    const answer = join(folder, 'answer.json')
    const bytes = await kept(loams[0]!, query, answer)
    const contestants = [await started('from memory', 'from-memory.ts', { BENCH_BODY: answer }), ...loams]
    const results = new Map<string, Figures[]>(contestants.map((each) => [each.name, []]))
    for (let i = -1; i < ROUNDS; i++) {
      for (const contestant of contestants) {
        const figures = await read(contestant, query)
        if (i >= 0) results.get(contestant.name)!.push(figures)
      }
    }
    const of = (contestant: Contestant, figure: keyof Figures): number =>
      median(results.get(contestant.name)!.map((each) => each[figure]))
    const base = of(contestants[0]!, 'perSecond')
    console.log(`\n${name}: ${bytes} bytes, ${CLIENTS} clients, ${COUNT} a round, medians of ${ROUNDS}\n`)
    console.log(
      table(
        ['', 'answers/s', 'of those from memory', 'server CPU us/answer'],
        contestants.map((each) => [
          each.name,
          round(of(each, 'perSecond')),
          round(of(each, 'perSecond') / base, 2),
          round(of(each, 'cpuMicroseconds')),
        ]),
      ),
    )
  }
} finally {
  await cleanup.run()
}

async function started(name: string, server: string, env: Record<string, string>): Promise<Contestant> {
  const contestant = await startContestant({ name, server, env })
  cleanup.add(() => contestant.stop())
  return contestant
}

/** The answer, kept as a file; its size. */
async function kept({ url, path, headers }: Contestant, query: string, file: string): Promise<number> {
  const response = await fetch(`${url}${path}${query}`, { headers })
  const { data } = (await response.clone().json()) as { data?: unknown[] }
  if (!data?.length) throw new Error(`no data came: ${await response.text()}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  writeFileSync(file, bytes)
  return bytes.byteLength
}

async function read(contestant: Contestant, query: string): Promise<Figures> {
  const pool = new Pool(contestant.url, { connections: CLIENTS, pipelining: 1 })
  const before = await contestant.usage()
  const startedAt = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next++ < COUNT) {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: `${contestant.path}${query}`,
          headers: contestant.headers,
        })
        await body.dump({ limit: Number.MAX_SAFE_INTEGER })
        if (statusCode !== 200) throw new Error(`a question was answered ${statusCode}`)
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  const after = await contestant.usage()
  await pool.close()
  return { perSecond: COUNT / seconds, cpuMicroseconds: ((after.cpuMs - before.cpuMs) * 1000) / COUNT }
}
