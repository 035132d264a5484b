import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

test('a process whose database thread has ended ends too, instead of answering nobody for ever', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loam-thread-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const script = `
    import { openSqlite } from '${new URL('./sqlite.ts', import.meta.url).href}'
    const threads = []
    process.on('worker', (thread) => threads.push(thread))
    const db = await openSqlite('${join(folder, 'loam.db')}')
    await db.one('SELECT 1')
    await threads[0].terminate()
    setInterval(() => db.run('DELETE FROM x').catch((error) => console.log(error.message)), 100)
  `
  const ran = spawnSync(process.execPath, ['-e', script], { timeout: 10_000, encoding: 'utf8' })
  assert.equal(ran.status, 1, ran.stdout)
  assert.match(ran.stderr, /the database thread has ended/)
})
