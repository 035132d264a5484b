// From "connect this source" to a stored connection: leave for the provider, come back, keep the tokens, tell everyone.
import { randomUUID } from 'node:crypto'
import type { Connector, Tokens } from '../connectors/connector.ts'
import { connectorById, connectorOf } from '../connectors/index.ts'
import { knownZone } from '../connectors/shown-zone.ts'
import { authCancelledEvent, authFailedEvent } from '../model/events.ts'
import { newId } from '../model/ids.ts'
import { wireTimestamp } from '../model/timestamps.ts'
import { appendEvents } from '../outbox/append.ts'
import { ApiError, ProviderError } from '../platform/errors.ts'
import { hashToken, randomToken, sameText } from '../platform/seal.ts'
import {
  type AuthFlowRow,
  authFlowById,
  authFlowByState,
  finishFlow as closeFlow,
  giveReturnBack,
  insertAuthFlow,
  sendFlowAway,
} from '../store/auth-flows.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { environmentById } from '../store/environments.ts'
import { sourceOf } from '../store/sources.ts'
import { type Application, applicationOf } from './client.ts'
import { connectorFor } from './source-settings.ts'
import { firstHttp } from './connection-http.ts'
import { authorizeUrl, exchangeCode, redirecting } from './oauth2.ts'
import { returnOnce } from './return-once.ts'
import { storeConnection } from './store-connection.ts'
import { sealTokens } from './tokens.ts'

const FLOW_SECONDS = 900

export interface NewFlow {
  environmentId: string
  provider: string
  sessionId: string | null
  referenceId: string | null
  successUrl: string | null
  failureUrl: string | null
  language: string | null
}

/** Begins a sign-in. Its `user_id` becomes the connection's if it succeeds. */
export async function startFlow(ctx: Context, input: NewFlow): Promise<AuthFlowRow> {
  const connector = enabledConnector(input.provider)
  const source = await sourceOf(ctx.db, input.environmentId, connector.id)
  if (source === null || source.enabled !== 1) {
    throw new ApiError('provider_not_enabled', 404, `${connector.id} is not switched on in this environment`)
  }
  const { variant } = await applicationOf(ctx, input.environmentId, connectorFor(source) ?? connector)
  const now = ctx.clock.now()
  const flow: AuthFlowRow = {
    id: newId(),
    environment_id: input.environmentId,
    provider: connector.id,
    variant,
    user_id: randomUUID(),
    session_id: input.sessionId,
    reference_id: input.referenceId,
    success_url: input.successUrl,
    failure_url: input.failureUrl,
    language: input.language,
    state_hash: null,
    browser_hash: null,
    verifier_sealed: null,
    state: 'started',
    created_at: now,
    expires_at: now + FLOW_SECONDS * 1000,
  }
  await insertAuthFlow(ctx.db, flow)
  return flow
}

/** Binds the flow to this browser and says where it goes. The cookie comes back with the callback. */
export async function leaveForProvider(
  ctx: Context,
  flowId: string,
): Promise<{ url: string; cookie: { name: string; value: string; maxAgeSeconds: number; path: string } }> {
  const flow = await authFlowById(ctx.db, flowId)
  if (flow === null) throw new ApiError('flow_not_found', 404, 'this sign-in does not exist')
  if (flow.expires_at <= ctx.clock.now() || flow.state === 'connected' || flow.state === 'failed') {
    throw new ApiError('flow_expired', 410, 'this sign-in has ended; start a new one from the app')
  }
  const connector = connectorOfFlow(flow)
  const application = await applicationOf(ctx, flow.environment_id, connector)
  const state = randomToken()
  const browser = randomToken()
  const form = connector.auth.kind === 'password'
  const verifier = !form && redirecting(application).pkce ? randomToken(48) : null
  await sendFlowAway(ctx.db, flow.id, {
    state_hash: hashToken(state),
    browser_hash: hashToken(browser),
    verifier_sealed: verifier === null ? null : ctx.sealer.seal(verifier, `flow:${flow.id}`),
  })
  return {
    url: form
      ? `${ctx.publicUrl}/session/${encodeURIComponent(flow.id)}/sign-in?state=${state}`
      : authorizeUrl(application, { state, verifier, language: flow.language }),
    cookie: { name: cookieName(state), value: browser, maxAgeSeconds: FLOW_SECONDS, path: '/' },
  }
}

