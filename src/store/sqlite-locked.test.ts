// Somebody else keeps the file's write lock: everyone who waits is told within a bounded time, not one after the other.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { isUnavailable } from './errors.ts'
import { openSqlite } from './sqlite.ts'

/** What SQLite waits (`busy_timeout`), and what one may have waited behind such a wait. */
const LONGEST_MS = 5000 + 2500
const SLACK_MS = 2000

test('many callers behind a foreign lock are all refused within one wait and a half', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loam-locked-'))
  const db = await openSqlite(join(folder, 'loam.db'))
  const other = new DatabaseSync(join(folder, 'loam.db'))
  t.after(async () => {
    other.close()
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await db.run('CREATE TABLE rows (n INTEGER PRIMARY KEY) STRICT')
  other.exec('BEGIN IMMEDIATE')
  const waits: number[] = []
  // Transactions that ask between their changes, and such as know them beforehand.
  const call = async (n: number): Promise<void> => {
    const startedAt = performance.now()
    const work =
      n % 2 === 0
        ? db.run('INSERT INTO rows VALUES ($1)', [n])
        : db.transaction((tx) => tx.run('INSERT INTO rows VALUES ($1)', [n]))
    await assert.rejects(work, isUnavailable)
    waits.push(performance.now() - startedAt)
  }
  await Promise.all(Array.from({ length: 40 }, (_, n) => call(n)))
  assert.ok(Math.max(...waits) < LONGEST_MS + SLACK_MS, `one waited for ${Math.round(Math.max(...waits))} ms`)
  other.exec('ROLLBACK')
  await db.run('INSERT INTO rows VALUES ($1)', [100])
  assert.deepEqual(await db.all('SELECT n FROM rows'), [{ n: 100 }])
})
