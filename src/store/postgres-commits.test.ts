// A PostgreSQL that stands still: what waits for it is bounded, and whoever is refused was not stored.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { PASSWORD, type Postgres, postgresBinaries, startPostgres, USER } from '../../test/services/postgres.ts'
import type { Statement } from './database.ts'
import { isUnavailable, Overloaded } from './errors.ts'
import { GroupCommit } from './postgres-commits.ts'

const skip = postgresBinaries() === null && process.env.CI !== 'true' ? 'no PostgreSQL is installed here' : false

let server: Postgres
let pool: pg.Pool
before(async () => {
  if (skip !== false) return
  server = await startPostgres()
  pool = new pg.Pool({
    connectionString: `postgres://${USER}:${PASSWORD}@127.0.0.1:${server.port}/postgres`,
    max: 5,
    pipeline: true,
  } as pg.PoolConfig)
  pool.on('error', () => {})
  await pool.query('CREATE TABLE kept (n BIGINT PRIMARY KEY, filler TEXT NOT NULL)')
})
after(async () => {
  if (skip !== false) return
  server.signal('SIGCONT')
  await pool.end()
  await server.stop()
})

const insert = (n: number, filler: string): Statement[] => [
  { sql: 'INSERT INTO kept (n, filler) VALUES ($1, $2)', params: [n, filler] },
]

/** How each of many ended: the numbers of the kept, and the errors of the others. */
async function outcomes(adds: readonly { n: number; done: Promise<unknown> }[]) {
  const kept: number[] = []
  const refused: { n: number; error: unknown }[] = []
  await Promise.all(
    adds.map(({ n, done }) =>
      done.then(
        () => kept.push(n),
        (error: unknown) => refused.push({ n, error }),
      ),
    ),
  )
  return { kept, refused }
}

test(
  'a stalled server: no more wait than may, none longer than it may, and what was refused is not there',
  { skip },
  async () => {
    const mostUnits = 1000
    const commits = new GroupCommit(pool, { mostUnits, mostBytes: 1e9, mostWaitMs: 400 })
    await commits.add(insert(0, 'before'), true)
    server.signal('SIGSTOP')
    const adds = Array.from({ length: 3000 }, (_, i) => ({
      n: i + 1,
      done: commits.add(insert(i + 1, 'x'), i % 2 === 0),
    }))
    const ended = outcomes(adds)
    // All of these are refused while nothing answers: 2000 find no room, the last ones that found some wait in vain.
    await Promise.all(adds.slice(-2100).map(({ done }) => assert.rejects(done, Overloaded)))
    // What is under way ends with the server's answer.
    server.signal('SIGCONT')
    const { kept, refused } = await ended
    assert.ok(refused.every(({ error }) => error instanceof Overloaded && isUnavailable(error)))
    assert.ok(kept.length > 0, 'what was under way is kept')
    const { rows } = await pool.query<{ n: string }>('SELECT n FROM kept WHERE n > 0 ORDER BY n')
    assert.deepEqual(
      rows.map(({ n }) => Number(n)),
      kept.toSorted((a, b) => a - b),
    )
    await commits.add(insert(10_000, 'afterwards'), true)
  },
)

test('bytes count as well; one change alone may be larger than all that may wait', { skip }, async () => {
  const commits = new GroupCommit(pool, { mostUnits: 1000, mostBytes: 100_000, mostWaitMs: 10_000 })
  server.signal('SIGSTOP')
  const large = 'x'.repeat(300_000)
  const adds = [20_000, 20_001, 20_002].map((n) => ({ n, done: commits.add(insert(n, large), false) }))
  setTimeout(() => server.signal('SIGCONT'), 200)
  const { kept, refused } = await outcomes(adds)
  assert.deepEqual([kept, refused.map(({ n }) => n)], [[20_000], [20_001, 20_002]])
  await commits.add([{ ...insert(20_003, '')[0]!, params: [20_003, large] }], true)
})
