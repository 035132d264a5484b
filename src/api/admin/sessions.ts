// Signing in to the dashboard: the admin token buys a session, which the browser keeps in a cookie.
import { z } from 'zod'
import { hashToken, keyOf, randomToken, sameText } from '../../platform/seal.ts'
import { type Actor, audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { Database, Sql } from '../../store/database.ts'
import {
  deleteDashboardSession,
  deleteDashboardSessions,
  insertDashboardSession,
  isDashboardSession,
} from '../../store/dashboard-sessions.ts'
import { readInstanceSetting, writeInstanceSetting } from '../../store/instance-settings.ts'
import { cookiesOf, setCookie } from '../http/cookies.ts'
import { operation, Reply } from '../http/operation.ts'
import { asStranger } from '../http/strangers.ts'
import { guarded, rememberAddress } from './sign-in-guard.ts'

export const SESSION_COOKIE = 'loam_session'
const SESSION_SECONDS = 30 * 86_400
const LINK_SECONDS = 15 * 60
const TOKEN_PLACE = 'admin-token'
const SESSION_PLACE = 'dashboard-session'

interface StoredToken {
  hash: string
  sealed: string
}

/**
 * The token of the admin API: the fixed one, else the one of earlier starts, else a new one. Whoever replaces it may do so because
 * somebody has it who should not: what it opened ends with it.
 */
export async function ensureAdminToken(
  ctx: Context,
  fixed: string | null = null,
): Promise<{ token: string; created: boolean }> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock('admin-token')
    const stored = await readInstanceSetting(tx, 'admin_token')
    // Also one that is replaced: with a key that opens nothing else no start may go on, let alone write.
    const kept = stored === null ? null : ctx.sealer.open((JSON.parse(stored) as StoredToken).sealed, TOKEN_PLACE)
    if (kept !== null && (fixed === null || kept === fixed)) return { token: kept, created: false }
    const token = fixed ?? randomToken()
    const row: StoredToken = { hash: hashToken(token), sealed: ctx.sealer.seal(token, TOKEN_PLACE) }
    await writeInstanceSetting(tx, 'admin_token', JSON.stringify(row))
    if (stored !== null) {
      await deleteDashboardSessions(tx)
      const details = { setting: 'LOAM_ADMIN_TOKEN' }
      audit(ctx, tx, { action: 'admin_token.changed', environmentId: null, details })
    }
    return { token, created: stored === null }
  })
}

/** Names the encryption key that a start needs; null before the first one. */
export async function keyOfAdminToken(db: Sql): Promise<string | null> {
  const stored = await readInstanceSetting(db, 'admin_token')
  return stored === null ? null : keyOf((JSON.parse(stored) as StoredToken).sealed)
}

/** Under the newest encryption key. */
export async function sealAdminTokenAnew({ db, sealer }: Context): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.lock('admin-token')
    const stored = await readInstanceSetting(tx, 'admin_token')
    if (stored === null) return
    const row = JSON.parse(stored) as StoredToken
    row.sealed = sealer.seal(sealer.open(row.sealed, TOKEN_PLACE), TOKEN_PLACE)
    await writeInstanceSetting(tx, 'admin_token', JSON.stringify(row))
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

export interface Attempt {
  token: string
  /** The socket's address; null without a socket. */
  client?: string | null
}

/** Throws 401 for a wrong token, and 429 after too many of them from one address. */
export async function checkAdminToken(ctx: Context, attempt: Attempt): Promise<void> {
  await attempted(ctx, attempt, async (isHeldUp) => !isHeldUp && (await isAdminToken(ctx, attempt.token)))
}

/** A session for whoever knows the admin token or a sign-in link's token. Throws 401 otherwise, as above. */
export async function signIn(ctx: Context, attempt: Attempt): Promise<NewSession> {
  let by = 'token'
  await attempted(ctx, attempt, async (isHeldUp) => {
    if (!isHeldUp && (await isAdminToken(ctx, attempt.token))) return true
    by = 'link'
    return redeemLink(ctx, attempt.token)
  })
  const session = ctx.sealer.seal(randomToken(), SESSION_PLACE)
  const now = ctx.clock.now()
  const row = { token_hash: hashToken(session), created_at: now, expires_at: now + SESSION_SECONDS * 1000 }
  await ctx.db.transaction(async (tx) => {
    await insertDashboardSession(tx, row)
    const as = { ...ctx, actor: sessionActor(session, attempt.client ?? null) }
    audit(as, tx, { action: 'session.started', environmentId: null, details: { by } })
  })
  await rememberAddress(ctx, attempt.client ?? null)
  return { session, maxAgeSeconds: SESSION_SECONDS }
}

