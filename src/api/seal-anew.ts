// After the encryption key was replaced: what was sealed under an older one is sealed under the newest, so that the older can go.
import { sealRevocationsAnew } from '../credentials/seal-revocations.ts'
import { sourcePlace } from '../credentials/source-settings.ts'
import { tokenPlace } from '../credentials/tokens.ts'
import { destinationPlace } from '../deliver/open-destination.ts'
import { previousSecretsPlace, signingSecretPlace } from '../deliver/signing-secrets.ts'
import { sealPayloadKeyAnew } from '../outbox/payloads.ts'
import type { Context } from '../store/context.ts'
import { replaceSealed, type SealedColumn, type SealedRow, sealedOtherwise } from '../store/sealed.ts'
import { sealAdminTokenAnew } from './admin/sessions.ts'
import { apiKeyPlace } from './environments.ts'

const AT_ONCE = 200
const MOST_PASSES = 5

interface Sealed extends SealedColumn {
  place(...key: string[]): string
}

/** Of a sign-in that is under way the verifier is left out: it has a quarter of an hour. */
export const SEALED: readonly Sealed[] = [
  { table: 'environments', column: 'signing_secret_sealed', key: ['id'], place: signingSecretPlace },
  { table: 'api_keys', column: 'key_sealed', key: ['id'], place: apiKeyPlace },
  ofSource('client_secret_sealed', 'client-secret'),
  ofSource('verification_token_sealed', 'verification-token'),
  ofSource('extra_sealed', 'extra'),
  { table: 'destinations', column: 'secrets_sealed', key: ['id'], place: destinationPlace },
  { table: 'destinations', column: 'previous_secrets_sealed', key: ['id'], place: previousSecretsPlace },
  { table: 'connections', column: 'tokens_sealed', key: ['user_id'], place: tokenPlace },
]

function ofSource(column: string, what: string): Sealed {
  return {
    table: 'sources',
    column,
    key: ['environment_id', 'provider'],
    place: (environment, provider) => sourcePlace({ environment_id: environment!, provider: provider! }, what),
  }
}

/**
 * Everything, the admin token last: a start wants that one, so without the older key none succeeds before all is done. Any number
 * of servers may do this at once, and it begins anew at the next start.
 */
export async function sealAnew(ctx: Context): Promise<void> {
  if (ctx.sealer.keys.length === 1) return
  let done = 0
  let lost = 0
  let found = true
  // What was read before and is written back now may bring an older one back: until a pass finds none.
  for (let pass = 0; found && pass < MOST_PASSES; pass++) {
    found = false
    lost = 0
    const works = [...SEALED.map((sealed) => () => sealColumnAnew(ctx, sealed)), () => sealRevocationsAnew(ctx)]
    for (const work of works) {
      const count = await work()
      done += count.done
      lost += count.lost
      found ||= count.done > 0
    }
  }
  if (found || lost > 0) {
    const why = found
      ? 'another server still seals under an older key: the start of the last one with the new key in front goes on'
      : 'stored secrets need an encryption key that LOAM_ENCRYPTION_KEY does not name: it must keep all that it has'
    ctx.log.warn({ done, lost }, why)
    return
  }
  await sealPayloadKeyAnew(ctx)
  await sealAdminTokenAnew(ctx)
  ctx.log.info({ done }, 'all that is stored is sealed under the first key of LOAM_ENCRYPTION_KEY: the others can go')
}

async function sealColumnAnew(ctx: Context, sealed: Sealed): Promise<{ done: number; lost: number }> {
  const count = { done: 0, lost: 0 }
  let after: readonly string[] | null = null
  for (;;) {
    const options = { current: ctx.sealer.current, after, limit: AT_ONCE }
    const rows: SealedRow[] = await sealedOtherwise(ctx.db, sealed, options)
    const anew = rows.flatMap((row) => {
      try {
        const place = sealed.place(...row.key)
        return [{ ...row, anew: ctx.sealer.seal(ctx.sealer.open(row.sealed, place), place) }]
      } catch {
        return []
      }
    })
    if (anew.length > 0) await replaceSealed(ctx.db, sealed, anew)
    count.done += anew.length
    count.lost += rows.length - anew.length
    if (rows.length < AT_ONCE) return count
    after = rows.at(-1)!.key
  }
}
