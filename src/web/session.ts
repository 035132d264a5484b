// Who is signed in: a random cookie, of which the database keeps the hash.
import type { Context as Request } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import {
  createSignInLink as newLink,
  isSignedIn,
  SESSION_COOKIE,
  signIn as newSession,
  signOut as endSession,
} from '../api/admin/sessions.ts'
import { addressOf } from '../api/http/client-address.ts'
import { hashToken } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'

/** The session, if its cookie is good. */
export async function signedIn(ctx: Context, c: Request): Promise<string | null> {
  const session = getCookie(c, SESSION_COOKIE)
  if (session === undefined || session.length > 128) return null
  return (await isSignedIn(ctx, session)) ? session : null
}

/** With the admin token or the token of a sign-in link: the new session. Throws ApiError 401 when it is neither, 429 after too many. */
export async function signIn(ctx: Context, c: Request, token: string): Promise<string> {
  const { session, maxAgeSeconds } = await newSession(ctx, { token, client: addressOf(ctx, c) })
  setCookie(c, SESSION_COOKIE, session, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: ctx.publicUrl.startsWith('https:'),
    maxAge: maxAgeSeconds,
  })
  return session
}

export async function signOut(ctx: Context, c: Request): Promise<void> {
  const session = getCookie(c, SESSION_COOKIE)
  if (session !== undefined) await endSession(ctx, session)
  deleteCookie(c, SESSION_COOKIE, { path: '/' })
}

/** What every form of this session carries, and of which environment its page was. Tells nothing about the session. */
export function csrfOf(session: string, environment: EnvironmentRow): string {
  return hashToken(`csrf ${session} ${environment.id}`).slice(0, 32)
}

/** A link that signs its first visitor in: printed at start, so that nobody has to type a token. */
export async function createSignInLink(ctx: Context): Promise<string> {
  const { token } = await newLink(ctx)
  return `${ctx.publicUrl}/in/${token}`
}
