// Workouts under the ids that both clouds know them by.
import { simulateDay, type Workout } from '../people/day.ts'
import type { Person } from '../people/person.ts'
import { heartIn, lastSync, MINUTE, seen, stepsIn, zoneMinutes } from './device.ts'
import { logId } from './ids.ts'

export interface Logged {
  id: string
  workout: Workout
  steps: number
  heart: { avg: number; max: number; min: number } | null
  zones: number[]
  modifiedAt: number
}

export function workoutsOf(who: Person, day: string, now: number): Logged[] {
  const { workouts, startAt } = simulateDay(who, day)
  const synced = lastSync(now)
  const of = seen(who, day, now)
  return workouts
    .filter((workout) => workout.endAt <= synced)
    .map((workout) => {
      const [from, to] = [workout.startAt, workout.endAt].map((at) => Math.round((at - startAt) / MINUTE)) as [
        number,
        number,
      ]
      return {
        id: logId(who.id, 'workout', workout.startAt),
        workout,
        steps: stepsIn(of, from, to),
        heart: workout.manual ? null : heartIn(of, from, to),
        zones: zoneMinutes(who, of, from, to),
        modifiedAt: workout.endAt + 5 * MINUTE,
      }
    })
}
