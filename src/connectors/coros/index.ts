import { fixedZone } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { mapActivityFile } from '../activity-file.ts'
import { fetchDaily, fetchSport, HISTORY_DAYS } from './fetch.ts'
import { mapDaily } from './map/daily.ts'
import { mapSport } from './map/sport.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { statusIn } from './pages.ts'

const RANGE_DAYS = 30
const QUARTER_MINUTES = 15

/** What COROS says of a workout stands above what its file says. */
const reads: Connector['reads'] = {
  sport: {
    types: ['activity'],
    aliases: ['sport_list', 'sport/list', 'webhook', 'webhook_sport', 'sportDataList', 'sport_detail'],
    fetch: fetchSport,
    map: mapSport,
    // One day more is asked for on either side.
    maxDays: RANGE_DAYS - 2,
  },
  fit: {
    types: ['activity'],
    aliases: ['sport_detail_fit', 'file'],
    input: 'file',
    map: mapActivityFile('fit', 'label_id', ['fit']),
  },
  daily: {
    types: ['daily', 'sleep'],
    aliases: ['daily_query', 'daily/query', 'dailyList'],
    fetch: fetchDaily,
    map: mapDaily,
    maxDays: RANGE_DAYS,
  },
}

export const coros: Connector = {
  id: 'COROS',
  name: 'COROS',
  tagline: 'Watches and bike computers: workouts with their files, days, nights',
  credentialsUrl: 'https://support.coros.com/hc/en-us/articles/17085887816340',
  hosts,
  auth: oauth,
  authorizeCall: (request, { token, providerUserId }) => ({
    ...request,
    query: { token, openId: providerUserId, ...request.query },
  }),
  async identify({ tokens }) {
    if (!tokens.providerUserId) throw new ProviderError('COROS did not say whose account it is', { next: 'give_up' })
    return { providerUserId: tokens.providerUserId }
  },
  reads,
  timeZone: shownOffset,
  notifications,
  /** Days are not announced. */
  poll: { everySeconds: 43_200, kinds: ['sport', 'daily'], daysBack: 7 },
  limits: { connection: { requests: 60, perSeconds: 60 } },
  historyDays: HISTORY_DAYS,
  statusOf: (response: HttpResponse) => statusIn(response) ?? response.status,
}

/** The offset of the newest workout or day. */
function shownOffset(kind: string, payload: unknown): string | null {
  if (kind !== 'sport' && kind !== 'daily') return null
  const inside = (payload as { data?: unknown } | null)?.data ?? payload
  let newest: { at: number; quarters: number } | null = null
  for (const each of rawDocuments(inside, ['dailyList', 'sportDataList'])) {
    const at = Number(each.endTime ?? each.happenDay)
    const quarters = each.endTimezone ?? each.startTimezone
    if (typeof quarters !== 'number' || !Number.isFinite(at)) continue
    if (newest === null || at > newest.at) newest = { at, quarters }
  }
  return newest === null ? null : fixedZone(newest.quarters * QUARTER_MINUTES)
}
