// How commands speak to the running server: over /admin/v1, like everyone else.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliFailure, EXIT } from './failure.ts'

export interface Server {
  url: string
  get(path: string, query?: Query): Promise<unknown>
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The open response, for streams. */
  open(path: string, signal: AbortSignal): Promise<Response>
}

type Query = Record<string, string | number | boolean | null | undefined>

export interface Target {
  url: string
  adminToken: string
  devId: string | null
}

/** `LOAM_PUBLIC_URL` and `LOAM_ADMIN_TOKEN` when both are set, else what the last start on this machine wrote. */
export function findTarget(env: string | undefined): Target {
  const devId = env ?? null
  const { LOAM_PUBLIC_URL: url, LOAM_ADMIN_TOKEN: adminToken, LOAM_DATA_DIR: dataDir = './data' } = process.env
  if (url !== undefined && adminToken !== undefined) return { url, adminToken, devId }
  const file = join(dataDir, 'dev.json')
  if (!existsSync(file)) {
    throw new CliFailure(
      `No server is known here: start one with \`npm start\`, or set LOAM_PUBLIC_URL and LOAM_ADMIN_TOKEN.`,
      EXIT.notAvailable,
    )
  }
  const profile = JSON.parse(readFileSync(file, 'utf8')) as { url: string; admin_token: string }
  return { url: url ?? profile.url, adminToken: adminToken ?? profile.admin_token, devId }
}

export function serverAt(target: Target): Server {
  const headers = {
    authorization: `Bearer ${target.adminToken}`,
    ...(target.devId === null ? {} : { 'dev-id': target.devId }),
  }
  async function call(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${target.url}/admin/v1${path}`, { ...init, headers: { ...headers, ...init.headers } })
    } catch {
      throw new CliFailure(`The server at ${target.url} does not answer: is it running?`, EXIT.notAvailable)
    }
  }
  async function answer(response: Response): Promise<unknown> {
    const text = await response.text()
    const body: unknown = text === '' ? null : JSON.parse(text)
    if (response.ok) return body
    const { message = `the server answered ${response.status}`, code, docs } = (body ?? {}) as Record<string, string>
    const lines = [
      message,
      ...(code === undefined ? [] : [`code: ${code}`]),
      ...(docs === undefined ? [] : [`docs: ${docs}`]),
    ]
    throw new CliFailure(lines.join('\n'), exitFor(response.status))
  }
  return {
    url: target.url,
    get: async (path, query = {}) => answer(await call(`${path}${queryText(query)}`, { method: 'GET' })),
    send: async (method, path, body) =>
      answer(
        await call(path, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        }),
      ),
    async open(path, signal) {
      const response = await call(path, { method: 'GET', signal })
      if (!response.ok) await answer(response)
      return response
    },
  }
}

function exitFor(status: number): number {
  if (status === 401 || status === 403) return EXIT.notSignedIn
  return status === 400 || status === 404 || status === 422 ? EXIT.invalidInput : EXIT.failed
}

function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`
}
