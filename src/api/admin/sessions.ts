// Signing in to the dashboard: the admin token buys a session, which the browser keeps in a cookie.
import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { hashToken, randomToken, sameText } from '../../platform/seal.ts'
import type { Context } from '../../store/context.ts'
import { deleteDashboardSession, insertDashboardSession, isDashboardSession } from '../../store/dashboard-sessions.ts'
import { readInstanceSetting, writeInstanceSetting } from '../../store/instance-settings.ts'

export const SESSION_COOKIE = 'loam_session'
const SESSION_SECONDS = 30 * 86_400
const LINK_SECONDS = 15 * 60
const TOKEN_PLACE = 'admin-token'

interface StoredToken {
  hash: string
  sealed: string
}

/** The token of the admin API: the fixed one, else the one of earlier starts, else a new one. */
export async function ensureAdminToken(
  ctx: Context,
  fixed: string | null = null,
): Promise<{ token: string; created: boolean }> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock('admin-token')
    const stored = await readInstanceSetting(tx, 'admin_token')
    if (stored !== null && (fixed === null || (JSON.parse(stored) as StoredToken).hash === hashToken(fixed))) {
      return { token: ctx.sealer.open((JSON.parse(stored) as StoredToken).sealed, TOKEN_PLACE), created: false }
    }
    const token = fixed ?? randomToken()
    const row: StoredToken = { hash: hashToken(token), sealed: ctx.sealer.seal(token, TOKEN_PLACE) }
    await writeInstanceSetting(tx, 'admin_token', JSON.stringify(row))
    return { token, created: stored === null }
  })
}

export async function isAdminToken(ctx: Context, token: string): Promise<boolean> {
  const stored = await readInstanceSetting(ctx.db, 'admin_token')
  return stored !== null && sameText((JSON.parse(stored) as StoredToken).hash, hashToken(token))
}

export interface NewSession {
  /** For the cookie. */
  session: string
  maxAgeSeconds: number
}

/** A session for whoever knows the admin token or a sign-in link's token. Throws 401 otherwise. */
export async function signIn(ctx: Context, input: { token: string }): Promise<NewSession> {
  if (!(await isAdminToken(ctx, input.token)) && !(await redeemLink(ctx, input.token))) {
    throw new ApiError('wrong_admin_token', 401, 'wrong admin token: `loam keys show --reveal` prints it on the server')
  }
  const session = randomToken()
  const now = ctx.clock.now()
  await insertDashboardSession(ctx.db, {
    token_hash: hashToken(session),
    created_at: now,
    expires_at: now + SESSION_SECONDS * 1000,
  })
  return { session, maxAgeSeconds: SESSION_SECONDS }
}

export async function signOut(ctx: Context, session: string): Promise<void> {
  await deleteDashboardSession(ctx.db, hashToken(session))
}

export function isSignedIn(ctx: Context, session: string): Promise<boolean> {
  return isDashboardSession(ctx.db, hashToken(session), ctx.clock.now())
}

/** A token that signs in once, within a quarter of an hour: what the banner of `npm start` links to. */
export async function createSignInLink(ctx: Context): Promise<{ token: string; expiresInSeconds: number }> {
  const token = randomToken(18)
  const now = ctx.clock.now()
  await insertDashboardSession(ctx.db, {
    token_hash: linkHash(token),
    created_at: now,
    expires_at: now + LINK_SECONDS * 1000,
  })
  return { token, expiresInSeconds: LINK_SECONDS }
}

async function redeemLink(ctx: Context, token: string): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const hash = linkHash(token)
    await tx.lock(`sign-in:${hash}`)
    if (!(await isDashboardSession(tx, hash, ctx.clock.now()))) return false
    await deleteDashboardSession(tx, hash)
    return true
  })
}

/** Never equal to a session's hash: a link's token in the cookie opens nothing. */
function linkHash(token: string): string {
  return hashToken(`sign-in link:${token}`)
}

export const SignInInput = z.object({ token: z.string().min(1).max(500).describe('The admin token.') })
