// Google Health's enumerations, and the numbers of the retiring Google Fit.
import { at, check, level, type Table } from './table.ts'

const interval = { startTime: '2026-09-15T08:00:00Z', startUtcOffset: '7200s', endTime: '2026-09-15T09:00:00Z' }
const sampleTime = { physicalTime: '2026-09-15T08:00:00Z', utcOffset: '7200s' }
const point = (kind: string, member: string, value: object, source: object = {}) => ({
  dataPoints: [
    {
      name: `users/1/dataTypes/${kind}/dataPoints/1`,
      dataSource: { recordingMethod: 'PASSIVELY_MEASURED', platform: 'FITBIT', ...source },
      [member]: value,
    },
  ],
})
const day = (member: string, value: object) => ({
  rollupDataPoints: [
    {
      civilStartTime: { date: { year: 2026, month: 9, day: 15 }, time: {} },
      civilEndTime: { date: { year: 2026, month: 9, day: 16 }, time: {} },
      [member]: value,
    },
  ],
})

function google(table: Omit<Table, 'provider'>): void {
  check({ provider: 'GOOGLE', ...table })
}

google({
  kind: 'heart-rate',
  of: 'motionContext',
  codes: [
    ['MOTION_CONTEXT_UNSPECIFIED', 0],
    ['ACTIVE', 1],
    ['SEDENTARY', 2],
    [null, 0],
  ],
  stranger: { code: 'WEIGHTLESS', becomes: 0, counted: 'heart-rate.motionContext' },
  page: (motionContext) =>
    point('heart-rate', 'heartRate', { sampleTime, beatsPerMinute: '60', metadata: { motionContext } }),
  becomes: at('daily', 'heart_rate_data.detailed.hr_samples.0.context'),
})
google({
  kind: 'time-in-heart-rate-zone',
  of: 'heartRateZone',
  codes: [
    ['LIGHT', 0],
    ['MODERATE', 1],
    ['VIGOROUS', 2],
    ['PEAK', 3],
    ['HEART_RATE_ZONE_TYPE_UNSPECIFIED', undefined],
  ],
  stranger: { code: 'ORBIT', becomes: undefined, counted: 'heartRateZone' },
  page: (heartRateZone) => day('timeInHeartRateZone', { timeInHeartRateZones: [{ heartRateZone, duration: '600s' }] }),
  becomes: at('daily', 'heart_rate_data.summary.hr_zone_data.0.zone'),
})
google({
  kind: 'exercise',
  of: 'the times in its zones',
  codes: ['lightTime', 'moderateTime', 'vigorousTime', 'peakTime'].map((member, zone) => [member, zone] as const),
  page: (member) =>
    point('exercise', 'exercise', {
      interval,
      exerciseType: 'RUNNING',
      metricsSummary: { heartRateZoneDurations: { [String(member)]: '600s' } },
    }),
  becomes: at('activity', 'heart_rate_data.summary.hr_zone_data.0.zone'),
})
google({
  kind: 'exercise',
  of: 'splitType',
  codes: [
    ['SPLIT_TYPE_UNSPECIFIED', null],
    ['MANUAL', 'MANUAL'],
    ['DURATION', 'TIME'],
    ['DISTANCE', 'DISTANCE'],
    ['CALORIES', 'CALORIES'],
  ],
  stranger: { code: 'SONG', becomes: null, counted: 'exercise.splitType' },
  page: (splitType) =>
    point('exercise', 'exercise', {
      interval,
      exerciseType: 'RUNNING',
      splitSummaries: [{ ...interval, activeDuration: '600s', splitType }],
    }),
  becomes: at('activity', 'lap_data.laps.0.trigger_method'),
})
google({
  kind: 'exercise',
  of: 'recordingMethod',
  codes: [
    ['MANUAL', 2],
    ['PASSIVELY_MEASURED', 1],
    ['ACTIVELY_MEASURED', 1],
    ['DERIVED', 1],
    ['UNKNOWN', 1],
    ['RECORDING_METHOD_UNSPECIFIED', 1],
  ],
  page: (recordingMethod) => point('exercise', 'exercise', { interval, exerciseType: 'RUNNING' }, { recordingMethod }),
  becomes: at('activity', 'metadata.upload_type'),
})

