// fixtures/published-enumerations.json lists codes and words of the API's published document of 17 July 2026.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as enumerations from './enumerations.ts'
import published from './fixtures/published-enumerations.json' with { type: 'json' }
import * as workoutCodes from './workout-codes.ts'

const codes: Record<string, unknown> = enumerations

const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Where our word is another one than the document's. */
const OUR_WORDS: Record<string, string> = {
  'ActivityLevel 3': 'Low',
  'ActivityLevel 4': 'Medium',
  'ActivityLevel 5': 'High',
  'ActivityType 29': 'Soccer',
  'ActivityType 41': 'Kettlebell',
  'ActivityType 46': 'Mma',
  'ActivityType 47': 'P90X',
  'ActivityType 79': 'StandUpPaddling',
  'UploadType 6': 'ThirdParty',
  'SleepLevel 4': 'Light',
  'SleepLevel 5': 'Deep',
  'SleepLevel 6': 'Rem',
  'HealthObservationCategory 2': 'Reproductive',
  'HealthObservationCategory 5': 'LabAndMetrics',
}

for (const [name, members] of Object.entries(published)) {
  if (Array.isArray(members) || name === 'MenstruationInterval') continue
  test(`${name}: every published code, under its published meaning`, () => {
    const ours = codes[name] as Record<string, number>
    const byCode = new Map(Object.entries(ours).map(([word, code]) => [String(code), word]))
    assert.equal(byCode.size, Object.keys(ours).length, 'one word for each code')
    assert.deepEqual([...byCode.keys()].sort(), Object.keys(members).sort())
    for (const [code, title] of Object.entries(members)) {
      assert.equal(letters(byCode.get(code)!), letters(OUR_WORDS[`${name} ${code}`] ?? title), `${name} ${code}`)
    }
  })
}

test('lists of words have every published one', () => {
  for (const [name, ours] of Object.entries({
    DeviceDataType: enumerations.DEVICE_DATA_TYPES,
    WorkoutSport: workoutCodes.WORKOUT_SPORTS,
    EnvironmentType: workoutCodes.WORKOUT_ENVIRONMENTS,
    CompletionConditionType: workoutCodes.COMPLETION_CONDITIONS,
    WorkoutStepTargetType: workoutCodes.WORKOUT_STEP_TARGETS,
    WorkoutStepIntensity: workoutCodes.WORKOUT_STEP_INTENSITIES,
    SwimStrokeType: workoutCodes.SWIM_STROKES,
    DrillType: workoutCodes.SWIM_DRILLS,
    SwimEquipmentType: workoutCodes.SWIM_EQUIPMENT,
  })) {
    const words: readonly string[] = ours
    const missing = (published as unknown as Record<string, string[]>)[name]!.filter((word) => !words.includes(word))
    assert.deepEqual(missing, [], name)
  }
})

test('phases of the cycle stand in the order of their numbers', () => {
  assert.deepEqual(
    Object.keys(published.MenstruationInterval),
    enumerations.MENSTRUAL_PHASES.map((_, number) => String(number)),
  )
  assert.equal(enumerations.MENSTRUAL_PHASES[1], 'menstrual')
  assert.equal(enumerations.MENSTRUAL_PHASES[5], 'luteal')
})

test('every activity type has a name for people', () => {
  const { ActivityType, activityTypeNames } = enumerations
  assert.deepEqual(Object.keys(activityTypeNames).map(Number), Object.values(ActivityType))
  assert.equal(activityTypeNames[ActivityType.TrailRunning], 'Trail Running')
})

test('codes are named in words; an unknown one has no name', () => {
  assert.equal(enumerations.codeName(enumerations.SleepLevel, 3), 'Out of bed')
  assert.equal(enumerations.codeName(enumerations.UploadType, 2), 'Manual')
  assert.equal(enumerations.codeName(enumerations.UploadType, 99), null)
})

test('manual and automatic are the other way round for sleep', () => {
  assert.equal(enumerations.UploadType.Manual, enumerations.SleepUploadType.Automatic)
  assert.equal(enumerations.UploadType.Automatic, enumerations.SleepUploadType.Manual)
})
