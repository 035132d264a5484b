// What an event takes: of the disk, of PostgreSQL's log, of the processors. For docs/scale.md.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import pg from 'pg'
import { Cleanup, loam, loamWhole, postgresUrl, sqliteUrl } from './lib/contestants.ts'
import { garminPushes, type Payloads, smallPayloads, tenKilobytes } from './lib/events.ts'
import { round, table } from './lib/figures.ts'
import { saturate, WARM_UP_EVENTS } from './lib/load.ts'
import { startSink } from './lib/sink.ts'

const EVENTS = Number(process.env.LOAM_BENCH_EVENTS ?? 10_000)
const TICKS_MS = 10

interface Measure {
  bytes: number
  walBytes: number | null
  serverCpuMs: number | null
}

const cleanup = new Cleanup()
const sink = await startSink()
cleanup.add(() => sink.close())
try {
  const paths: [string, () => Payloads, typeof ours][] = [
    ['200 bytes', () => smallPayloads(100), ours],
    ['10 KB', tenKilobytes, ours],
    ['a Garmin push, 10 KB out', () => garminPushes(200), whole],
  ]
  const rows: string[][] = []
  for (const [name, payloads, start] of paths) {
    for (const url of [sqliteUrl(cleanup), await postgresUrl(cleanup)]) {
      if (url === null) continue
      const contestant = await start(url)
      const all = payloads()
      await saturate(contestant, sink, all, WARM_UP_EVENTS)
      const before = await measure(url)
      const { cpuMicroseconds } = await saturate(contestant, sink, all, EVENTS)
      await new Promise((resolve) => setTimeout(resolve, 1000))
      const after = await measure(url)
      const each = (of: keyof Measure): string =>
        after[of] === null || before[of] === null ? '-' : round((after[of] - before[of]) / EVENTS)
      const server =
        each('serverCpuMs') === '-' ? '-' : round(((after.serverCpuMs! - before.serverCpuMs!) * 1000) / EVENTS)
      const engine = url.startsWith('sqlite:') ? 'SQLite' : 'PostgreSQL'
      rows.push([`${name}, ${engine}`, each('bytes'), each('walBytes'), round(cpuMicroseconds), server])
      await contestant.stop()
      if (start === whole && engine === 'PostgreSQL') await printTables(url)
    }
  }
  console.log(`\nPer event, of ${EVENTS}\n`)
  console.log(table(['', 'bytes on disk', 'bytes of log', 'CPU us, Loam', "CPU us, PostgreSQL's"], rows))
} finally {
  await cleanup.run()
}

function ours(url: string): ReturnType<typeof loam> {
  return loam(cleanup, 'Loam', url, { sinks: [sink.url] })
}

function whole(url: string): ReturnType<typeof loam> {
  return loamWhole(cleanup, 'Loam', url, sink.url)
}

async function measure(url: string): Promise<Measure> {
  if (url.startsWith('sqlite:')) {
    return { bytes: statSync(url.slice('sqlite:'.length)).size, walBytes: null, serverCpuMs: null }
  }
  return onDatabase(url, async (client) => {
    // What a checkpoint writes belongs to it.
    await client.query('CHECKPOINT')
    const { rows } = await client.query<{ bytes: string; wal: string; file: string }>(
      `SELECT pg_database_size(current_database()) AS bytes, pg_current_wal_lsn() - '0/0'::pg_lsn AS wal,
         pg_read_file('postmaster.pid') AS file`,
    )
    const { bytes, wal, file } = rows[0]!
    return { bytes: Number(bytes), walBytes: Number(wal), serverCpuMs: cpuOfChildren(Number(file.split('\n')[0])) }
  })
}

/** Of a server on this machine; null of another one. */
function cpuOfChildren(parent: number): number | null {
  let ticks: number | null = null
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(fields[1]) === parent) ticks = (ticks ?? 0) + Number(fields[11]) + Number(fields[12])
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks === null ? null : ticks * TICKS_MS
}

async function printTables(url: string): Promise<void> {
  const rows = await onDatabase(url, async (client) => {
    const answer = await client.query<{ name: string; bytes: string; rows: string }>(
      `SELECT COALESCE(parent.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid)) AS bytes,
         sum(s.n_live_tup) AS rows
       FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
       LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
       WHERE c.relkind = 'r' GROUP BY 1 HAVING sum(s.n_live_tup) > 500 ORDER BY 2 DESC`,
    )
    return answer.rows
  })
  console.log('\nTables after a run of pushes, on PostgreSQL\n')
  console.log(
    table(
      ['', 'rows', 'bytes', 'bytes/row'],
      rows.map((row) => [row.name, row.rows, row.bytes, round(Number(row.bytes) / Number(row.rows))]),
    ),
  )
}

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return work(client).finally(() => client.end())
}