const seconds = (mapped: Parameters<ReturnType<typeof at>>[0]) =>
  ['inactivity_seconds', 'low_intensity_seconds', 'moderate_intensity_seconds', 'vigorous_intensity_seconds'].map(
    (name) => at('daily', `active_durations_data.${name}`)(mapped) ?? null,
  )
google({
  kind: 'active-minutes',
  of: 'activityLevel',
  codes: [
    ['ACTIVITY_LEVEL_UNSPECIFIED', [null, null, null, null]],
    ['LIGHT', [null, 600, null, null]],
    ['MODERATE', [null, null, 600, null]],
    ['VIGOROUS', [null, null, null, 600]],
  ],
  stranger: { code: 'FRANTIC', becomes: [null, null, null, null], counted: 'active-minutes.activityLevel' },
  page: (activityLevel) =>
    day('activeMinutes', { activeMinutesRollupByActivityLevel: [{ activityLevel, activeMinutesSum: '10' }] }),
  becomes: seconds,
})
google({
  kind: 'activity-level',
  of: 'activityLevelType of a day',
  codes: [
    ['ACTIVITY_LEVEL_TYPE_UNSPECIFIED', [null, null, null, null]],
    ['SEDENTARY', [600, null, null, null]],
    ['LIGHTLY_ACTIVE', [null, 600, null, null]],
    ['MODERATELY_ACTIVE', [null, null, 600, null]],
    ['VERY_ACTIVE', [null, null, null, 600]],
  ],
  stranger: { code: 'FRANTIC', becomes: [null, null, null, null], counted: 'activity-level.activityLevelType' },
  page: (activityLevelType) =>
    day('activityLevel', { activityLevelRollupsByActivityLevelType: [{ activityLevelType, totalDuration: '600s' }] }),
  becomes: seconds,
})
google({
  kind: 'activity-level',
  of: 'activityLevelType',
  codes: [
    ['ACTIVITY_LEVEL_TYPE_UNSPECIFIED', 0],
    ['SEDENTARY', 2],
    ['LIGHTLY_ACTIVE', 3],
    ['MODERATELY_ACTIVE', 4],
    ['VERY_ACTIVE', 5],
  ],
  stranger: { code: 'FRANTIC', becomes: 0, counted: 'activity-level.activityLevelType' },
  page: (activityLevelType) => point('activity-level', 'activityLevel', { interval, activityLevelType }),
  becomes: at('daily', 'active_durations_data.activity_levels_samples.0.activity_level'),
})

google({
  kind: 'electrocardiogram',
  of: 'resultClassification',
  codes: [
    ['RESULT_CLASSIFICATION_UNSPECIFIED', null],
    ['NORMAL_SINUS_RHYTHM', 0],
    ['ATRIAL_FIBRILLATION', 1],
    ['INCONCLUSIVE', 2],
    ['INCONCLUSIVE_HIGH_HEART_RATE', 2],
    ['INCONCLUSIVE_LOW_HEART_RATE', 2],
    ['UNREADABLE', null],
    ['NOT_ANALYZED', null],
  ],
  stranger: { code: 'POETIC', becomes: null, counted: 'electrocardiogram.resultClassification' },
  page: (resultClassification) => point('electrocardiogram', 'electrocardiogram', { interval, resultClassification }),
  becomes: at('body', 'heart_data.ecg_signal.0.afib_classification'),
})
google({
  kind: 'ovulation-test',
  of: 'result',
  codes: [
    ['OVULATION_TEST_RESULT_UNSPECIFIED', null],
    ['NEGATIVE', null],
    ['LUTEINIZING_HORMONE_SURGE', 'ovulation'],
    ['ESTROGEN_SURGE', 'fertile'],
    ['POSITIVE', 'ovulation'],
    ['INDETERMINATE', null],
  ],
  stranger: { code: 'LUNAR', becomes: null, counted: 'ovulation-test.result' },
  page: (result) => point('ovulation-test', 'ovulationTest', { sampleTime, result }),
  becomes: at('menstruation', 'menstruation_data.current_phase'),
})

