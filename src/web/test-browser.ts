// A browser without a screen, for tests: keeps cookies, sends forms as pages offer them, follows nothing by itself.
import assert from 'node:assert/strict'
import type { Hono } from 'hono'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { createDashboard } from './index.ts'

export interface Page {
  status: number
  headers: Headers
  text: string
  location: string | null
}

export interface TestBrowser {
  api: TestApi
  app: Hono
  cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Page>
  /** With the session's CSRF word and the headers that a browser adds. */
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Page>
  /** Without anything but what is given. */
  send(path: string, init: RequestInit): Promise<Page>
  signIn(): Promise<void>
}

const ORIGIN = 'http://localhost:4000'

export async function openTestBrowser(options: { sandbox?: boolean } = {}): Promise<TestBrowser> {
  const api = await openTestApi(options)
  const app = createDashboard(api.ctx)
  const cookies = new Map<string, string>()
  let csrf = ''

  async function send(path: string, init: RequestInit): Promise<Page> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { host: 'localhost:4000', cookie, ...(init.headers as Record<string, string>) }
    const response = await app.request(new URL(path, ORIGIN).href, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (/max-age=0/i.test(line)) cookies.delete(name!)
      else cookies.set(name!, value!)
    }
    const text = await response.text()
    csrf = /name="csrf" value="([0-9a-f]+)"/.exec(text)?.[1] ?? csrf
    return { status: response.status, headers: response.headers, text, location: response.headers.get('location') }
  }

  function post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return send(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: ORIGIN,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams({ csrf, ...fields }).toString(),
    })
  }

  return {
    api,
    app,
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    post,
    send,
    async signIn() {
      const page = await post('/dashboard/sign-in', { token: api.adminToken })
      assert.equal(page.status, 303)
      await send('/dashboard/start', {})
    },
  }
}

/** What the page after a form says about it. */
export async function landed(browser: TestBrowser, page: Page, path: RegExp, says: RegExp): Promise<Page> {
  assert.equal(page.status, 303, noticeOf(page))
  assert.match(page.location!, path)
  const next = await browser.get(page.location!)
  assert.ok(says.test(next.text), `${page.location} does not say ${says}: ${noticeOf(next)}`)
  const reloaded = await browser.get(page.location!)
  assert.ok(!/class="notice (ok|err)"[^>]*role="(status|alert)"/.test(reloaded.text), 'the notice shows once')
  return next
}

function noticeOf(page: Page): string {
  const parts = [...page.text.matchAll(/<(?:h1|div class="notice|p class="problem)[^>]*>[\s\S]*?<\/(?:h1|div|p)>/g)]
  return parts.map(([part]) => part.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).join(' | ')
}
