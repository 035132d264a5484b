// A provider says that something is new. Verified before it is believed, committed before it is acknowledged.
import { createHash } from 'node:crypto'
import { application, type Application } from '../credentials/client.ts'
import { accessRevoked, permissionsChanged } from '../credentials/disconnect.ts'
import type {
  Change,
  Connector,
  NotificationAnswer,
  NotificationRequest,
  NotificationSecrets,
  Wanted,
} from '../connectors/connector.ts'
import { connectorById } from '../connectors/index.ts'
import { newId } from '../model/ids.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { type ConnectionRow, connectionByAccount } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { environmentByDevId, environmentById } from '../store/environments.ts'
import { quarantineNotification } from '../store/jobs.ts'
import { enabledSources, sourceOf } from '../store/sources.ts'
import { ingest } from './ingest.ts'
import type { ReadPayload } from './read-job.ts'

const ACCEPTED: NotificationAnswer = { status: 200, body: 'ok' }

export async function receiveNotification(
  ctx: Context,
  incoming: { provider: string; devId: string | null; request: NotificationRequest },
): Promise<NotificationAnswer> {
  const connector = connectorById(incoming.provider.toUpperCase())
  const notifications = connector?.notifications
  if (connector === null || notifications === undefined) return { status: 404, body: 'unknown provider' }
  const applications = await candidates(ctx, connector, incoming.devId)
  for (const app of applications) {
    const answer = notifications.handshake?.(incoming.request, secretsOf(ctx, app)) ?? null
    if (answer !== null && (answer.status < 400 || applications.length === 1)) return answer
  }
  const verified: typeof applications = []
  for (const app of applications) {
    if (await notifications.verify(incoming.request, secretsOf(ctx, app))) verified.push(app)
  }
  if (verified.length === 0) {
    ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'refused' })
    ctx.log.warn({ provider: connector.id }, 'a notification without a valid signature was refused')
    return { status: 401, body: 'signature not accepted' }
  }
  let changes: Change[]
  try {
    changes = notifications.parse(incoming.request)
  } catch (error) {
    await quarantine(ctx, connector, incoming.request, error)
    return notifications.accepted ?? ACCEPTED
  }
  for (const app of verified) await accept(ctx, connector, app.environmentId, changes)
  ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'accepted' })
  return notifications.accepted ?? ACCEPTED
}

function secretsOf(ctx: Context, app: Application): NotificationSecrets {
  return {
    client: app.client,
    verificationToken: app.verificationToken,
    now: ctx.clock.now(),
    send: (at) => ctx.http.send({ url: app.callUrl(at) }),
  }
}

async function candidates(
  ctx: Context,
  connector: Connector,
  devId: string | null,
): Promise<(Application & { environmentId: string })[]> {
  const sources = []
  if (devId === null) sources.push(...(await enabledSources(ctx.db, connector.id)))
  else {
    const environment = await environmentByDevId(ctx.db, devId)
    const source = environment === null ? null : await sourceOf(ctx.db, environment.id, connector.id)
    if (source !== null) sources.push(source)
  }
  const found: (Application & { environmentId: string })[] = []
  for (const source of sources) {
    const environment = await environmentById(ctx.db, source.environment_id)
    if (environment === null || (source.client_id === null && !ctx.sandbox)) continue
    found.push({ ...application(ctx, environment, source, connector), environmentId: environment.id })
  }
  return found
}

async function accept(
  ctx: Context,
  connector: Connector,
  environmentId: string,
  changes: readonly Change[],
): Promise<void> {
  const now = ctx.clock.now()
  const jobs: NewJob[] = []
  for (const change of changes) {
    // Events come for everyone who ever authorized the application: unknown accounts are not ours.
    if (change.providerUserId === null) continue
    const connection = await connectionByAccount(ctx.db, environmentId, connector.id, change.providerUserId)
    if (connection === null || connection.state === 'revoked') continue
    if (change.what === 'revoked') await accessRevoked(ctx, connection.user_id)
    else if (change.what === 'scopes') await permissionsChanged(ctx, connection.user_id, change.scopes)
    else if (change.what === 'gone') {
      const read = { pages: [], gone: [change.gone], runAt: now, covered: [], listed: [] }
      await ingest(ctx, connector, connection.user_id, read, { lane: 'live' })
    } else if (change.what === 'page') {
      jobs.push(job(connection, now, `push:${newId()}`, { orders: [], pages: [change.page] }))
    } else {
      const payload = { orders: [{ kind: change.kind, wanted: change.wanted }] }
      jobs.push(job(connection, now, `read:${connection.user_id}:${change.kind}:${wantedText(change.wanted)}`, payload))
    }
  }
  if (jobs.length > 0) await ctx.db.transaction((tx) => enqueue(tx, jobs, now))
}

function job(connection: ConnectionRow, now: number, dedupeKey: string, payload: ReadPayload): NewJob {
  return {
    kind: 'read',
    lane: 'live',
    environmentId: connection.environment_id,
    userId: connection.user_id,
    dedupeKey,
    payload,
    at: now,
  }
}

function wantedText(wanted: Wanted): string {
  return createHash('sha256').update(JSON.stringify(wanted)).digest('base64url').slice(0, 22)
}

async function quarantine(
  ctx: Context,
  connector: Connector,
  request: NotificationRequest,
  error: unknown,
): Promise<void> {
  ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'unreadable' })
  ctx.log.error({ err: error, provider: connector.id }, 'a notification could not be read; it is kept')
  await quarantineNotification(ctx.db, {
    id: newId(),
    environment_id: null,
    provider: connector.id,
    reason: error instanceof Error ? error.message : 'unreadable',
    headers: JSON.stringify(request.headers),
    body: request.body,
    received_at: ctx.clock.now(),
  })
}
