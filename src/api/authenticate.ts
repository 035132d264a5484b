// Whose call it is. Right credentials are remembered for a moment, wrong ones never.
import { hashToken } from '../platform/seal.ts'
import { environmentSettings } from './environment-settings.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import { apiKeyByHash, environmentByDevId, type EnvironmentRow, touchApiKey } from '../store/environments.ts'

/** A key that another server revokes works here for no longer than this. */
const REMEMBER_MS = 5000
const TOUCH_EVERY_MS = 60_000

export interface Authenticated {
  environment: EnvironmentRow
  keyId: string
  /** Null: no limit. */
  requestsPerMinute: number | null
}

interface Remembered extends Authenticated {
  until: number
}

const remembered = new WeakMap<Database, Map<string, Remembered>>()

/** The environment, or null when the dev-id is unknown or the key is not (or no longer) one of its keys. */
export async function authenticate(ctx: Context, devId: string, apiKey: string): Promise<Authenticated | null> {
  const now = ctx.clock.now()
  const hash = hashToken(apiKey)
  const cache = cacheOf(ctx.db)
  const name = `${hash}:${devId}`
  const known = cache.get(name)
  if (known !== undefined && known.until > now) return known
  const [environment, key] = await Promise.all([environmentByDevId(ctx.db, devId), apiKeyByHash(ctx.db, hash)])
  const isRight = environment !== null && key?.environment_id === environment.id
  if (!isRight || (key.expires_at !== null && key.expires_at <= now)) {
    cache.delete(name)
    return null
  }
  const until = Math.min(now + REMEMBER_MS, key.expires_at ?? Number.POSITIVE_INFINITY)
  const { api_requests_per_minute: requestsPerMinute } = environmentSettings(environment)
  const found = { environment, keyId: key.id, requestsPerMinute, until }
  cache.set(name, found)
  if (key.last_used_at === null || key.last_used_at < now - TOUCH_EVERY_MS) {
    await touchApiKey(ctx.db, key.id, now)
  }
  return found
}

/** Whether these were right before; they may have ended since. */
export function wereRight(ctx: Context, devId: string, apiKey: string): boolean {
  return cacheOf(ctx.db).has(`${hashToken(apiKey)}:${devId}`)
}

/** After a change of keys or of an environment: all are looked at again. */
export function forgetCredentials(ctx: Context): void {
  for (const known of cacheOf(ctx.db).values()) known.until = 0
}

function cacheOf(db: Database): Map<string, Remembered> {
  let cache = remembered.get(db)
  if (cache === undefined) {
    cache = new Map()
    remembered.set(db, cache)
  }
  return cache
}
