// Every code of Google's that has a table.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ActivityType } from '../../model/enumerations.ts'
import { mapPage } from '../map-pages.ts'
import activityTypes from './activity_types.json' with { type: 'json' }
import { googleHealth } from './index.ts'

const connector = googleHealth({ id: 'GOOGLE', name: 'Google Health', tagline: 'x' })
const interval = { startTime: '2026-09-15T15:00:00Z', startUtcOffset: '7200s', endTime: '2026-09-15T16:00:00Z' }
const sampleTime = { physicalTime: '2026-09-15T15:00:00Z', utcOffset: '7200s' }

function mapOne(kind: string, member: string, value: object) {
  const page = { dataPoints: [{ name: `users/1/dataTypes/${kind}/dataPoints/1`, [member]: value }] }
  return mapPage(connector, kind, page, { timeZone: 'Europe/Berlin', receivedAt: 0 })
}

test('every exercise type', () => {
  const codes = Object.entries(activityTypes.map)
  assert.ok(codes.length > 150)
  const known = new Set<number>(Object.values(ActivityType))
  for (const [exerciseType, { terra }] of codes) {
    const { mapped, unknown } = mapOne('exercise', 'exercise', { interval, exerciseType })
    assert.ok(mapped[0]!.type === 'activity' && mapped[0]!.record!.metadata!.type === terra, exerciseType)
    assert.ok(known.has(terra), exerciseType)
    assert.deepEqual(unknown, [], exerciseType)
  }
})

const NUTRIENTS =
  'BIOTIN CAFFEINE CALCIUM CHLORIDE CARBOHYDRATES CHOLESTEROL CHROMIUM COPPER DIETARY_FIBER FOLIC_ACID IODINE IRON MAGNESIUM MANGANESE MOLYBDENUM MONOUNSATURATED_FAT NIACIN PANTOTHENIC_ACID PHOSPHORUS POLYUNSATURATED_FAT POTASSIUM PROTEIN RIBOFLAVIN SATURATED_FAT SELENIUM SODIUM SUGAR THIAMIN TRANS_FAT UNSATURATED_FAT VITAMIN_A VITAMIN_B12 VITAMIN_B6 VITAMIN_C VITAMIN_D VITAMIN_E VITAMIN_K ZINC FOLATE'
const MEALS =
  'MEAL_TYPE_UNSPECIFIED BEFORE_BREAKFAST BREAKFAST BEFORE_LUNCH LUNCH BEFORE_DINNER DINNER AFTER_DINNER SNACK ANYTIME'

test('every nutrient has its place, in the unit of its name; unsaturated fat has none', () => {
  for (const nutrient of NUTRIENTS.split(' ')) {
    const value = { interval, nutrients: [{ nutrient, quantity: { grams: 0.5 } }] }
    const { mapped, unknown } = mapOne('nutrition-log', 'nutritionLog', value)
    assert.deepEqual(unknown, [], nutrient)
    assert.ok(mapped[0]!.type === 'nutrition')
    const { macros, micros } = mapped[0]!.record!.meals![0]!
    const given = Object.entries({ ...macros, ...micros }).filter(([, amount]) => typeof amount === 'number')
    assert.equal(given.length, nutrient === 'UNSATURATED_FAT' ? 0 : 1, nutrient)
    for (const [name, amount] of given) assert.equal(amount, name.endsWith('_mg') ? 500 : 0.5, name)
  }
})

test('every meal, stage, zone, level, class, context and result', () => {
  const cases: [kind: string, member: string, of: (code: string) => object, codes: string][] = [
    ['nutrition-log', 'nutritionLog', (mealType) => ({ interval, mealType }), MEALS],
    [
      'sleep',
      'sleep',
      (type) => ({ interval, stages: [{ startTime: interval.startTime, endTime: interval.endTime, type }] }),
      'SLEEP_STAGE_TYPE_UNSPECIFIED AWAKE LIGHT DEEP REM ASLEEP RESTLESS',
    ],
    [
      'activity-level',
      'activityLevel',
      (activityLevelType) => ({ interval, activityLevelType }),
      'ACTIVITY_LEVEL_TYPE_UNSPECIFIED SEDENTARY LIGHTLY_ACTIVE MODERATELY_ACTIVE VERY_ACTIVE',
    ],
    [
      'electrocardiogram',
      'electrocardiogram',
      (resultClassification) => ({ interval, resultClassification }),
      'RESULT_CLASSIFICATION_UNSPECIFIED NORMAL_SINUS_RHYTHM ATRIAL_FIBRILLATION INCONCLUSIVE INCONCLUSIVE_HIGH_HEART_RATE INCONCLUSIVE_LOW_HEART_RATE UNREADABLE NOT_ANALYZED',
    ],
    [
      'heart-rate',
      'heartRate',
      (motionContext) => ({ sampleTime, beatsPerMinute: '60', metadata: { motionContext } }),
      'MOTION_CONTEXT_UNSPECIFIED ACTIVE SEDENTARY',
    ],
    [
      'ovulation-test',
      'ovulationTest',
      (result) => ({ sampleTime, result }),
      'OVULATION_TEST_RESULT_UNSPECIFIED NEGATIVE LUTEINIZING_HORMONE_SURGE ESTROGEN_SURGE POSITIVE INDETERMINATE',
    ],
  ]
  for (const [kind, member, of, codes] of cases) {
    for (const code of codes.split(' ')) {
      assert.deepEqual(mapOne(kind, member, of(code)).unknown, [], `${kind} ${code}`)
    }
    assert.equal(mapOne(kind, member, of('NEW_ONE')).unknown.length, 1, `${kind}: a new code is reported`)
  }
})

test('a page of another kind is refused by its name', () => {
  const refuse = (kind: string, payload: unknown, message: RegExp): void =>
    void assert.throws(() => mapPage(connector, kind, payload, { timeZone: null, receivedAt: 0 }), message)
  refuse('sleep', { sleep: [{ logId: 1 }] }, /^UnreadablePage: sleep: sleep/)
  refuse('steps', 'text', /no page of kind steps/)
  refuse('steps', { dataPoints: 7 }, /no page of kind steps/)
  refuse('steps', { dataPoints: [{ steps: { count: '1' } }] }, /steps: dataPoints\[0\]\.steps\.interval/)
  refuse('total-calories', { dataPoints: [{}] }, /roll-ups/)
  refuse(
    'heart-rate',
    { dataPoints: [{ heartRate: { sampleTime: { physicalTime: 'noon' }, beatsPerMinute: 'x' } }] },
    /physicalTime/,
  )
})
