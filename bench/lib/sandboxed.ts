// Loam in a process of its own, with the sandbox's OURA before it: what its operator and its customer do.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { freePort } from '../../test/services/free-port.ts'
import { approve } from '../../test/sign-in.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const DEV_ID = 'bench'

/** Is there before it is `ready`, so that it can be stopped when it never is. */
export async function startSandboxed() {
  const agent = new Agent({ connections: 64, pipelining: 1 })
  const url = `http://127.0.0.1:${await freePort()}`
  const adminToken = randomBytes(20).toString('hex')
  const apiKey = randomBytes(20).toString('hex')
  const dataDir = mkdtempSync(join(tmpdir(), 'loam-bench-'))
  const server = spawn(process.execPath, [join(ROOT, 'bin/loam.js'), 'start', '--json'], {
    cwd: dataDir,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      LOAM_PORT: new URL(url).port,
      LOAM_PUBLIC_URL: url,
      LOAM_DATA_DIR: dataDir,
      LOAM_DEV_ID: DEV_ID,
      LOAM_API_KEY: apiKey,
      LOAM_ADMIN_TOKEN: adminToken,
      LOAM_LOG_LEVEL: 'error',
      LOAM_BACKFILL_DAYS: '0',
    },
  })

  async function ready(): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (
        await fetch(`${url}/readyz`).then(
          (response) => response.ok,
          () => false,
        )
      )
        return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the server did not start')
  }

  async function admin(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ data: { id: string }[] }> {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return text === '' ? { data: [] } : JSON.parse(text)
  }

  async function connect(person: string): Promise<void> {
    const { auth_url: authUrl } = await post<{ auth_url: string }>(`${url}/v2/auth/authenticateUser?resource=OURA`, {
      'dev-id': DEV_ID,
      'x-api-key': apiKey,
    })
    await approve(authUrl, person)
  }

  async function get<Answer>(target: string, token: string): Promise<Answer> {
    const response = await request(target, { dispatcher: agent, headers: { authorization: `Bearer ${token}` } })
    return (await response.body.json()) as Answer
  }

  async function post<Answer>(target: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await request(target, { dispatcher: agent, method: 'POST', headers })
    return (await response.body.json()) as Answer
  }

  return {
    url,
    agent,
    ready,
    admin,
    connect,
    get,
    post,
    async stop() {
      server.kill('SIGKILL')
      await agent.destroy()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
