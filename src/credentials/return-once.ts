// A browser that comes back twice with one code: a second press, or a reload while the first is at work. A code is spent
// once, and some providers end every token that came of one that is used again.
import { type AuthFlowRow, authFlowById, claimReturn } from '../store/auth-flows.ts'
import type { Context } from '../store/context.ts'

const WAIT_MS = 30_000
const LOOK_AGAIN_MS = 100

/** `mine`: whoever asks has the code to spend. Else what came of it where it was spent. */
export async function returnOnce(ctx: Context, flow: AuthFlowRow): Promise<'mine' | 'connected' | 'failed'> {
  if (flow.state === 'away' && (await claimReturn(ctx.db, flow.id))) return 'mine'
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_AGAIN_MS) {
    const now = await authFlowById(ctx.db, flow.id)
    if (now?.state === 'connected') return 'connected'
    if (now?.state === 'away' && (await claimReturn(ctx.db, flow.id))) return 'mine'
    if (now?.state !== 'returning') return 'failed'
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
  // The server that was at it has ended, maybe before the code was spent.
  return 'mine'
}
