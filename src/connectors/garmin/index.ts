import type { DataType } from '../../model/data-type.ts'
import type { Connector, Read } from '../connector.ts'
import { BACKFILL_DAYS, fetchActivityFile, fetchSummaries, fetchUserId, HISTORY_BUDGET } from './fetch.ts'
import { mapActivities, mapActivityDetails, mapManuallyUpdatedActivities, mapMoveIq } from './map/activity.ts'
import {
  mapBloodPressures,
  mapBodyComps,
  mapHealthSnapshot,
  mapUserMetrics,
  piecesOfBloodPressures,
  piecesOfBodyComps,
  piecesOfHealthSnapshot,
} from './map/body.ts'
import { mapMct } from './map/cycle.ts'
import { mapDailies, mapPulseOx, mapStressDetails, mapThirdPartyDailies, piecesOfPulseOx } from './map/daily.ts'
import { mapEpochs, piecesOfEpochs } from './map/epochs.ts'
import { mapActivityFile } from '../activity-file.ts'
import { mapHrv, mapRespiration, mapSkinTemp, piecesOfRespiration } from './map/night.ts'
import { mapUserId } from './map/person.ts'
import { mapSleeps } from './map/sleep.ts'
import { mapUnknown } from './map/unknown.ts'
import { notificationsOf, UNKNOWN_SUMMARIES } from './notifications.ts'
import { hosts, identify, oauth, PERMISSION } from './oauth.ts'
import { rawSummaries, rootKeysOf } from './summaries.ts'
import { fixedOffset } from './time.ts'
import { plannedWorkouts, TRAINING_BUDGET } from './training/index.ts'

const { activities: ACTIVITIES, health: HEALTH, cycle: CYCLE } = PERMISSION

/** Of production keys. Evaluation keys have 100: Garmin's 429 is waited for then. */
const HISTORY_DAYS_PER_MINUTE = 10_000
const TRAINING_CALLS_PER_MINUTE = 3000
/** Five years of workouts, two of everything else. */
const ACTIVITY_DAYS = 1826
const HEALTH_DAYS = 730
/** The account has no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500

type Mapping = Pick<Read, 'map' | 'pieces' | 'fallbackLists' | 'aliases'>

/** `backfill`: what Garmin calls it there; null where it comes along with another. */
function summary(
  kind: string,
  types: readonly DataType[],
  scope: string,
  backfill: string | null,
  mapping: Mapping,
): Record<string, Read> {
  const history = scope === ACTIVITIES ? {} : { historyDays: HEALTH_DAYS }
  const fetch = fetchSummaries({ kind, types, backfill })
  return { [kind]: { types, scope, fetch, maxDays: BACKFILL_DAYS, ...history, ...mapping } }
}

/** The file has the same course as the details, and more finely: only where there are none. */
const FILE_LISTS = [
  'heart_rate_data.detailed.hr_samples',
  'movement_data.speed_samples',
  'movement_data.cadence_samples',
  'distance_data.detailed.distance_samples',
  'distance_data.detailed.elevation_samples',
  'power_data.power_samples',
  'position_data.position_samples',
  'lap_data.laps',
]

