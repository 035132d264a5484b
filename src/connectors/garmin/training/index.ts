// Workouts planned at Garmin: the workout, and the day on which it stands in the calendar. The plan's id is the calendar's.
import { isLocalDay } from '../../../model/local-day.ts'
import type { PlannedWorkout } from '../../../model/planned-workout.ts'
import { ProviderError } from '../../../platform/errors.ts'
import type { HttpResponse } from '../../../platform/http.ts'
import { type Address, type ConnectionHttp, PlanRefused, type PlannedWorkouts } from '../../connector.ts'
import { numberIn, readSteps, textIn } from './read-steps.ts'
import { sportOf, SWIM, typeOfSport } from './words.ts'
import { writeSteps } from './write-steps.ts'

/** Workouts are made elsewhere than they are read: the wrong prefix answers 500 `RouteFailed`. */
const CREATE: Address = { host: 'api', path: '/workoutportal/workout/v2' }
const WORKOUTS = '/training-api/workout/v2'
const SCHEDULE = '/training-api/schedule'
/** At most 20 characters. */
const SOURCE = 'Loam'
const MAX_DESCRIPTION = 1024
const NOT_ALLOWED = 412
/** Calls to this API have a limit of their own. */
export const TRAINING_BUDGET = 'training'

export const plannedWorkouts: PlannedWorkouts = {
  async create({ http, workout }) {
    const { planned_date: day } = workout
    if (day === null || !isLocalDay(day)) throw new PlanRefused('planned_date', 'expected a day, YYYY-MM-DD')
    const made = await ask(http, CREATE, { method: 'POST', json: writeWorkout(workout) })
    const workoutId = idIn(made, 'workoutId')
    try {
      const json = { workoutId: Number(workoutId), date: day }
      const scheduled = await ask(http, at(`${SCHEDULE}/`), { method: 'POST', json })
      return { id: idIn(scheduled, 'scheduleId') }
    } catch (error) {
      // A workout without a day would stay in the person's list, and come twice when this is tried again.
      await ask(http, at(`${WORKOUTS}/${workoutId}`), { method: 'DELETE' }).catch(() => {})
      throw error
    }
  },

  async list({ http, days }) {
    const query = { startDate: days.start, endDate: days.end }
    const listed: unknown = (await ask(http, at(SCHEDULE), { query })).json()
    const plans: PlannedWorkout[] = []
    for (const scheduled of Array.isArray(listed) ? listed : []) {
      const plan = await readPlan(http, scheduled)
      if (plan !== null) plans.push(plan)
    }
    return plans
  },

  async read({ http, id }) {
    const response = await ask(http, scheduleAt(id), { expect: [404] })
    return response.status === 404 ? null : readPlan(http, response.json())
  },

  async move({ http, id, day }) {
    const response = await ask(http, scheduleAt(id), { expect: [404] })
    if (response.status === 404) return false
    const json = { workoutId: Number(idIn(response, 'workoutId')), date: day }
    await ask(http, scheduleAt(id), { method: 'PUT', json })
    return true
  },

  async delete({ http, id }) {
    const workoutId = idIn(await ask(http, scheduleAt(id)), 'workoutId')
    await ask(http, scheduleAt(id), { method: 'DELETE' })
    await ask(http, at(`${WORKOUTS}/${workoutId}`), { method: 'DELETE', expect: [404] })
  },
}

type Request = NonNullable<Parameters<ConnectionHttp['send']>[1]>

async function ask(http: ConnectionHttp, address: Address, request: Request = {}): Promise<HttpResponse> {
  const response = await http.send(address, {
    ...request,
    expect: [...(request.expect ?? []), NOT_ALLOWED],
    budget: TRAINING_BUDGET,
  })
  if (response.status !== NOT_ALLOWED) return response
  throw new ProviderError('the person did not allow workouts to be planned', { next: 'skip', status: NOT_ALLOWED })
}

function at(path: string): Address {
  return { host: 'api', path }
}

