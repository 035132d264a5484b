import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type CommonOptions, serverFor, talking, wholeNumber } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { type Server, serverAt } from './server.ts'
import { signIn } from './sign-in.ts'
import { openStream } from './stream.ts'

interface QuickstartOptions extends CommonOptions {
  provider?: string
  person?: string
  timeout: number
}

interface Source {
  provider: string
  enabled: boolean
  state: string
}

interface Event {
  id: string
  type: string
  user_id: string | null
  record_count: number
}

const REFERENCE = 'my_first_connection'
const SUCCESS = 'https://example.com/success'
/** History comes type by type within a second or two. These are what people look for, and not everybody has them. */
const LOOKED_FOR = ['auth', 'sleep', 'activity']
const WAIT_FOR_THEM_MS = 3000

export function addQuickstart(command: Command): void {
  talking(command)
    .option('--provider <PROVIDER>', 'the source to connect; default: OURA, else the first that runs in the sandbox')
    .option('--person <id>', 'who of the sandbox (ada, sam, noor, or any name); default: someone new')
    .option('--timeout <seconds>', 'give up after', wholeNumber(1, 3600), 60)
    .option('--offline', 'accepted for clarity: the quickstart never leaves this machine')
    .action(async (options: QuickstartOptions) => {
      const { server, next, stop } = await serverToUse(options)
      try {
        await follow(server, options)
        say(options, '\nA person connected, and their data arrived as events: that is all there is to it.')
        say(options, `Next: ${next}, or loam listen --forward <your receiver>.`)
      } finally {
        await stop()
      }
    })
}

interface ServerToUse {
  server: Server
  /** What to do when all went well. */
  next: string
  stop(): Promise<void>
}

async function serverToUse(options: QuickstartOptions): Promise<ServerToUse> {
  try {
    const server = serverFor(options)
    const instance = (await server.get('/instance')) as { public_url: string }
    return { server, next: `the dashboard at ${instance.public_url}/dashboard`, stop: async () => {} }
  } catch (error) {
    const noneRuns = error instanceof CliFailure && error.exitCode === EXIT.notAvailable
    if (!noneRuns || options.env !== undefined) throw error
    return temporaryServer(options)
  }
}

async function temporaryServer(options: QuickstartOptions): Promise<ServerToUse> {
  const dataDir = mkdtempSync(join(tmpdir(), 'loam-quickstart-'))
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true })
  process.once('exit', remove)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT.failed))
  const [{ readConfig }, { startServer }] = await Promise.all([import('../config.ts'), import('../main.ts')])
  const settings = { LOAM_DATA_DIR: dataDir, LOAM_PORT: '0', LOAM_LOG_LEVEL: 'error' }
  const running = await startServer(readConfig(settings, dataDir))
  say(options, `server           ${running.url}   (none runs here: a temporary one)`)
  return {
    server: serverAt({ url: running.url, adminToken: running.adminToken, devId: null }),
    next: 'npm start, then the dashboard',
    async stop() {
      await running.stop()
      remove()
    },
  }
}

async function follow(server: Server, options: QuickstartOptions): Promise<void> {
  const provider = await sandboxSource(server, options.provider)
  const stopping = new AbortController()
  let timer = setTimeout(() => stopping.abort(), options.timeout * 1000)
  try {
    const events = await openStream(server, '/events/stream', { signal: stopping.signal })
    const session = await widgetSession(server)
    say(options, `widget session   ${session}`)
    const landed = await signIn(`${session}/connect/${provider}`, { until: SUCCESS, person: options.person })
    say(options, `signed in        ${landed.href}`)
    const userId = landed.searchParams.get('user_id')
    const seen = new Set<string>()
    for await (const message of events) {
      const event = JSON.parse(message) as Event
      if (event.user_id !== userId) continue
      if (options.json === true) console.log(message)
      else console.log(lineOf(event))
      if (event.type !== 'auth' && event.record_count > 0 && seen.size < 2) {
        clearTimeout(timer)
        timer = setTimeout(() => stopping.abort(), WAIT_FOR_THEM_MS)
      }
      seen.add(event.type)
      if (LOOKED_FOR.every((type) => seen.has(type))) break
    }
    if (!seen.has('auth')) throw new CliFailure(`No auth event within ${options.timeout} s: see loam doctor.`)
    if (seen.size < 2) throw new CliFailure(`No data event within ${options.timeout} s: see loam doctor.`)
  } finally {
    clearTimeout(timer)
    stopping.abort()
  }
}

function say(options: QuickstartOptions, text: string): void {
  if (options.json !== true) console.log(text)
}

function lineOf(event: Event): string {
  const count = event.record_count === 1 ? '1 record' : `${event.record_count} records`
  return `event            ${event.type.padEnd(8)}  ${(event.record_count === 0 ? '' : count).padEnd(10)}  ${event.id}`
}

/** Answers for every type at once, where others send what they have in their own time. */
const FIRST_CHOICE = 'OURA'

async function sandboxSource(server: Server, wanted: string | undefined): Promise<string> {
  const { data } = (await server.get('/sources')) as { data: Source[] }
  const usable = data.filter((source) => source.enabled && source.state === 'sandbox')
  const named = wanted?.toUpperCase()
  const found = usable.find(({ provider }) => provider === (named ?? FIRST_CHOICE))
  if (found !== undefined) return found.provider
  if (named === undefined && usable[0] !== undefined) return usable[0].provider
  const known = data.find((source) => source.provider === named)
  const problem =
    named === undefined
      ? 'No source that is on runs in the sandbox.'
      : known === undefined
        ? `There is no source ${named}.`
        : known.enabled
          ? `${named} has its own credentials here: a person would have to sign in.`
          : `${named} is off: loam sources enable ${named}.`
  throw new CliFailure(`${problem} The sandbox is on with the embedded database or LOAM_SANDBOX=on.`, EXIT.notAvailable)
}

async function widgetSession(server: Server): Promise<string> {
  const keys = (await server.get('/keys', { reveal: true })) as { dev_id: string; api_keys: { api_key: string }[] }
  const { url } = await server.target()
  const response = await fetch(`${url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': keys.dev_id, 'x-api-key': keys.api_keys[0]!.api_key, 'content-type': 'application/json' },
    body: JSON.stringify({ reference_id: REFERENCE, auth_success_redirect_url: SUCCESS }),
  })
  const body = (await response.json()) as { url?: string; message?: string }
  if (body.url === undefined) throw new CliFailure(`No widget session: ${body.message ?? response.status}`)
  return body.url
}