const BODY = [undefined, 36.7]
const SKIN = [36.7, undefined]
google({
  kind: 'core-body-temperature',
  of: 'measurementLocation',
  codes: [
    ['WRIST', SKIN],
    ...'MEASUREMENT_LOCATION_UNSPECIFIED OTHER ARMPIT BODY EAR FINGER GASTRO_INTESTINAL MOUTH RECTUM TOE EAR_DRUM TEMPORAL_ARTERY FOREHEAD URINARY_BLADDER NASAL NASOPHARYNGEAL VAGINA'
      .split(' ')
      .map((place) => [place, BODY] as const),
  ],
  page: (measurementLocation) =>
    point('core-body-temperature', 'coreBodyTemperature', {
      sampleTime,
      temperatureCelsius: 36.7,
      measurementLocation,
    }),
  becomes: (mapped) => [
    at('body', 'temperature_data.skin_temperature_samples.0.temperature_celsius')(mapped),
    at('body', 'temperature_data.body_temperature_samples.0.temperature_celsius')(mapped),
  ],
})
const READING = [94, undefined]
const SENSOR = [undefined, 94]
google({
  kind: 'blood-glucose',
  of: 'specimen',
  codes: [
    ['INTERSTITIAL_FLUID', SENSOR],
    ...'SPECIMEN_UNSPECIFIED CAPILLARY_BLOOD PLASMA SERUM TEARS WHOLE_BLOOD'
      .split(' ')
      .map((specimen) => [specimen, READING] as const),
  ],
  page: (specimen) =>
    point('blood-glucose', 'bloodGlucose', { sampleTime, bloodGlucoseMilligramsPerDeciliter: 94, specimen }),
  becomes: (mapped) => [
    at('body', 'glucose_data.blood_glucose_samples.0.blood_glucose_mg_per_dL')(mapped),
    at('body', 'glucose_data.detailed_blood_glucose_samples.0.blood_glucose_mg_per_dL')(mapped),
  ],
})

