// The power fails: what was written and not yet made durable is there in part, or not at all. Every call on the database's files is
// traced, the power is cut in the middle of many of them, and whatever may be left each time is opened again.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Call, callsIn, Disk, skipWithoutTrace, traced } from './harness/disk.ts'
import { ENGINES, LONG, rounds } from './harness/forms.ts'
import { Gateway } from './harness/gateway.ts'
import { type Random, randomFor } from './harness/random.ts'
import type { Receipt } from './harness/sink.ts'
import { until } from './harness/until.ts'
import { arrived, openWorld, temporary, type World } from './harness/world.ts'

/** Enough for the write-ahead log to be copied into the file a few times. */
const DAYS = LONG ? 1500 : 500
const CLIENTS = 8
const STARTED_AGAIN = LONG ? 20 : 3
/** Two clocks are compared. */
const LATER_MS = 5

const skip = ENGINES.includes('SQLite') ? skipWithoutTrace() : 'PostgreSQL answers for itself'

test('SQLite: the power fails at any moment', { skip }, async (t) => {
  const [folder, trace] = [temporary(t), temporary(t)]
  const file = join(folder, 'loam.db')
  const world = await openWorld(t, 'SQLite', { folder, within: traced(trace, [file, `${file}-wal`]) })
  const random = randomFor('power')
  const from = Date.now()
  const acknowledged = await pushed(world, DAYS)
  const to = Date.now()
  await world.settle()
  await world.entry.stop()
  const received = [...world.sink.receipts]

  const calls = await callsIn(trace)
  const cuts = chosen(calls, { from, to }, random)
  const disk = new Disk()
  const left = join(temporary(t), 'left')
  for (const [i, call] of calls.entries()) {
    if (cuts.has(i)) {
      const files = disk.cut(call, random)
      put(left, files)
      check(join(left, 'loam.db'), { received, acknowledged }, call.at)
      if (cuts.get(i) === 'start') {
        put(left, files)
        await startOn(world, left)
      }
    }
    disk.done(call)
  }
  // The trace has every call: played to its end it gives the file.
  assert.ok(disk.whole().get(file)!.equals(readFileSync(file)), 'the trace is not what was written')
  assert.ok(disk.lost > 0, 'no cut took anything away')
  t.diagnostic(`${cuts.size} cuts in ${calls.length} calls took ${disk.lost} writes and sectors away`)
  await world.verify()
})

interface Told {
  received: readonly Receipt[]
  acknowledged: ReadonlyMap<string, number>
}

/** When each day was acknowledged, by the time of day. */
async function pushed({ load, ledger }: World, count: number): Promise<Map<string, number>> {
  const acknowledged = new Map<string, number>()
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (acknowledged.size < count) {
      const { body, days } = load.compose(1)
      await until(() => load.send(body), 'a push is not acknowledged')
      for (const day of days) {
        acknowledged.set(day, Date.now())
        ledger.accepted.add(day)
      }
    }
  })
  await Promise.all(clients)
  return acknowledged
}

/** In the middle of which calls: of an fsync, of copying the log into the file, of any other; on some of them Loam starts again. */
function chosen(
  calls: readonly Call[],
  { from, to }: { from: number; to: number },
  random: Random,
): Map<number, string> {
  const during = calls.flatMap(({ at }, i) => (at > from && at < to ? [i] : []))
  const kinds = [
    during,
    during.filter((i) => calls[i]!.change === undefined),
    during.filter((i) => !calls[i]!.file.endsWith('-wal')),
  ]
  assert.ok(
    kinds.every((kind) => kind.length > 0),
    `the log was never copied: more days are needed`,
  )
  const cuts = new Map<number, string>()
  for (let i = 0; i < rounds(60, 1000); i++)
    cuts.set(random.pick(kinds[i % kinds.length]!), i < STARTED_AGAIN ? 'start' : '')
  return cuts
}

function put(folder: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, bytes] of files) writeFileSync(join(folder, basename(name)), bytes)
}

/** The file is whole, and all that anybody was told is there. */
function check(file: string, { received, acknowledged }: Told, cutAt: number): void {
  const db = new DatabaseSync(file)
  try {
    assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
    assert.deepEqual(db.prepare('PRAGMA foreign_key_check').all(), [])
    const there = new Set(
      db
        .prepare('SELECT trace_id AS trace FROM events')
        .all()
        .map((row) => row.trace as string),
    )
    for (const { trace, days, at } of received) {
      if (there.has(trace)) continue
      assert.ok(performance.timeOrigin + at > cutAt - LATER_MS, `event ${trace} was sent and is gone`)
      for (const day of days)
        assert.ok(acknowledged.get(day)! > cutAt - LATER_MS, `${day} was acknowledged and is gone`)
    }
  } finally {
    db.close()
  }
}

/** It sends what is left to send, and takes what is new. */
async function startOn(world: World, folder: string): Promise<void> {
  const file = join(folder, 'loam.db')
  const server = await Gateway.open({ databaseUrl: `sqlite:${file}`, folder })
  try {
    await server.start()
    const { body, days } = world.load.compose(3)
    await until(() => world.load.send(body, server), 'nothing new is taken')
    for (const day of days) world.ledger.accepted.add(day)
    const open = `SELECT count(*) AS n FROM deliveries WHERE state IN ('pending', 'waiting', 'sending')`
    await until(() => {
      const db = new DatabaseSync(file, { readOnly: true })
      try {
        return db.prepare(open).get()!.n === 0 && days.every((day) => arrived(world.sink.receipts).has(day))
      } finally {
        db.close()
      }
    }, 'deliveries are left')
    server.assertAlive()
  } finally {
    await server.kill()
  }
}
