// What Fitbit announces: the collection and the day that changed, for many people in one request.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { addDays } from '../../../model/local-day.ts'
import { ProviderError } from '../../../platform/errors.ts'
import { sameText } from '../../../platform/seal.ts'
import {
  type Change,
  changesOfEach,
  type ConnectionSubscription,
  type CredentialField,
  type NotificationRequest,
  type Notifications,
} from '../../connector.ts'
import { day } from './values.ts'

export const credentialFields: readonly CredentialField[] = [
  {
    name: 'verification_code',
    label: 'Subscriber verification code',
    help: 'Shown beside the subscriber in the application’s settings at dev.fitbit.com; only for the old Web API.',
    secret: true,
    required: false,
  },
]

/** A night may be listed a day beside the one that is announced. */
const KINDS = new Map<string, { kinds: readonly string[]; around: number }>([
  [
    'activities',
    {
      kinds: ['activity_daily_summary', 'activity_log_list', 'heart', 'azm', 'activity_intraday', 'heart_intraday'],
      around: 0,
    },
  ],
  ['sleep', { kinds: ['sleep'], around: 1 }],
  ['body', { kinds: ['body_weight_log', 'body_fat_log'], around: 0 }],
  ['foods', { kinds: ['food_log', 'water_log'], around: 0 }],
])
const SIGNATURE = 'x-fitbit-signature'
const COLLECTIONS = [...KINDS.keys(), 'userRevokedAccess']
const ENDED = new Set(['userRevokedAccess', 'deleteUser'])

const Notice = z.object({ collectionType: z.string(), date: day.nullish(), ownerId: z.string() })
const Subscriptions = z.object({
  apiSubscriptions: z.array(z.object({ collectionType: z.string(), subscriptionId: z.string() })).nullish(),
})

export const notifications: Notifications = {
  /** Asked twice when the subscriber is entered: the right code wants 204, another one 404. */
  handshake(request, { client }) {
    const { verify } = request.query
    if (request.method !== 'GET' || verify === undefined) return null
    const code = client.extra.verification_code ?? ''
    return code !== '' && sameText(verify, code) ? { status: 204, body: '' } : { status: 404, body: '' }
  },

  verify(request, { client }) {
    const signature = request.headers[SIGNATURE]
    if (signature === undefined) return false
    const expected = createHmac('sha1', `${client.secret}&`).update(request.body).digest('base64')
    return sameText(expected, signature)
  },

  refused: ({ headers }) => (headers[SIGNATURE] === undefined ? null : { status: 404, body: '' }),
  parse,
  accepted: { status: 204, body: '' },
  subscribeConnection: subscribe,
  unsubscribeConnection: unsubscribe,
}

function parse(request: NotificationRequest): Change[] {
  const notices = z.array(z.unknown()).parse(JSON.parse(Buffer.from(request.body).toString('utf8')))
  return changesOfEach(notices, (notice) => {
    const { collectionType, date, ownerId } = Notice.parse(notice)
    if (ENDED.has(collectionType)) return [{ what: 'revoked', providerUserId: ownerId }]
    const known = KINDS.get(collectionType)
    if (known === undefined) return []
    if (!date) throw new Error('the notification names no day')
    const days = { start: addDays(date, -known.around), end: addDays(date, known.around) }
    return known.kinds.map((kind) => ({ what: 'changed', providerUserId: ownerId, kind, wanted: { days } }))
  })
}

/** Single collections, never all at once besides: every change would be told twice. */
async function subscribe({ http, providerUserId }: ConnectionSubscription): Promise<void> {
  const listed = (await http.send({ host: 'api', path: '/1/user/-/apiSubscriptions.json' })).json()
  const present = new Set((Subscriptions.parse(listed).apiSubscriptions ?? []).map((each) => each.collectionType))
  let failed: ProviderError | null = null
  for (const collection of COLLECTIONS) {
    if (present.has(collection)) continue
    const response = await http.send(at(collection, providerUserId), {
      method: 'POST',
      body: '',
      expect: [400, 403, 409],
    })
    // 403: the scope of this collection was not granted. 409: it is there under another id.
    if (response.status === 400) failed = refusal(collection, response.status)
  }
  if (failed !== null) throw failed
}

async function unsubscribe({ http }: ConnectionSubscription): Promise<void> {
  const listed = (await http.send({ host: 'api', path: '/1/user/-/apiSubscriptions.json' })).json()
  for (const { collectionType, subscriptionId } of Subscriptions.parse(listed).apiSubscriptions ?? []) {
    const path = `/1/user/-/${collectionType}/apiSubscriptions/${encodeURIComponent(subscriptionId)}.json`
    await http.send({ host: 'api', path }, { method: 'DELETE', expect: [404] })
  }
}

/** Unique over all people of the application, and the same every time. */
function at(collection: string, providerUserId: string) {
  const id = `loam-${providerUserId}-${collection}`.slice(0, 50)
  return { host: 'api', path: `/1/user/-/${collection}/apiSubscriptions/${encodeURIComponent(id)}.json` }
}

function refusal(collection: string, status: number): ProviderError {
  return new ProviderError(`Fitbit answered ${status} when asked to announce ${collection}`, { next: 'retry', status })
}
