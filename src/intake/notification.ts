// A provider says that something is new. Verified before it is believed, committed before it is acknowledged.
import { application, type Application, clientIdOf } from '../credentials/client.ts'
import {
  type Change,
  type Connector,
  type NotificationAnswer,
  type NotificationRequest,
  type Notifications,
  type NotificationSecrets,
  PartlyReadable,
} from '../connectors/connector.ts'
import { connectorById, variantsOf } from '../connectors/index.ts'
import { ApiError, ProviderError } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import { randomToken, sameText } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import { rememberedEnvironment, rememberedEnvironmentByDevId } from '../store/environments.ts'
import { rememberedEnabledSources, rememberedSource, type SourceRow } from '../store/sources.ts'
import { acceptChanges, type Told } from './accept.ts'
import { publicKeys } from './public-keys.ts'
import { quarantine } from './quarantine.ts'

const ACCEPTED: NotificationAnswer = { status: 200, body: 'ok' }
const REFUSED: NotificationAnswer = { status: 401, body: 'signature not accepted' }
const DEFAULT_MAX_BYTES = 2_000_000

/** Of an application that nobody has. */
const NOBODYS = {
  client: { id: randomToken(), secret: randomToken(), extra: {} },
  verificationToken: randomToken(),
}

/** One application of a source, and how that API of it announces things. */
interface Listener {
  app: Application
  environmentId: string
  notifications: Notifications
}

/** The largest body that this provider's notifications may have; null when it sends none. */
export function maxNotificationBytes(provider: string): number | null {
  const connector = connectorById(provider)
  const each = connector === null ? [] : variantsOf(connector).flatMap((one) => one.connector.notifications ?? [])
  return each.length === 0 ? null : Math.max(...each.map(({ maxBytes }) => maxBytes ?? DEFAULT_MAX_BYTES))
}

export async function receiveNotification(
  ctx: Context,
  incoming: { provider: string; devId: string | null; request: NotificationRequest },
): Promise<NotificationAnswer> {
  const connector = connectorById(incoming.provider)
  if (connector === null || maxNotificationBytes(incoming.provider) === null) {
    return { status: 404, body: 'unknown provider' }
  }
  const sources = await sourcesFor(ctx, connector, incoming.devId)
  const listeners = await listenersOf(ctx, connector, sources)
  if (listeners.length === 0) {
    ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'unaddressed' })
    ctx.log.warn({ provider: connector.id }, 'a notification for no environment that has this source was refused')
    return answerToStranger(connector, incoming.request)
  }
  let isHandshake = false
  for (const listener of listeners) {
    const answer = listener.notifications.handshake?.(incoming.request, secretsOf(ctx, listener.app)) ?? null
    if (answer === null) continue
    if (answer.status < 400) return answer
    isHandshake = true
    if (listeners.length === 1) return answerToStranger(connector, incoming.request)
  }
  const verified: Listener[] = []
  for (const listener of listeners) {
    if (await isBelieved(ctx, listener, incoming.request)) verified.push(listener)
  }
  if (verified.length === 0) {
    // Part of a handshake: some providers try whether a wrong secret is refused.
    if (!isHandshake) {
      ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'refused' })
      ctx.log.warn({ provider: connector.id }, 'a notification without a valid signature was refused')
    }
    return answerToStranger(connector, incoming.request)
  }
  const { accepted = ACCEPTED } = verified[0]!.notifications
  // Somebody looks whether the address answers.
  if (isProbe(incoming.request)) return accepted
  const told: Told[] = []
  for (const connectorOfAll of new Set(verified.map(({ app }) => app.connector))) {
    const own = verified.filter(({ app }) => app.connector === connectorOfAll)
    const { variant } = own[0]!.app
    const environmentIds = [...own.map((each) => each.environmentId), ...(await siblingsOf(ctx, sources, own))]
    let changes: readonly Change[]
    try {
      changes = connectorOfAll.notifications!.parse(withoutMark(incoming.request))
    } catch (error) {
      await quarantine(ctx, { connector: connectorOfAll, variant, environmentIds }, incoming.request, error)
      if (!(error instanceof PartlyReadable)) continue
      changes = error.changes
    }
    told.push({ provider: connector.id, variant, environmentIds, changes })
  }
  if (told.length > 0) {
    await acceptChanges(ctx, told, ctx.clock.now())
    ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'accepted' })
  }
  return accepted
}

