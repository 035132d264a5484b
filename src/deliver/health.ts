// What is said about a destination that fails for long: to the log, to the metrics, and as an event to the environment's other
// destinations. Each is said once, whichever server notices first.
import type { SendResult } from '../destinations/destination.ts'
import type { DeliverySettings } from '../model/delivery-settings.ts'
import {
  destinationDisabledEvent,
  destinationFailingEvent,
  destinationRecoveredEvent,
  type NamedDestination,
} from '../model/events.ts'
import { wireTimestamp } from '../model/timestamps.ts'
import { appendEvents } from '../outbox/append.ts'
import type { Context } from '../store/context.ts'
import type { Statement } from '../store/database.ts'
import { clearWarning, type DestinationRow, markWarned, stopDestination } from '../store/destinations.ts'
import { forgetRemembered } from '../store/remembered.ts'
import type { OpenDestination } from './open-destination.ts'

const HOUR_MS = 3600_000
const WARN_AFTER_MS = 24 * HOUR_MS

export type Notice =
  | { change: 'failing'; lastError: string }
  | { change: 'disabled'; state: 'paused' | 'disabled'; reason: string }
  | { change: 'recovered' }

/** What one call says about the whole: what it met, or null when something was delivered. */
export type Met = { error: string; gone: boolean } | null

/** What one call met; null when something was delivered, undefined when it says nothing. */
export function metBy(results: readonly SendResult[]): Met | undefined {
  let met: Met | undefined
  for (const result of results) {
    if (result.next === 'delivered') return null
    if (result.next !== 'rejected') met = { error: result.message, gone: result.next === 'pause' }
  }
  return met
}

/** Whether there is something to say. Decided by attempts that were made: a destination that gets nothing does not fail. */
export function noticeFor(
  row: Pick<DestinationRow, 'failing_since' | 'warned_at'>,
  settings: DeliverySettings,
  met: Met,
  now: number,
): Notice | null {
  if (met === null) return row.warned_at === null ? null : { change: 'recovered' }
  if (met.gone && settings.pause_on_gone) return { change: 'disabled', state: 'paused', reason: met.error }
  const failingMs = row.failing_since === null ? 0 : now - row.failing_since
  const { disable_after_hours: hours } = settings
  if (hours !== null && failingMs >= hours * HOUR_MS) {
    const reason = `every attempt has failed for ${hours} h; the last: ${met.error}`
    return { change: 'disabled', state: 'disabled', reason }
  }
  if (failingMs >= WARN_AFTER_MS && row.warned_at === null) return { change: 'failing', lastError: met.error }
  return null
}

export async function giveNotice(ctx: Context, row: DestinationRow, notice: Notice): Promise<void> {
  const now = ctx.clock.now()
  const first = await ctx.db.transaction(async (tx) => {
    const [changed] = await tx.batch([changeFor(row, notice, now)])
    if (changed !== 1) return false
    await appendEvents(ctx, tx, [
      {
        environmentId: row.environment_id,
        connection: null,
        lane: 'live',
        exceptDestinationId: row.id,
        body: eventFor(row, notice),
      },
    ])
    return true
  })
  if (!first) return
  ctx.metrics.destinationHealth.inc({ destination: row.type, change: notice.change })
  const level = notice.change === 'recovered' ? 'info' : 'warn'
  const { change, ...details } = notice
  ctx.log[level]({ destinationId: row.id, environmentId: row.environment_id, ...details }, `destination ${change}`)
}

function changeFor(row: DestinationRow, notice: Notice, now: number): Statement {
  if (notice.change === 'recovered') return clearWarning(row.id)
  if (notice.change === 'failing') return markWarned(row.id, now)
  return stopDestination(row.id, notice.state, notice.reason, now)
}

function eventFor(row: DestinationRow, notice: Notice) {
  const destination: NamedDestination = { id: row.id, name: row.name, type: row.type }
  if (notice.change === 'recovered') return destinationRecoveredEvent(destination)
  if (notice.change === 'disabled') return destinationDisabledEvent({ destination, ...notice })
  const failingSince = wireTimestamp(row.failing_since!)
  return destinationFailingEvent({ destination, failingSince, lastError: notice.lastError })
}

/** Looks at what each call met, and says what is to be said before the destination's events become due again. */
export class HealthWatch {
  readonly #ctx: Context
  #saying = false

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  async notice({ row, delivery }: OpenDestination, results: readonly SendResult[]): Promise<void> {
    const { log, clock } = this.#ctx
    const met = metBy(results)
    if (met === undefined || this.#saying) return
    const notice = noticeFor(row, delivery, met, clock.now())
    if (notice === null) return
    this.#saying = true
    try {
      await giveNotice(this.#ctx, row, notice)
    } catch (error) {
      log.warn({ err: error, destinationId: row.id }, 'the state of a destination could not be told')
    } finally {
      this.#saying = false
      forgetRemembered()
    }
  }
}
