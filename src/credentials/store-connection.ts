// The end of a sign-in that went well, in one transaction: the connection, what everyone is told, and its first jobs.
import type { Connector } from '../connectors/connector.ts'
import { authEvent, userReauthEvent } from '../model/events.ts'
import { addDays, localDayOf } from '../model/local-day.ts'
import { appendEvents, type NewEvent } from '../outbox/append.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { type AuthFlowRow, finishFlow, finishWidgetSession } from '../store/auth-flows.ts'
import { type ConnectionRow, connectionByAccount, connectionById, insertConnection } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Transaction } from '../store/database.ts'
import { eraseConnection } from './disconnect.ts'

/** False: the sign-in had ended already. */
export async function storeConnection(
  ctx: Context,
  tx: Transaction,
  connector: Connector,
  flow: AuthFlowRow,
  connection: ConnectionRow,
): Promise<boolean> {
  await tx.lock(`account:${flow.environment_id}:${connector.id}:${connection.provider_user_id}`)
  const old = await oldConnection(tx, flow, connection)
  if (!(await finishFlow(tx, flow.id, 'connected'))) return false
  if (flow.session_id !== null) await finishWidgetSession(tx, flow.session_id)
  const now = ctx.clock.now()
  if (old !== null) {
    // The same account again: the new sign-in replaces the old connection, its reference too when none was given.
    connection.reference_id ??= old.reference_id
    await eraseConnection(ctx, tx, old.user_id)
  }
  await insertConnection(tx, connection)
  const user = terraUser(connection)
  const events: NewEvent[] = []
  if (old !== null) {
    events.push({
      environmentId: flow.environment_id,
      connection,
      lane: 'live',
      body: userReauthEvent({ newUser: user, oldUser: { ...terraUser(old), active: false } }),
    })
  }
  events.push({
    environmentId: flow.environment_id,
    connection,
    lane: 'live',
    afterPrevious: old !== null,
    body: authEvent({ user, widgetSessionId: flow.session_id, flowId: flow.id }),
  })
  await appendEvents(ctx, tx, events)
  await enqueue(tx, firstJobs(ctx, connector, connection, now), now)
  return true
}

/** Nobody is at its data any more: what was being stored of it is there, and goes with it. */
async function oldConnection(tx: Transaction, flow: AuthFlowRow, next: ConnectionRow): Promise<ConnectionRow | null> {
  const found = await connectionByAccount(tx, flow.environment_id, next.provider, next.provider_user_id)
  if (found === null) return null
  await tx.lock(`connection:${found.user_id}`)
  return connectionById(tx, found.user_id)
}

function firstJobs(ctx: Context, connector: Connector, connection: ConnectionRow, now: number): NewJob[] {
  const owner = { environmentId: connection.environment_id, userId: connection.user_id, at: now }
  const jobs: NewJob[] = []
  if (connector.notifications?.subscribeConnection) {
    jobs.push({ ...owner, kind: 'subscribe', lane: 'live', dedupeKey: `subscribe:${connection.user_id}`, payload: {} })
  }
  const today = localDayOf(now, connection.time_zone)
  const back = Math.min(ctx.backfillDays, connector.historyDays ?? Number.POSITIVE_INFINITY)
  if (back > 0) {
    jobs.push({
      ...owner,
      kind: 'backfill',
      lane: 'backfill',
      dedupeKey: `backfill:${connection.user_id}:connect`,
      payload: { types: null, start: addDays(today, 1 - back), end: addDays(today, 1), cursor: null },
    })
  }
  return jobs
}
