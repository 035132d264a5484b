// The end of a connection, from our side or the provider's.
import type { Connector } from '../connectors/connector.ts'
import { connectorById } from '../connectors/index.ts'
import { accessRevokedEvent, connectionErrorEvent, deauthEvent, permissionChangeEvent } from '../model/events.ts'
import { appendEvents } from '../outbox/append.ts'
import { forgetUserInMemory } from '../outbox/handover.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { enqueue } from '../queue/enqueue.ts'
import {
  type ConnectionRow,
  connectionById,
  deleteConnection,
  setConnectionScopes,
  setConnectionState,
} from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Transaction } from '../store/database.ts'
import { deleteEventsOfUser } from '../store/events.ts'
import { deleteJobsOfUser } from '../store/jobs.ts'
import { applicationOf } from './client.ts'
import { connectionHttp } from './connection-http.ts'
import { openTokens, tokenPlace } from './tokens.ts'

/** Everything held for a connection, everywhere: records, pages, events with their bodies, work under way. */
export async function eraseConnection(ctx: Context, tx: Transaction, userId: string): Promise<void> {
  await tx.batch([...deleteEventsOfUser(userId), deleteJobsOfUser(userId)])
  await deleteConnection(tx, userId)
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
    const gone = { ...current, active: 0 }
    await appendEvents(ctx, tx, [
      {
        environmentId: current.environment_id,
        connection: gone,
        lane: 'live',
        body: deauthEvent(terraUser(gone)),
      },
    ])
    if (current.tokens_sealed !== null && current.state === 'connected') {
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
              userId: current.user_id,
              providerUserId: current.provider_user_id,
              tokensSealed: current.tokens_sealed,
            },
            at: now,
          },
        ],
        now,
      )
    }
  })
}

/** The `revoke` job: best effort, tried again by the queue. */
export async function revokeAtProvider(
  ctx: Context,
  payload: { provider: string; userId: string; providerUserId: string; tokensSealed: string },
  environmentId: string,
): Promise<void> {
  const connector = connectorById(payload.provider)
  const revoke = connector?.auth.kind === 'oauth2' ? connector.auth.revoke : undefined
  if (connector === null || revoke === undefined) return
  const application = await applicationOf(ctx, environmentId, connector)
  const stored = JSON.parse(ctx.sealer.open(payload.tokensSealed, tokenPlace(payload.userId))) as {
    accessToken: string
    refreshToken: string | null
  }
  await revoke({
    tokens: stored,
    client: application.client,
    providerUserId: payload.providerUserId,
    now: ctx.clock.now(),
    async send(at, request = {}) {
      const response = await ctx.http.send({ ...request, url: application.callUrl(at) })
      if (response.status >= 500) throw new Error(`revoking answered ${response.status}`)
      return response
    },
  })
}

/** Per-connection subscriptions end before the tokens do. */
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