export interface FlowEnd {
  outcome: 'connected' | 'failed'
  flow: AuthFlowRow
  /** OAuth's `error`, or one of ours; null when connected. */
  reason: string | null
  /** The customer's page, with the contract's parameters; null when none was given. */
  redirectUrl: string | null
}

/** The provider sent the browser back. */
export async function finishFlow(
  ctx: Context,
  callback: { provider: string; query: Record<string, string>; cookies: Record<string, string> },
): Promise<FlowEnd> {
  const { state, error, code, scope } = callback.query
  const flow = await flowOfBrowser(ctx, state, callback.cookies)
  if (flow.provider.toLowerCase() !== callback.provider.toLowerCase()) throw unknownState()
  // The same browser once more: by a second press, a reload or the way back. Nothing is spent, and it is connected.
  if (flow.state === 'connected') return connected(flow)
  if (flow.state !== 'away' && flow.state !== 'returning') throw ended()
  if (flow.expires_at <= ctx.clock.now()) return failFlow(ctx, flow, 'session_expired')
  const turn = await returnOnce(ctx, flow)
  if (turn === 'connected') return connected(flow)
  // Whose browser shows the second answer is at the customer's page all the same; the event told why.
  if (turn === 'failed') return failed(flow, 'token_exchange_failed')
  if (error !== undefined) return failFlow(ctx, flow, safeReason(error))
  if (code === undefined) return failFlow(ctx, flow, 'server_error')
  try {
    const application = await applicationOf(ctx, flow.environment_id, connectorOfFlow(flow))
    const verifier = flow.verifier_sealed === null ? null : ctx.sealer.open(flow.verifier_sealed, `flow:${flow.id}`)
    const tokens = await exchangeCode(ctx.http, application, { code, state: state!, verifier })
    return await connect(ctx, flow, application, tokens, scope?.split(/[\s,]+/).filter(Boolean))
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof ApiError)) {
      await giveReturnBack(ctx.db, flow.id)
      throw error
    }
    ctx.log.warn({ err: error, flowId: flow.id, provider: flow.provider }, 'a sign-in failed after the callback')
    return failFlow(ctx, flow, error instanceof ProviderError ? REASONS[error.next] : 'token_exchange_failed')
  }
}

/** The flow that this state belongs to, if it was this browser that left; it may have ended since. */
export async function flowOfBrowser(
  ctx: Context,
  state: string | undefined,
  cookies: Record<string, string>,
): Promise<AuthFlowRow> {
  const flow = state === undefined ? null : await authFlowByState(ctx.db, hashToken(state))
  if (state === undefined || flow === null) throw unknownState()
  const browser = cookies[cookieName(state)]
  if (browser === undefined || flow.browser_hash === null || !sameText(hashToken(browser), flow.browser_hash)) {
    // Not the browser that left: nobody may finish someone else's sign-in, and the flow stays open for its owner.
    throw new ApiError('state_mismatch', 400, 'this sign-in was started in another browser; open the link again here')
  }
  return flow
}

function unknownState(): ApiError {
  return new ApiError('state_mismatch', 400, 'this sign-in was not started here, or its link was used before')
}

/** With tokens in hand: whose account it is, the connection, its events and first jobs. */
export async function connect(
  ctx: Context,
  flow: AuthFlowRow,
  application: Application,
  tokens: Tokens,
  /** What the redirect said was granted. */
  redirected?: string[],
): Promise<FlowEnd> {
  const { connector } = application
  const http = firstHttp(ctx, application, tokens.accessToken)
  const granted = { ...tokens, scopes: tokens.scopes ?? redirected ?? null }
  const about = { http, tokens: granted, client: application.client, userId: flow.user_id }
  const identity = await connector.identify(about)
  const scopes = granted.scopes ?? identity.scopes ?? [...application.scopes]
  if (scopes.length === 0 && application.scopes.length > 0) return failFlow(ctx, flow, 'no_scopes')
  const now = ctx.clock.now()
  const connection: ConnectionRow = {
    user_id: flow.user_id,
    environment_id: flow.environment_id,
    provider: connector.id,
    variant: flow.variant,
    provider_user_id: identity.providerUserId,
    reference_id: flow.reference_id,
    scopes: scopes.join(','),
    active: 1,
    state: 'connected',
    time_zone: knownZone(identity.timeZone),
    ...sealTokens(ctx, flow.user_id, tokens),
    token_version: 1,
    refresh_lease_until: 0,
    last_webhook_update: null,
    last_polled_at: null,
    next_poll_at: connector.poll === null ? null : now + connector.poll.everySeconds * 1000,
    most_recent_data_at: null,
    subscribed_at: connector.notifications?.subscribeConnection === undefined ? null : now,
    former_user_id: identity.formerUserId ?? null,
    refresh_ends_at:
      typeof tokens.refreshExpiresInSeconds === 'number' ? now + tokens.refreshExpiresInSeconds * 1000 : null,
    created_at: now,
  }
  const stored = await ctx.db.transaction((tx) => storeConnection(ctx, tx, connector, flow, connection))
  // Whoever pressed twice has two tries at work: what the first one did stands.
  if (!stored && (await authFlowById(ctx.db, flow.id))?.state !== 'connected') throw ended()
  return connected(flow)
}

