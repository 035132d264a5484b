// Asks a provider for one connection: which kinds, which days, and what came of it.
import { connectionHttp } from '../credentials/connection-http.ts'
import { applicationOf } from '../credentials/client.ts'
import { withCallsTaken } from '../credentials/prepaid.ts'
import type {
  Connector,
  ConnectionHttp,
  DayRange,
  Promised,
  Read as KindRead,
  Wanted,
} from '../connectors/connector.ts'
import { UnreadablePage } from '../connectors/mapping.ts'
import { shownZone } from '../connectors/shown-zone.ts'
import { DATA_TYPES, type DataType } from '../model/data-type.ts'
import { addDays, countDays, daysBetween, localDayOf, tellingZone } from '../model/local-day.ts'
import { ProviderError } from '../platform/errors.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Covered, Read } from './ingest.ts'

export interface FetchOrder {
  kind: string
  wanted: Wanted
}

/** Kinds whose pages contribute to any of these types; null for every kind. */
export function kindsFor(connector: Connector, types: readonly DataType[] | null): string[] {
  return Object.entries(connector.reads)
    .filter(([, read]) => types === null || read.types.some((type) => types.includes(type)))
    .map(([kind]) => kind)
}

/** The record types that a connector can give at all. */
export function typesOf(connector: Connector): DataType[] {
  const given = new Set(Object.values(connector.reads).flatMap((read) => [...read.types]))
  return DATA_TYPES.filter((type) => given.has(type))
}

/** For whom the customer switched off nothing is read or sent. What was ordered can go on later. */
export function mustBeSwitchedOn({ active, state }: ConnectionRow): void {
  if (active === 1 || state === 'revoked') return
  throw new ProviderError('this user is switched off; switch on, then let it go on', { next: 'give_up' })
}

export interface Fetched {
  read: Read
  /** Kinds that could not be read and will not be soon: the scope is missing, the membership lapsed. */
  skipped: string[]
  /** What the provider will send by itself, later. */
  promised: Promised['promised'][]
}

/**
 * Reads everything that was ordered, one kind after another. Throws the first ProviderError that asks for another try
 * or a new sign-in; what was read until then is read again with it.
 */
export async function fetchAll(
  ctx: Context,
  connector: Connector,
  connection: ConnectionRow,
  orders: readonly FetchOrder[],
  types: readonly DataType[] | null,
  lane: 'live' | 'backfill' = 'live',
): Promise<Fetched> {
  const application = await applicationOf(ctx, connection.environment_id, connector)
  const asked = orders.filter(({ kind }) => connector.reads[kind]?.fetch !== undefined)
  const shape = { userId: connection.user_id, lane, like: asked.map(sizeOf).join(), least: asked.length }
  return withCallsTaken(ctx, application, shape, (prepaid) => {
    const http = connectionHttp(ctx, application, connection.user_id, lane, prepaid)
    return fetchWith(ctx, http, connector, connection, orders, types)
  })
}

/** What is asked for, whoever it is of. */
function sizeOf({ kind, wanted }: FetchOrder): string {
  return 'days' in wanted ? `${kind} ${countDays(wanted.days.start, wanted.days.end)}` : kind
}

