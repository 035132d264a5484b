import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { mapActivityFile } from '../activity-file.ts'
import { fetchActivities } from './fetch.ts'
import { mapActivity } from './map.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'

/** What Hammerhead says of a ride stands above what its file says. */
const reads: Connector['reads'] = {
  activity: {
    types: ['activity'],
    aliases: ['activities', 'activities_page', 'activity_summary'],
    scope: 'activity:read',
    fetch: fetchActivities,
    map: mapActivity,
  },
  fit: {
    types: ['activity'],
    aliases: ['file', 'activity_file'],
    input: 'file',
    map: mapActivityFile('fit', 'activity_id', ['fit']),
  },
}

export const hammerhead: Connector = {
  id: 'HAMMERHEAD',
  name: 'Hammerhead',
  tagline: 'Karoo bike computers: rides with their files',
  credentialsUrl: 'https://www.hammerhead.io/pages/developers',
  hosts,
  auth: oauth,
  async identify({ tokens }) {
    if (!tokens.providerUserId)
      throw new ProviderError('Hammerhead did not say whose account it is', { next: 'give_up' })
    return { providerUserId: tokens.providerUserId }
  },
  reads,
  notifications,
  /** Edits are silent. */
  poll: { everySeconds: 21_600, kinds: ['activity'], daysBack: 3 },
  /** Not documented: a limit of our own. */
  limits: { connection: { requests: 60, perSeconds: 60 } },
  historyDays: null,
}
