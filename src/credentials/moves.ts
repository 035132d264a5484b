// From the API that a source had before to the one that replaced it: links by which people consent again, and the end of
// an old connection once a new one has taken its place.
import { z } from 'zod'
import type { Connector, Replaced } from '../connectors/connector.ts'
import { connectorById } from '../connectors/index.ts'
import { userReauthEvent } from '../model/events.ts'
import { appendEvents } from '../outbox/append.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { ApiError } from '../platform/errors.ts'
import { connectionById, type ConnectionRow, patchConnection } from '../store/connections.ts'
import { audit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import { successorOf } from '../store/moves.ts'
import { sourceOf } from '../store/sources.ts'
import { startFlow } from './connect.ts'
import { eraseConnection } from './disconnect.ts'
import { settingsOfSource } from './source-settings.ts'

const PLACE = 'consent-again'

const Link = z.object({
  user_id: z.string(),
  success_url: z.string().nullable(),
  failure_url: z.string().nullable(),
  expires_at: z.number(),
})

/** The source by this name, and what it replaced. */
export function replacing(provider: string): { connector: Connector; replaced: Replaced } {
  const connector = connectorById(provider)
  if (connector?.replaces === undefined) {
    throw new ApiError('nothing_replaced', 404, `provider: ${provider} has no API that another one replaced`)
  }
  return { connector, replaced: connector.replaces }
}

/** New connections must be made with the new API: a link would lead back to the old one. */
export async function checkCurrentApi(ctx: Context, environmentId: string, connector: Connector): Promise<void> {
  const source = await sourceOf(ctx.db, environmentId, connector.id)
  if (source === null || source.enabled !== 1) {
    throw new ApiError('provider_not_enabled', 404, `${connector.id} is not switched on in this environment`)
  }
  const { api } = settingsOfSource(source)
  if (api !== undefined) {
    throw new ApiError(
      'move_blocked',
      409,
      `${connector.id} still makes new connections with its API ${api}: set the source's \`api\` to null first`,
    )
  }
}

/** Good for many days and many tries, unlike a sign-in: it makes a new one of those whenever it is opened. */
export function moveLink(
  ctx: Context,
  old: ConnectionRow,
  given: { days: number; successUrl: string | null; failureUrl: string | null },
): { url: string; expiresAt: number } {
  const expiresAt = ctx.clock.now() + given.days * 86_400_000
  const link: z.infer<typeof Link> = {
    user_id: old.user_id,
    success_url: given.successUrl,
    failure_url: given.failureUrl,
    expires_at: expiresAt,
  }
  const sealed = ctx.sealer.seal(JSON.stringify(link), PLACE)
  return { url: `${ctx.publicUrl}/auth/again/${encodeURIComponent(sealed)}`, expiresAt }
}

/** Somebody opened it. Answers the id of a sign-in that begins now, under the reference of the old connection. */
export async function openMoveLink(ctx: Context, sealed: string): Promise<string> {
  const link = linkOf(ctx, sealed)
  if (link === null) throw invalid('this link is not one of ours, or was cut')
  if (link.expires_at <= ctx.clock.now()) throw invalid('this link has expired; ask the app for a new one')
  const old = await connectionById(ctx.db, link.user_id)
  if (old === null) throw invalid('this connection has moved already, or was ended')
  const { connector } = replacing(old.provider)
  await checkCurrentApi(ctx, old.environment_id, connector)
  const flow = await startFlow(ctx, {
    environmentId: old.environment_id,
    provider: old.provider,
    sessionId: null,
    referenceId: old.reference_id,
    successUrl: link.success_url,
    failureUrl: link.failure_url,
    language: null,
  })
  return flow.id
}

function linkOf(ctx: Context, sealed: string): z.infer<typeof Link> | null {
  try {
    return Link.parse(JSON.parse(ctx.sealer.open(sealed, PLACE)))
  } catch {
    return null
  }
}

function invalid(message: string): ApiError {
  return new ApiError('move_link_invalid', 410, message)
}

/**
 * The new connection takes the old one's place: `user_reauth` names both, everything held for the old one is deleted. Its
 * grant needs no ending: the API that could end it is gone.
 */
export async function endMove(ctx: Context, old: ConnectionRow): Promise<ConnectionRow> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${old.user_id}`)
    const current = await connectionById(tx, old.user_id)
    if (current === null) throw new ApiError('user_not_found', 404, 'user not found')
    const successor = await successorOf(tx, current)
    if (successor === null) {
      throw new ApiError('move_not_joined', 409, 'nobody has consented again for this connection: send its link first')
    }
    const kept = { ...successor, reference_id: successor.reference_id ?? current.reference_id }
    if (successor.reference_id === null) {
      await patchConnection(tx, successor.user_id, { reference_id: kept.reference_id, active: successor.active })
    }
    await eraseConnection(ctx, tx, current.user_id)
    audit(ctx, tx, {
      action: 'user.removed',
      environmentId: current.environment_id,
      userId: current.user_id,
      subject: current.provider,
      details: { moved_to: successor.user_id },
    })
    await appendEvents(ctx, tx, [
      {
        environmentId: current.environment_id,
        connection: kept,
        lane: 'live',
        body: userReauthEvent({ newUser: terraUser(kept), oldUser: { ...terraUser(current), active: false } }),
      },
    ])
    return kept
  })
}
