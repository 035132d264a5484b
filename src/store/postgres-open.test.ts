// A PostgreSQL that cannot be used is said with what to do: its own words name neither the setting nor the way out.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { createTestDatabaseUrl } from '../../test/database.ts'
import { isUnavailable } from './errors.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open.ts'

const server = process.env.LOAM_TEST_DATABASE_URL ?? ''
const skip = server === '' && 'LOAM_TEST_DATABASE_URL is not set'

test('one that is away, or lacks the database', { skip }, async () => {
  const lacking = new URL(server)
  lacking.pathname = '/nobody_made_it'
  for (const [url, reason] of [
    ['postgres://127.0.0.1:1/loam', 'connect ECONNREFUSED 127.0.0.1:1'],
    [lacking.href, 'database "nobody_made_it" does not exist'],
  ] as const) {
    await assert.rejects(openDatabase(url), {
      message: `${reason}: start PostgreSQL, make the database, or correct its address`,
    })
  }
})

test('one whose user may make no tables, or no second connection', { skip }, async (t) => {
  const { url, remove } = await createTestDatabaseUrl()
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  const user = new URL(url).pathname.slice(1)
  await owner.query(`CREATE ROLE ${user} LOGIN PASSWORD 'x'`)
  t.after(async () => {
    await owner.end()
    await remove()
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(`DROP ROLE ${user}`)
    await client.end()
  })
  const theirs = new URL(url)
  theirs.username = user
  theirs.password = 'x'
  const db = await openDatabase(theirs.href)
  await assert.rejects(migrate(db), {
    message:
      'permission denied for schema public: LOAM_DATABASE_URL must name a primary, and a user who may make tables there',
  })
  await db.close()
  await owner.query(`ALTER ROLE ${user} CONNECTION LIMIT 1`)
  await assert.rejects(openDatabase(theirs.href), /too many connections for role/)
})

test('one that lets nobody in any more is away, and not our mistake', { skip }, async (t) => {
  const { url, remove } = await createTestDatabaseUrl()
  const db = await openDatabase(url)
  t.after(() => db.close())
  await remove()
  // The first one meets the connection that the server ended, the next the refusal.
  await assert.rejects(db.all('SELECT 1'))
  await assert.rejects(db.all('SELECT 1'), (error: Error) => {
    assert.match(error.message, /database ".*" does not exist/)
    return isUnavailable(error)
  })
})

test('one to which no further connection can be opened is away for now', { skip }, async (t) => {
  const { url, remove } = await createTestDatabaseUrl()
  t.after(remove)
  const script = `
    import { openSync } from 'node:fs'
    import { isUnavailable } from '${import.meta.resolve('./errors.ts')}'
    import { openDatabase } from '${import.meta.resolve('./open.ts')}'
    const db = await openDatabase(process.env.URL)
    try { for (;;) openSync('/dev/null') } catch {}
    const asked = await Promise.allSettled(Array.from({ length: 5 }, () => db.all('SELECT pg_sleep(0.1)')))
    const refused = asked.filter(({ status }) => status === 'rejected')
    console.log(refused.length > 0, refused.every(({ reason }) => isUnavailable(reason)))
    process.exit()`
  const args = ['-c', 'ulimit -n 100 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)('sh', args, { env: { ...process.env, URL: url } })
  assert.equal(stdout, 'true true\n')
})
