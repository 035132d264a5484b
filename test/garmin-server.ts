// A whole server with the sandbox's GARMIN before it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { startServer } from '../src/main.ts'
import { sandboxClient } from '../src/simulator/clients.ts'
import { createTestDatabaseUrl } from './database.ts'
import { approve } from './sign-in.ts'

const DEV_ID = 'garmin'
const ADMIN = randomBytes(16).toString('hex')

export async function openGarmin() {
  const keys = { 'dev-id': DEV_ID, 'x-api-key': 'garmin-api-key' }
  const folder = mkdtempSync(join(tmpdir(), 'loam-garmin-'))
  const database = await createTestDatabaseUrl()
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_DEV_ID: DEV_ID,
    LOAM_API_KEY: keys['x-api-key'],
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '0',
  }
  const running = await startServer(readConfig(settings, folder))
  const url = running.ctx.internalUrl

  async function connect(person: string): Promise<{ userId: string; account: string }> {
    const made = await fetch(`${url}/v2/auth/authenticateUser?resource=GARMIN`, { method: 'POST', headers: keys })
    const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
    await approve(authUrl, person)
    await idle()
    const row = await running.ctx.db.one<{ account: string }>(
      'SELECT provider_user_id AS account FROM connections WHERE user_id = $1',
      [userId],
    )
    assert.ok(row, 'the sign-in did not end in a connection')
    return { userId, account: row.account }
  }

  async function idle(): Promise<void> {
    const end = Date.now() + 20_000
    for (;;) {
      const row = await running.ctx.db.one<{ n: number }>(
        `SELECT count(*) AS n FROM jobs WHERE state = 'running' OR (state = 'pending' AND next_at < $1)`,
        [Date.now() + 3000],
      )
      if (Number(row!.n) === 0) return
      assert.ok(Date.now() < end, 'the server does not come to rest')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  return {
    db: running.ctx.db,
    url,
    keys,
    clientId: sandboxClient(DEV_ID).id,
    connect,
    idle,
    /** Where it sends its notifications. */
    async hook() {
      const source = await fetch(`${url}/admin/v1/sources/GARMIN`, { headers: { authorization: `Bearer ${ADMIN}` } })
      return ((await source.json()) as { hook_url: string }).hook_url
    },
    async close() {
      await running.stop()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