google({
  kind: 'nutrition-log',
  of: 'mealType',
  codes: [
    ['MEAL_TYPE_UNSPECIFIED', 0],
    ['BREAKFAST', 1],
    ['LUNCH', 3],
    ['DINNER', 5],
    ['SNACK', 6],
    ['BEFORE_BREAKFAST', 6],
    ['BEFORE_LUNCH', 6],
    ['BEFORE_DINNER', 6],
    ['AFTER_DINNER', 6],
    ['ANYTIME', 6],
  ],
  stranger: { code: 'ELEVENSES', becomes: 0, counted: 'nutrition-log.mealType' },
  page: (mealType) => point('nutrition-log', 'nutritionLog', { interval, foodDisplayName: 'Oats', mealType }),
  becomes: at('nutrition', 'meals.0.type'),
})
google({
  kind: 'nutrition-log',
  of: 'nutrient, each with half a gram',
  codes: [
    ['NUTRIENT_UNSPECIFIED', []],
    ['CARBOHYDRATES', ['macros.carbohydrates_g', 0.5]],
    ['CHOLESTEROL', ['macros.cholesterol_mg', 500]],
    ['DIETARY_FIBER', ['macros.fiber_g', 0.5]],
    ['PROTEIN', ['macros.protein_g', 0.5]],
    ['SATURATED_FAT', ['macros.saturated_fat_g', 0.5]],
    ['SODIUM', ['macros.sodium_mg', 500]],
    ['SUGAR', ['macros.sugar_g', 0.5]],
    ['TRANS_FAT', ['macros.trans_fat_g', 0.5]],
    // No field has it.
    ['UNSATURATED_FAT', []],
    ['MONOUNSATURATED_FAT', ['micros.monounsaturated_fat_g', 0.5]],
    ['POLYUNSATURATED_FAT', ['micros.polyunsaturated_fat_g', 0.5]],
    ['BIOTIN', ['micros.biotin_mg', 500]],
    ['CAFFEINE', ['micros.caffeine_mg', 500]],
    ['CALCIUM', ['micros.calcium_mg', 500]],
    ['CHLORIDE', ['micros.chloride_mg', 500]],
    ['CHROMIUM', ['micros.chromium_mg', 500]],
    ['COPPER', ['micros.copper_mg', 500]],
    ['FOLATE', ['micros.folate_mg', 500]],
    ['FOLIC_ACID', ['micros.folic_acid_mg', 500]],
    ['IODINE', ['micros.iodine_mg', 500]],
    ['IRON', ['micros.iron_mg', 500]],
    ['MAGNESIUM', ['micros.magnesium_mg', 500]],
    ['MANGANESE', ['micros.manganese_mg', 500]],
    ['MOLYBDENUM', ['micros.molybdenum_mg', 500]],
    ['NIACIN', ['micros.niacin_mg', 500]],
    ['PANTOTHENIC_ACID', ['micros.pantothenic_acid_mg', 500]],
    ['PHOSPHORUS', ['micros.phosphorus_mg', 500]],
    ['POTASSIUM', ['micros.potassium_mg', 500]],
    ['RIBOFLAVIN', ['micros.riboflavin_mg', 500]],
    ['SELENIUM', ['micros.selenium_mg', 500]],
    ['THIAMIN', ['micros.thiamin_mg', 500]],
    ['VITAMIN_A', ['micros.vitamin_A_mg', 500]],
    ['VITAMIN_B12', ['micros.vitamin_B12_mg', 500]],
    ['VITAMIN_B6', ['micros.vitamin_B6_mg', 500]],
    ['VITAMIN_C', ['micros.vitamin_C_mg', 500]],
    ['VITAMIN_D', ['micros.vitamin_D_mg', 500]],
    ['VITAMIN_E', ['micros.vitamin_E_mg', 500]],
    ['VITAMIN_K', ['micros.vitamin_K_mg', 500]],
    ['ZINC', ['micros.zinc_mg', 500]],
  ],
  stranger: { code: 'UNOBTAINIUM', becomes: [], counted: 'nutrition-log.nutrient' },
  page: (nutrient) =>
    point('nutrition-log', 'nutritionLog', {
      interval,
      foodDisplayName: 'Oats',
      nutrients: [{ nutrient, quantity: { grams: 0.5 } }],
    }),
  becomes: (mapped) =>
    (['macros', 'micros'] as const).flatMap((group) =>
      Object.entries((at('nutrition', `meals.0.${group}`)(mapped) ?? {}) as object).flatMap(([name, value]) =>
        typeof value === 'number' ? [`${group}.${name}`, value] : [],
      ),
    ),
})

const NO_ACTIVITY = [0, 3, 4, 5, 72, 109, 110, 111, 112]
google({
  kind: 'fit_sessions',
  of: 'activityType of Google Fit, whose numbers the contract took over',
  codes: [
    [1, 1],
    [2, 7],
    [7, 7],
    [8, 8],
    [82, 82],
    [108, 108],
    [122, 122],
    ...NO_ACTIVITY.map((number) => [number, undefined] as const),
  ],
  stranger: { code: 9999, becomes: 108, counted: 'fit.activityType' },
  page: (activityType) => ({
    session: [
      { id: '1', startTimeMillis: '1789430400000', endTimeMillis: '1789434000000', activityType: Number(activityType) },
    ],
  }),
  becomes: at('activity', 'metadata.type'),
})
google({
  kind: 'fit_dataset',
  of: 'stages of Google Fit',
  codes: [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 6],
  ],
  stranger: { code: 9, becomes: 0, counted: 'fit.sleep.segment' },
  page: (intVal) => ({
    dataSourceId: 'derived:com.google.sleep.segment:com.google.android.gms:merged',
    point: [
      {
        startTimeNanos: '1789430400000000000',
        endTimeNanos: '1789434000000000000',
        dataTypeName: 'com.google.sleep.segment',
        value: [{ intVal }],
      },
    ],
  }),
  becomes: level,
})