async function fetchWith(
  ctx: Context,
  http: ConnectionHttp,
  connector: Connector,
  connection: ConnectionRow,
  orders: readonly FetchOrder[],
  types: readonly DataType[] | null,
): Promise<Fetched> {
  const runAt = ctx.clock.now()
  const read = { pages: [], gone: [], runAt, covered: [], listed: [] } as {
    pages: Read['pages'][number][]
    gone: Read['gone'][number][]
    runAt: number
    covered: Covered[]
    listed: Read['listed'][number][]
  }
  const skipped: string[] = []
  const came = new Set<DataType>()
  const failed = new Set<DataType>()
  const notAllowed = new Set<DataType>()
  const promised: Promised['promised'][] = []
  const granted = connection.scopes?.split(',') ?? null
  let timeZone = connection.time_zone
  for (const order of orders) {
    const source = connector.reads[order.kind]
    if (source?.fetch === undefined) continue
    if (source.scope !== undefined && granted !== null && !granted.includes(source.scope)) {
      skipped.push(order.kind)
      continue
    }
    try {
      const wantedDays = withinHistory(order.wanted, oldestDay(connector, source, runAt, timeZone))
      for (const wanted of slices(wantedDays, source.maxDays ?? 30)) {
        const context = {
          http,
          wanted,
          providerUserId: connection.provider_user_id,
          timeZone,
          grantedScopes: granted,
          earlier: read.pages,
          now: runAt,
        }
        for await (const fetched of source.fetch(context)) {
          if ('gone' in fetched) read.gone.push(fetched.gone)
          else if ('listed' in fetched) {
            read.listed.push({ kind: order.kind, type: fetched.listed.type, ...fetched.listed.days })
          } else if ('promised' in fetched) {
            promised.push(fetched.promised)
          } else {
            read.pages.push(fetched)
            timeZone = tellingZone(timeZone, shownZone(connector, fetched.kind, fetched.payload))
          }
        }
      }
    } catch (error) {
      if (error instanceof UnreadablePage) {
        throw new ProviderError(`${connector.name}: ${error.message}`, { next: 'retry', cause: error })
      }
      if (!(error instanceof ProviderError) || (error.next !== 'skip' && error.next !== 'give_up')) throw error
      ctx.log.info(
        { userId: connection.user_id, provider: connector.id, kind: order.kind, status: error.status },
        'a kind could not be read and is left out',
      )
      skipped.push(order.kind)
      const place = error.next === 'skip' ? notAllowed : failed
      for (const type of source.types) place.add(type)
      continue
    }
    for (const type of source.types) came.add(type)
  }
  // A day counts as read only when all that could be asked was asked, and as whole when all of it was answered. What the person did
  // not allow does not come tomorrow either; where nothing is allowed at all, a membership may have lapsed.
  const isWhole = (type: DataType): boolean => !failed.has(type) && (!notAllowed.has(type) || came.has(type))
  const days = orders.every((order) => 'days' in order.wanted) ? commonDays(orders) : null
  if (days !== null) {
    for (const type of types ?? typesOf(connector)) {
      if (promised.some((each) => each.types.includes(type))) continue
      read.covered.push({ type, days: daysBetween(days.start, days.end), whole: isWhole(type) })
    }
  }
  return { read, skipped, promised }
}

/** Orders for whole days of every kind that gives these types. */
export function ordersForDays(connector: Connector, types: readonly DataType[] | null, days: DayRange): FetchOrder[] {
  return kindsFor(connector, types).map((kind) => ({ kind, wanted: { days } }))
}

function commonDays(orders: readonly FetchOrder[]): DayRange | null {
  const first = orders[0]?.wanted
  return first !== undefined && 'days' in first ? first.days : null
}

/** The first day that the provider still answers for this kind. */
function oldestDay(connector: Connector, source: KindRead, now: number, timeZone: string | null): string | null {
  const days = Math.min(
    source.historyDays ?? Number.POSITIVE_INFINITY,
    connector.historyDays ?? Number.POSITIVE_INFINITY,
  )
  return Number.isFinite(days) ? addDays(localDayOf(now, timeZone), -days) : null
}

/** Days before the provider's history are not asked for: the range may become empty. */
function withinHistory(wanted: Wanted, oldest: string | null): Wanted {
  if (!('days' in wanted) || oldest === null || wanted.days.start >= oldest) return wanted
  return { days: { start: oldest, end: wanted.days.end } }
}

function* slices(wanted: Wanted, maxDays: number): Generator<Wanted> {
  if (!('days' in wanted)) {
    yield wanted
    return
  }
  for (let start = wanted.days.start; start <= wanted.days.end; start = addDays(start, maxDays)) {
    const last = addDays(start, maxDays - 1)
    yield { days: { start, end: last < wanted.days.end ? last : wanted.days.end } }
  }
}
