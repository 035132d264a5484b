// What Withings announces: an account and a stretch of time, as a form, without a signature. A hint to look, no more.
import { isLocalDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import {
  type Change,
  type ConnectionSubscription,
  hasKey,
  type NotificationRequest,
  type Notifications,
} from '../connector.ts'
import { rawList } from './pages.ts'

interface Announced {
  /** Kinds that may have changed. */
  kinds: readonly string[]
  /** Some plans and accounts are refused these: the others go on. */
  optional?: boolean
}

/** By `appli`. Bed in and out, inflation done, devices without account and failed ECGs give no record. */
const ANNOUNCED = new Map<number, Announced>([
  [1, { kinds: ['measure'] }],
  [2, { kinds: ['measure'] }],
  [4, { kinds: ['measure', 'heart_list'] }],
  [16, { kinds: ['activity', 'intraday', 'workouts'] }],
  [44, { kinds: ['sleep_summary'] }],
  [46, { kinds: [] }],
  [54, { kinds: ['heart_list', 'heart'] }],
  [58, { kinds: ['measure'], optional: true }],
  // The night's heart rate variability stands in the stages, and in the day's pieces.
  [62, { kinds: ['sleep_summary', 'intraday'], optional: true }],
])
const ACCOUNT = 46
const ENDS = new Set(['unlink', 'delete'])
const COMMENT = 'Loam'
const CALLBACK_RETRY_SECONDS = 3600

export const notifications: Notifications = {
  unsigned: true,

  /** The probe that comes while we subscribe and from time to time. It knows no secret and learns none. */
  handshake: ({ method }) => (method === 'HEAD' || method === 'GET' ? { status: 200, body: '' } : null),

  verify: hasKey,
  parse,
  subscribeConnection,
}

function parse(request: NotificationRequest): Change[] {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'))
  const providerUserId = form.get('userid')
  const appli = form.get('appli')
  if (providerUserId === null || !/^\d+$/.test(providerUserId)) throw new Error('userid: expected digits')
  if (appli === null || !/^\d+$/.test(appli)) throw new Error('appli: expected a number')
  if (Number(appli) === ACCOUNT) {
    return ENDS.has(form.get('action') ?? '') ? [{ what: 'revoked', providerUserId }] : []
  }
  const announced = ANNOUNCED.get(Number(appli))
  if (announced === undefined) return []
  const hint = hintOf(form)
  return announced.kinds.map((kind) => ({ what: 'changed', providerUserId, kind, wanted: { hint } }))
}

/** Seconds since 1970, or a local day: which days they touch depends on the person's zone. */
function hintOf(form: URLSearchParams): Record<string, string> {
  const date = form.get('date')
  if (date !== null && isLocalDay(date)) return { date }
  const [startdate, enddate] = [form.get('startdate'), form.get('enddate')]
  if (startdate === null || enddate === null || !/^\d{1,11}$/.test(startdate) || !/^\d{1,11}$/.test(enddate)) {
    throw new Error('expected a date, or startdate and enddate in seconds')
  }
  return { startdate, enddate }
}

/** Makes the subscriptions that are missing. Withings drops those whose callback failed often. */
async function subscribeConnection({ http, callbackUrl }: ConnectionSubscription): Promise<void> {
  const at = { host: 'api', path: '/notify' }
  const ask = (form: Record<string, string>) => http.send(at, { method: 'POST', form, expect: [400, 403, 404] })
  const listed = await ask({ action: 'list' })
  const present = new Set(
    rawList(listed.status === 200 ? listed.json() : null, 'profiles')
      .filter((profile) => profile.callbackurl === callbackUrl)
      .map((profile) => Number(profile.appli)),
  )
  let refused: number | null = null
  for (const [appli, { optional = false }] of ANNOUNCED) {
    if (present.has(appli)) continue
    const answer = await ask({ action: 'subscribe', callbackurl: callbackUrl, appli: String(appli), comment: COMMENT })
    // 403: the person did not grant the scope, and nothing would be announced.
    if (answer.status === 400 && !optional) refused = appli
  }
  if (refused === null) return
  throw new ProviderError(`Withings did not accept our callback for notifications (appli ${refused})`, {
    next: 'retry',
    afterSeconds: CALLBACK_RETRY_SECONDS,
  })
}
