// Privacy mode: health values stay off the screen until somebody asks for them, for ten minutes, which is noted. It is for whoever
// looks over a shoulder or at a shared screen; the admin API, which the same person may call, answers with values.
import type { Context as Request } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { audit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'
import type { View } from './view.ts'

export const SHOWN_MINUTES = 10
const SHOWN_COOKIE = 'loam_values'
const HIDING_COOKIE = 'loam_hide_values'
const YEAR_SECONDS = 365 * 86_400

export interface Privacy {
  hidden: boolean
  /** They are hidden again at this time; null: not by themselves. */
  shownUntil: number | null
}

/** Hidden in production, and wherever the switch says so. */
export function privacyOf(ctx: Context, c: Request, environment: EnvironmentRow, csrf: string): Privacy {
  const hides = environment.kind === 'production' || getCookie(c, HIDING_COOKIE) !== undefined
  if (!hides) return { hidden: false, shownUntil: null }
  const until = shownUntil(ctx, c, environment, csrf)
  return until > ctx.clock.now() ? { hidden: false, shownUntil: until } : { hidden: true, shownUntil: null }
}

/** Sealed for this session and this environment: a cookie that somebody wrote, kept or took from another shows nothing. */
function shownUntil(ctx: Context, c: Request, environment: EnvironmentRow, csrf: string): number {
  const sealed = getCookie(c, SHOWN_COOKIE)
  if (sealed === undefined) return 0
  try {
    return Number(ctx.sealer.open(sealed, place(environment, csrf)))
  } catch {
    return 0
  }
}

function place(environment: EnvironmentRow, csrf: string): string {
  return `values of ${environment.id} for ${csrf}`
}

export async function showValues(c: Request, { ctx, environment, csrf }: View): Promise<void> {
  const act = { action: 'health_data.shown', environmentId: environment.id } as const
  await ctx.db.transaction(async (tx) => audit(ctx, tx, act))
  if (environment.kind !== 'production') {
    deleteCookie(c, HIDING_COOKIE, { path: '/dashboard' })
    return
  }
  const until = ctx.clock.now() + SHOWN_MINUTES * 60_000
  setCookie(c, SHOWN_COOKIE, ctx.sealer.seal(String(until), place(environment, csrf)), {
    ...cookieOf(ctx),
    maxAge: SHOWN_MINUTES * 60,
  })
}

/** In every environment, until they are shown again. */
export function hideValues(c: Request, { ctx }: View): void {
  deleteCookie(c, SHOWN_COOKIE, { path: '/dashboard' })
  setCookie(c, HIDING_COOKIE, '1', { ...cookieOf(ctx), maxAge: YEAR_SECONDS })
}

function cookieOf(ctx: Context) {
  return { path: '/dashboard', httpOnly: true, sameSite: 'Lax', secure: ctx.publicUrl.startsWith('https:') } as const
}
