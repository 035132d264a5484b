import { offsetText, parseOffset } from '../../model/timestamps.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Connector } from '../connector.ts'
import { jsonObject } from '../token-answers.ts'
import { fetchMeasurement } from './fetch.ts'
import { mapMeasurement } from './map.ts'
import { notifications } from './notifications.ts'
import { type Hosts, hosts, oauth, otherHosts } from './oauth.ts'
import { isObject, LISTS, rawLists } from './pages.ts'

/** Devices upload when the phone is opened: records come days late. */
const LATE_DAYS = 14

function omronAt(own: Hosts): Connector {
  return {
    id: 'OMRON',
    name: 'Omron',
    tagline: 'Blood pressure monitors, scales, activity',
    credentialsUrl: 'https://omronhealthcare.com/api',
    hosts: own,
    auth: oauth,
    async identify({ tokens: { providerUserId } }) {
      if (!providerUserId) throw new ProviderError('Omron did not say whose account it is', { next: 'give_up' })
      return { providerUserId }
    },
    reads: {
      measurement: {
        types: ['body', 'daily', 'athlete'],
        aliases: ['measurements', 'bloodpressure', 'activity', 'weight'],
        fetch: fetchMeasurement,
        map: mapMeasurement,
        maxDays: 366,
      },
    },
    timeZone: (_, payload) => newestOffset(payload),
    notifications,
    poll: { everySeconds: 6 * 3600, kinds: ['measurement'], daysBack: LATE_DAYS },
    // One call a minute, on average: no document names a limit.
    limits: { connection: { requests: 10, perSeconds: 600 } },
    historyDays: null,
    statusOf,
  }
}

/** 0 is good; what others mean is not known. */
function statusOf(response: HttpResponse): number {
  const status = response.status === 200 ? jsonObject(response)?.status : undefined
  return typeof status === 'number' && status !== 0 ? 400 : response.status
}

function newestOffset(payload: unknown): string | null {
  let newest: { time: string; offset: string } | null = null
  const lists = rawLists(payload)
  for (const item of LISTS.flatMap((name) => lists[name])) {
    if (!isObject(item) || typeof item.dateTimeUtcOffset !== 'string') continue
    const time = String(item.dateTime ?? item.dateTimeLocal)
    if (newest === null || time > newest.time) newest = { time, offset: item.dateTimeUtcOffset }
  }
  return newest === null || !/^[+-]\d{2}:?\d{2}$/.test(newest.offset) ? null : offsetText(parseOffset(newest.offset))
}

export const omron: Connector = {
  ...omronAt(hosts),
  variants: { staging: omronAt(otherHosts.staging), wellness: omronAt(otherHosts.wellness) },
}
