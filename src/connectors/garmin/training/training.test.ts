import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { PlannedWorkout } from '../../../model/planned-workout.ts'
import { PlannedStepDuration, PlannedStepIntensity, PlannedStepTarget } from '../../../model/workout-codes.ts'
import { ProviderError } from '../../../platform/errors.ts'
import { PlanRefused } from '../../connector.ts'
import { answering } from '../../test-http.ts'
import { plannedWorkouts, readWorkout, writeWorkout } from './index.ts'

type Json = Record<string, unknown>

function sample(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../samples/training/${name}.json`, import.meta.url), 'utf8')) as Json
}

/** Who made it, and whether the last rest is skipped, is not the person's to say. */
function comparable(workout: Json): Json {
  const text = JSON.stringify(workout).replaceAll('"skipLastRestStep":true', '"skipLastRestStep":false')
  return { ...(JSON.parse(text) as Json), workoutProvider: 'Loam', workoutSourceId: 'Loam' }
}

function read(name: string): PlannedWorkout {
  return readWorkout('987654321', '2026-05-06', sample(name))
}

test('what Garmin has comes back to Garmin as it was', () => {
  for (const name of ['workout-create-request', 'workout-cycling-power-percent-request']) {
    assert.deepEqual(writeWorkout(read(name)), comparable(sample(name)), name)
  }
})

test('a workout in our numbers: warm-up by heart rate, five times a kilometre by pace, cool-down until the lap button', () => {
  const { details, provider_workout_id: id, is_external: external } = read('workout-response')
  assert.equal(id, '1284567890')
  assert.equal(external, true)
  assert.equal(details.metadata.type, 8)
  assert.equal(details.metadata.name, '5 x 1 km')
  const [warmUp, repeat, coolDown] = details.steps
  assert.equal(warmUp?.intensity, PlannedStepIntensity.Warmup)
  assert.equal(warmUp?.durations[0]?.seconds, 600)
  assert.equal(warmUp?.targets[0]?.target_type, PlannedStepTarget.HeartRate)
  assert.deepEqual([warmUp?.targets[0]?.hr_bpm_low, warmUp?.targets[0]?.hr_bpm_high], [110, 130])
  assert.equal(repeat?.type, 1)
  assert.equal(repeat?.durations[0]?.reps, 5)
  const [fast, slow] = repeat!.steps
  assert.equal(fast?.intensity, PlannedStepIntensity.Interval)
  assert.equal(fast?.durations[0]?.distance_meters, 1000)
  assert.equal(fast?.targets[0]?.target_type, PlannedStepTarget.Pace)
  assert.equal(fast?.targets[0]?.speed_meters_per_second_high, 4.25)
  assert.equal(slow?.intensity, PlannedStepIntensity.Recovery)
  assert.equal(coolDown?.durations[0]?.duration_type, PlannedStepDuration.Open)
})

/** The run of the sample, with one step changed. */
function withStep(change: (step: PlannedWorkout['details']['steps'][number]) => void): PlannedWorkout {
  const workout = structuredClone(read('workout-create-request'))
  change(workout.details.steps[0]!)
  return workout
}

function firstStep(workout: PlannedWorkout): Json {
  const [segment] = writeWorkout(workout).segments as { steps: Json[] }[]
  return segment!.steps[0]!
}

function target(workout: PlannedWorkout): unknown[] {
  const step = firstStep(workout)
  return [step.targetType, step.targetValueLow, step.targetValueHigh, step.targetValueType]
}

test('one value becomes a range; percentages that Garmin does not know become what they stand for', () => {
  const of = (
    values: Partial<PlannedWorkout['details']['steps'][number]['targets'][number]>,
    workout?: PlannedWorkout,
  ) =>
    Object.assign(workout ?? read('workout-create-request'), {
      details: {
        ...read('workout-create-request').details,
        steps: withStep((step) => Object.assign(step.targets[0]!, { hr_bpm_low: null, hr_bpm_high: null }, values))
          .details.steps,
      },
    })
  const { Power, PowerPercentage, HeartRateThresholdPercentage, SpeedPercentage, HeartRateMaxPercentage } =
    PlannedStepTarget
  assert.deepEqual(target(of({ target_type: Power, power_watt: 200 })), ['POWER', 190, 210, null])
  assert.deepEqual(target(of({ target_type: PowerPercentage, power_percentage_low: 88, power_percentage_high: 93 })), [
    'POWER',
    88,
    93,
    'PERCENT',
  ])
  assert.deepEqual(target(of({ target_type: HeartRateMaxPercentage, hr_percentage_low: 70, hr_percentage_high: 80 })), [
    'HEART_RATE',
    70,
    80,
    'PERCENT',
  ])
  const known = read('workout-create-request')
  Object.assign(known.athlete_metrics, { threshold_heart_rate: 170, threshold_speed: 4 })
  assert.deepEqual(
    target(of({ target_type: HeartRateThresholdPercentage, hr_percentage_low: 90, hr_percentage_high: 100 }, known)),
    ['HEART_RATE', 153, 170, null],
  )
  assert.deepEqual(
    target(of({ target_type: SpeedPercentage, speed_percentage_low: 80, speed_percentage_high: 90 }, known)),
    ['SPEED', 3.2, 3.6, null],
  )
  assert.throws(
    () => writeWorkout(of({ target_type: SpeedPercentage, speed_percentage_low: 80, speed_percentage_high: 90 })),
    /steps\[0\]\.targets\[0\]: needs athlete_metrics\.threshold_speed/,
  )
})

test('swims have no targets, and the length of the pool', () => {
  const workout = read('workout-create-request')
  workout.details.metadata.type = 83
  workout.athlete_metrics.pool_length_meters = 25
  const written = writeWorkout(workout)
  assert.equal(written.sport, 'LAP_SWIMMING')
  assert.deepEqual([written.poolLength, written.poolLengthUnit], [25, 'METER'])
  assert.equal(firstStep(workout).targetType, null)
})

const refusals: [what: string, problem: RegExp, change: (workout: PlannedWorkout) => void][] = [
  ['no name', /^metadata\.name: is needed/, (workout) => (workout.details.metadata.name = ' ')],
  ['no steps', /^steps: at least one/, (workout) => (workout.details.steps = [])],
  [
    'too many steps',
    /^steps: Garmin takes 100 at most/,
    (workout) => (workout.details.steps = Array.from({ length: 101 }, () => workout.details.steps[0]!)),
  ],
  [
    'a long description',
    /^metadata\.description: Garmin takes 1024/,
    (workout) => (workout.details.metadata.description = 'x'.repeat(1025)),
  ],
  [
    'a duration without its number',
    /^steps\[0\]\.durations\[0\]\.seconds: expected a number above 0/,
    (workout) => (workout.details.steps[0]!.durations[0]!.seconds = null),
  ],
  [
    'a duration that Garmin lacks',
    /^steps\[0\]\.durations\[0\]\.duration_type: Garmin has no 8/,
    (workout) => (workout.details.steps[0]!.durations[0]!.duration_type = 8),
  ],
  [
    'a target that Garmin lacks',
    /^steps\[0\]\.targets\[0\]\.target_type: Garmin has no 5/,
    (workout) => (workout.details.steps[0]!.targets[0]!.target_type = 5),
  ],
  [
    'a range the wrong way round',
    /hr_bpm_low: may not be above/,
    (workout) => (workout.details.steps[0]!.targets[0]!.hr_bpm_low = 200),
  ],
  [
    'a repetition without a number',
    /^steps\[1\]\.durations\[0\]\.reps: expected how often/,
    (workout) => (workout.details.steps[1]!.durations = []),
  ],
]
for (const [what, problem, change] of refusals) {
  test(`refused, naming the field: ${what}`, () => {
    const workout = structuredClone(read('workout-create-request'))
    change(workout)
    assert.throws(
      () => writeWorkout(workout),
      (error: unknown) => error instanceof PlanRefused && problem.test(error.message),
    )
  })
}

const CREATE = 'POST api/workoutportal/workout/v2'
const SCHEDULE = 'POST api/training-api/schedule/'

test('a workout whose day could not be set is taken away again', async () => {
  const { http, asked } = answering({
    [CREATE]: { json: sample('workout-response') },
    [SCHEDULE]: new ProviderError('Garmin answered 500', { next: 'retry', status: 500 }),
    'DELETE api/training-api/workout/v2/1284567890': { status: 204, json: null },
  })
  await assert.rejects(plannedWorkouts.create({ http, workout: read('workout-create-request') }), { next: 'retry' })
  assert.equal(asked.at(-1), 'DELETE api/training-api/workout/v2/1284567890')
})

test('the plan is known by the calendar`s id, and taken away from there first', async () => {
  const { http, asked } = answering({
    [CREATE]: { json: sample('workout-response') },
    [SCHEDULE]: { json: sample('schedule-create-response') },
    'api/training-api/schedule/987654321': { json: sample('schedule-create-response') },
    'DELETE api/training-api/schedule/987654321': { status: 204, json: null },
    'DELETE api/training-api/workout/v2/1284567890': { status: 204, json: null },
  })
  assert.deepEqual(await plannedWorkouts.create({ http, workout: read('workout-create-request') }), { id: '987654321' })
  await plannedWorkouts.delete({ http, id: '987654321' })
  assert.deepEqual(asked.slice(-2), [
    'DELETE api/training-api/schedule/987654321',
    'DELETE api/training-api/workout/v2/1284567890',
  ])
})

test('who does not allow workouts to be planned; what is no id', async () => {
  const { http } = answering({ [CREATE]: { status: 412, json: sample('../errors/training-permission-412') } })
  await assert.rejects(plannedWorkouts.create({ http, workout: read('workout-create-request') }), { next: 'skip' })
  await assert.rejects(plannedWorkouts.delete({ http: answering({}).http, id: '../user' }), { status: 404 })
})
