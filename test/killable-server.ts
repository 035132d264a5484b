// A server in a process of its own, to be killed and started again on what it left behind.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openDatabase } from '../src/store/open.ts'
import { createTestDatabaseUrl } from './database.ts'
import { freePort } from './services/free-port.ts'

const ADMIN = randomBytes(20).toString('hex')
const KEY = randomBytes(32).toString('base64')
const BIN = fileURLToPath(new URL('../bin/loam.js', import.meta.url))

interface Answer {
  data: never[]
  next_cursor: string | null
  user_id?: string
  job_id?: string
  state?: string
  last_error?: string
  user?: { user_id: string }
}

/** `more`: settings beside those that every one has. */
export async function openKillable(devId: string, more: Record<string, string> = {}) {
  const keys = { 'dev-id': devId, 'x-api-key': `${devId}-api-key` }
  const folder = mkdtempSync(join(tmpdir(), `loam-${devId}-`))
  const database = await createTestDatabaseUrl()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = {
    LOAM_PORT: String(port),
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: KEY,
    LOAM_DEV_ID: devId,
    LOAM_API_KEY: keys['x-api-key'],
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_BACKFILL_DAYS: '2',
    LOAM_LOG_LEVEL: 'silent',
    ...more,
  }
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    child = spawn(process.execPath, [BIN, 'start', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...settings },
    })
    const isReady = (): Promise<boolean> =>
      fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      )
    await until(async () => !isAlive() || (await isReady()), 'the server did not start')
    assert.ok(isAlive(), 'the server ended before it was ready')
  }

  let falling: Promise<void> | null = null

  /** Killed by something that it does: nobody waits for that. */
  function fall(): void {
    if (isAlive()) falling ??= kill().finally(() => (falling = null))
  }

  /** Starts it again where it fell; answers whether it had. It may fall again before it is ready. */
  async function revive(): Promise<boolean> {
    if (falling === null && isAlive()) return false
    await falling
    await hurry()
    await start().catch(() => undefined)
    return true
  }

  /** What is tried alone would be tried later and later, and twelve times: in a test at once, and after the fifth as the twelfth. */
  async function hurry(): Promise<void> {
    const db = await openDatabase(database.url)
    for (const table of ['jobs', 'deliveries']) {
      await db.run(
        `UPDATE ${table} SET next_at = 0, crashes = CASE WHEN crashes = 4 THEN 10 ELSE crashes END
         WHERE crashes >= 3 AND state <> 'done'`,
      )
    }
    await db.close()
  }

  async function kill(): Promise<void> {
    await ended()
    if (database.url.startsWith('postgres')) await endLeases()
  }

  const isAlive = (): boolean => child !== null && child.exitCode === null && child.signalCode === null

  async function ended(): Promise<void> {
    if (!isAlive()) return
    const exit = new Promise((resolve) => child!.once('exit', resolve))
    child!.kill('SIGKILL')
    await exit
  }

  /** On PostgreSQL the others take over from a dead server half a minute later: here the time is set forward. */
  async function endLeases(): Promise<void> {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      // A commit may still be on its way after its server has died.
      await until(async () => {
        const { rows } = await client.query(
          'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        )
        return rows[0].n === 0
      }, 'the dead server is still connected')
      await client.query(`UPDATE deliveries SET lease_until = 0 WHERE state = 'sending'`)
      await client.query(`UPDATE jobs SET lease_until = 0 WHERE state = 'running'`)
      await client.query('UPDATE connections SET refresh_lease_until = 0')
    } finally {
      await client.end()
    }
  }

  async function admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return text === '' ? { data: [], next_cursor: null } : (JSON.parse(text) as Answer)
  }

  return {
    url,
    keys,
    settings,
    folder,
    fall,
    revive,
    start,
    kill,
    admin,
    async close() {
      await ended()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function until(probe: () => Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await probe())) {
    assert.ok(Date.now() < end, problem)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