/** What the person corrected stands above the details, and these above the plain summary of the same workout. */
const reads: Connector['reads'] = {
  ...summary('manuallyUpdatedActivities', ['activity'], ACTIVITIES, null, { map: mapManuallyUpdatedActivities }),
  ...summary('activityDetails', ['activity'], ACTIVITIES, 'activityDetails', {
    map: mapActivityDetails,
    aliases: ['activityDetail'],
  }),
  ...summary('activities', ['activity'], ACTIVITIES, 'activities', { map: mapActivities, aliases: ['activity'] }),
  activityFiles: {
    types: ['activity'],
    aliases: ['activityFile'],
    scope: ACTIVITIES,
    input: 'file',
    fetch: fetchActivityFile,
    map: mapActivityFile('activityFiles', 'activityId', ['fit', 'tcx', 'gpx']),
    fallbackLists: FILE_LISTS,
  },
  ...summary('dailies', ['daily'], HEALTH, 'dailies', { map: mapDailies, aliases: ['daily'] }),
  ...summary('thirdPartyDailies', ['daily'], HEALTH, null, { map: mapThirdPartyDailies, aliases: ['thirdPartyDaily'] }),
  ...summary('stressDetails', ['daily'], HEALTH, 'stressDetails', { map: mapStressDetails, aliases: ['stress'] }),
  ...summary('pulseox', ['daily'], HEALTH, 'pulseOx', { map: mapPulseOx, pieces: piecesOfPulseOx }),
  ...summary('epochs', ['daily'], HEALTH, 'epochs', {
    map: mapEpochs,
    aliases: ['epoch'],
    pieces: piecesOfEpochs,
    fallbackLists: ['heart_rate_data.detailed.hr_samples'],
  }),
  ...summary('sleeps', ['sleep'], HEALTH, 'sleeps', { map: mapSleeps, aliases: ['sleep'] }),
  ...summary('hrv', ['sleep'], HEALTH, 'hrv', { map: mapHrv }),
  ...summary('skinTemp', ['sleep'], HEALTH, 'skinTemp', { map: mapSkinTemp }),
  ...summary('allDayRespiration', ['sleep'], HEALTH, 'respiration', {
    map: mapRespiration,
    aliases: ['respiration'],
    pieces: piecesOfRespiration,
    fallbackLists: ['respiration_data.breaths_data.samples'],
  }),
  ...summary('bodyComps', ['body'], HEALTH, 'bodyComps', {
    map: mapBodyComps,
    pieces: piecesOfBodyComps,
    aliases: ['bodyComp', 'bodyComposition'],
  }),
  ...summary('bloodPressures', ['body'], HEALTH, 'bloodPressures', {
    map: mapBloodPressures,
    aliases: ['bloodPressure'],
    pieces: piecesOfBloodPressures,
  }),
  ...summary('userMetrics', ['body'], HEALTH, 'userMetrics', { map: mapUserMetrics, aliases: ['userMetric'] }),
  ...summary('healthSnapshot', ['body'], HEALTH, 'healthSnapshot', {
    map: mapHealthSnapshot,
    aliases: ['healthSnapshots'],
    pieces: piecesOfHealthSnapshot,
  }),
  ...summary('mct', ['menstruation', 'body'], CYCLE, 'mct', { map: mapMct, aliases: ['menstrualCycleTracking'] }),
  ...summary('moveIQActivities', [], HEALTH, 'moveiq', { map: mapMoveIq, aliases: ['moveIQ'] }),
  [UNKNOWN_SUMMARIES]: { types: [], map: mapUnknown },
  user: { types: ['athlete'], fetch: fetchUserId, map: mapUserId, maxDays: ANY_DAYS },
}

export const garmin: Connector = {
  id: 'GARMIN',
  name: 'Garmin',
  tagline: 'Watches, bike computers and scales: activity, sleep, stress, workouts',
  credentialsUrl: 'https://developerportal.garmin.com/',
  hosts,
  auth: oauth,
  identify,
  reads,
  timeZone: shownOffset,
  notifications: notificationsOf(
    new Map(Object.keys(reads).flatMap((kind) => rootKeysOf(kind).map((root) => [root, kind]))),
  ),
  /** Garmin refuses applications that look by themselves. */
  poll: null,
  limits: {
    budgets: {
      [HISTORY_BUDGET]: { requests: HISTORY_DAYS_PER_MINUTE, perSeconds: 60 },
      [TRAINING_BUDGET]: { requests: TRAINING_CALLS_PER_MINUTE, perSeconds: 60 },
    },
  },
  backfillDays: BACKFILL_DAYS,
  historyDays: ACTIVITY_DAYS,
  plannedWorkouts,
  notice:
    'Garmin gives access to companies alone, after a review. New applications have evaluation keys: they see little history and have small limits.',
}

/** The offset of the newest summary that shows one. */
function shownOffset(kind: string, payload: unknown): string | null {
  let newest: { at: number; offset: string } | null = null
  for (const raw of rawSummaries(kind, payload)) {
    const { startTimeInSeconds, measurementTimeInSeconds: at = startTimeInSeconds } = raw
    const offset = fixedOffset(raw.measurementTimeOffsetInSeconds ?? raw.startTimeOffsetInSeconds)
    if (typeof at === 'number' && offset !== null && (newest === null || at > newest.at)) newest = { at, offset }
  }
  return newest?.offset ?? null
}