const lastRight = new WeakMap<Database, string>()

/** The token that was right last is looked at however many wrong ones its address sends: `guarded` decides about it. */
async function attempted(
  ctx: Context,
  { token, client = null }: Attempt,
  isRight: (isHeldUp: boolean) => Promise<boolean>,
): Promise<void> {
  const hash = hashToken(token)
  const wasRight = lastRight.get(ctx.db) === hash
  await asStranger(ctx, { client, wasRight }, () => guarded(ctx, client, isRight))
  lastRight.set(ctx.db, hash)
}

export async function signOut(ctx: Context, session: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await deleteDashboardSession(tx, hashToken(session))
    audit(ctx, tx, { action: 'session.ended', environmentId: null })
  })
}

/** Tells sessions apart; of no use to whoever reads it. */
export function sessionActor(session: string, address: string | null): Actor {
  return { kind: 'session', id: hashToken(`session name:${session}`).slice(0, 12), address }
}

/** A session that somebody made up is not worth a question to the database. */
export async function isSignedIn(ctx: Context, session: string): Promise<boolean> {
  return isSealed(ctx, session) && (await isDashboardSession(ctx.db, hashToken(session), ctx.clock.now()))
}

function isSealed({ sealer }: Context, session: string): boolean {
  try {
    return sealer.open(session, SESSION_PLACE) !== ''
  } catch {
    return false
  }
}

/** A token that signs in once, within a quarter of an hour: what the banner of `npm start` links to. */
export async function createSignInLink(ctx: Context): Promise<{ token: string; expiresInSeconds: number }> {
  const token = randomToken(18)
  const now = ctx.clock.now()
  await ctx.db.transaction(async (tx) => {
    await insertDashboardSession(tx, {
      token_hash: linkHash(token),
      created_at: now,
      expires_at: now + LINK_SECONDS * 1000,
    })
    audit(ctx, tx, { action: 'session.link_made', environmentId: null })
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

const secure = (ctx: Context): boolean => ctx.publicUrl.startsWith('https:')

/** `Set-Cookie` that begins a dashboard session. */
export function sessionCookie(ctx: Context, session: NewSession): string {
  return setCookie({
    name: SESSION_COOKIE,
    value: session.session,
    path: '/',
    maxAgeSeconds: session.maxAgeSeconds,
    secure: secure(ctx),
  })
}

/** `Set-Cookie` that ends it. */
export function endedSessionCookie(ctx: Context): string {
  return setCookie({ name: SESSION_COOKIE, value: '', path: '/', maxAgeSeconds: 0, secure: secure(ctx) })
}

const SignInInput = z.object({ token: z.string().min(1).max(500).describe('The admin token.') })
const Done = z.object({ status: z.literal('success') })

export const sessionOperations = [
  operation({
    method: 'POST',
    path: '/session',
    id: 'signIn',
    summary: 'Sign in to the dashboard',
    description:
      'Sets the cookie `loam_session`. From the fifth wrong token on, an address waits twice as long after each, up to 15 minutes: 429.',
    tags: ['Instance'],
    auth: 'none',
    body: SignInInput,
    responses: { 200: { description: 'Signed in.', schema: Done } },
    errors: { 401: 'The token is wrong.', 429: 'Too many wrong tokens.' },
    handler: async ({ ctx, body, client }) => {
      const cookie = sessionCookie(ctx, await signIn(ctx, { token: body.token, client }))
      return new Reply(200, { status: 'success' }, { 'set-cookie': cookie })
    },
  }),
  operation({
    method: 'DELETE',
    path: '/session',
    id: 'signOut',
    summary: 'Sign out of the dashboard',
    tags: ['Instance'],
    auth: 'instance',
    responses: { 200: { description: 'Signed out.', schema: Done } },
    handler: async ({ ctx, request }) => {
      const session = cookiesOf(request)[SESSION_COOKIE]
      if (session !== undefined) await signOut(ctx, session)
      return new Reply(200, { status: 'success' }, { 'set-cookie': endedSessionCookie(ctx) })
    },
  }),
]
