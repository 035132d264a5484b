// Guessing the admin token: each wrong one makes the next wait longer, for the address and, later, for the account. It is kept in
// the database, so that it holds across restarts and for all servers.
import { ApiError } from '../../platform/errors.ts'
import { type Actor, auditOnce } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import {
  forgetSignInFailures,
  saveSignInFailures,
  type SignInFailures,
  signInFailures,
} from '../../store/sign-in-failures.ts'
import { networkOf } from '../http/client-address.ts'

interface Rule {
  /** Wrong ones that cost nothing: people mistype. */
  free: number
  /** The wait after the next one; it doubles. */
  firstMs: number
  longestMs: number
  /** Without a wrong one for so long, all is forgotten. */
  forgetMs: number
}

const ADDRESS: Rule = { free: 5, firstMs: 1000, longestMs: 15 * 60_000, forgetMs: 24 * 3600_000 }
/** Many addresses together. Where someone signed in before is not held up by it: nobody can lock the operator out. */
const ACCOUNT: Rule = { free: 50, firstMs: 1000, longestMs: 60_000, forgetMs: 3600_000 }
const KNOWN_MS = 30 * 86_400_000
const ACCOUNT_NAME = 'account:admin'
/** Of the same address; a guesser must not fill the audit log. */
const REFUSED_EVERY_MS = 60_000

/** `isRight` is told whether the account is held up: then only what cannot be guessed by many may open it. */
export async function guarded(
  ctx: Context,
  client: string | null,
  isRight: (isHeldUp: boolean) => Promise<boolean>,
): Promise<void> {
  const now = ctx.clock.now()
  const address = placeOf(client)
  const rows = await signInFailures(ctx.db, [address, ACCOUNT_NAME, `known:${address}`], now)
  refuseUntil(rows.get(address)?.blocked_until ?? 0, now)
  const account = rows.get(ACCOUNT_NAME)?.blocked_until ?? 0
  const isHeldUp = account > now && !rows.has(`known:${address}`)
  if (await isRight(isHeldUp)) {
    if (rows.has(address)) await forgetSignInFailures(ctx.db, address)
    return
  }
  if (isHeldUp) refuseUntil(account, now)
  await ctx.db.transaction(async (tx) => {
    await tx.lock('sign-in-failures')
    const latest = await signInFailures(tx, [address, ACCOUNT_NAME], now)
    await saveSignInFailures(tx, after(latest.get(address), address, ADDRESS, now))
    await saveSignInFailures(tx, after(latest.get(ACCOUNT_NAME), ACCOUNT_NAME, ACCOUNT, now))
  })
  ctx.log.warn({ client }, 'a wrong admin token was sent')
  const actor: Actor = { kind: 'nobody', id: null, address: client }
  await auditOnce({ ...ctx, actor }, { action: 'session.refused', environmentId: null }, REFUSED_EVERY_MS)
  throw new ApiError('wrong_admin_token', 401, 'wrong admin token: `loam keys show --reveal` prints it on the server')
}

/** Someone signed in from there. */
export async function rememberAddress(ctx: Context, client: string | null): Promise<void> {
  const name = `known:${placeOf(client)}`
  await saveSignInFailures(ctx.db, { name, failures: 0, blocked_until: 0, forget_at: ctx.clock.now() + KNOWN_MS })
}

function after(before: SignInFailures | undefined, name: string, rule: Rule, now: number): SignInFailures {
  const failures = (before?.failures ?? 0) + 1
  const over = failures - rule.free
  const waitMs = over < 0 ? 0 : Math.min(rule.longestMs, rule.firstMs * 2 ** Math.min(over, 30))
  return { name, failures, blocked_until: now + waitMs, forget_at: now + rule.forgetMs }
}

function refuseUntil(until: number, now: number): void {
  if (until <= now) return
  const seconds = Math.ceil((until - now) / 1000)
  throw new ApiError('too_many_sign_ins', 429, `too many wrong tokens; try again in ${seconds} seconds`, {
    headers: { 'retry-after': String(seconds) },
  })
}

function placeOf(client: string | null): string {
  return `address:${networkOf(client)}`
}
