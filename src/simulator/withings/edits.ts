// The day's items after everything that was changed: removed, or rewritten as a later version.
import { type Edit, edited } from '../kit/edits.ts'
import type { Person } from '../people/person.ts'
import { type ActivityRow, activityRows, type WorkoutRow, workoutRows } from './days.ts'
import { type MeasureGroup, measureGroups } from './measures.ts'
import { type Summary, summaries } from './sleep.ts'

/** Uploaded so many days after it was measured. */
export const LATE = 'late'
const DAY_SECONDS = 86_400

export function currentGroups(who: Person, day: string, now: number, edits: readonly Edit[]): MeasureGroup[] {
  return edited(uploaded(measureGroups(who, day, now), now, edits), 'measure', edits, {
    id: ({ grpid }) => String(grpid),
    rewrite: (group, times) => ({
      ...group,
      modified: group.modified + times,
      measures: group.measures.map((measure, i) => (i === 0 ? { ...measure, value: measure.value + times } : measure)),
    }),
  })
}

function uploaded(groups: readonly MeasureGroup[], now: number, edits: readonly Edit[]): MeasureGroup[] {
  const late = new Map(edits.filter(({ what }) => what === LATE).map(({ id, times }) => [id, times]))
  return groups.flatMap((group) => {
    const days = late.get(String(group.grpid))
    if (days === undefined) return [group]
    const at = group.date + days * DAY_SECONDS
    return at * 1000 > now ? [] : [{ ...group, created: at, modified: at }]
  })
}

export function currentActivity(who: Person, day: string, now: number, edits: readonly Edit[]): ActivityRow[] {
  return edited(activityRows(who, day, now), 'activity', edits, {
    id: ({ date }) => date,
    rewrite: (row, times) => ({ ...row, modified: row.modified + times, steps: (row.steps as number) + times }),
  })
}

export function currentWorkouts(who: Person, day: string, now: number, edits: readonly Edit[]): WorkoutRow[] {
  return edited(workoutRows(who, day, now), 'workouts', edits, {
    id: ({ id }) => String(id),
    rewrite: (row, times) => ({
      ...row,
      modified: row.modified + times,
      data: { ...row.data, calories: (row.data.calories ?? 0) + times },
    }),
  })
}

export function currentNights(who: Person, day: string, now: number, edits: readonly Edit[]): Summary[] {
  return edited(summaries(who, day, now), 'sleep_summary', edits, {
    id: ({ id }) => String(id),
    rewrite: (night, times) => ({
      ...night,
      modified: night.modified + times,
      data: { ...night.data, sleep_score: ((night.data.sleep_score as number | null) ?? 50) + times },
    }),
  })
}
