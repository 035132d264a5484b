// Grants that are still to be ended at the provider have their tokens in the job: their connection is gone.
import type { Context } from '../store/context.ts'
import { openJobsOfKind, replacePayload } from '../store/jobs.ts'
import type { RevokePayload } from './disconnect.ts'
import { tokenPlace } from './tokens.ts'

/** Under the newest key. `lost`: no key opens them. */
export async function sealRevocationsAnew({ db, sealer }: Context): Promise<{ done: number; lost: number }> {
  const count = { done: 0, lost: 0 }
  for (const { id, payload } of await openJobsOfKind(db, 'revoke')) {
    const revocation = JSON.parse(payload) as RevokePayload
    if (revocation.tokensSealed.startsWith(sealer.current)) continue
    const place = tokenPlace(revocation.userId)
    let tokensSealed: string
    try {
      tokensSealed = sealer.seal(sealer.open(revocation.tokensSealed, place), place)
    } catch {
      count.lost++
      continue
    }
    await db.batch([replacePayload(id, payload, JSON.stringify({ ...revocation, tokensSealed }))])
    count.done++
  }
  return count
}
