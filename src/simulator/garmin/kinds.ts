// Every summary type: what pushes call it, where it is pulled and backfilled, and who may see it.
import type { Edit } from '../kit/edits.ts'
import type { Person } from '../people/person.ts'
import { bloodPressures, bodyComps, healthSnapshot, mct, userMetrics } from './bodies.ts'
import { dailies, epochs, pulseox, stressDetails } from './days.ts'
import { allDayRespiration, hrv, skinTemp, sleeps } from './nights.ts'
import { lastSync, type Summary } from './summary.ts'
import { activities, activityDetails } from './workouts.ts'

interface Kind {
  /** The last part of the pull path and of the backfill's. */
  path: string
  permission: 'HEALTH_EXPORT' | 'ACTIVITY_EXPORT' | 'MCT_EXPORT'
  ofDay(who: Person, day: string, now: number): Summary[]
}

export const KINDS: Readonly<Record<string, Kind>> = {
  dailies: { path: 'dailies', permission: 'HEALTH_EXPORT', ofDay: dailies },
  epochs: { path: 'epochs', permission: 'HEALTH_EXPORT', ofDay: epochs },
  sleeps: { path: 'sleeps', permission: 'HEALTH_EXPORT', ofDay: sleeps },
  bodyComps: { path: 'bodyComps', permission: 'HEALTH_EXPORT', ofDay: bodyComps },
  stressDetails: { path: 'stressDetails', permission: 'HEALTH_EXPORT', ofDay: stressDetails },
  userMetrics: { path: 'userMetrics', permission: 'HEALTH_EXPORT', ofDay: userMetrics },
  moveIQActivities: { path: 'moveiq', permission: 'HEALTH_EXPORT', ofDay: () => [] },
  pulseox: { path: 'pulseOx', permission: 'HEALTH_EXPORT', ofDay: pulseox },
  allDayRespiration: { path: 'respiration', permission: 'HEALTH_EXPORT', ofDay: allDayRespiration },
  healthSnapshot: { path: 'healthSnapshot', permission: 'HEALTH_EXPORT', ofDay: healthSnapshot },
  hrv: { path: 'hrv', permission: 'HEALTH_EXPORT', ofDay: hrv },
  bloodPressures: { path: 'bloodPressures', permission: 'HEALTH_EXPORT', ofDay: bloodPressures },
  skinTemp: { path: 'skinTemp', permission: 'HEALTH_EXPORT', ofDay: skinTemp },
  mct: { path: 'mct', permission: 'MCT_EXPORT', ofDay: mct },
  activities: { path: 'activities', permission: 'ACTIVITY_EXPORT', ofDay: activities },
  activityDetails: { path: 'activityDetails', permission: 'ACTIVITY_EXPORT', ofDay: activityDetails },
  manuallyUpdatedActivities: {
    path: 'manuallyUpdatedActivities',
    permission: 'ACTIVITY_EXPORT',
    ofDay: activities,
  },
}

export function kindOfPath(path: string): string | null {
  return Object.keys(KINDS).find((kind) => KINDS[kind]!.path === path) ?? null
}

/** The summaries of a day after what the person changed. A workout that they edit comes as another kind. */
export function summariesOfDay(who: Person, kind: string, day: string, now: number, edits: readonly Edit[]): Summary[] {
  const manual = kind === 'manuallyUpdatedActivities'
  const own = edits.filter((each) => each.kind === (manual ? 'activities' : kind))
  const timesOf = (what: string, id: string) => own.find((each) => each.what === what && each.id === id)?.times ?? 0
  return (KINDS[kind]?.ofDay(who, day, lastSync(now)) ?? [])
    .filter(({ id }) => timesOf('gone', id) === 0)
    .flatMap((summary) => {
      const times = kind === 'activities' ? 0 : timesOf('rewritten', summary.id)
      if (times === 0) return manual ? [] : [summary]
      const write = () => ({ ...rewritten(summary.write(), times), ...(manual ? { manual: true } : {}) })
      return [{ ...summary, kind, version: `${summary.version} ${times}`, write }]
    })
}

const NUMBERS = ['steps', 'weightInGrams', 'systolic', 'vo2Max', 'lastNightAvg', 'activeKilocalories', 'dayInCycle']

function rewritten(summary: Record<string, unknown>, times: number): Record<string, unknown> {
  const copy = { ...summary }
  for (const name of NUMBERS) if (typeof copy[name] === 'number') copy[name] = (copy[name] as number) + times
  if (typeof copy.activityName === 'string') copy.activityName = `${copy.activityName} (corrected ${times})`
  const { overallSleepScore: score } = copy as { overallSleepScore?: { value: number } }
  if (score !== undefined) copy.overallSleepScore = { ...score, value: score.value + times }
  return copy
}
