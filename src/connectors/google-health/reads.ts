// Every data type: what its pages give, which scope it needs, how it is asked for.
import type { DataType } from '../../model/data-type.ts'
import type { Connector, MapContext, Mapped, Read } from '../connector.ts'
import {
  fetchDailyRollUp,
  fetchExercise,
  fetchPoints,
  fetchResource,
  fetchRollUp,
  fetchSince,
  type PointsOrder,
  rollUpKind,
} from './fetch.ts'
import { mapBodyFat, mapCoreTemperature, mapGlucose, mapHeight, mapWeight } from './map/body.ts'
import { mapMenstrualPeriod, mapOvulationTest } from './map/cycle.ts'
import {
  mapActiveEnergy,
  mapActiveMinutes,
  mapActivityLevel,
  mapSedentaryPeriod,
  mapTotalCalories,
} from './map/energy.ts'
import { mapExercise } from './map/exercise.ts'
import { mapFitAggregate, mapFitDataset, mapFitSessions } from './map/fit.ts'
import { mapDailyVo2Max, mapOxygenSaturation, mapRunVo2Max, mapVo2Max } from './map/fitness.ts'
import {
  mapDailyVariability,
  mapHeartRate,
  mapHeartRateVariability,
  mapRestingHeartRate,
  mapTimeInZone,
} from './map/heart.ts'
import { mapHydration } from './map/hydration.ts'
import { mapAltitude, mapDistance, mapFloors, mapSteps } from './map/movement.ts'
import { mapNutrition } from './map/nutrition.ts'
import { mapIdentity, mapMoods, mapPairedDevices, mapProfile, mapSymptoms } from './map/person.ts'
import { keepRaw, keepResource } from './map/raw.ts'
import { mapElectrocardiogram, mapIrregularRhythm } from './map/rhythm.ts'
import { mapTcx } from './map/tcx.ts'
import { mapBreathingOfSleep, mapDailyBreathing, mapDailyOxygen, mapSleep, mapSleepTemperature } from './map/sleep.ts'
import { scopeOf } from './oauth.ts'

/** Profile and devices have no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500
const ROLL_UP_DAYS = 90
/** Roll-ups of these are refused for more. */
const DENSE_ROLL_UP_DAYS = 14

/** They have notices of their own, but a night is announced before they are computed. */
const ALSO_OF_SLEEP = [
  'respiratory-rate-sleep-summary',
  'daily-respiratory-rate',
  'daily-sleep-temperature-derivations',
  'daily-heart-rate-variability',
  'daily-oxygen-saturation',
  'daily-resting-heart-rate',
]

/**
 * Samples that grow through a day must come in one page: five days of a point each minute are less than the largest page.
 */
const WHOLE_DAYS = { maxDays: 5 }

const EXERCISE = { kind: 'exercise', by: 'interval', record: 'activity' } as const

type Map = (payload: unknown, context: MapContext) => Mapped[]

const ACTIVITY = scopeOf('activity_and_fitness')
const METRICS = scopeOf('health_metrics_and_measurements')
const SLEEP = scopeOf('sleep')
const NUTRITION = scopeOf('nutrition')

/** Points of a data type; `list`, `reconcile` and one point are one kind. */
function points(
  types: readonly DataType[],
  scope: string,
  map: Map,
  order: Omit<PointsOrder, 'lists'> & { lists?: readonly DataType[] },
  also: Partial<Read> = {},
): Record<string, Read> {
  const { kind } = order
  // What belongs to a night is addressed to it, and changes with it.
  const lists = order.lists ?? types.filter((type) => type !== 'sleep' || order.record === 'sleep')
  const fetch = fetchPoints({ ...order, lists })
  return { [kind]: { types, scope, fetch, map, aliases: pointAliases(kind), ...also } }
}

/** `alone`: there are no points of it, and its bare name means the roll-up. */
function dailyRollUp(
  dataType: string,
  types: readonly DataType[],
  scope: string,
  map: Map,
  { maxDays = ROLL_UP_DAYS, alone = false }: { maxDays?: number; alone?: boolean } = {},
): Record<string, Read> {
  const aliases = alone ? [dataType] : []
  const fetch = fetchDailyRollUp(dataType, types)
  return { [rollUpKind(dataType)]: { types, scope, fetch, map, maxDays, aliases } }
}

/** Read when somebody has such a page, but not asked for: it repeats what another kind says, or nothing has a place for it. */
function pagesOnly(kind: string, types: readonly DataType[], map: Map, aliases: readonly string[] = []) {
  return { [kind]: { types, map, aliases } }
}

function pointAliases(kind: string): string[] {
  return ['list', 'reconcile', 'get', 'get_single', 'rollUp', 'rollUp_hourly'].map((action) => `${kind}_${action}`)
}

const daily = ['daily'] as const
const body = ['body'] as const

