// Each role in a process' place of its own, on one PostgreSQL: what an orchestrator and Prometheus ask, every role answers.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import { createTestDatabaseUrl } from './database.ts'
import { approve } from './sign-in.ts'

const skip = process.env.LOAM_TEST_DATABASE_URL ? false : 'roles need PostgreSQL: LOAM_TEST_DATABASE_URL'

test('with the sandbox the roles together bring what a person has', { skip }, async (t) => {
  const { url: databaseUrl, remove } = await createTestDatabaseUrl()
  t.after(remove)
  const folder = mkdtempSync(join(tmpdir(), 'loam-roles-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const settings = {
    LOAM_DATABASE_URL: databaseUrl,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_SANDBOX: 'on',
    LOAM_DEV_ID: 'roles-test',
    LOAM_API_KEY: 'a-key-of-the-roles',
    LOAM_LOG_LEVEL: 'silent',
  }
  const parts = []
  for (const role of ['api', 'intake', 'deliver'] as const) {
    const running = await startServer(readConfig(settings, folder), role)
    t.after(() => running.stop())
    parts.push(running)
  }
  const [{ ctx }] = parts as [Running, ...Running[]]
  const made = await fetch(`${ctx.internalUrl}/v2/auth/authenticateUser?resource=OURA`, {
    method: 'POST',
    headers: { 'dev-id': 'roles-test', 'x-api-key': 'a-key-of-the-roles' },
  })
  const { auth_url: authUrl } = (await made.json()) as { auth_url: string }
  await approve(authUrl, 'alice')
  const types = async (): Promise<string[]> =>
    (await ctx.db.all<{ type: string }>('SELECT DISTINCT type FROM events ORDER BY type')).map(({ type }) => type)
  const deadline = Date.now() + 30_000
  while ((await types()).length < 3 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok((await types()).includes('sleep'), `there are ${(await types()).join(', ')}`)
})

test('every role answers health, readiness and metrics; only the API answers more', { skip }, async (t) => {
  const { url: databaseUrl, remove } = await createTestDatabaseUrl()
  t.after(remove)
  const folder = mkdtempSync(join(tmpdir(), 'loam-roles-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const key = randomBytes(32).toString('base64')
  for (const role of ['api', 'intake', 'deliver'] as const) {
    const settings = {
      LOAM_DATABASE_URL: databaseUrl,
      LOAM_ENCRYPTION_KEY: key,
      LOAM_PORT: '0',
      LOAM_DATA_DIR: folder,
      LOAM_LOG_LEVEL: 'error',
    }
    const running = await startServer(readConfig(settings, folder), role)
    try {
      const ask = (path: string): Promise<Response> => fetch(`${running.ctx.internalUrl}${path}`)
      assert.deepEqual(await (await ask('/healthz')).json(), { status: 'ok' }, role)
      assert.deepEqual(await (await ask('/readyz')).json(), { status: 'ok' }, role)
      assert.match(await (await ask('/metrics')).text(), /# TYPE loam_delivery_backlog gauge/, role)
      assert.equal((await ask('/v2/integrations')).status, role === 'api' ? 200 : 404, role)
    } finally {
      await running.stop()
    }
  }
})
