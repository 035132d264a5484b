// Writing to a person's calendar at the provider.
import type { LocalDay } from '../model/local-day.ts'
import type { PlannedWorkout } from '../model/planned-workout.ts'
import type { ConnectionHttp, DayRange } from './asking.ts'

/**
 * Workouts in the shape of `model/planned-workout.ts`, whole: unknown members are null. The id is the provider's of the
 * plan. Throws PlanRefused for what cannot be said to this provider, else what ConnectionHttp throws.
 */
export interface PlannedWorkouts {
  create(context: { http: ConnectionHttp; workout: PlannedWorkout }): Promise<{ id: string }>
  list(context: { http: ConnectionHttp; days: DayRange }): Promise<PlannedWorkout[]>
  /** Null when there is none. */
  read?(context: { http: ConnectionHttp; id: string }): Promise<PlannedWorkout | null>
  /** To another day. False when there is none. */
  move?(context: { http: ConnectionHttp; id: string; day: LocalDay }): Promise<boolean>
  delete(context: { http: ConnectionHttp; id: string }): Promise<void>
}

/** A workout that the provider has no words for: the field, and what would be right. Goes to the caller. */
export class PlanRefused extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.name = 'PlanRefused'
  }
}
