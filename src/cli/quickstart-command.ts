import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { CliFailure } from './failure.ts'
import { findTarget, type Server, serverAt } from './server.ts'
import { followStream } from './stream.ts'

interface QuickstartOptions {
  json?: boolean
  provider: string
  person?: string
  timeout: string
}

interface Keys {
  dev_id: string
  api_keys: { api_key: string }[]
}

const REFERENCE = 'my_first_connection'

export function addQuickstart(program: Command): void {
  program
    .command('quickstart')
    .description('Connect a person of the sandbox and print each event. Starts a server of its own when none runs.')
    .option('--provider <PROVIDER>', 'the source to connect', 'OURA')
    .option('--person <id>', 'who of the sandbox; default: someone new')
    .option('--timeout <seconds>', 'give up after', '60')
    .option('--offline', 'nothing to do: the quickstart never leaves this machine')
    .option('--json', 'one JSON line for each event')
    .action(async (options: QuickstartOptions) => {
      const running = await runningServer()
      try {
        await follow(running.server, options)
      } finally {
        await running.stop()
      }
    })
}

async function runningServer(): Promise<{ server: Server; stop(): Promise<void> }> {
  try {
    const server = serverAt(findTarget(undefined))
    await server.get('/instance')
    return { server, stop: async () => {} }
  } catch {
    const dataDir = mkdtempSync(join(tmpdir(), 'loam-quickstart-'))
    const [{ readConfig }, { startServer }] = await Promise.all([import('../config.ts'), import('../main.ts')])
    const config = readConfig({ LOAM_DATA_DIR: dataDir, LOAM_PORT: '0', LOAM_LOG_LEVEL: 'error' }, dataDir)
    const started = await startServer(config)
    return {
      server: serverAt({
        url: started.ctx.internalUrl,
        adminToken: started.adminToken,
        devId: started.environment.dev_id,
      }),
      async stop() {
        await started.stop()
        rmSync(dataDir, { recursive: true, force: true })
      },
    }
  }
}

async function follow(server: Server, options: QuickstartOptions): Promise<void> {
  const say = (text: string): void => {
    if (options.json !== true) console.log(text)
  }
  const stopping = new AbortController()
  const timer = setTimeout(() => stopping.abort(), Number(options.timeout) * 1000)
  try {
    const events = followStream(server, '/events/stream', stopping.signal)
    // The stream is open before anything happens: its first message may be ours.
    const first = events.next()
    const session = await widgetSession(server)
    say(`widget session   ${session}`)
    say(`signed in        ${await signIn(session, options)}`)
    let sawAuth = false
    for (let message = await first; message.done !== true; message = await events.next()) {
      const row = JSON.parse(message.value) as {
        id: string
        type: string
        reference_id: string | null
        record_count: number
      }
      if (row.reference_id !== REFERENCE) continue
      if (options.json === true) console.log(message.value)
      else say(`event            ${row.type}${row.record_count > 0 ? `, ${row.record_count} records` : ''}   ${row.id}`)
      sawAuth ||= row.type === 'auth'
      if (sawAuth && row.record_count > 0 && (row.type === 'sleep' || row.type === 'activity')) {
        say('\nThat is the quickstart: a person connected, and their data arrived as events.')
        return
      }
    }
    throw new CliFailure(`no data event within ${options.timeout} s; loam doctor says what is wrong`)
  } finally {
    clearTimeout(timer)
    stopping.abort()
  }
}

async function widgetSession(server: Server): Promise<string> {
  const keys = (await server.get('/keys', { reveal: true })) as Keys
  const response = await fetch(`${server.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': keys.dev_id, 'x-api-key': keys.api_keys[0]!.api_key, 'content-type': 'application/json' },
    body: JSON.stringify({ reference_id: REFERENCE, auth_success_redirect_url: 'https://example.com/success' }),
  })
  const body = (await response.json()) as { url?: string; message?: string }
  if (body.url === undefined) throw new CliFailure(`no widget session: ${body.message ?? response.status}`)
  return body.url
}

/** What a browser does: follows each redirect, keeps cookies, and says yes on the sandbox's page. */
async function signIn(session: string, options: QuickstartOptions): Promise<string> {
  const cookies = new Map<string, string>()
  let url = `${session}/connect/${options.provider.toUpperCase()}`
  for (let hops = 0; hops < 10; hops++) {
    if (url.startsWith('https://example.com/')) return url
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=')
      cookies.set(name!, value ?? '')
    }
    const location = response.headers.get('location')
    if (location === null) throw new CliFailure(`the sign-in stopped at ${url} with ${response.status}`)
    const next = new URL(location, url)
    if (next.pathname.endsWith('/oauth/authorize')) {
      next.searchParams.set('auto', 'approve')
      if (options.person !== undefined) next.searchParams.set('person', options.person)
    }
    url = next.href
  }
  throw new CliFailure('the sign-in went in circles')
}
