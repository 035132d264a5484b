// A connection's tokens: opened, kept fresh, refreshed once however many workers ask.
import type { Connector, Tokens } from '../connectors/connector.ts'
import { ProviderError } from '../platform/errors.ts'
import { leaseRefresh, releaseRefresh, storeTokens } from '../store/connection-tokens.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { type Application, applicationOf } from './client.ts'
import { type Previous, refreshWith } from './oauth2.ts'
import { renewSignIn } from './password.ts'

const REFRESH_LEASE_MS = 60_000
const WAIT_FOR_OTHERS_MS = 200
const DEFAULT_REFRESH_BEFORE_SECONDS = 300

export interface StoredTokens {
  accessToken: string
  refreshToken: string | null
}

export interface Access {
  token: string
  version: number
  /** The provider refused us last time. */
  degraded: boolean
  providerUserId: string
}

export function tokenPlace(userId: string): string {
  return `connection:${userId}`
}

export function sealTokens(
  ctx: Context,
  userId: string,
  tokens: Tokens,
  previousRefreshToken: string | null = null,
): { tokens_sealed: string; token_expires_at: number | null } {
  const stored: StoredTokens = {
    accessToken: tokens.accessToken,
    // Providers that do not rotate leave it out of the answer.
    refreshToken: tokens.refreshToken ?? previousRefreshToken,
  }
  return {
    tokens_sealed: ctx.sealer.seal(JSON.stringify(stored), tokenPlace(userId)),
    token_expires_at: tokens.expiresInSeconds === null ? null : ctx.clock.now() + tokens.expiresInSeconds * 1000,
  }
}

export function openTokens(ctx: Context, connection: ConnectionRow): StoredTokens {
  if (connection.tokens_sealed === null) {
    throw new ProviderError('this connection holds no token', { next: 'reauthorize' })
  }
  return JSON.parse(ctx.sealer.open(connection.tokens_sealed, tokenPlace(connection.user_id))) as StoredTokens
}

/** The access token to use now; refreshed first when it is about to end. */
export async function freshAccessToken(ctx: Context, connector: Connector, userId: string): Promise<Access> {
  const connection = await mustExist(ctx, userId)
  const before = (connector.auth.refreshBeforeSeconds ?? DEFAULT_REFRESH_BEFORE_SECONDS) * 1000
  const tokens = openTokens(ctx, connection)
  const ends = connection.token_expires_at
  if (ends === null || ends - ctx.clock.now() > before || tokens.refreshToken === null) {
    return {
      token: tokens.accessToken,
      version: connection.token_version,
      degraded: isDegraded(connection),
      providerUserId: connection.provider_user_id,
    }
  }
  return refresh(ctx, connector, userId, connection.token_version)
}

const refreshing = new Map<string, Promise<Access>>()

/**
 * Exchanges the refresh token, unless somebody else has replaced version `usedVersion` already. One call to the provider
 * for all callers of this process and, through a lease on the row, of all processes.
 */
export function refresh(ctx: Context, connector: Connector, userId: string, usedVersion: number): Promise<Access> {
  const name = `${userId}:${usedVersion}`
  let running = refreshing.get(name)
  if (running === undefined) {
    running = refreshAcrossProcesses(ctx, connector, userId, usedVersion).finally(() => refreshing.delete(name))
    refreshing.set(name, running)
  }
  return running
}

async function refreshAcrossProcesses(
  ctx: Context,
  connector: Connector,
  userId: string,
  usedVersion: number,
): Promise<Access> {
  for (let waited = 0; waited < REFRESH_LEASE_MS; waited += WAIT_FOR_OTHERS_MS) {
    const connection = await mustExist(ctx, userId)
    if (connection.token_version !== usedVersion) {
      return {
        token: openTokens(ctx, connection).accessToken,
        version: connection.token_version,
        degraded: isDegraded(connection),
        providerUserId: connection.provider_user_id,
      }
    }
    const now = ctx.clock.now()
    if (await leaseRefresh(ctx.db, userId, usedVersion, now, now + REFRESH_LEASE_MS)) {
      return refreshNow(ctx, connector, connection)
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_FOR_OTHERS_MS))
  }
  throw new ProviderError('another server is refreshing this token', { next: 'retry', afterSeconds: 30 })
}

async function refreshNow(ctx: Context, connector: Connector, connection: ConnectionRow): Promise<Access> {
  try {
    const { accessToken, refreshToken } = openTokens(ctx, connection)
    if (refreshToken === null) {
      throw new ProviderError('the token ended and there is none to refresh it with', { next: 'reauthorize' })
    }
    const application: Application = await applicationOf(ctx, connection.environment_id, connector)
    const tokens = await renewTokens(ctx, application, {
      accessToken,
      refreshToken,
      providerUserId: connection.provider_user_id,
      scopes: connection.scopes?.split(',').filter(Boolean) ?? null,
    })
    // Rotating providers void the old pair with this answer: nothing comes between it and the commit.
    await storeTokens(ctx.db, connection.user_id, sealTokens(ctx, connection.user_id, tokens, refreshToken))
    return {
      token: tokens.accessToken,
      version: connection.token_version + 1,
      degraded: isDegraded(connection),
      providerUserId: connection.provider_user_id,
    }
  } catch (error) {
    await releaseRefresh(ctx.db, connection.user_id)
    throw error
  }
}

/** A new access token, however this provider gives one. */
export function renewTokens(ctx: Context, application: Application, previous: Previous): Promise<Tokens> {
  return application.connector.auth.kind === 'password'
    ? renewSignIn(ctx, application, previous.refreshToken)
    : refreshWith(ctx.http, application, previous)
}

function isDegraded(connection: ConnectionRow): boolean {
  return connection.state === 'degraded'
}

async function mustExist(ctx: Context, userId: string): Promise<ConnectionRow> {
  const connection = await connectionById(ctx.db, userId)
  if (connection === null) throw new ProviderError('the connection was deleted', { next: 'give_up' })
  return connection
}
