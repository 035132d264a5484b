// Subscriptions of one person to one kind of news, and the API that makes them.
import type { Hono } from 'hono'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { formOf } from './account.ts'
import { ok, problem, STATUS } from './rules.ts'

export interface Subscription {
  appli: number
  callbackurl: string
  comment: string
  /** Notifications in a row that were not taken. */
  failures: number
}

/** Which scope a kind of news wants. */
export const APPLI_SCOPES = new Map<number, string>([
  [1, 'user.metrics'],
  [2, 'user.metrics'],
  [4, 'user.metrics'],
  [16, 'user.activity'],
  [44, 'user.activity'],
  [46, 'user.info'],
  [50, 'user.sleepevents'],
  [51, 'user.sleepevents'],
  [54, 'user.metrics'],
  [58, 'user.metrics'],
  [62, 'user.activity'],
])
const MAX_URL = 255
/** How often in a row, nobody says; here it is this often. */
const DROPPED_AFTER = 20
const NEVER = 2_147_483_647
const STRICT = 'strict_callbacks'

export function mountNotify(app: Hono, kit: Kit): void {
  app.post('/notify', async (c) => {
    const { action = '', appli = '1', callbackurl = '', comment = '' } = formOf(await c.req.text())
    const grant = await kit.admit(c.req.raw, { kind: 'notify' })
    if (grant instanceof Response) return grant
    const own = await subscriptionsOf(kit, grant)
    const found = own.find((each) => each.appli === Number(appli) && each.callbackurl === callbackurl)
    const shown = (each: Subscription) => ({ appli: each.appli, callbackurl: each.callbackurl, comment: each.comment })
    if (action === 'list') return ok({ profiles: own.map((each) => ({ ...shown(each), expires: NEVER })) })
    if (action === 'subscribe') {
      const scope = APPLI_SCOPES.get(Number(appli))
      if (scope === undefined) return kit.refuse('bad_request', 'appli is unknown')
      if (!grant.scopes.includes(scope)) return kit.refuse('scope', `the scope ${scope} was not granted`)
      if (!(await answers(kit, callbackurl))) {
        return problem(STATUS.callback, 'The callback URL is either absent or incorrect')
      }
      await save(kit, grant, { appli: Number(appli), callbackurl, comment, failures: 0 })
      return ok({})
    }
    if (!['get', 'revoke', 'update'].includes(action)) return kit.refuse('missing', 'wrong action or wrong webservice')
    if (found === undefined) {
      return problem(STATUS.noSubscription, 'The specified subscription cannot be found')
    }
    if (action === 'revoke') await remove(kit, grant, found)
    if (action === 'update') await save(kit, grant, { ...found, comment })
    return ok(action === 'get' ? shown(found) : {})
  })
}

/** Whether callbacks at localhost, addresses and odd ports are refused, as Withings does. Off: then tests can listen. */
export async function setStrict(kit: Kit, on: boolean): Promise<void> {
  if (on) await kit.state.put(STRICT, '1')
  else await kit.state.delete(STRICT)
}

/** Probed with HEAD while the subscriber waits, and it must answer 200. */
async function answers(kit: Kit, callbackurl: string): Promise<boolean> {
  if (!URL.canParse(callbackurl) || callbackurl.length > MAX_URL) return false
  const url = new URL(callbackurl)
  const strict = (await kit.state.get(STRICT)) !== null
  if (strict && (url.protocol !== 'https:' || url.port !== '' || /^(?:localhost|[\d.]+|\[.*\])$/.test(url.hostname))) {
    return false
  }
  try {
    return (await kit.http.send({ method: 'HEAD', url: callbackurl, timeoutMs: 2000 })).status === 200
  } catch {
    return false
  }
}

const prefix = ({ clientId, personId }: Grant): string => `subscription:${clientId}:${personId}:`
const key = (grant: Grant, { appli, callbackurl }: Subscription): string => `${prefix(grant)}${appli}:${callbackurl}`

export async function subscriptionsOf(kit: Kit, grant: Grant): Promise<Subscription[]> {
  return (await kit.state.list(prefix(grant))).map((row) => JSON.parse(row.value) as Subscription)
}

export async function removeSubscriptions(kit: Kit, grant: Grant): Promise<void> {
  for (const each of await subscriptionsOf(kit, grant)) await remove(kit, grant, each)
}

/** Answers whether the subscription is dropped now. */
export async function countAnswer(
  kit: Kit,
  grant: Grant,
  subscription: Subscription,
  taken: boolean,
): Promise<boolean> {
  const stored = await kit.state.get(key(grant, subscription))
  if (stored === null) return true
  const before = JSON.parse(stored) as Subscription
  if (taken && before.failures === 0) return false
  const failures = taken ? 0 : before.failures + 1
  if (failures >= DROPPED_AFTER) await remove(kit, grant, before)
  else await save(kit, grant, { ...before, failures })
  return failures >= DROPPED_AFTER
}

function save(kit: Kit, grant: Grant, subscription: Subscription): Promise<void> {
  return kit.state.put(key(grant, subscription), JSON.stringify(subscription))
}

function remove(kit: Kit, grant: Grant, subscription: Subscription): Promise<void> {
  return kit.state.delete(key(grant, subscription))
}