/** Ids are numbers: what is none names nothing, and no other path either. */
function scheduleAt(id: string): Address {
  if (!/^\d{1,20}$/.test(id)) throw new ProviderError('Garmin has no such plan', { next: 'give_up', status: 404 })
  return at(`${SCHEDULE}/${id}`)
}

function idIn(response: HttpResponse, name: 'workoutId' | 'scheduleId'): string {
  const body: unknown = response.json()
  const value = isObject(body) ? body[name] : undefined
  if (typeof value === 'number' || typeof value === 'string') return String(value)
  throw new ProviderError(`Garmin's answer lacks the ${name}`, { next: 'give_up' })
}

export function writeWorkout(workout: PlannedWorkout): Record<string, unknown> {
  const { metadata, steps } = workout.details
  const name = metadata.name?.trim() ?? ''
  if (name === '') throw new PlanRefused('metadata.name', 'is needed')
  if ((metadata.description?.length ?? 0) > MAX_DESCRIPTION) {
    throw new PlanRefused('metadata.description', `Garmin takes ${MAX_DESCRIPTION} characters at most`)
  }
  const sport = sportOf(metadata.type)
  const pool = sport === SWIM ? (metadata.pool_length_meters ?? workout.athlete_metrics.pool_length_meters) : null
  const whole = {
    sport,
    estimatedDurationInSecs: metadata.estimated_duration_seconds,
    estimatedDistanceInMeters: metadata.estimated_distance_meters,
    poolLength: pool,
    poolLengthUnit: pool === null ? null : 'METER',
  }
  return {
    workoutName: name,
    description: metadata.description,
    ...whole,
    workoutProvider: SOURCE,
    workoutSourceId: SOURCE,
    isSessionTransitionEnabled: false,
    segments: [
      {
        segmentOrder: 1,
        ...whole,
        steps: writeSteps(steps, { metrics: workout.athlete_metrics, swim: sport === SWIM }),
      },
    ],
  }
}

/** Null when the workout is gone and its day still stands there. */
async function readPlan(http: ConnectionHttp, scheduled: unknown): Promise<PlannedWorkout | null> {
  if (!isObject(scheduled)) return null
  const { scheduleId, workoutId, date } = scheduled
  if (scheduleId === undefined || workoutId === undefined) return null
  const response = await ask(http, at(`${WORKOUTS}/${String(workoutId)}`), { expect: [404] })
  if (response.status === 404) return null
  const workout: unknown = response.json()
  return isObject(workout) ? readWorkout(String(scheduleId), textIn(date), workout) : null
}

export function readWorkout(id: string, day: string | null, workout: Record<string, unknown>): PlannedWorkout {
  const segments = Array.isArray(workout.segments) ? workout.segments.filter(isObject) : []
  return {
    planned_workout_id: id,
    workout_id: null,
    provider_workout_id: workout.workoutId === undefined ? null : String(workout.workoutId),
    planned_date: day,
    is_external: workout.workoutProvider !== SOURCE,
    coercion_warnings: null,
    created_at: null,
    last_updated_at: null,
    athlete_metrics: {
      threshold_heart_rate: null,
      max_heart_rate: null,
      threshold_speed: null,
      ftp: null,
      pool_length_meters: null,
    },
    details: {
      metadata: {
        id,
        provider: 'GARMIN',
        name: textIn(workout.workoutName),
        description: textIn(workout.description),
        type: typeOfSport(workout.sport),
        planned_date: day,
        created_date: textIn(workout.createdDate),
        estimated_tss: null,
        estimated_if: null,
        estimated_duration_seconds: numberIn(workout.estimatedDurationInSecs),
        estimated_distance_meters: numberIn(workout.estimatedDistanceInMeters),
        estimated_calories: null,
        estimated_elevation_gain_meters: null,
        estimated_energy_kj: null,
        estimated_speed_meters_per_second: null,
        pool_length_meters: workout.poolLengthUnit === 'METER' ? numberIn(workout.poolLength) : null,
      },
      steps: segments.flatMap((segment) => readSteps(segment.steps)).map((step, order) => ({ ...step, order })),
    },
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
