// The end of a connection, from our side or the provider's.
import type { Connector } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/index.ts'
import { accessRevokedEvent, connectionErrorEvent, deauthEvent, permissionChangeEvent } from '../model/events.ts'
import { appendEvents } from '../outbox/append.ts'
import { ProviderError } from '../platform/errors.ts'
import { forgetUserInMemory } from '../outbox/handover.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { enqueue } from '../queue/enqueue.ts'
import { forgetTokens } from '../store/connection-tokens.ts'
import {
  type ConnectionRow,
  connectionById,
  deleteConnection,
  setConnectionScopes,
  setConnectionState,
} from '../store/connections.ts'
import { audit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import { forgetCoverage } from '../store/coverage.ts'
import type { Transaction } from '../store/database.ts'
import { deleteEventsOfUser } from '../store/events.ts'
import { forgetUser } from '../store/body-moves.ts'
import { deleteInspectorRequestsOfUser } from '../store/inspector.ts'
import { deleteJobsOfUser } from '../store/jobs.ts'
import { forgetQuarantined } from '../store/quarantine.ts'
import { applicationHttp } from './application-http.ts'
import { type Application, applicationOf } from './client.ts'
import { connectionHttp, firstHttp } from './connection-http.ts'
import { isGrantInUse } from './grant-in-use.ts'
import { openTokens, renewTokens, sealTokens, type StoredTokens, tokenPlace } from './tokens.ts'

/** Everything held for a connection, everywhere: records, pages, events with their bodies, also in the inspector, work under way, what was not understood. */
export async function eraseConnection(ctx: Context, tx: Transaction, userId: string): Promise<void> {
  await tx.batch([...deleteEventsOfUser(userId), deleteJobsOfUser(userId), deleteInspectorRequestsOfUser(userId)])
  const connection = await connectionById(tx, userId)
  if (connection !== null) await forgetQuarantined(tx, connection.provider, connection.provider_user_id)
  await deleteConnection(tx, userId)
  if (ctx.bodies !== undefined) await forgetUser(tx, userId, ctx.clock.now())
  tx.afterCommit(() => forgetUserInMemory(ctx.db, userId))
}

/** Deletes all that is held, sends `deauth`, and ends the grant at the provider (by a job: it may be away). */
export async function deauthenticate(ctx: Context, connection: ConnectionRow): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${connection.user_id}`)
    const current = await connectionById(tx, connection.user_id)
    if (current === null) return
    await eraseConnection(ctx, tx, current.user_id)
    audit(ctx, tx, {
      action: 'user.removed',
      environmentId: current.environment_id,
      userId: current.user_id,
      subject: current.provider,
    })
    const gone = { ...current, active: 0 }
    await appendEvents(ctx, tx, [
      {
        environmentId: current.environment_id,
        connection: gone,
        lane: 'live',
        body: deauthEvent(terraUser(gone)),
      },
    ])
    // Degraded may be a refusal that passed: the grant would stay, and what it announces.
    if (current.tokens_sealed !== null && current.state !== 'revoked') {
      await enqueue(
        tx,
        [
          {
            kind: 'revoke',
            lane: 'live',
            environmentId: current.environment_id,
            userId: null,
            dedupeKey: `revoke:${current.user_id}`,
            payload: {
              provider: current.provider,
              variant: current.variant,
              userId: current.user_id,
              providerUserId: current.provider_user_id,
              tokensSealed: current.tokens_sealed,
              tokenExpiresAt: current.token_expires_at,
            } satisfies RevokePayload,
            at: now,
          },
        ],
        now,
      )
    }
  })
}

export interface RevokePayload {
  provider: string
  variant: string | null
  userId: string
  providerUserId: string
  tokensSealed: string
  tokenExpiresAt: number | null
}

/**
 * The `revoke` job, tried again by the queue: ends the connection's subscription, then the grant. `keep` stores tokens that
 * were renewed for it, since a rotating provider takes the old ones only once. Nothing is ended that another connection needs.
 */
export async function revokeAtProvider(
  ctx: Context,
  payload: RevokePayload,
  environmentId: string,
  keep: (payload: RevokePayload) => Promise<void>,
): Promise<void> {
  const connector = connectorOf({ provider: payload.provider, variant: payload.variant ?? null })
  if (connector === null) return
  const revoke = connector.auth.kind === 'oauth2' ? connector.auth.revoke : undefined
  const unsubscribe = connector.notifications?.unsubscribeConnection
  if (revoke === undefined && unsubscribe === undefined) return
  const application = await applicationOf(ctx, environmentId, connector)
  if (await isGrantInUse(ctx, application, environmentId, payload.providerUserId)) return
  const tokens = await workingTokens(ctx, application, payload, keep)
  if (tokens === null) return
  const about = { client: application.client, providerUserId: payload.providerUserId, now: ctx.clock.now() }
  if (unsubscribe !== undefined) {
    const http = firstHttp(ctx, application, tokens.accessToken, payload.providerUserId)
    const { callbackUrl, verificationToken } = application
    await unsubscribe({ ...about, http, callbackUrl, verificationToken }).catch((error) => {
      // What the provider will not end now ends with the grant.
      if (!(error instanceof ProviderError) || error.next === 'retry') throw error
    })
  }
  const ask = applicationHttp(ctx, application)
  await revoke?.({
    ...about,
    tokens,
    async send(at, request) {
      const response = await ask(at, request)
      if (response.status < 500) return response
      throw new ProviderError(`${connector.name} answered ${response.status}; the grant is to be revoked`, {
        next: 'retry',
      })
    },
  })
}

/** Null when the person ended it at the provider before we could. */
async function workingTokens(
  ctx: Context,
  application: Application,
  payload: RevokePayload,
  keep: (payload: RevokePayload) => Promise<void>,
): Promise<StoredTokens | null> {
  const place = tokenPlace(payload.userId)
  const stored = JSON.parse(ctx.sealer.open(payload.tokensSealed, place)) as StoredTokens
  const ended = payload.tokenExpiresAt !== null && payload.tokenExpiresAt <= ctx.clock.now()
  if (!ended || stored.refreshToken === null) return stored
  try {
    const { providerUserId } = payload
    const previous = { ...stored, refreshToken: stored.refreshToken, providerUserId, scopes: null }
    const fresh = await renewTokens(ctx, application, previous)
    const sealed = sealTokens(ctx, payload.userId, fresh, stored.refreshToken)
    await keep({ ...payload, tokensSealed: sealed.tokens_sealed, tokenExpiresAt: sealed.token_expires_at })
    return { accessToken: fresh.accessToken, refreshToken: fresh.refreshToken ?? stored.refreshToken }
  } catch (error) {
    if (error instanceof ProviderError && error.next === 'reauthorize') return null
    throw error
  }
}

/** Makes the connection's own subscription at the provider, or mends it. */
export async function subscribeAtProvider(
  ctx: Context,
  connector: Connector,
  connection: ConnectionRow,
): Promise<void> {
  const subscribe = connector.notifications?.subscribeConnection
  if (subscribe === undefined) return
  const application = await applicationOf(ctx, connection.environment_id, connector)
  openTokens(ctx, connection)
  await subscribe({
    http: connectionHttp(ctx, application, connection.user_id),
    providerUserId: connection.provider_user_id,
    client: application.client,
    now: ctx.clock.now(),
    callbackUrl: application.callbackUrl,
    verificationToken: application.verificationToken,
  })
}

/** The provider told us that the person ended it. */
export async function accessRevoked(ctx: Context, userId: string): Promise<void> {
  await changeState(ctx, userId, (connection) =>
    connection.state === 'revoked'
      ? null
      : {
          next: { ...connection, state: 'revoked', active: 0 },
          event: (after) => accessRevokedEvent(terraUser(after)),
        },
  )
}

/** The provider refuses our token: one event for each episode, however many calls fail. */
export async function connectionDegraded(ctx: Context, userId: string): Promise<void> {
  await changeState(ctx, userId, (connection) =>
    connection.state === 'connected'
      ? {
          next: { ...connection, state: 'degraded' },
          event: (after) => connectionErrorEvent(terraUser(after)),
        }
      : null,
  )
}

/** The person changed at the provider what we may read. */
export async function permissionsChanged(ctx: Context, userId: string, scopes: readonly string[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${userId}`)
    const connection = await connectionById(tx, userId)
    if (connection === null) return
    const before = connection.scopes?.split(',').filter(Boolean) ?? []
    const added = scopes.filter((scope) => !before.includes(scope))
    const removed = before.filter((scope) => !scopes.includes(scope))
    if (added.length === 0 && removed.length === 0) return
    connection.scopes = scopes.join(',')
    await setConnectionScopes(tx, userId, connection.scopes)
    // What was refused until now counts as read, with nothing there.
    if (added.length > 0) await tx.batch([forgetCoverage(userId)])
    await appendEvents(ctx, tx, [
      {
        environmentId: connection.environment_id,
        connection,
        lane: 'live',
        body: permissionChangeEvent({ user: terraUser(connection), added, removed }),
      },
    ])
  })
}

async function changeState(
  ctx: Context,
  userId: string,
  decide: (connection: ConnectionRow) => {
    next: ConnectionRow
    event: (after: ConnectionRow) => { type: string }
  } | null,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${userId}`)
    const connection = await connectionById(tx, userId)
    if (connection === null) return
    const change = decide(connection)
    if (change === null) return
    await setConnectionState(tx, userId, change.next.state, change.next.active)
    // What the person ended is of no more use to anyone.
    if (change.next.state === 'revoked') await forgetTokens(tx, userId)
    await appendEvents(ctx, tx, [
      {
        environmentId: connection.environment_id,
        connection: change.next,
        lane: 'live',
        body: change.event(change.next),
      },
    ])
  })
}
