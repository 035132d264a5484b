// URLs that answer with the exact bytes of an event, for a while and for whoever has one.
import { createHmac } from 'node:crypto'
import { randomToken, sameText } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import { readInstanceSetting, writeInstanceSetting } from '../store/instance-settings.ts'

const PLACE = 'payload-key'

export interface PayloadName {
  eventId: string
  /** Some bytes of the event, as a delivery names them; null: all. */
  part: string | null
}

const keys = new WeakMap<Database, Promise<string>>()

/** One for all servers of the installation, made when it is first needed. */
function payloadKey(ctx: Pick<Context, 'db' | 'sealer'>): Promise<string> {
  let key = keys.get(ctx.db)
  if (key === undefined) {
    key = readOrMakeKey(ctx)
    keys.set(ctx.db, key)
    key.catch(() => keys.delete(ctx.db))
  }
  return key
}

function readOrMakeKey({ db, sealer }: Pick<Context, 'db' | 'sealer'>): Promise<string> {
  return db.transaction(async (tx) => {
    await tx.lock(PLACE)
    const stored = await readInstanceSetting(tx, 'payload_key')
    if (stored !== null) return sealer.open(stored, PLACE)
    const key = randomToken()
    await writeInstanceSetting(tx, 'payload_key', sealer.seal(key, PLACE))
    return key
  })
}

/** Under the newest encryption key: what was signed with it stays valid. */
export async function sealPayloadKeyAnew({ db, sealer }: Pick<Context, 'db' | 'sealer'>): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.lock(PLACE)
    const stored = await readInstanceSetting(tx, 'payload_key')
    if (stored === null) return
    await writeInstanceSetting(tx, 'payload_key', sealer.seal(sealer.open(stored, PLACE), PLACE))
  })
}

/** How `ctx.payloadUrl` is made. */
export function payloadUrls(
  ctx: Pick<Context, 'db' | 'sealer' | 'clock' | 'publicUrl'>,
): NonNullable<Context['payloadUrl']> {
  return async ({ eventId, part, seconds }) => {
    const expires = Math.floor(ctx.clock.now() / 1000) + seconds
    const signature = sign(await payloadKey(ctx), { eventId, part }, expires)
    const query = new URLSearchParams({ expires: String(expires), signature, ...(part !== null && { part }) })
    const url = `${ctx.publicUrl}/payloads/${encodeURIComponent(eventId)}?${query}`
    return { url, expiresInSeconds: seconds }
  }
}

export async function checkPayloadUrl(
  ctx: Context,
  named: PayloadName,
  given: { expires: number; signature: string },
): Promise<'valid' | 'expired' | 'forged'> {
  if (!sameText(given.signature, sign(await payloadKey(ctx), named, given.expires))) return 'forged'
  return given.expires * 1000 > ctx.clock.now() ? 'valid' : 'expired'
}

function sign(key: string, { eventId, part }: PayloadName, expires: number): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([eventId, part, expires]))
    .digest('hex')
}
