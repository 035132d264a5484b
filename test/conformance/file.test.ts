import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import type { OutgoingEvent } from '../../src/destinations/destination.ts'
import { file, FileSettings } from '../../src/destinations/file/index.ts'
import { manualClock } from '../../src/platform/clock.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testEvents, testWorld, textOf } from './events.ts'
import type { Arrived } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }
const DAY = 86_400_000

function linesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).sort()
  return names.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
}

/** What stands after `"event":` is the event. */
function arrivedIn(lines: readonly string[]): Arrived[] {
  return lines.map((line) => ({
    id: (JSON.parse(line) as { event_id: string }).event_id,
    body: line.slice(line.indexOf(',"event":') + 9, -1),
  }))
}

destinationSuite('file', {
  networked: false,
  idempotent: false,
  missing: () => null,
  wrongCredentials: null,
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'loam-file-'))
    return {
      abilities: { folder },
      place: async () => ({ folder: `place-${randomBytes(6).toString('hex')}` }),
      read: async (settings) => arrivedIn(linesIn(join(folder, String(settings.folder)))),
      at: (settings) => settings,
      kill: async () => undefined,
      restart: async () => undefined,
      stop: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
})

suite('what only files have', () => {
  function opened(t: TestContext, more: Record<string, unknown> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'loam-file-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const clock = manualClock(Date.parse('2026-03-10T23:00:00Z'))
    const sender = file.open(FileSettings.parse(more), { ...testWorld(t, { allowPrivate: true }), clock, folder })
    t.after(() => sender.close())
    return { sender, clock, folder: join(folder, 'events') }
  }

  test('another file by size and by day, and nobody else may read them', async (t) => {
    const { sender, clock, folder } = opened(t, { line: 'event', max_file_bytes: 1000 })
    const events = testEvents(6)
    for (const [i, event] of events.entries()) {
      assert.equal((await sender.send([event], NOW))[0]!.next, 'delivered')
      if (i === 3) clock.advance(DAY)
    }
    const names = readdirSync(folder).sort()
    assert.ok(names.length >= 3, names.join())
    assert.match(names[0]!, /^2026-03-10T230000Z-[0-9a-f]{8}\.ndjson$/)
    assert.match(names.at(-1)!, /^2026-03-11T230000Z-/)
    assert.deepEqual(linesIn(folder).sort(), events.map(textOf).sort())
  })

  test('a failure is told, and what follows goes into a file of its own', async (t) => {
    const { sender, folder } = opened(t)
    writeFileSync(folder, 'in the way')
    const [refused] = await sender.send([testEvent(0)], NOW)
    assert.ok(refused?.next === 'retry')
    assert.match(refused.message, /is no folder/)
    rmSync(folder)
    assert.equal((await sender.send([testEvent(0)], NOW))[0]!.next, 'delivered')
  })

  test('a file that its reader took away is followed by another one, in use or not', async (t) => {
    const { sender, folder } = opened(t, { line: 'event' })
    for (const [i, event] of testEvents(4).entries()) {
      if (i === 3) await sender.close()
      assert.equal((await sender.send([event], NOW))[0]!.next, 'delivered')
      assert.deepEqual(linesIn(folder), [textOf(event)])
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
    }
  })

  test('a file that became a folder or a pipe meanwhile is followed by another one', async (t) => {
    const { sender, folder } = opened(t, { line: 'event' })
    const [first, ...others] = testEvents(3)
    await sender.send([first!], NOW)
    const inTheWay = [(path: string) => mkdirSync(path), (path: string) => void execFileSync('mkfifo', [path])]
    for (const [i, event] of others.entries()) {
      await sender.close()
      const newest = readdirSync(folder).find((name) => statSync(join(folder, name)).isFile())!
      rmSync(join(folder, newest))
      inTheWay[i]!(join(folder, newest))
      const [result] = await sender.send([event], { ...NOW, timeoutMs: 1000 })
      assert.equal(result!.next, 'delivered', JSON.stringify(result))
    }
  })

  test('no half a line stays where a disk becomes full, and no empty files', { skip: !canLimit() }, async (t) => {
    const { sender, folder } = opened(t, { line: 'event' })
    const [first, second] = testEvents(2)
    const size = lineBytes(first!)
    await sender.send([first!], NOW)
    limitFiles(size + 50)
    t.after(() => limitFiles('unlimited'))
    assert.equal((await sender.send([second!], NOW))[0]!.next, 'retry')
    limitFiles(10)
    assert.equal((await sender.send([second!], NOW))[0]!.next, 'retry')
    limitFiles('unlimited')
    assert.deepEqual(
      readdirSync(folder).map((name) => statSync(join(folder, name)).size),
      [size],
    )
    assert.equal((await sender.send([second!], NOW))[0]!.next, 'delivered')
    assert.deepEqual(linesIn(folder).sort(), [textOf(first!), textOf(second!)].sort())
  })

  test(
    'a file that was copied and truncated goes on, and keeps no half a line either',
    { skip: !canLimit() },
    async (t) => {
      const { sender, folder } = opened(t, { line: 'event' })
      const [first, second, third] = testEvents(3)
      await sender.send([first!], NOW)
      const [name] = readdirSync(folder)
      truncateSync(join(folder, name!))
      await sender.send([second!], NOW)
      assert.deepEqual(linesIn(folder), [textOf(second!)])
      truncateSync(join(folder, name!))
      t.after(() => limitFiles('unlimited'))
      limitFiles(50)
      assert.equal((await sender.send([third!], NOW))[0]!.next, 'retry')
      limitFiles('unlimited')
      assert.equal(statSync(join(folder, name!)).size, 0)
      assert.equal((await sender.send([third!], NOW))[0]!.next, 'delivered')
      assert.deepEqual(linesIn(folder), [textOf(third!)])
    },
  )

  test('a full disk is told', { skip: !existsSync('/dev/full') }, async (t) => {
    const { sender, folder } = opened(t)
    await sender.send([testEvent(0)], NOW)
    const [name] = readdirSync(folder)
    await sender.close()
    // The same sender would go on with this file.
    rmSync(join(folder, name!))
    symlinkSync('/dev/full', join(folder, name!))
    const [full] = await sender.send([testEvent(1)], NOW)
    assert.ok(full?.next === 'retry')
    assert.match(full.message, /is full \(ENOSPC\)/)
    assert.equal((await sender.send([testEvent(1)], NOW))[0]!.next, 'delivered')
    assert.equal(readdirSync(folder).length, 2)
  })
})

const lineBytes = (event: OutgoingEvent): number => Buffer.byteLength(textOf(event)) + 1

/** Files of this process may not become larger: what is written beyond that is written in part, as on a full disk. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${bytes}:unlimited`], { stdio: 'pipe' })
}

function canLimit(): boolean {
  try {
    limitFiles('unlimited')
    return true
  } catch {
    return false
  }
}
