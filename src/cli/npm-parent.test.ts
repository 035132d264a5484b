// Servers are ended with the npm that runs them, and with nobody else.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LAUNCHER, openCli, startedServer, watch } from './test-cli.ts'

const ROOT = dirname(dirname(LAUNCHER))
const LINUX = { skip: process.platform !== 'linux' }

function started(t: TestContext, command: string, args: string[], env: Record<string, string> = {}) {
  const { folder, dispose } = openCli()
  t.after(dispose)
  const own = { ...process.env, LOAM_PORT: '0', LOAM_LOG_LEVEL: 'error', LOAM_DATA_DIR: folder, ...env }
  // A group of its own: what a failed test leaves goes with it.
  const running = watch(spawn(command, args, { cwd: ROOT, env: own, detached: true }))
  t.after(() => {
    try {
      process.kill(-running.child.pid!, 'SIGKILL')
    } catch {
      // Nothing is left.
    }
  })
  return { folder, ...running }
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`npm is ended by ${signal}: so is the server that it runs`, LINUX, async (t) => {
    const npm = started(t, 'npm', ['start', '--', '--json'])
    const { url } = await startedServer(npm)
    npm.child.kill(signal)
    // What npm leaves behind keeps its output open.
    const { stderr } = await npm.ended
    assert.doesNotMatch(stderr, /without waiting/)
    await assert.rejects(fetch(`${url}/healthz`))
  })
}

test('a script of somebody else that ends leaves the server running', LINUX, async (t) => {
  const script = 'node bin/loam.js start --json & echo $! >"$LOAM_DATA_DIR/pid"'
  const env = { npm_lifecycle_event: 'start', npm_lifecycle_script: `nohup ${script}` }
  const shell = started(t, 'sh', ['-c', script], env)
  const { url } = await startedServer(shell)
  assert.equal(shell.child.exitCode, 0)
  await new Promise((resolve) => setTimeout(resolve, 2500))
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  process.kill(Number(readFileSync(join(shell.folder, 'pid'), 'utf8')), 'SIGTERM')
  await shell.ended
})
