// One API on three hosts: an account lives on one of them.
import { fixedZone } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { fetchRecords, fetchWhole, self } from './fetch.ts'
import { mapCalibrations, mapEgvs, piecesOfCalibrations, piecesOfEgvs } from './map/glucose.ts'
import { keepAlerts } from './map/alerts.ts'
import { mapEvents, piecesOfEvents } from './map/events.ts'
import { mapDataRange, mapDevices } from './map/person.ts'
import { ofWantedDays } from './map/wanted-days.ts'
import { oauth } from './oauth.ts'
import { isDexcomTime, momentOf } from './time.ts'

const ANY_DAYS = 36_500
/** Dexcom answers thirty days; of local days in an unknown zone fewer fit in. */
const WINDOW_DAYS = 28
/** Receivers are uploaded by hand, days later; entries are changed and removed. */
const LATE_DAYS = 30

const reads: Connector['reads'] = {
  egvs: {
    types: ['body'],
    aliases: ['egv', 'glucose'],
    fetch: fetchRecords('egvs'),
    map: ofWantedDays(mapEgvs),
    pieces: ofWantedDays(piecesOfEgvs),
    maxDays: WINDOW_DAYS,
  },
  events: {
    types: ['body', 'nutrition', 'activity', 'daily'],
    aliases: ['event'],
    fetch: fetchRecords('events'),
    map: ofWantedDays(mapEvents),
    pieces: ofWantedDays(piecesOfEvents),
    maxDays: WINDOW_DAYS,
  },
  calibrations: {
    types: ['body'],
    aliases: ['calibration'],
    fetch: fetchRecords('calibrations'),
    map: ofWantedDays(mapCalibrations),
    pieces: ofWantedDays(piecesOfCalibrations),
    maxDays: WINDOW_DAYS,
  },
  dataRange: {
    types: ['athlete'],
    aliases: ['data_range', 'datarange'],
    fetch: fetchWhole('dataRange'),
    map: mapDataRange,
    maxDays: ANY_DAYS,
  },
  devices: {
    types: ['athlete'],
    aliases: ['device'],
    fetch: fetchWhole('devices'),
    map: mapDevices,
    maxDays: ANY_DAYS,
  },
  alerts: { types: [], aliases: ['alert'], map: keepAlerts },
}

function region(about: { id: string; name: string; tagline: string; origin: string; delay: string }): Connector {
  return {
    id: about.id,
    name: about.name,
    tagline: about.tagline,
    credentialsUrl: 'https://developer.dexcom.com',
    /** Dexcom's own sandbox is https://sandbox-api.dexcom.com. */
    hosts: { api: about.origin },
    auth: oauth,
    async identify({ http }) {
      const { userId } = (await http.send(self('dataRange'))).json() as { userId?: unknown }
      if (typeof userId !== 'string' || userId === '') {
        throw new ProviderError('Dexcom did not say whose account it is', { next: 'give_up' })
      }
      return { providerUserId: userId }
    },
    reads,
    timeZone: shownOffset,
    poll: {
      everySeconds: 600,
      kinds: ['egvs', 'events', 'calibrations'],
      daysBack: 1,
      deep: { kinds: Object.keys(reads).filter((kind) => reads[kind]!.fetch !== undefined), daysBack: LATE_DAYS },
    },
    limits: { application: { requests: 60_000, perSeconds: 3600 } },
    historyDays: null,
    notice: `Dexcom gives readings ${about.delay} after they were taken, by regulation: never for real-time use. People end access in their Dexcom account; there is no call for it.`,
  }
}

export const dexcom = region({
  id: 'DEXCOM',
  name: 'Dexcom',
  tagline: 'Glucose sensors, accounts of the United States',
  origin: 'https://api.dexcom.com',
  delay: 'an hour',
})

export const dexcomEu = region({
  id: 'DEXCOM_EU',
  name: 'Dexcom (outside the US)',
  tagline: 'Glucose sensors, accounts outside the United States and Japan',
  origin: 'https://api.dexcom.eu',
  delay: 'three hours',
})

export const dexcomJp = region({
  id: 'DEXCOM_JP',
  name: 'Dexcom (Japan)',
  tagline: 'Glucose sensors, accounts of Japan',
  origin: 'https://api.dexcom.jp',
  delay: 'three hours',
})

/** What the newest reading shows; entries may be of another day. */
function shownOffset(kind: string, payload: unknown): string | null {
  if (kind !== 'egvs') return null
  let newest: { at: number; offsetMinutes: number } | null = null
  for (const { systemTime, displayTime } of rawDocuments(payload, ['records', 'egvs'])) {
    if (typeof systemTime !== 'string' || typeof displayTime !== 'string') continue
    if (!isDexcomTime(systemTime) || !isDexcomTime(displayTime)) continue
    const moment = momentOf(systemTime, displayTime)
    if (newest === null || moment.at > newest.at) newest = moment
  }
  return newest === null ? null : fixedZone(newest.offsetMinutes)
}
