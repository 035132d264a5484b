// Commits that follow each other without waiting: whatever becomes of one, the next is none the worse for it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

async function database(t: TestContext): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-commits-'))
  const db = await openSqlite(join(folder, 'loam.db'))
  t.after(async () => {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await db.run('CREATE TABLE parents (n INTEGER PRIMARY KEY) STRICT')
  await db.run('CREATE TABLE children (n INTEGER PRIMARY KEY REFERENCES parents DEFERRABLE INITIALLY DEFERRED) STRICT')
  return db
}

const told = (work: Promise<unknown>): Promise<string> => work.then(String, (error: Error) => error.message)
const numbers = async (db: Database, table: string): Promise<number[]> =>
  (await db.all<{ n: number }>(`SELECT n FROM ${table} ORDER BY n`)).map(({ n }) => n)

test('one that fails as it is committed is taken back, and the one that is there already goes through', async (t) => {
  const db = await database(t)
  // The first goes at once, the second while that is under way.
  const orphan = db.run('INSERT INTO children VALUES (1)')
  const next = db.run('INSERT INTO parents VALUES (2)')
  assert.match(await told(orphan), /FOREIGN KEY/)
  assert.equal(await next, 1)
  assert.deepEqual([await numbers(db, 'children'), await numbers(db, 'parents')], [[], [2]])
})

test('many at once, some wrong in themselves, transactions that ask in between: each is told its own', async (t) => {
  const db = await database(t)
  const works = Array.from({ length: 300 }, (_, n) => {
    if (n % 10 === 3) return db.run('INSERT INTO parents VALUES ($1)', [n - 1])
    if (n % 10 !== 7) return db.run('INSERT INTO parents VALUES ($1)', [n])
    return db.transaction(async (tx) => {
      await tx.run('INSERT INTO parents VALUES ($1)', [n])
      return tx.one('SELECT n FROM parents WHERE n = $1', [n])
    })
  })
  const outcomes = await Promise.allSettled(works)
  const wrong = outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))
  assert.deepEqual(
    wrong,
    outcomes.flatMap((_, n) => (n % 10 === 3 ? [n] : [])),
  )
  assert.deepEqual(
    await numbers(db, 'parents'),
    outcomes.flatMap((_, n) => (n % 10 === 3 ? [] : [n])),
  )
})
