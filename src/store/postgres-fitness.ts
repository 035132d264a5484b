// What a PostgreSQL must be before anything is written to it. Where it is not, things would fail here and there, and later.
import pg from 'pg'

const OLDEST = 15
/** SQL_ASCII stores what it is given, which is UTF-8. */
const KEEP_EVERY_CHARACTER = new Set(['UTF8', 'SQL_ASCII'])

/** Throws with what to do about it. */
export async function assertFit(pool: pg.Pool): Promise<void> {
  const one = await connected(pool)
  try {
    await assertServer(one)
    const other = await connected(pool)
    await assertSessions(one, other).finally(() => other.release())
  } finally {
    one.release()
  }
}

async function connected(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw new Error(`${(error as Error).message}: start PostgreSQL, make the database, or correct its address`, {
      cause: error,
    })
  }
}

async function assertServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string; database: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
            current_database() AS database`,
  )
  const { version, encoding, database } = rows[0]!
  const major = Math.floor(version / 10_000)
  if (major < OLDEST) throw new Error(`PostgreSQL ${major} is too old: Loam needs ${OLDEST} or newer`)
  if (!KEEP_EVERY_CHARACTER.has(encoding)) {
    throw new Error(
      `the database ${database} is encoded in ${encoding}, which lacks most characters: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    )
  }
}

/**
 * Statements are prepared, and announcements heard, in sessions. A pooler that gives each transaction whatever connection is free
 * has none: while one client is in a transaction the other meets another process, or both meet the same.
 */
async function assertSessions(one: pg.ClientBase, other: pg.ClientBase): Promise<void> {
  const before = await processOf(one)
  await other.query('BEGIN')
  const [beside, after] = [await processOf(other), await processOf(one)]
  await other.query('COMMIT')
  if (before === after && before !== beside) return
  throw new Error(
    'it is behind a pooler in transaction mode, which keeps no sessions: use its session mode, or the address of PostgreSQL itself',
  )
}

async function processOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return rows[0]!.pid
}