/** Where the provider's keys cannot be read, nobody can say: it is sent again. */
async function isBelieved(
  ctx: Context,
  { app, notifications }: Listener,
  request: NotificationRequest,
): Promise<boolean> {
  try {
    return await notifications.verify(request, secretsOf(ctx, app))
  } catch (error) {
    if (!(error instanceof ProviderError) && !(error instanceof HttpFailure)) throw error
    const message = `what proves notifications of ${app.connector.name} cannot be read there; send this again`
    throw new ApiError('not_ready', 503, message, { headers: { 'retry-after': '10' }, cause: error })
  }
}

/**
 * What a request gets that shows no secret of ours. It follows from the request alone: nobody learns from it which environments
 * there are, and which sources they have on.
 */
function answerToStranger(connector: Connector, request: NotificationRequest): NotificationAnswer {
  const all = variantsOf(connector).flatMap((each) => each.connector.notifications ?? [])
  const handshakes = all.flatMap(({ handshake }) => handshake?.(request, NOBODYS) ?? [])
  return (
    handshakes.find(({ status }) => status < 400) ??
    handshakes[0] ??
    all.flatMap(({ refused }) => refused?.(request) ?? [])[0] ??
    REFUSED
  )
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Signed with it, read without it: no JSON and no form begins with one. */
function withoutMark(request: NotificationRequest): NotificationRequest {
  const isMarked = BYTE_ORDER_MARK.every((byte, i) => request.body[i] === byte)
  return isMarked ? { ...request, body: request.body.subarray(BYTE_ORDER_MARK.length) } : request
}

function isProbe({ method, body }: NotificationRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && body.byteLength === 0
}

function secretsOf(ctx: Context, app: Application): NotificationSecrets {
  return {
    client: app.client,
    verificationToken: app.verificationToken,
    now: ctx.clock.now(),
    send: (at, how) => publicKeys(ctx, app.callUrl(at), how?.fresh ?? false),
  }
}

async function sourcesFor(ctx: Context, connector: Connector, devId: string | null): Promise<SourceRow[]> {
  if (devId === null) return rememberedEnabledSources(ctx.db, ctx.db, connector.id)
  const environment = await rememberedEnvironmentByDevId(ctx.db, ctx.db, devId)
  const source = environment === null ? null : await rememberedSource(ctx.db, ctx.db, environment.id, connector.id)
  return source === null ? [] : [source]
}

async function listenersOf(ctx: Context, connector: Connector, sources: readonly SourceRow[]): Promise<Listener[]> {
  const found: Listener[] = []
  for (const source of sources) {
    const environment = await rememberedEnvironment(ctx.db, ctx.db, source.environment_id)
    if (environment === null) continue
    for (const each of variantsOf(connector)) {
      const { notifications } = each.connector
      if (notifications === undefined || (clientIdOf(source, each.connector) === null && !ctx.sandbox)) continue
      const app = application(ctx, environment, source, each.connector)
      found.push({ app, environmentId: environment.id, notifications })
    }
  }
  return found
}

/**
 * Environments that use the very application whose notification was verified. The provider has one address for it, and
 * that names one of them.
 */
async function siblingsOf(ctx: Context, asked: readonly SourceRow[], verified: readonly Listener[]): Promise<string[]> {
  const { app } = verified[0]!
  if (asked.length !== 1 || app.sandboxed) return []
  const siblings: string[] = []
  for (const source of await rememberedEnabledSources(ctx.db, ctx.db, app.connector.id)) {
    if (clientIdOf(source, app.connector) !== app.client.id) continue
    if (source.environment_id === asked[0]!.environment_id) continue
    const environment = await rememberedEnvironment(ctx.db, ctx.db, source.environment_id)
    const same =
      environment !== null &&
      sameText(application(ctx, environment, source, app.connector).client.secret, app.client.secret)
    if (same) siblings.push(source.environment_id)
  }
  return siblings
}
