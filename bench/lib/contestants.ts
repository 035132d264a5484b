// Who is measured: Loam on the engines that this machine has, beside two things people would otherwise build.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { freePort } from '../../test/services/free-port.ts'
import { type Contestant, startContestant } from './contestant.ts'

/** Undone in reverse order at the end of a benchmark. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = []

  add(step: () => unknown): void {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    for (const step of this.#steps.reverse()) await step()
  }
}

export async function relay(cleanup: Cleanup, sink: string): Promise<Contestant> {
  return started(cleanup, { name: 'relay without storage', server: 'relay.ts', env: { BENCH_SINKS: sink } })
}

export async function loamOnSqlite(cleanup: Cleanup, ...sinks: string[]): Promise<Contestant> {
  return loam(cleanup, 'Loam on SQLite', sqliteUrl(cleanup), { sinks })
}

export interface LoamSettings {
  sinks: readonly string[]
  role?: 'all' | 'in' | 'deliver'
  /** Events that are there before, delivered already or all waiting. */
  stored?: { events: number; state: 'delivered' | 'pending' }
}

export function loam(
  cleanup: Cleanup,
  name: string,
  databaseUrl: string,
  { sinks, role = 'all', stored }: LoamSettings,
): Promise<Contestant> {
  return started(cleanup, {
    name,
    server: 'loam.ts',
    env: {
      BENCH_SINKS: sinks.join(','),
      BENCH_DATABASE: databaseUrl,
      BENCH_ROLE: role,
      ...(stored === undefined ? {} : { BENCH_STORED: String(stored.events), BENCH_STORED_STATE: stored.state }),
    },
  })
}

/** The product as it is started, behind the address that Garmin pushes to. */
export function loamWhole(cleanup: Cleanup, name: string, databaseUrl: string, sink: string): Promise<Contestant> {
  return started(cleanup, { name, server: 'whole.ts', env: { BENCH_SINKS: sink, BENCH_DATABASE: databaseUrl } })
}

export function sqliteUrl(cleanup: Cleanup): string {
  const folder = temporaryFolder(cleanup)
  return `sqlite:${join(folder, 'loam.db')}`
}

/** Null where no server is named. */
export async function loamOnPostgres(cleanup: Cleanup, ...sinks: string[]): Promise<Contestant | null> {
  const url = await postgresUrl(cleanup)
  if (url === null) return null
  return loam(cleanup, 'Loam on PostgreSQL', url, { sinks })
}

/** A database of its own on the server of LOAM_BENCH_DATABASE_URL. */
export async function postgresUrl(cleanup: Cleanup): Promise<string | null> {
  const server = process.env.LOAM_BENCH_DATABASE_URL
  if (!server) {
    console.log('PostgreSQL is left out: LOAM_BENCH_DATABASE_URL names no server')
    return null
  }
  const name = `loam_bench_${randomBytes(4).toString('hex')}`
  await onServer(server, `CREATE DATABASE ${name}`)
  cleanup.add(() => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function onServer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

/** Null without Redis or without bullmq, which has a package.json of its own. */
export async function bullmq(cleanup: Cleanup, sink: string): Promise<Contestant | null> {
  if (!existsSync(fileURLToPath(new URL('../node_modules/bullmq', import.meta.url)))) {
    console.log('BullMQ is left out: run `npm ci --prefix bench` first')
    return null
  }
  const redis = await startRedis(cleanup)
  if (redis === null) {
    console.log('BullMQ is left out: there is no redis-server on this machine')
    return null
  }
  return started(cleanup, {
    name: 'BullMQ, Redis appendfsync always',
    server: 'bullmq.ts',
    env: { BENCH_SINKS: sink, BENCH_REDIS: redis },
  })
}

async function startRedis(cleanup: Cleanup): Promise<string | null> {
  const folder = temporaryFolder(cleanup)
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes']
  const server = spawn('redis-server', [...options, '--appendfsync', 'always'], { stdio: 'ignore' })
  const missing = new Promise<boolean>((resolve) => server.once('error', () => resolve(true)))
  if (await Promise.race([missing, listening(port)])) return null
  cleanup.add(() => server.kill('SIGKILL'))
  return `redis://127.0.0.1:${port}`
}

/** False when something answers there. */
async function listening(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  for (let i = 0; i < 100; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return true
}

async function started(cleanup: Cleanup, settings: Parameters<typeof startContestant>[0]): Promise<Contestant> {
  const contestant = await startContestant(settings)
  cleanup.add(() => contestant.stop())
  return contestant
}

function temporaryFolder(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(process.env.LOAM_BENCH_DIR ?? tmpdir(), 'loam-bench-'))
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
