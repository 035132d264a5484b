// What every page of the dashboard knows about who is looking at what.
import type { Context as Request, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'
import type { Privacy } from './privacy.ts'

export type Theme = 'auto' | 'light' | 'dark'

export interface Notice {
  tone: 'ok' | 'err' | 'info'
  text: string
}

export interface View {
  ctx: Context
  environment: EnvironmentRow
  environments: EnvironmentRow[]
  /** Stands in every form; belongs to the session. */
  csrf: string
  theme: Theme
  privacy: Privacy
  /** What the last action did. */
  notice: Notice | null
}

// oxlint-disable-next-line typescript/consistent-type-definitions -- Hono's generic wants a type with an index.
export type Env = { Variables: { view: View } }
export type App = Hono<Env>
export type Call = Request<Env>

const THEME_COOKIE = 'loam_theme'
const NOTICE_COOKIE = 'loam_notice'
const ENVIRONMENT_COOKIE = 'loam_environment'
const YEAR_SECONDS = 365 * 86_400

export function themeOf(c: Request): Theme {
  const theme = getCookie(c, THEME_COOKIE)
  return theme === 'light' || theme === 'dark' ? theme : 'auto'
}

export function setTheme(c: Request, theme: string): void {
  const value = theme === 'light' || theme === 'dark' ? theme : 'auto'
  setCookie(c, THEME_COOKIE, value, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: YEAR_SECONDS })
}

export function chosenEnvironment(c: Request): string | null {
  return c.req.query('env') ?? getCookie(c, ENVIRONMENT_COOKIE) ?? null
}

export function rememberEnvironment(c: Request, devId: string): void {
  setCookie(c, ENVIRONMENT_COOKIE, devId, {
    path: '/dashboard',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: YEAR_SECONDS,
  })
}

/** Shown once, on the page that comes next. Never put a secret into it: it passes through the browser's cookies. */
export function leaveNotice(c: Request, notice: Notice): void {
  const value = Buffer.from(JSON.stringify(notice)).toString('base64url')
  setCookie(c, NOTICE_COOKIE, value, { path: '/dashboard', httpOnly: true, sameSite: 'Lax', maxAge: 60 })
}

export function takeNotice(c: Request): Notice | null {
  const value = getCookie(c, NOTICE_COOKIE)
  if (value === undefined) return null
  setCookie(c, NOTICE_COOKIE, '', { path: '/dashboard', httpOnly: true, sameSite: 'Lax', maxAge: 0 })
  try {
    const { tone, text } = JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as Partial<Notice>
    if (typeof text !== 'string' || (tone !== 'ok' && tone !== 'err' && tone !== 'info')) return null
    return { tone, text: text.slice(0, 500) }
  } catch {
    return null
  }
}

/** Post, redirect, get: reloading the answer does nothing twice. */
export function done(c: Call, path: string, text: string): Response {
  leaveNotice(c, { tone: 'ok', text })
  return c.redirect(path, 303)
}

export function refused(c: Call, path: string, text: string): Response {
  leaveNotice(c, { tone: 'err', text })
  return c.redirect(path, 303)
}
