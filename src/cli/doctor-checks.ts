// What the doctor looks at. Each check says what it found and, when that is not well, what to do.
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Given } from '../config.ts'
import { type DatabaseStatus, databaseStatus, sentenceOf } from './db-command.ts'
import { makeFolder } from '../platform/folder.ts'
import { createSealer } from '../platform/seal.ts'
import { type BodiesState, bodiesCheck } from './doctor-bodies.ts'
import { CliFailure } from './failure.ts'
import { type Check, fail, ok, warn } from './check.ts'
import { serverFor } from './common.ts'
import type { Server } from './server.ts'

type Settings = Given['config']

const ENOUGH_BYTES = 500 * 1024 * 1024
const SKEW_MS = 5000
const SHORT_SECRET = 20

export async function examine(): Promise<Check[]> {
  const { ConfigError, readSettings } = await import('../config.ts')
  let config: Settings
  try {
    config = readSettings().config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [nodeVersion(), ...error.problems.map((problem) => fail('setting', problem, 'docs/configuration.md'))]
  }
  const status = await databaseStatus(config).catch((error: Error) => {
    if (error instanceof CliFailure) return error
    throw error
  })
  const local = [
    nodeVersion(),
    ok('settings', 'all readable: loam config shows them'),
    folder(config.dataDir),
    diskSpace(config.dataDir),
    encryptionKey(config, status instanceof CliFailure ? null : status.key),
    secrets(config),
    database(status),
  ]
  return [...local, ...(await server(config))]
}

function nodeVersion(): Check {
  const fits = Number(process.versions.node.split('.')[0]) >= 24
  return fits ? ok('node', process.version) : fail('node', `${process.version} is too old`, 'npm ci brings Node 24')
}

function folder(dataDir: string): Check {
  try {
    makeFolder(dataDir)
    accessSync(dataDir, constants.W_OK)
    return ok('data folder', dataDir)
  } catch {
    return fail('data folder', `${dataDir} cannot be written`, 'set LOAM_DATA_DIR to a folder of yours')
  }
}

function diskSpace(dataDir: string): Check {
  const { bavail, bsize } = statfsSync(existsSync(dataDir) ? dataDir : '.')
  const said = `${Math.round((bavail * bsize) / 1e6)} MB free`
  if (bavail * bsize > ENOUGH_BYTES) return ok('disk', said)
  return warn('disk', said, 'make room: on a full disk nothing can be committed')
}

function encryptionKey(config: Settings, needed: string | null): Check {
  if (config.encryptionKey === null) return ok('encryption key', 'the first start makes one')
  const file = join(config.dataDir, 'encryption.key')
  const isOfFile = existsSync(file) && readFileSync(file, 'utf8').trim() === config.encryptionKey
  const keys = createSealer(config.encryptionKey).keys
  const said = `${keys.join(', ')}, ${isOfFile ? file : 'from the settings'}`
  if (needed !== null && !keys.includes(needed)) {
    const fix = `give the key ${needed} by LOAM_ENCRYPTION_KEY; where it is lost: docs/backup.md`
    return fail('encryption key', `${said}: what is stored needs ${needed}`, fix)
  }
  if (!isOfFile) return ok('encryption key', said)
  if ((statSync(file).mode & 0o077) === 0) return ok('encryption key', `${said}: back it up`)
  return fail('encryption key', `${file} can be read by others`, `chmod 600 ${file}`)
}

function secrets(config: Settings): Check {
  const given = {
    LOAM_API_KEY: config.apiKey,
    LOAM_SIGNING_SECRET: config.signingSecret,
    LOAM_ADMIN_TOKEN: config.adminToken,
  }
  const short = Object.entries(given).flatMap(([name, value]) =>
    value !== null && value.length < SHORT_SECRET ? [name] : [],
  )
  if (short.length === 0) return ok('secrets', 'long enough')
  return warn('secrets', `${short.join(', ')} can be guessed`, 'make them with `openssl rand -hex 32`')
}

function publicUrl(url: string, sandbox: boolean): Check {
  if (url.startsWith('https:')) return ok('public URL', url)
  const isLocal = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|$)/.test(url)
  const fix = 'set LOAM_PUBLIC_URL to the https address that browsers and providers use'
  if (isLocal && sandbox) return ok('public URL', `${url}: enough for the sandbox`)
  return isLocal
    ? warn('public URL', `${url}: providers cannot reach it`, fix)
    : fail('public URL', `${url}: tokens would travel in the clear`, fix)
}

