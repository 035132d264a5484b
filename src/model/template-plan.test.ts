import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from './template-plan.ts'
import { PlannedStepDuration, PlannedStepIntensity, PlannedStepTarget } from './workout-codes.ts'
import { WorkoutTemplate } from './workout-template.ts'

const NOBODY = {
  ftp: null,
  max_heart_rate: null,
  threshold_heart_rate: null,
  threshold_speed: null,
  pool_length_meters: null,
}

function template(change: object = {}): Record<string, unknown> {
  return {
    name: '5 x 1 km',
    sport: 'running',
    step_blocks: [
      {
        completion_condition: { type: 'open' },
        steps: [
          {
            completion_condition: { type: 'time', value: 600 },
            intensity_type: 'warmup',
            intensity_targets: [{ target_type: 'heart_rate', value: 120 }],
          },
        ],
      },
      {
        completion_condition: { type: 'reps', value: 5 },
        steps: [
          {
            completion_condition: { type: 'distance', value: 1000 },
            intensity_type: 'active',
            intensity_targets: [{ target_type: 'pace', value_low: 240, value_high: 250 }],
            notes: 'hard',
          },
          { completion_condition: { type: 'time', value: 120 }, intensity_type: 'recovery' },
        ],
      },
    ],
    ...change,
  }
}

function withTarget(target: object): Record<string, unknown> {
  const step = { completion_condition: { type: 'open' }, intensity_type: 'active', intensity_targets: [target] }
  return template({ step_blocks: [{ completion_condition: { type: 'open' }, steps: [step] }] })
}

test('blocks become steps and repetitions, words become codes, a pace becomes a speed', () => {
  const { workout, warnings } = planOf(WorkoutTemplate.parse(template()), '2026-12-24', NOBODY)
  assert.deepEqual(warnings, [])
  assert.equal(workout.planned_date, '2026-12-24')
  assert.equal(workout.details.metadata.type, 8)
  const [warmUp, repeat] = workout.details.steps
  assert.equal(warmUp?.intensity, PlannedStepIntensity.Warmup)
  assert.deepEqual([warmUp?.targets[0]?.hr_bpm_low, warmUp?.targets[0]?.hr_bpm_high], [114, 126])
  assert.equal(repeat?.type, 1)
  assert.equal(repeat?.durations[0]?.reps, 5)
  const [fast, slow] = repeat!.steps
  assert.equal(fast?.description, 'hard')
  assert.equal(fast?.durations[0]?.duration_type, PlannedStepDuration.Distance)
  assert.deepEqual(
    [fast?.targets[0]?.speed_meters_per_second_low, fast?.targets[0]?.speed_meters_per_second_high],
    [4, 4.167],
  )
  assert.deepEqual([slow?.order, slow?.durations[0]?.seconds], [1, 120])
})

test('what needs a number of the person is left open without it, with a warning', () => {
  const asked = withTarget({ target_type: 'speed_percentage', value_low: 80, value_high: 90 })
  const without = planOf(WorkoutTemplate.parse(asked), '2026-12-24', NOBODY)
  assert.equal(without.workout.details.steps[0]?.targets[0]?.target_type, PlannedStepTarget.Open)
  assert.deepEqual(without.warnings, [
    {
      path: 'step_blocks[0].steps[0].intensity_targets[0]',
      message: 'needs threshold_speed: left without a target',
    },
  ])
  const known = planOf(WorkoutTemplate.parse(asked), '2026-12-24', { ...NOBODY, threshold_speed: 4 })
  assert.deepEqual(known.warnings, [])
  assert.equal(known.workout.details.steps[0]?.targets[0]?.target_type, PlannedStepTarget.SpeedPercentage)
  assert.equal(
    planOf(WorkoutTemplate.parse(withTarget({ target_type: 'rpe', value: 7 })), '2026-12-24', NOBODY).warnings.length,
    1,
  )
})

const refusals: [what: string, given: Record<string, unknown>, path: string, problem: RegExp][] = [
  ['a single percentage', withTarget({ target_type: 'power_percentage', value: 90 }), 'value', /a low and a high/],
  [
    'a value beside a range',
    withTarget({ target_type: 'power', value: 90, value_low: 80, value_high: 100 }),
    'value',
    /one of both/,
  ],
  [
    'an empty range',
    withTarget({ target_type: 'power', value_low: 90, value_high: 90 }),
    'value_low',
    /below value_high/,
  ],
  ['half a range', withTarget({ target_type: 'power', value_low: 90 }), 'value_low', /needs value_high/],
  ['nothing', withTarget({ target_type: 'power' }), 'value', /expected a value or a range/],
  ['a heart that stands still', withTarget({ target_type: 'heart_rate', value: 10 }), 'value', /expected 30 to 250/],
  ['a pool for runners', template({ pool_length_meters: 25 }), 'pool_length_meters', /only swimming/],
  ['no name', template({ name: ' ' }), 'name', /./],
]
for (const [what, given, path, problem] of refusals) {
  test(`refused: ${what}`, () => {
    const { error } = WorkoutTemplate.safeParse(given)
    const issue = error?.issues[0]
    assert.equal(issue?.path.at(-1), path)
    assert.match(issue!.message, problem)
  })
}
