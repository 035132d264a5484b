// One installation under test: a database, its servers, a receiver, people whose days are pushed; and what must hold of them.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { PostgresOptions } from '../../services/postgres.ts'
import { type Engine, openEngine } from './engine.ts'
import type { EngineName } from './forms.ts'
import { Gateway, type GatewaySettings, type Role } from './gateway.ts'
import { Ledger, Load, type Person, signIn, userOf } from './load.ts'
import { randomFor, SEED } from './random.ts'
import { type Receipt, Sink } from './sink.ts'
import { untilNone } from './until.ts'
import { atEnd } from './cleanup.ts'

/** What was under way when the deletion was acknowledged may still come: memory is asked of the database after a second. */
const UNDER_WAY_MS = 2000

export interface WorldOptions {
  /** SQLite has one process, whatever is asked for. */
  roles?: readonly Role[]
  people?: number
  /** Where the database and everything else is; a temporary folder unless told. */
  folder?: string
  postgres?: Omit<PostgresOptions, 'certificates'>
  env?: Record<string, string>
  /** A command that runs each server's. */
  within?: readonly string[]
  /** Servers beside those of `roles`. */
  also?: (databaseUrl: string) => GatewaySettings[]
  /** Where the destination is; the sink's own address unless told. */
  url?: (sink: Sink) => string
  /** The destination's `delivery`. */
  delivery?: Record<string, unknown>
  sink?: Sink
}

export interface World {
  engine: Engine
  servers: readonly Gateway[]
  /** The one with the API. */
  entry: Gateway
  sink: Sink
  destinationId: string
  people: readonly Person[]
  ledger: Ledger
  load: Load
  /** Everything that was accepted has arrived and nothing is left to do. */
  settle(): Promise<void>
  /** The invariants. Stops the servers. */
  verify(): Promise<void>
}

/** Short, and many: what is tried again is tried while the test lasts. */
export const DELIVERY = { timeout_seconds: 2, retry_delays_seconds: Array<number>(50).fill(1), pause_on_gone: false }

export async function openWorld(t: TestContext, name: EngineName, options: WorldOptions = {}): Promise<World> {
  t.diagnostic(`seed ${SEED}`)
  const folder = options.folder ?? temporary(t)
  const engine = await openEngine(t, name, folder, options.postgres)
  const sink = options.sink ?? (await Sink.open(t))
  const servers: Gateway[] = []
  atEnd(t, () => Promise.all(servers.map((server) => server.kill())))
  const { env = {}, within = [] } = options
  for (const role of name === 'SQLite' ? (['all'] as const) : (options.roles ?? ['all'])) {
    const publicUrl: Record<string, string> = servers[0] === undefined ? {} : { LOAM_PUBLIC_URL: servers[0].url }
    const server = await Gateway.open({ databaseUrl: engine.url, folder, role, env: { ...publicUrl, ...env }, within })
    servers.push(server)
    // The first one migrates.
    if (servers.length === 1) await server.start()
  }
  for (const settings of options.also?.(engine.url) ?? []) servers.push(await Gateway.open(settings))
  await Promise.all(servers.slice(1).map((server) => server.start()))
  const entry = servers[0]!
  const { id: destinationId } = await entry.admin<{ id: string }>('POST', '/destinations', {
    type: 'webhook',
    url: options.url?.(sink) ?? sink.url,
    delivery: { ...DELIVERY, ...options.delivery },
  })
  const names = Array.from({ length: options.people ?? 5 }, (_, i) => `chaos-${i}`)
  const people = await Promise.all(names.map((person) => signIn(entry, engine, person)))
  const ledger = new Ledger()
  const load = new Load(entry, people, ledger, randomFor(`load ${name}`))
  atEnd(t, () => load.giveUp())
  const world: World = {
    engine,
    servers,
    entry,
    sink,
    destinationId,
    people,
    ledger,
    load,
    settle: () => settle(world),
    verify: () => verify(t, world),
  }
  return world
}

export function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'loam-chaos-'))
  chmodSync(folder, 0o755)
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** `user day steps` of what was taken. */
export function arrived(receipts: readonly Receipt[]): Set<string> {
  return new Set(receipts.filter(({ taken }) => taken).flatMap(({ days }) => days))
}

async function settle({ engine, ledger, sink, destinationId }: World): Promise<void> {
  const missing = (): string[] => {
    const there = arrived(sink.receipts)
    return ledger.owed().filter((day) => !there.has(day))
  }
  await untilNone(
    () => missing().length,
    () => `${missing().length} of ${ledger.accepted.size} accepted days did not arrive, such as ${missing()[0]}`,
  )
  const open = `SELECT count(*) AS n FROM deliveries
    WHERE destination_id = '${destinationId}' AND state IN ('pending', 'waiting', 'sending')`
  await untilNone(
    async () => Number((await engine.query<{ n: number | string }>(open))[0]!.n),
    () => 'deliveries are left',
  )
}

async function verify(t: TestContext, { engine, ledger, sink, servers }: World): Promise<void> {
  for (const server of servers) server.assertAlive()
  assert.deepEqual(sink.problems, [])
  // A provider that hears anything else than these may not send again.
  const answers = [...ledger.statuses.keys()].sort()
  assert.deepEqual(
    answers.filter((status) => ![0, 200, 503].includes(status)),
    [],
    'answers to pushes',
  )

  // At least once.
  const there = arrived(sink.receipts)
  assert.deepEqual(
    ledger.owed().filter((day) => !there.has(day)),
    [],
    'accepted and not delivered',
  )

  // Each time the same: an event has one body and one reference, and what was pushed once is one event.
  const traces = new Map<string, string>()
  const events = new Map<string, string>()
  for (const { trace, digest, reference, days } of sink.receipts) {
    const told = `${digest} ${reference}`
    assert.equal(traces.get(trace) ?? told, told, `event ${trace} came in two forms`)
    traces.set(trace, told)
    for (const day of days) {
      // A long run reaches the present, of which the sandbox itself sends what grows.
      if (!ledger.accepted.has(day)) continue
      assert.equal(events.get(day) ?? trace, trace, `${day} is two events`)
      events.set(day, trace)
    }
  }

  // Nothing of someone who was deleted, but the event that says so.
  for (const { userId, at, type } of sink.receipts) {
    const deletedAt = userId === null ? undefined : ledger.deleted.get(userId)
    if (deletedAt === undefined || type === 'deauth') continue
    assert.ok(at < deletedAt + UNDER_WAY_MS, `a ${type} event came ${Math.round(at - deletedAt)} ms after the deletion`)
  }

  const taken = sink.receipts.filter((receipt) => receipt.taken)
  const repeats = taken.length - new Set(taken.map(({ trace }) => trace)).size
  const gone = [...ledger.accepted].filter((day) => ledger.deleted.has(userOf(day))).length
  t.diagnostic(
    `${ledger.accepted.size} days accepted (${gone} of people deleted since), ${taken.length} events taken, ` +
      `${repeats} of them again; ${sink.receipts.length - taken.length} attempts failed, ${ledger.refused} pushes refused`,
  )
  for (const server of servers) await server.stop()
  await engine.check()
}
