// The Google Health API. GOOGLE and FITBIT are the same connector under two names.
import { isZone } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import { rawDocuments } from '../documents.ts'
import type { Connector, ConnectionHttp } from '../connector.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { reads } from './reads.ts'
import { credentialFields } from './service-account.ts'
import { duration } from './values.ts'
import { zoneOfOffset } from './time.ts'

const API = { host: 'api' }
const FETCHED = Object.keys(reads).filter((kind) => reads[kind]!.fetch !== undefined)
const LATE_DAYS = 14
/** Thousands of points a day: what of them came late is announced, or asked for. */
const DENSE = new Set(['heart-rate', 'steps', 'distance', 'floors', 'activity-level', 'total-calories_rollUp'])

export function googleHealth(own: Pick<Connector, 'id' | 'name' | 'tagline'> & Partial<Connector>): Connector {
  return {
    credentialsUrl: 'https://console.cloud.google.com/apis/credentials',
    credentialFields,
    hosts,
    auth: oauth,
    async identify({ http }) {
      const response = await http.send({ ...API, path: '/v4/users/me/identity' }, { expect: [400, 412] })
      if (response.status !== 200) throw notLinked(response.status)
      const { healthUserId, legacyUserId } = response.json() as { healthUserId?: unknown; legacyUserId?: unknown }
      if (typeof healthUserId !== 'string' || healthUserId === '') {
        throw new ProviderError('Google did not say whose account it is', { next: 'give_up' })
      }
      return {
        providerUserId: healthUserId,
        timeZone: await timeZoneOf(http),
        formerUserId: typeof legacyUserId === 'string' && legacyUserId !== '' ? legacyUserId : null,
      }
    },
    reads,
    timeZone: shownZone,
    notifications,
    /** Without a subscriber nothing is announced: then all of it comes this way. */
    poll: {
      everySeconds: 1800,
      kinds: FETCHED,
      // A period that goes on, and what a watch uploads days later: many kinds have no notices at all.
      deep: { kinds: FETCHED.filter((kind) => !DENSE.has(kind)), daysBack: LATE_DAYS },
    },
    limits: {
      connection: { requests: 300, perSeconds: 60 },
      application: { requests: 120_000, perSeconds: 60 },
    },
    historyDays: null,
    notice:
      'All scopes are restricted: before Google has reviewed the application at most 100 people may connect, and while the consent screen is in testing they must sign in again every 7 days.',
    ...own,
  }
}

/** The settings have an IANA zone; somebody may keep them to themselves. A sign-in does not fail for them: pages show a zone, too. */
async function timeZoneOf(http: ConnectionHttp): Promise<string | null> {
  try {
    return shownZone('settings', (await http.send({ ...API, path: '/v4/users/me/settings' })).json())
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return null
  }
}

/** ~ Documents name 400, somebody saw 412. */
function notLinked(status: number): ProviderError {
  return new ProviderError('the account has no Google Health data: open the Fitbit or Google Health app once', {
    next: 'reauthorize',
    status,
  })
}

/** Kinds whose newest point tells where the person is. */
const TIMED = new Map([
  ['sleep', 'sleep'],
  ['exercise', 'exercise'],
])

function shownZone(kind: string, payload: unknown): string | null {
  if (kind === 'settings') {
    const { timeZone, utcOffset } = (payload ?? {}) as { timeZone?: unknown; utcOffset?: unknown }
    if (typeof timeZone === 'string' && isZone(timeZone)) return timeZone
    return zoneOfOffset(duration.safeParse(utcOffset).data)
  }
  const member = TIMED.get(kind)
  if (member === undefined) return null
  let newest: { at: number; zone: string | null } | null = null
  for (const point of rawDocuments(payload, ['dataPoints'])) {
    const { interval } = (point[member] ?? {}) as { interval?: { endTime?: unknown; endUtcOffset?: unknown } }
    const at = typeof interval?.endTime === 'string' ? Date.parse(interval.endTime) : Number.NaN
    if (Number.isNaN(at) || (newest !== null && at <= newest.at)) continue
    newest = { at, zone: zoneOfOffset(duration.safeParse(interval?.endUtcOffset).data) }
  }
  return newest?.zone ?? null
}
