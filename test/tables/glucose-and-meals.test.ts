// What continuous meters say of glucose and insulin, and what was eaten: see `table.ts`.
import { at, check } from './table.ts'

for (const provider of ['DEXCOM', 'DEXCOM_EU', 'DEXCOM_JP']) {
  const egv = (fields: object) => ({
    recordType: 'egv',
    records: [
      {
        recordId: 'r1',
        systemTime: '2026-09-15T08:00:00Z',
        displayTime: '2026-09-15T10:00:00+02:00',
        value: 120,
        unit: 'mg/dL',
        ...fields,
      },
    ],
  })
  check({
    provider,
    kind: 'egvs',
    of: 'trend',
    codes: [
      ['none', 0],
      ['unknown', 0],
      ['notComputable', 0],
      ['rateOutOfRange', 0],
      ['doubleUp', 5],
      ['singleUp', 5],
      ['fortyFiveUp', 4],
      ['flat', 3],
      ['fortyFiveDown', 2],
      ['singleDown', 1],
      ['doubleDown', 1],
      [null, null],
    ],
    stranger: { code: 'sideways', becomes: 0, counted: 'trend' },
    page: (trend) => egv({ trend }),
    becomes: at('body', 'glucose_data.blood_glucose_samples.0.trend_arrow'),
  })
  check({
    provider,
    kind: 'egvs',
    of: 'status',
    codes: [
      ['low', 2],
      ['high', 1],
      ['ok', 0],
      ['unknown', 0],
      [null, 0],
    ],
    page: (status) => egv({ status }),
    becomes: at('body', 'glucose_data.blood_glucose_samples.0.glucose_level_flag'),
  })
  check({
    provider,
    kind: 'egvs',
    of: 'unit',
    codes: [
      ['mg/dL', 10],
      ['mmol/L', 180.182],
    ],
    page: (unit) => egv({ value: 10, unit }),
    becomes: at('body', 'glucose_data.blood_glucose_samples.0.blood_glucose_mg_per_dL'),
  })
  check({
    provider,
    kind: 'events',
    of: 'insulin',
    codes: [
      ['fastActing', 'rapid-acting'],
      ['longActing', 'long-acting'],
    ],
    stranger: { code: 'homeopathic', becomes: null, counted: 'insulin' },
    page: (eventSubType) => ({
      recordType: 'event',
      records: [
        {
          recordId: 'e1',
          systemTime: '2026-09-15T08:00:00Z',
          displayTime: '2026-09-15T10:00:00+02:00',
          eventStatus: 'created',
          eventType: 'insulin',
          eventSubType,
          value: '4.50',
        },
      ],
    }),
    becomes: at('body', 'measurements_data.measurements.0.insulin_type'),
  })
}

const fitbitFood = (loggedFood: object) => ({
  foods: [{ logId: 1, logDate: '2026-09-15', loggedFood: { name: 'Oats', amount: 1, ...loggedFood } }],
  summary: {},
})
check({
  provider: 'FITBIT',
  kind: 'food_log',
  of: 'mealTypeId of the old API',
  codes: [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [7, 6],
    [null, 0],
  ],
  stranger: { code: 9, becomes: 0, counted: 'food.mealTypeId' },
  page: (mealTypeId) => fitbitFood({ mealTypeId }),
  becomes: at('nutrition', 'meals.0.type'),
})
check({
  provider: 'FITBIT',
  kind: 'food_log',
  of: 'units of the old API',
  codes: [
    ['gram', 1],
    ['grams', 1],
    ['g', 1],
    ['ml', 8],
    ['milliliter', 8],
    ['oz', 9],
    ['ounce', 9],
    // A serving, a slice or a bar is counted.
    ['serving', 10],
    ['slice', 10],
  ],
  page: (name) => fitbitFood({ mealTypeId: 1, unit: { name } }),
  becomes: at('nutrition', 'meals.0.quantity.unit'),
})
