// How commands speak to the running server: over /admin/v1, like everyone else.
import { CliFailure, EXIT } from './failure.ts'
import type { Target } from './target.ts'

export interface Server {
  target(): Promise<Target>
  get(path: string, query?: Query): Promise<unknown>
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The open response, for streams. */
  open(path: string, init: { signal: AbortSignal; headers?: Record<string, string> }): Promise<Response>
}

type Query = Record<string, string | number | boolean | null | undefined>

/** `find` is asked once, at the first call. */
export function serverAt(find: Target | (() => Promise<Target>)): Server {
  let found: Promise<Target> | undefined
  const target = (): Promise<Target> => (found ??= typeof find === 'function' ? find() : Promise.resolve(find))
  async function call(path: string, init: RequestInit): Promise<Response> {
    const { url, adminToken, devId } = await target()
    const headers = { authorization: `Bearer ${adminToken}`, ...(devId === null ? {} : { 'dev-id': devId }) }
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
      const { url } = await target()
      throw new CliFailure(`What answers at ${url} (status ${response.status}) is no Loam.`, EXIT.notAvailable)
    }
    if (response.ok) return body
    const { message = `the server answered ${response.status}`, code, docs, reference } = body as Record<string, string>
    throw new CliFailure(message, exitFor(response.status), { code, docs, reference })
  }
  return {
    target,
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
