// What the tests of connectors ask instead of a provider: answers by path and query.
import assert from 'node:assert/strict'
import { ProviderError } from '../platform/errors.ts'
import type { HttpResponse } from '../platform/http.ts'
import { parseJson } from '../platform/json.ts'
import type { Connector, ConnectionHttp, FetchContext, Fetched, NotificationRequest, Wanted } from './connector.ts'

export type Answer = { status?: number; json: unknown }

export function responseOf({ status = 200, json }: Answer, headers: Record<string, string> = {}): HttpResponse {
  return textResponse(status, json === null ? '' : JSON.stringify(json), headers)
}

/** What is no JSON fails where it is read as such. */
export function textResponse(status: number, text: string, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body: Buffer.from(text), truncated: false, text: () => text, json: () => parseJson(text) }
}

/** Keys are `host/path?query` as they would stand in a URL; `follow` finds whole URLs. Remembers what was asked. */
export function answering(answers: Record<string, Answer | ProviderError>): { http: ConnectionHttp; asked: string[] } {
  const asked: string[] = []
  function answer(name: string, expect: readonly number[] = []): Promise<HttpResponse> {
    asked.push(name)
    const found = answers[name]
    assert.ok(found !== undefined, `nobody should ask for ${name}`)
    if (found instanceof ProviderError) return Promise.reject(found)
    const { status = 200 } = found
    assert.ok((status >= 200 && status < 300) || expect.includes(status), `${name} may not answer ${status}`)
    return Promise.resolve(responseOf(found))
  }
  const http: ConnectionHttp = {
    send({ host, path }, request = {}) {
      const query = new URLSearchParams()
      for (const [name, value] of Object.entries(request.query ?? {})) {
        if (value !== null && value !== undefined) query.set(name, String(value))
      }
      const method = request.method === undefined || request.method === 'GET' ? '' : `${request.method} `
      const search = query.size === 0 ? '' : `?${decodeURIComponent(query.toString())}`
      return answer(`${method}${host}${path}${search}`, request.expect)
    },
    follow: (url, request = {}) => answer(url, request.expect),
  }
  return { http, asked }
}

export async function fetched(
  connector: Connector,
  kind: string,
  wanted: Wanted,
  http: ConnectionHttp,
  more: Partial<FetchContext> = {},
): Promise<Fetched[]> {
  const context: FetchContext = {
    http,
    wanted,
    providerUserId: 'person',
    timeZone: 'Europe/Berlin',
    grantedScopes: null,
    now: Date.parse('2026-09-16T10:00:00Z'),
    ...more,
  }
  const all: Fetched[] = []
  for await (const each of connector.reads[kind]!.fetch!(context)) all.push(each)
  return all
}

export function post(
  body: unknown,
  headers: Record<string, string> = {},
  query: Record<string, string> = {},
): NotificationRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { method: 'POST', headers, query, body: Buffer.from(text) }
}