function database(status: DatabaseStatus | CliFailure): Check {
  if (status instanceof CliFailure) {
    return fail('database', status.message, 'check LOAM_DATABASE_URL, and that the database runs')
  }
  if (status.state === 'ahead') return fail('database', sentenceOf(status), 'install the newer version')
  if (status.state === 'behind') return warn('database', sentenceOf(status), 'restart the server')
  return ok('database', sentenceOf(status))
}

interface Instance {
  version: string
  public_url: string
  sandbox: boolean
  time: string
  bodies: BodiesState | null
}

async function server(config: Settings): Promise<Check[]> {
  try {
    const running = serverFor({})
    const askedAt = Date.now()
    const instance = (await running.get('/instance')) as Instance
    const checks = [
      ok('server', `${(await running.target()).url}, version ${instance.version}`),
      clock(instance, askedAt, Date.now()),
      publicUrl(instance.public_url, instance.sandbox),
      await callbacks(instance),
      ...(instance.bodies === null ? [] : [bodiesCheck(instance.bodies)]),
    ]
    const { data } = (await running.get('/environments')) as { data: { dev_id: string }[] }
    for (const { dev_id } of data) {
      const there = serverFor({ env: dev_id })
      checks.push(...(await sources(there, dev_id, instance)), ...(await destinations(there, dev_id)))
    }
    return checks
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error
    return [publicUrl(config.publicUrl, config.sandbox), fail('server', error.message, 'npm start')]
  }
}

/** Codes, tokens and signatures have times in them. */
function clock(instance: Instance, askedAt: number, answeredAt: number): Check {
  const skew = Math.round(Math.abs(Date.parse(instance.time) - (askedAt + answeredAt) / 2))
  if (skew <= SKEW_MS) return ok('clock', `${skew} ms from this machine's`)
  return fail('clock', `${Math.round(skew / 1000)} s from this machine's`, 'synchronize both with NTP')
}

/** The way that browsers and providers come back: through whatever stands before the server. */
async function callbacks(instance: Instance): Promise<Check> {
  const url = `${instance.public_url}/healthz`
  const fix = 'LOAM_PUBLIC_URL must lead to this server, through DNS, proxy and firewall'
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(SKEW_MS), redirect: 'manual' })
    const body = (await response.json()) as { status?: string }
    if (response.ok && body.status === 'ok') return ok('callbacks', `${instance.public_url} leads here`)
    return fail('callbacks', `${url} answers ${response.status}`, fix)
  } catch {
    return warn('callbacks', `${url} does not answer from this machine`, fix)
  }
}

interface Source {
  provider: string
  enabled: boolean
  state: 'ready' | 'sandbox' | 'needs_credentials'
  callback_url: string
}

async function sources(server: Server, devId: string, instance: Instance): Promise<Check[]> {
  const { data } = (await server.get('/sources')) as { data: Source[] }
  const reachable = instance.public_url.startsWith('https:')
  return data
    .filter((source) => source.enabled)
    .map((source) => {
      const name = `source ${source.provider} of ${devId}`
      if (source.state === 'sandbox') return ok(name, 'runs against the built-in simulator')
      if (source.state === 'needs_credentials') {
        return fail(name, 'has no credentials', `loam sources credentials ${source.provider} --env ${devId}`)
      }
      if (reachable) return ok(name, `redirects to ${source.callback_url}`)
      return warn(name, `redirects to ${source.callback_url}, which most providers refuse`, 'set LOAM_PUBLIC_URL')
    })
}

interface Destination {
  id: string
  name: string
  state: 'active' | 'paused'
  state_reason: string | null
  failing_since: string | null
}

async function destinations(server: Server, devId: string): Promise<Check[]> {
  const { data } = (await server.get('/destinations')) as { data: Destination[] }
  if (data.length === 0) {
    return [warn(`destinations of ${devId}`, 'none: events go nowhere', `loam destinations add <url> --env ${devId}`)]
  }
  return data.map((row) => {
    const name = `destination ${row.name} of ${devId}`
    const fix = `loam destinations test ${row.id} --env ${devId}`
    if (row.state === 'paused')
      return warn(name, `paused: ${row.state_reason ?? 'by hand'}`, 'resume it on the dashboard')
    return row.failing_since === null ? ok(name, 'active') : fail(name, `failing since ${row.failing_since}`, fix)
  })
}
