// A server of our own as a child process, the way a user starts it, and what a browser would do to sign someone in.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../test/services/free-port.ts'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Loam {
  url: string
  port: number
  devId: string
  apiKey: string
  signingSecret: string
  adminToken: string
  dataDir: string
  admin(method: string, path: string, body?: unknown): Promise<any>
  stop(): Promise<void>
}

export async function startLoam(settings: Record<string, string> = {}): Promise<Loam> {
  const port = await freePort()
  const dataDir = mkdtempSync(join(tmpdir(), 'loam-compat-'))
  const secret = (): string => randomBytes(20).toString('hex')
  const credentials = {
    devId: `compat-${randomBytes(4).toString('hex')}`,
    apiKey: secret(),
    signingSecret: secret(),
    adminToken: secret(),
  }
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, 'bin/loam.js'), 'start', '--json'], {
    cwd: dataDir,
    env: {
      ...process.env,
      LOAM_PORT: String(port),
      LOAM_DATA_DIR: dataDir,
      LOAM_DEV_ID: credentials.devId,
      LOAM_API_KEY: credentials.apiKey,
      LOAM_SIGNING_SECRET: credentials.signingSecret,
      LOAM_ADMIN_TOKEN: credentials.adminToken,
      LOAM_LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const url = `http://localhost:${port}`
  await until(
    () =>
      fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      ),
    20_000,
    'the server did not start',
  )
  return {
    url,
    port,
    dataDir,
    ...credentials,
    async admin(method, path, body) {
      const response = await fetch(`${url}/admin/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${credentials.adminToken}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return text === '' ? null : JSON.parse(text)
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export async function until(probe: () => Promise<boolean> | boolean, ms: number, problem: string): Promise<void> {
  const end = Date.now() + ms
  while (!(await probe())) {
    if (Date.now() > end) throw new Error(problem)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Follows a widget or authorize URL like a browser without scripts, says yes in the sandbox; answers the last URL. */
export async function signIn(
  start: string,
  options: { person?: string; provider?: string; deny?: boolean } = {},
): Promise<string> {
  const cookies = new Map<string, string>()
  let url = start.includes('/session/') ? `${start}/connect/${options.provider ?? 'OURA'}` : start
  for (let hops = 0; hops < 10; hops++) {
    if (url.startsWith('https://example.com/')) return url
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=')
      cookies.set(name!, value ?? '')
    }
    const location = response.headers.get('location')
    if (location === null) return url
    const next = new URL(location, url)
    if (next.pathname.endsWith('/oauth/authorize') || next.pathname.endsWith('/oauth2Confirm')) {
      next.searchParams.set('auto', options.deny === true ? 'deny' : 'approve')
      if (options.person !== undefined) next.searchParams.set('person', options.person)
    }
    url = next.href
  }
  throw new Error(`the sign-in went in circles at ${url}`)
}
