// kill -9 of one of two intake servers while it reads: the other goes on with what it held before its leases end.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import type { JobRow } from '../src/store/jobs.ts'
import { createTestDatabaseUrl } from './database.ts'
import { connectSomebody, quiet } from './somebody.ts'

const skip = process.env.LOAM_TEST_DATABASE_URL ? false : 'several servers need PostgreSQL: LOAM_TEST_DATABASE_URL'
const BIN = fileURLToPath(new URL('../bin/loam.js', import.meta.url))
const ADMIN = randomBytes(20).toString('hex')

test('what a killed intake server was reading is read by another before its lease ends', { skip }, async (t) => {
  const { url: databaseUrl, remove } = await createTestDatabaseUrl()
  t.after(remove)
  const folder = mkdtempSync(join(tmpdir(), 'loam-killed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const settings = {
    LOAM_DATABASE_URL: databaseUrl,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
  }
  // It hears the question and says nothing, until the one that asked is dead.
  let asked = false
  let answers = false
  const provider = createServer(({ url }, response) => {
    const isData = url!.includes('/usercollection/')
    asked ||= isData
    if (!isData || answers) response.end(isData ? '{"data": [], "next_token": null}' : '[]')
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    provider.closeAllConnections()
    provider.close()
  })
  const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`

  const api = await startServer(readConfig(settings, folder), 'api')
  t.after(() => api.stop())
  const source = { enabled: true, client_id: 'x', client_secret: 'y', hosts: { api: origin, cloud: origin } }
  await ask(api, 'PUT', '/admin/v1/sources/OURA', source)
  const { user_id: userId } = await connectSomebody(api.ctx, api.environment.id, quiet(api.ctx))

  const killed = spawn(process.execPath, [BIN, 'start', '--json', '--role', 'intake'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...settings },
  })
  t.after(() => kill(killed))
  const path = `/admin/v1/users/${userId}/backfill`
  const { job_id: id } = await ask(api, 'POST', path, { days: 2, types: ['sleep'] })
  const job = async (): Promise<JobRow> =>
    (await api.ctx.db.one<JobRow>('SELECT * FROM jobs WHERE id = $1', [String(id)]))!
  await until(() => asked, 'it does not read', 60_000)
  const before = await job()
  assert.deepEqual([before.state, before.attempts], ['running', 1])

  const other = await startServer(readConfig(settings, folder), 'intake')
  t.after(() => other.stop())
  await kill(killed)
  const killedAt = performance.now()
  answers = true
  const { lease_until: leaseEnd } = await job()
  await until(async () => (await job()).state === 'done', 'nobody goes on', 90_000)
  const afterMs = performance.now() - killedAt
  assert.ok((await api.ctx.db.now()) < leaseEnd!, `${Math.round(afterMs)} ms later: the lease had ended by itself`)
  const { attempts, crashes } = await job()
  assert.deepEqual([attempts, crashes], [1, 1])
  t.diagnostic(`${Math.round(afterMs)} ms later`)
})

async function ask(running: Running, method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${running.ctx.internalUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  assert.ok(response.ok, `${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Record<string, unknown>
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

async function until(check: () => boolean | Promise<boolean>, complaint: string, patienceMs: number): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await check());) {
    assert.ok(Date.now() < end, complaint)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
