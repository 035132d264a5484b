// A disk that is full while pushes come: they are refused, what was acknowledged is there, and it goes on when there is room again.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ENGINES, LONG, skipOn, skipWithoutRoot } from './harness/forms.ts'
import { pause, until } from './harness/until.ts'
import { openWorld, temporary } from './harness/world.ts'
import { atEnd } from './harness/cleanup.ts'

/** What a database needs before it holds anything, its log at its largest (SQLite's is 32 MB), and a little: else there is no room again. */
const MEGABYTES = { SQLite: 64, PostgreSQL: 160 }

for (const engine of ENGINES) {
  test(`${engine}: the disk is full, and has room again`, { skip: skipOn(engine) || skipWithoutRoot }, async (t) => {
    const disk = mount(t, MEGABYTES[engine])
    const postgres = { folder: disk, settings: ['max_wal_size=32MB', 'min_wal_size=32MB', 'wal_recycle=off'] }
    const world = await openWorld(t, engine, engine === 'SQLite' ? { folder: disk } : { postgres })
    world.load.start()
    await until(() => world.ledger.accepted.size > 30, 'nothing is accepted')
    const filler = join(disk, 'filler')
    fill(filler)
    await until(() => (world.ledger.statuses.get(503) ?? 0) > 5, 'no push is refused')
    // PostgreSQL may still have room for a row that is no larger than before.
    if (engine === 'SQLite') {
      const ready = async () => (await world.servers[0]!.ask('GET', '/readyz')).status
      await until(async () => (await ready()) === 503, 'it says that it is ready')
    }
    await pause(LONG ? 20_000 : 2000)
    for (const server of world.servers) assert.equal((await server.ask('GET', '/healthz')).status, 200)
    rmSync(filler)
    // PostgreSQL ends when it cannot write its log; whoever runs it starts it again.
    const server = world.engine.postgres
    if (server !== null && (await Promise.race([server.ended().then(() => true), pause(2000)])) === true) {
      t.diagnostic('PostgreSQL ended and was started again')
      await server.restart()
    }
    const before = world.ledger.accepted.size
    await until(() => world.ledger.accepted.size > before + 30, 'nothing is accepted though there is room')
    await world.load.stop()
    await world.engine.endLeases()
    await world.settle()
    await world.verify()
  })
}

function mount(t: TestContext, megabytes: number): string {
  const folder = temporary(t)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'loam-chaos', folder])
  atEnd(t, () => execFileSync('umount', ['--lazy', folder]))
  return folder
}

/** To the last block. */
function fill(file: string): void {
  const handle = openSync(file, 'w')
  let size = 1024 * 1024
  while (size >= 512) {
    try {
      writeSync(handle, Buffer.alloc(size))
    } catch {
      size /= 2
    }
  }
  closeSync(handle)
}
