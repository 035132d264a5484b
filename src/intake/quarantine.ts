// A notification that is the provider's and cannot be read is acknowledged, for sent again it would be the same, and kept: it is
// read once more whenever Loam starts, by then perhaps with a parser that knows it.
import type { Change, Connector, NotificationRequest } from '../connectors/connector.ts'
import { connectorById, variantsOf } from '../connectors/index.ts'
import { newId } from '../model/ids.ts'
import { toldError } from '../platform/told-error.ts'
import { unpackSync } from '../store/compress.ts'
import type { Context } from '../store/context.ts'
import {
  dropQuarantined,
  expireQuarantined,
  nextQuarantined,
  putQuarantined,
  type QuarantineRow,
} from '../store/quarantine.ts'
import { acceptChanges } from './accept.ts'

const KEEP_MS = 30 * 86_400_000
const KEEP_BYTES = 1024 ** 3
/** What parsers look at. All others may carry secrets: COROS, SUUNTO and Google send ours. */
const KEPT_HEADERS = ['content-type']

/** For whom a notification was verified. */
export interface Addressed {
  connector: Connector
  variant: string | null
  environmentIds: readonly string[]
}

export async function quarantine(
  ctx: Context,
  { connector, variant, environmentIds }: Addressed,
  request: NotificationRequest,
  error: unknown,
): Promise<void> {
  ctx.metrics.notifications.inc({ provider: connector.id, outcome: 'unreadable' })
  ctx.log.error({ err: error, provider: connector.id }, 'a notification could not be read; it is kept')
  const headers = KEPT_HEADERS.flatMap((name) => (name in request.headers ? [[name, request.headers[name]]] : []))
  await putQuarantined(ctx.db, {
    id: newId(),
    provider: connector.id,
    variant,
    environment_ids: JSON.stringify(environmentIds),
    reason: toldError(error).message,
    headers: JSON.stringify(Object.fromEntries(headers)),
    body: { toPack: [request.body] },
    received_at: ctx.clock.now(),
  })
}

/** Reads again what could not be read. What still cannot stays as it is. */
export async function readQuarantined(ctx: Context): Promise<void> {
  let after = ''
  for (let row = await nextQuarantined(ctx.db, after); row !== null; row = await nextQuarantined(ctx.db, after)) {
    after = row.id
    const changes = changesOf(row)
    if (changes === null) continue
    const { provider, variant, environment_ids: ids, received_at: at } = row
    await acceptChanges(ctx, [{ provider, variant, environmentIds: JSON.parse(ids!) as string[], changes }], at)
    await dropQuarantined(ctx.db, row.id)
    ctx.log.info({ provider, receivedAt: at }, 'a notification that could not be read before was read')
  }
}

/** Null when it cannot be read, or not all of it: what could be was taken when it came. */
function changesOf({ provider, variant, headers, body }: QuarantineRow): Change[] | null {
  const own = connectorById(provider)
  const each = own === null ? undefined : variantsOf(own).find((one) => one.variant === variant)
  const known = JSON.parse(headers) as Record<string, string>
  try {
    return (
      each?.connector.notifications?.parse({ method: 'POST', headers: known, query: {}, body: unpackSync(body) }) ??
      null
    )
  } catch {
    return null
  }
}

export async function expireQuarantine({ db, clock }: Context): Promise<void> {
  await expireQuarantined(db, clock.now() - KEEP_MS, KEEP_BYTES)
}
