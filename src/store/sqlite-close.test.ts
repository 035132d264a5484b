// What happens between a stop and the end of the process.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('a read that is under way does not end the process before everything is closed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loam-close-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  // A process of its own: this one is kept alive by much else.
  const script = `import { openSqlite } from '${new URL('./sqlite.ts', import.meta.url).href}'
    const db = await openSqlite('${join(folder, 'loam.db')}')
    db.all('SELECT 1').catch(() => {})
    await db.close()
    console.log('closed')`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script])
  assert.equal(stdout, 'closed\n')
})
