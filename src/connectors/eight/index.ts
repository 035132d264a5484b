import type { Connector } from '../connector.ts'
import { fetchMe, fetchTrends } from './fetch.ts'
import { hosts, login } from './login.ts'
import { accountOf, mapIntervals, mapMe, mapTrends } from './map/index.ts'

/** The profile has no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500

export const eight: Connector = {
  id: 'EIGHT',
  name: 'Eight Sleep',
  tagline: 'Mattress cover: sleep, heart rate, breath',
  credentialsUrl: 'https://www.eightsleep.com/',
  hosts,
  auth: login,
  async identify({ http }) {
    return accountOf((await http.send({ host: 'client', path: '/v1/users/me' })).json())
  },
  reads: {
    me: { types: ['athlete'], aliases: ['users_me', 'user'], fetch: fetchMe, map: mapMe, maxDays: ANY_DAYS },
    trends: {
      types: ['sleep', 'daily', 'body'],
      aliases: ['trends_compact', 'trends_include_all_sessions', 'days'],
      fetch: fetchTrends,
      map: mapTrends,
    },
    intervals: { types: ['sleep', 'body'], aliases: ['sessions'], map: mapIntervals },
  },
  timeZone: (kind, payload) => (kind === 'me' ? accountOf(payload).timeZone : null),
  // Nothing is announced. Mornings are when there is news; scores come for hours, and edits for two days.
  poll: { everySeconds: 3600, kinds: ['me', 'trends'], daysBack: 2 },
  limits: { connection: { requests: 20, perSeconds: 300 } },
  historyDays: null,
  unofficial: true,
  notice:
    "Eight Sleep has no public API: this is the phone application's own interface, which may change or end any day. Whether its use is acceptable is yours to decide. People type their Eight Sleep password into a form of yours; Loam keeps it sealed, to sign in again.",
}