export function connected(flow: AuthFlowRow): FlowEnd {
  return { outcome: 'connected', flow, reason: null, redirectUrl: returnUrl(flow, flow.success_url, null) }
}

export function ended(): ApiError {
  return new ApiError('flow_expired', 410, 'this sign-in has ended already; start a new one from the app')
}

/** What came after the callback and went wrong, in a word for the customer and the widget. */
const REASONS: Record<ProviderError['next'], string> = {
  retry: 'provider_unavailable',
  // Signed in, and nothing may be read: a box left unticked, a consent not given.
  skip: 'no_scopes',
  reauthorize: 'token_exchange_failed',
  give_up: 'token_exchange_failed',
}

export async function failFlow(ctx: Context, flow: AuthFlowRow, reason: string): Promise<FlowEnd> {
  const isClosed = await ctx.db.transaction(async (tx) => {
    if (!(await closeFlow(tx, flow.id, 'failed'))) return false
    const environment = await environmentById(tx, flow.environment_id)
    const style = (JSON.parse(environment?.settings ?? '{}') as { auth_error_style?: string }).auth_error_style
    const about = {
      reason,
      provider: flow.provider,
      userId: flow.user_id,
      referenceId: flow.reference_id,
      widgetSessionId: flow.session_id,
      flowId: flow.id,
      createdAt: wireTimestamp(flow.created_at),
    }
    await appendEvents(ctx, tx, [
      {
        environmentId: flow.environment_id,
        connection: null,
        attempted: about,
        lane: 'live',
        body: style === 'auth' ? authFailedEvent(about) : authCancelledEvent(about),
      },
    ])
    return true
  })
  // A second press whose code was spent by the first: what the first one did stands.
  if (!isClosed && (await authFlowById(ctx.db, flow.id))?.state === 'connected') return connected(flow)
  return failed(flow, reason)
}

function failed(flow: AuthFlowRow, reason: string): FlowEnd {
  return { outcome: 'failed', flow, reason, redirectUrl: returnUrl(flow, flow.failure_url, reason) }
}

/** Appends the contract's parameters and keeps the query that the customer's URL already has. */
export function returnUrl(flow: AuthFlowRow, target: string | null, reason: string | null): string | null {
  if (target === null) return null
  const parameters = new URLSearchParams({ user_id: flow.user_id })
  if (flow.reference_id !== null) parameters.set('reference_id', flow.reference_id)
  parameters.set('resource', flow.provider)
  if (flow.session_id !== null) parameters.set('widget_session_id', flow.session_id)
  if (reason !== null) parameters.set('reason', reason)
  const [beforeHash, ...hash] = target.split('#')
  const joined = `${beforeHash}${beforeHash!.includes('?') ? '&' : '?'}${parameters}`
  return hash.length === 0 ? joined : `${joined}#${hash.join('#')}`
}

export function connectorOfFlow(flow: AuthFlowRow): Connector {
  const connector = connectorOf(flow)
  if (connector === null) throw new ApiError('unknown_provider', 404, `${flow.provider} has changed; start again`)
  return connector
}

function enabledConnector(provider: string): Connector {
  const connector = connectorById(provider.toUpperCase())
  if (connector === null) throw new ApiError('unknown_provider', 404, `${provider} is not a source that Loam has`)
  return connector
}

/** Each flow has a cookie of its own: two tabs may sign in at once. */
function cookieName(state: string): string {
  return `loam_flow_${hashToken(state).slice(0, 16)}`
}

/** OAuth error codes are short words; anything else is not repeated. */
function safeReason(error: string): string {
  return /^[a-z_]{1,64}$/.test(error) ? error : 'server_error'
}
