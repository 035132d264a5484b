// Several server processes on one PostgreSQL: a token is refreshed once, however many of them find that it ended.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectorById } from '../src/connectors/index.ts'
import { addDays } from '../src/model/local-day.ts'
import type { Stats } from '../src/simulator/kit/stats.ts'
import { type Environment, type Gateway, openGateway } from './provider/gateway.ts'
import { freePort } from './services/free-port.ts'

const skip = process.env.LOAM_TEST_DATABASE_URL ? false : 'several processes need PostgreSQL: LOAM_TEST_DATABASE_URL'
const BIN = fileURLToPath(new URL('../bin/loam.js', import.meta.url))
const PROCESSES = 2
const CALLERS = 8
const PATIENCE_MS = 60_000
const oura = connectorById('OURA')!

let gateway: Gateway
const others: { url: string; child: ChildProcess }[] = []

before(async () => {
  if (skip !== false) return
  gateway = await openGateway()
  others.push(...(await Promise.all(Array.from({ length: PROCESSES }, startProcess))))
})

after(async () => {
  for (const { child } of others) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
  await gateway?.stop()
})

test('a token that ended by the clock: one refresh for eight callers in two processes', { skip }, async () => {
  const env = await gateway.environment()
  const { userId } = await env.connect(oura, 'processes-clock')
  await gateway.running.ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
  await assertRefreshedOnce(env, userId, 'processes-clock')
})

test('a token that the provider refuses before its time: the same', { skip }, async () => {
  const env = await gateway.environment()
  const { userId } = await env.connect(oura, 'processes-refused')
  await env.lever(oura, 'expire?person=processes-refused')
  await assertRefreshedOnce(env, userId, 'processes-refused')
})

async function assertRefreshedOnce(env: Environment, userId: string, person: string): Promise<void> {
  const { token_version: version } = (await env.connection(userId))!
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, (_, i) => readDay(others[i % PROCESSES]!.url, env, userId, 2 + i)),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array.from({ length: CALLERS }, () => 200),
  )
  // Each asked for days of its own, and each got them.
  assert.ok(answers.every(({ records }) => records > 0))
  assert.equal((await env.connection(userId))!.token_version, version + 1)
  // Each process plays the provider for itself, with one memory of tokens in the database.
  const stats = await Promise.all([gateway.running.ctx.internalUrl, ...others.map(({ url }) => url)].map(statsAt))
  assert.equal(
    stats.reduce((sum, { refreshes }) => sum + refreshes, 0),
    1,
  )

  async function statsAt(url: string): Promise<Stats> {
    const response = await fetch(`${url}/sandbox/oura/_control/stats?person=${person}`, { method: 'POST' })
    assert.equal(response.status, 200)
    return (await response.json()) as Stats
  }
}

async function readDay(
  url: string,
  env: Environment,
  userId: string,
  daysAgo: number,
): Promise<{ status: number; records: number }> {
  const day = addDays(new Date(gateway.now()).toISOString().slice(0, 10), -daysAgo)
  const query = `user_id=${userId}&start_date=${day}&end_date=${addDays(day, 1)}&to_webhook=false`
  const response = await fetch(`${url}/v2/daily?${query}`, { headers: env.keys })
  const body = (await response.json()) as { data?: unknown[] }
  return { status: response.status, records: body.data?.length ?? 0 }
}

async function startProcess(): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [BIN, 'start', '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...gateway.settings, LOAM_PORT: String(port) },
  })
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    assert.equal(child.exitCode, null, 'the process ended')
    const ready = await fetch(`${url}/readyz`).catch(() => null)
    if (ready?.ok) return { url, child }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  assert.fail('the process does not start')
}
