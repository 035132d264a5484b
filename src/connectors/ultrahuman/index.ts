import { isZone } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { at, fetchMetrics, fetchUserInfo } from './fetch.ts'
import { mapMetrics, mapUserInfo } from './map/index.ts'
import { shownZone } from './metrics.ts'
import { hosts, oauth } from './oauth.ts'

const ANY_DAYS = 36_500
/** Ultrahuman names no limit: one call at a time, and none too many. */
const GENTLE = { requests: 60, perSeconds: 60 }

const reads: Connector['reads'] = {
  metrics: {
    types: ['sleep', 'daily', 'body'],
    aliases: ['user_data/metrics', 'user_data_metrics', 'daily_metrics', 'metric_data'],
    fetch: fetchMetrics,
    map: mapMetrics,
  },
  user_info: {
    types: ['athlete'],
    aliases: ['user_data/user_info', 'user', 'profile'],
    scope: 'profile',
    fetch: fetchUserInfo,
    map: mapUserInfo,
    maxDays: ANY_DAYS,
  },
}

export const ultrahuman: Connector = {
  id: 'ULTRAHUMAN',
  name: 'Ultrahuman',
  tagline: 'Ring and glucose sensor: sleep, recovery, heart rate, temperature',
  credentialsUrl: 'https://vision.ultrahuman.com/developer',
  hosts,
  auth: oauth,
  async identify({ http }) {
    const payload = (await http.send(at('user_info'))).json()
    const { user_id: id, timezone } = rawDocuments(payload, ['data'])[0] ?? {}
    if (typeof id !== 'number' && (typeof id !== 'string' || id === '')) {
      throw new ProviderError('Ultrahuman did not say whose account it is: the scope profile is needed for that', {
        next: 'give_up',
      })
    }
    // Days may name a later one.
    return { providerUserId: String(id), timeZone: typeof timezone === 'string' && isZone(timezone) ? timezone : null }
  },
  reads,
  timeZone: (kind, payload) => (kind === 'metrics' ? shownZone(payload) : null),
  poll: { everySeconds: 3600, kinds: ['metrics', 'user_info'], daysBack: 2 },
  limits: { connection: GENTLE },
  historyDays: null,
}
