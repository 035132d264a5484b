import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, test } from 'node:test'
import { copySqlite } from './copy-sqlite.ts'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

let folder: string
let db: Database
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loam-copy-'))
  db = await openSqlite(join(folder, 'loam.db'))
  await db.run('CREATE TABLE rows (n INTEGER PRIMARY KEY, twin INTEGER NOT NULL, filler TEXT NOT NULL) STRICT')
})
afterEach(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

const filler = 'x'.repeat(2000)

test('while rows are committed, the copy has all of before, none by half, and is whole', async () => {
  let committed = 0
  let isOver = false
  const write = async () => {
    for (let n = 0; !isOver; n += 2) {
      const sql = 'INSERT INTO rows (n, twin, filler) VALUES ($1, $2, $3)'
      await db.batch([
        { sql, params: [n, n + 1, filler] },
        { sql, params: [n + 1, n, filler] },
      ])
      committed = n + 2
    }
  }
  const writing = write()
  while (committed < 400) await new Promise((resolve) => setTimeout(resolve, 5))
  const before = committed
  const to = join(folder, 'copy.db')
  const bytes = await copySqlite(join(folder, 'loam.db'), to)
  isOver = true
  await writing
  assert.ok(bytes > before * filler.length)
  const copy = new DatabaseSync(to, { readOnly: true })
  const { rows, first, last } = copy
    .prepare('SELECT count(*) AS rows, min(n) AS first, max(n) AS last FROM rows')
    .get() as { rows: number; first: number; last: number }
  const { lone } = copy
    .prepare('SELECT count(*) AS lone FROM rows a LEFT JOIN rows b ON b.n = a.twin WHERE b.n IS NULL')
    .get() as { lone: number }
  copy.close()
  assert.ok(rows >= before, `${rows} of ${before}`)
  assert.deepEqual([first, last, lone], [0, rows - 1, 0])
})

test('what is there already stays; what went wrong leaves nothing', async () => {
  const to = join(folder, 'copy.db')
  writeFileSync(to, 'mine')
  await assert.rejects(copySqlite(join(folder, 'loam.db'), to), /was made meanwhile/)
  const none = join(folder, 'none.db')
  writeFileSync(none, 'this is no database, but long enough to look like one '.repeat(50))
  await assert.rejects(copySqlite(none, join(folder, 'other.db')))
  const left = readdirSync(folder).filter((name) => /copy|other/.test(name))
  assert.deepEqual(left, ['copy.db'])
})

test('a place that cannot be written is named', async () => {
  const to = join(folder, 'nowhere', 'copy.db')
  await assert.rejects(copySqlite(join(folder, 'loam.db'), to), { message: `${to}: unable to open database file` })
})