/** Its order is the precedence where two kinds give one field: day totals before what repeats them. */
export const reads: Connector['reads'] = {
  settings: {
    types: [],
    scope: scopeOf('settings'),
    fetch: fetchResource('settings'),
    map: keepResource('settings', ['timeZone', 'utcOffset', 'distanceUnit', 'languageLocale']),
    maxDays: ANY_DAYS,
    aliases: ['users_settings'],
  },
  ...dailyRollUp('steps', daily, ACTIVITY, mapSteps),
  ...dailyRollUp('distance', daily, ACTIVITY, mapDistance),
  ...dailyRollUp('floors', daily, ACTIVITY, mapFloors),
  ...dailyRollUp('altitude', daily, ACTIVITY, mapAltitude),
  ...dailyRollUp('total-calories', daily, ACTIVITY, mapTotalCalories, { maxDays: DENSE_ROLL_UP_DAYS, alone: true }),
  ...dailyRollUp('active-energy-burned', daily, ACTIVITY, mapActiveEnergy),
  ...dailyRollUp('active-minutes', daily, ACTIVITY, mapActiveMinutes, { maxDays: DENSE_ROLL_UP_DAYS }),
  ...dailyRollUp('sedentary-period', daily, ACTIVITY, mapSedentaryPeriod),
  ...dailyRollUp('heart-rate', daily, METRICS, mapHeartRate, { maxDays: DENSE_ROLL_UP_DAYS }),
  ...dailyRollUp('time-in-heart-rate-zone', daily, ACTIVITY, mapTimeInZone),
  ...points(daily, METRICS, mapRestingHeartRate, { kind: 'daily-resting-heart-rate', by: 'date' }),
  ...points(['daily', 'sleep'], METRICS, mapDailyVariability, { kind: 'daily-heart-rate-variability', by: 'date' }),
  ...points(['daily', 'sleep'], METRICS, mapDailyOxygen, { kind: 'daily-oxygen-saturation', by: 'date' }),
  ...points(daily, ACTIVITY, mapDailyVo2Max, { kind: 'daily-vo2-max', by: 'date' }),
  ...points(['sleep'], SLEEP, mapSleep, { kind: 'sleep', by: 'end', record: 'sleep' }, { alsoRead: ALSO_OF_SLEEP }),
  ...points(['sleep'], METRICS, mapBreathingOfSleep, { kind: 'respiratory-rate-sleep-summary', by: 'sample' }),
  ...points(['sleep'], METRICS, mapDailyBreathing, { kind: 'daily-respiratory-rate', by: 'date' }),
  ...points(['sleep'], METRICS, mapSleepTemperature, { kind: 'daily-sleep-temperature-derivations', by: 'date' }),
  ...points(['activity'], ACTIVITY, mapExercise, EXERCISE, {
    fetch: fetchExercise({ ...EXERCISE, lists: ['activity'] }),
  }),
  exercise_tcx: {
    types: ['activity'],
    input: 'file',
    map: mapTcx('exercise_tcx', 'exercise_id'),
    aliases: ['exportExerciseTcx', 'exercise_exportExerciseTcx', 'tcx'],
  },
  ...points(body, METRICS, mapWeight, { kind: 'weight', by: 'sample' }),
  ...points(body, METRICS, mapBodyFat, { kind: 'body-fat', by: 'sample' }),
  ...points(body, METRICS, mapHeight, { kind: 'height', by: 'sample' }),
  ...points(body, METRICS, mapCoreTemperature, { kind: 'core-body-temperature', by: 'sample' }),
  ...points(body, METRICS, mapGlucose, { kind: 'blood-glucose', by: 'sample' }),
  electrocardiogram: {
    types: body,
    scope: scopeOf('ecg'),
    fetch: fetchSince('electrocardiogram', 'body'),
    map: mapElectrocardiogram,
    maxDays: ANY_DAYS,
    aliases: [...pointAliases('electrocardiogram'), 'ecg'],
  },
  'irregular-rhythm-notification': {
    types: body,
    scope: scopeOf('irn'),
    fetch: fetchSince('irregular-rhythm-notification', 'body'),
    map: mapIrregularRhythm,
    maxDays: ANY_DAYS,
    aliases: [...pointAliases('irregular-rhythm-notification'), 'irn'],
  },
  ...dailyRollUp('nutrition-log', ['nutrition'], NUTRITION, mapNutrition),
  ...points(['nutrition'], NUTRITION, mapNutrition, { kind: 'nutrition-log', by: 'interval' }),
  ...dailyRollUp('hydration-log', ['nutrition', 'body'], NUTRITION, mapHydration),
  ...points(['nutrition', 'body'], NUTRITION, mapHydration, { kind: 'hydration-log', by: 'interval' }),
  ...points(daily, METRICS, mapHeartRate, { kind: 'heart-rate', by: 'sample', reconciled: true }),
  ...points(daily, METRICS, mapHeartRateVariability, {
    kind: 'heart-rate-variability',
    by: 'sample',
    reconciled: true,
  }),
  ...points(daily, METRICS, mapOxygenSaturation, { kind: 'oxygen-saturation', by: 'sample', reconciled: true }),
  ...points(daily, ACTIVITY, mapSteps, { kind: 'steps', by: 'interval', reconciled: true }, WHOLE_DAYS),
  ...points(daily, ACTIVITY, mapDistance, { kind: 'distance', by: 'interval', reconciled: true }, WHOLE_DAYS),
  ...points(daily, ACTIVITY, mapFloors, { kind: 'floors', by: 'interval', reconciled: true }, WHOLE_DAYS),
  'total-calories_rollUp': {
    types: daily,
    scope: ACTIVITY,
    fetch: fetchRollUp('total-calories'),
    map: mapTotalCalories,
    // In absolute time, where days may have 25 hours.
    maxDays: DENSE_ROLL_UP_DAYS - 1,
  },
  ...points(daily, ACTIVITY, mapActivityLevel, { kind: 'activity-level', by: 'interval', reconciled: true }),
  ...points(daily, ACTIVITY, mapRunVo2Max, { kind: 'run-vo2-max', by: 'sample' }),
  ...points(daily, ACTIVITY, mapVo2Max, { kind: 'vo2-max', by: 'sample' }),
  ...points([], METRICS, keepRaw('daily-heart-rate-zones'), { kind: 'daily-heart-rate-zones', by: 'date' }),
  ...dailyRollUp('active-zone-minutes', [], ACTIVITY, keepRaw('active-zone-minutes')),
  profile: {
    types: ['athlete'],
    scope: scopeOf('profile'),
    fetch: fetchResource('profile'),
    map: mapProfile,
    maxDays: ANY_DAYS,
    aliases: ['users_profile'],
  },
  identity: {
    types: ['athlete'],
    fetch: fetchResource('identity'),
    map: mapIdentity,
    maxDays: ANY_DAYS,
    aliases: ['users_identity'],
  },
  pairedDevices: {
    types: ['athlete'],
    scope: scopeOf('settings'),
    fetch: fetchResource('pairedDevices'),
    map: mapPairedDevices,
    maxDays: ANY_DAYS,
    aliases: ['users_pairedDevices'],
  },
  ...points(['menstruation'], scopeOf('reproductive_health'), mapMenstrualPeriod, {
    kind: 'menstrual-period',
    by: 'interval',
  }),
  ...points(['menstruation'], scopeOf('reproductive_health'), mapOvulationTest, {
    kind: 'ovulation-test',
    by: 'sample',
  }),
  ...points(daily, scopeOf('logged_symptoms'), mapSymptoms, { kind: 'symptoms', by: 'sample' }),
  ...points(daily, scopeOf('mindfulness'), mapMoods, { kind: 'moods', by: 'sample' }),
  ...pagesOnly('altitude', daily, mapAltitude, pointAliases('altitude')),
  ...pagesOnly('active-minutes', daily, mapActiveMinutes, pointAliases('active-minutes')),
  ...pagesOnly('sedentary-period', daily, mapSedentaryPeriod, pointAliases('sedentary-period')),
  ...pagesOnly('active-energy-burned', daily, mapActiveEnergy, pointAliases('active-energy-burned')),
  ...pagesOnly('time-in-heart-rate-zone', daily, mapTimeInZone, pointAliases('time-in-heart-rate-zone')),
  ...pagesOnly('activity-level_dailyRollUp', daily, mapActivityLevel),
  ...pagesOnly('weight_dailyRollUp', body, mapWeight),
  ...pagesOnly('body-fat_dailyRollUp', body, mapBodyFat),
  ...pagesOnly('core-body-temperature_dailyRollUp', body, mapCoreTemperature),
  ...pagesOnly('blood-glucose_dailyRollUp', body, mapGlucose),
  ...pagesOnly('run-vo2-max_dailyRollUp', daily, mapRunVo2Max),
  ...pagesOnly('active-zone-minutes', [], keepRaw('active-zone-minutes'), pointAliases('active-zone-minutes')),
  ...pagesOnly('calories-in-heart-rate-zone_dailyRollUp', [], keepRaw('calories-in-heart-rate-zone'), [
    'calories-in-heart-rate-zone',
    'calories-in-heart-rate-zone_rollUp',
  ]),
  ...pagesOnly('basal-energy-burned', [], keepRaw('basal-energy-burned'), pointAliases('basal-energy-burned')),
  ...pagesOnly('swim-lengths-data', [], keepRaw('swim-lengths-data'), [
    ...pointAliases('swim-lengths-data'),
    'swim-lengths-data_dailyRollUp',
  ]),
  ...pagesOnly('irnProfile', [], keepResource('irnProfile', ['onboardingStatus', 'enrollmentStatus', 'updateTime']), [
    'users_irnProfile',
  ]),
  ...pagesOnly('fit_aggregate', ['daily', 'body', 'sleep', 'activity'], mapFitAggregate, [
    'fit_dataset_aggregate',
    'dataset_aggregate',
    'aggregate',
  ]),
  ...pagesOnly('fit_dataset', ['daily', 'body', 'sleep', 'activity'], mapFitDataset, [
    'fit_datasets',
    'datasets',
    'fit_dataset_sleep_segment',
    'fit_dataset_get',
  ]),
  ...pagesOnly('fit_sessions', ['activity', 'sleep'], mapFitSessions, ['fit_sessions_list', 'sessions', 'fit_session']),
}
