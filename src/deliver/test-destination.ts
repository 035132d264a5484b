import { randomUUID } from 'node:crypto'
import type { OutgoingEvent, SendResult } from '../destinations/destination.ts'
import { wireTimestamp } from '../model/timestamps.ts'
import { assert } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import type { DestinationRow } from '../store/destinations.ts'
import { type OpenDestination, openDestination, renewSecrets } from './open-destination.ts'

/** Sends one `healthcheck` event now, outside the queue, and says what came back. Nothing is stored. */
export async function testDestination(
  ctx: Context,
  row: DestinationRow,
): Promise<{
  outcome: 'delivered' | 'retry' | 'rejected'
  status: number | null
  message: string
  durationMs: number
}> {
  const startedAt = ctx.clock.now()
  const destination = openDestination(ctx, row)
  const id = randomUUID()
  const body = {
    type: 'healthcheck',
    status: 'success',
    creation_timestamp: wireTimestamp(startedAt),
    trend_percentage: 0,
    sent_webhooks_last_hour: 0,
    version: '2022-03-16',
  }
  const event: OutgoingEvent = {
    id,
    type: 'healthcheck',
    reference: randomUUID(),
    traceId: id,
    orderingAt: startedAt,
    userId: null,
    referenceId: null,
    provider: null,
    createdAt: startedAt,
    body: Buffer.from(JSON.stringify(body)),
    attempt: 1,
  }
  await renewSecrets(ctx, destination)
  const { sender } = destination
  const [result] = await sender.send([event], destination.now).finally(() => sender.close())
  assert(result !== undefined)
  return {
    outcome: result.next === 'pause' ? 'rejected' : result.next,
    status: result.status,
    message: result.next === 'delivered' ? arrived(destination, result) : result.message,
    durationMs: ctx.clock.now() - startedAt,
  }
}

function arrived({ type, settings }: OpenDestination, { status, response }: SendResult): string {
  // Whatever a receiver of webhooks says is its own business.
  if (type.id === 'webhook') return `answered ${status}`
  return `arrived in ${type.name}: ${response ?? type.target(settings)}`
}
