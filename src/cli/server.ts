// How commands speak to the running server: over /admin/v1, like everyone else.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../config.ts'
import { CliFailure, EXIT } from './failure.ts'

export interface Server {
  url: string
  adminToken: string
  get(path: string, query?: Query): Promise<unknown>
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The open response, for streams. */
  open(path: string, init: { signal: AbortSignal; headers?: Record<string, string> }): Promise<Response>
}

type Query = Record<string, string | number | boolean | null | undefined>

export interface Target {
  url: string
  adminToken: string
  devId: string | null
}

/** What a start writes into the data folder. */
interface Profile {
  url: string
  public_url?: string
  admin_token: string
}

/**
 * The server that was last started from this folder, reached past any proxy; or the one that `LOAM_PUBLIC_URL` and
 * `LOAM_ADMIN_TOKEN` name. The token of the one is never sent to the other.
 */
export function findTarget(env: string | undefined): Target {
  const { config, origins } = readSettings()
  const devId = env ?? null
  const profile = readProfile(config.dataDir)
  const named = origins.LOAM_PUBLIC_URL === 'default' ? null : config.publicUrl
  if (profile !== null && (named === null || named === profile.public_url)) {
    return { url: profile.url, adminToken: config.adminToken ?? profile.admin_token, devId }
  }
  if (config.adminToken !== null) return { url: config.publicUrl, adminToken: config.adminToken, devId }
  throw new CliFailure(
    named === null
      ? 'No server has been started here: run `npm start` first, or set LOAM_PUBLIC_URL and LOAM_ADMIN_TOKEN.'
      : `${named} needs its admin token: set LOAM_ADMIN_TOKEN.`,
    named === null ? EXIT.notAvailable : EXIT.notSignedIn,
  )
}

function readProfile(dataDir: string): Profile | null {
  const file = join(dataDir, 'dev.json')
  if (!existsSync(file)) return null
  try {
    const profile = JSON.parse(readFileSync(file, 'utf8')) as Partial<Profile>
    if (typeof profile.url === 'string' && typeof profile.admin_token === 'string') return profile as Profile
  } catch {
    // Cut off by a crash or a full disk: as good as none.
  }
  return null
}

export function serverAt(target: Target): Server {
  const { url, adminToken, devId } = target
  const headers = { authorization: `Bearer ${adminToken}`, ...(devId === null ? {} : { 'dev-id': devId }) }
  async function call(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${url}/admin/v1${path}`, { ...init, headers: { ...headers, ...init.headers } })
    } catch (error) {
      if (init.signal?.aborted === true) throw error
      throw new CliFailure(`The server at ${url} does not answer: start it with \`npm start\`.`, EXIT.notAvailable)
    }
  }
  async function answer(response: Response): Promise<unknown> {
    const text = await response.text()
    if (response.ok && text === '') return null
    const body = jsonIn(text)
    if (body === null) {
      throw new CliFailure(`What answers at ${url} (status ${response.status}) is no Loam.`, EXIT.notAvailable)
    }
    if (response.ok) return body
    const { message = `the server answered ${response.status}`, code, docs, reference } = body as Record<string, string>
    throw new CliFailure(message, exitFor(response.status), { code, docs, reference })
  }
  return {
    url,
    adminToken,
    get: async (path, query = {}) => answer(await call(`${path}${queryText(query)}`, { method: 'GET' })),
    async send(method, path, body) {
      const json =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      return answer(await call(path, { method, ...json }))
    },
    async open(path, init) {
      const response = await call(path, { method: 'GET', ...init })
      if (!response.ok) await answer(response)
      return response
    },
  }
}

function jsonIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function exitFor(status: number): number {
  if (status === 401 || status === 403) return EXIT.notSignedIn
  if (status === 501 || status === 503) return EXIT.notAvailable
  return status === 400 || status === 404 || status === 422 ? EXIT.invalidInput : EXIT.failed
}

function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`
}
