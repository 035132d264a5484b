// A planned workout as clients send it: with or without `details` around it, codes as numbers or words, members left out.
import { PlannedWorkout, PlannedWorkoutStep } from './planned-workout.ts'
import {
  PLANNED_STEP_DURATION_WORDS,
  PLANNED_STEP_INTENSITY_WORDS,
  PLANNED_STEP_TARGET_WORDS,
} from './workout-codes.ts'

type Json = Record<string, unknown>

const whole = PlannedWorkout.shape
const step = PlannedWorkoutStep.shape
const { metadata } = whole.details.shape

/** Every member that we know, null where it was left out. */
export function parsePlannedWorkout(given: unknown) {
  const from = isObject(given) ? given : {}
  const details = isObject(from.details) ? from.details : from
  const about = isObject(details.metadata) ? details.metadata : {}
  return PlannedWorkout.safeParse({
    ...known(whole, from),
    planned_date: from.planned_date ?? about.planned_date ?? null,
    athlete_metrics: known(whole.athlete_metrics.shape, from.athlete_metrics),
    details: { metadata: known(metadata.shape, about), steps: stepsOf(details.steps) },
  })
}

function stepsOf(given: unknown): unknown {
  if (!Array.isArray(given)) return given ?? []
  return given.map((raw, i) => {
    if (!isObject(raw)) return raw
    const inner = stepsOf(raw.steps)
    return {
      ...known(step, raw),
      order: raw.order ?? i,
      intensity: code(PLANNED_STEP_INTENSITY_WORDS, raw.intensity),
      type: typeof raw.type === 'number' ? raw.type : Array.isArray(inner) && inner.length > 0 ? 1 : 0,
      durations: listOf(raw.durations, (each) => ({
        ...known(step.durations.element.shape, each),
        duration_type: code(PLANNED_STEP_DURATION_WORDS, each.duration_type),
      })),
      targets: listOf(raw.targets, targetOf),
      equipment_type: raw.equipment_type ?? [],
      steps: inner,
    }
  })
}

const METERS_TO_PACE = 1000 / 60

/** Some clients give a pace where the wire has a speed. */
function targetOf(given: Json): Json {
  const { pace_minutes_per_kilometer: pace } = given
  const speed = typeof pace === 'number' && pace > 0 ? METERS_TO_PACE / pace : null
  return {
    ...known(step.targets.element.shape, given),
    target_type: code(PLANNED_STEP_TARGET_WORDS, given.target_type),
    speed_meters_per_second: given.speed_meters_per_second ?? speed,
  }
}

function listOf(given: unknown, read: (each: Json) => Json): unknown {
  if (!Array.isArray(given)) return given ?? []
  return given.map((each: unknown) => (isObject(each) ? read(each) : each))
}

function code(words: readonly string[], given: unknown): unknown {
  if (typeof given !== 'string') return given ?? null
  const index = words.indexOf(given.toUpperCase())
  return index < 0 ? given : index
}

function known(shape: Json, given: unknown): Json {
  const from = isObject(given) ? given : {}
  return Object.fromEntries(Object.keys(shape).map((name) => [name, from[name] ?? null]))
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
