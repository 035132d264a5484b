// What was measured: kinds of measures, units, trends, judgements; and the cycle.
import type { Mapped } from '../../src/connectors/connector.ts'
import { at, check } from './table.ts'

/** 2026-09-15 00:00 UTC. */
const START = 1_789_430_400
const HOUR = 3600

/** Where a value of the body came to stand: each path that has one. */
function places(mapped: readonly Mapped[]): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number') found[path] = value
    else if (Array.isArray(value)) value.forEach((each) => visit(each, path))
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inside] of Object.entries(value)) visit(inside, path === '' ? name : `${path}.${name}`)
    }
  }
  for (const { type, record } of mapped) {
    if (type === 'body' || type === 'daily') visit({ ...record, metadata: null, device_data: null }, '')
  }
  return found
}

const withings = (group: object) => ({
  status: 0,
  body: {
    timezone: 'Europe/Berlin',
    measuregrps: [{ grpid: 1, attrib: 0, category: 1, date: START, deviceid: 'a', measures: [], ...group }],
  },
})
const measurement = (field: string, value: number) => ({ [`measurements_data.measurements.${field}`]: value })
const NOWHERE = {}
check({
  provider: 'WITHINGS',
  kind: 'measure',
  of: 'type, each with a value of 2',
  codes: [
    [1, measurement('weight_kg', 2)],
    [4, measurement('height_cm', 200)],
    [5, measurement('lean_mass_g', 2000)],
    [6, measurement('bodyfat_percentage', 2)],
    [9, { 'blood_pressure_data.blood_pressure_samples.diastolic_bp': 2 }],
    [10, { 'blood_pressure_data.blood_pressure_samples.systolic_bp': 2 }],
    [11, { 'heart_data.heart_rate_data.detailed.hr_samples.bpm': 2 }],
    [12, { 'temperature_data.body_temperature_samples.temperature_celsius': 2 }],
    [54, { 'oxygen_data.saturation_samples.percentage': 2, 'oxygen_data.saturation_samples.type': 0 }],
    [71, { 'temperature_data.body_temperature_samples.temperature_celsius': 2 }],
    [73, { 'temperature_data.skin_temperature_samples.temperature_celsius': 2 }],
    [76, measurement('muscle_mass_g', 2000)],
    // Percent of the weight, which is not said here.
    [77, { 'hydration_data.hydration_amount_samples.hydration_kg': 2 }],
    [88, measurement('bone_mass_g', 2000)],
    [91, { 'heart_data.pulse_wave_velocity_samples.pulse_wave_velocity_meters_per_second': 2 }],
    [119, { 'glucose_data.blood_glucose_samples.blood_glucose_mg_per_dL': 2 }],
    [123, { 'oxygen_data.vo2max_ml_per_min_per_kg': 2, 'oxygen_data.vo2_samples.vo2max_ml_per_min_per_kg': 2 }],
    [130, { 'heart_data.afib_classification_samples.afib_classification': 2 }],
    [139, { 'heart_data.afib_classification_samples.afib_classification': 2 }],
    [170, measurement('visceral_fat_level', 2)],
    [226, measurement('BMR', 2)],
    [227, measurement('estimated_fitness_age', 2)],
    // Fat mass, intervals of the ECG, vascular age, nerves and skin, water in and between cells, segments of the body.
    ...[8, 135, 136, 137, 138, 155, 167, 168, 169, 173, 174, 175, 196, 229].map((type) => [type, NOWHERE] as const),
  ],
  stranger: { code: 999, becomes: NOWHERE, counted: 'measure.type' },
  page: (type) => withings({ measures: [{ type, value: 2000, unit: -3 }] }),
  becomes: places,
})
const weighed = at('body', 'measurements_data.measurements.0.weight_kg')
check({
  provider: 'WITHINGS',
  kind: 'measure',
  of: 'attrib',
  codes: [
    ...[0, 2, 4, 5, 7, 8, 15].map((attrib) => [attrib, 70] as const),
    // Perhaps somebody else.
    [1, undefined],
  ],
  stranger: { code: 99, becomes: undefined, counted: 'measure.attrib' },
  page: (attrib) => withings({ attrib, measures: [{ type: 1, value: 70, unit: 0 }] }),
  becomes: weighed,
})
check({
  provider: 'WITHINGS',
  kind: 'measure',
  of: 'category',
  codes: [
    [1, 70],
    // A goal.
    [2, undefined],
  ],
  stranger: { code: 3, becomes: undefined, counted: 'measure.category' },
  page: (category) => withings({ category, measures: [{ type: 1, value: 70, unit: 0 }] }),
  becomes: weighed,
})
check({
  provider: 'WITHINGS',
  kind: 'measure',
  of: 'position: of a part of the body nothing is carried',
  codes: [
    [2, undefined],
    [3, undefined],
    [10, undefined],
    [11, undefined],
    [12, undefined],
    [null, 70_000],
    [7, 70_000],
  ],
  page: (position) => withings({ measures: [{ type: 76, value: 70, unit: 0, position }] }),
  becomes: at('body', 'measurements_data.measurements.0.muscle_mass_g'),
})
check({
  provider: 'WITHINGS',
  kind: 'heart_list',
  of: 'afib',
  codes: [
    [0, 0],
    [1, 1],
    [2, 2],
    // The signal was no good.
    [3, undefined],
    [9, undefined],
  ],
  page: (afib) => ({
    status: 0,
    body: { series: [{ deviceid: 'a', ecg: { signalid: 1, afib }, timestamp: START, timezone: 'Europe/Berlin' }] },
  }),
  becomes: at('body', 'heart_data.afib_classification_samples.0.afib_classification'),
})

check({
  provider: 'POLAR',
  kind: 'biosensing_bodytemperature',
  of: 'measurement_type',
  codes: [
    ['TM_CORE_TEMPERATURE', { 'temperature_data.body_temperature_samples.temperature_celsius': 36 }],
    ['TM_SKIN_TEMPERATURE', { 'temperature_data.skin_temperature_samples.temperature_celsius': 36 }],
    ['TM_UNKNOWN', NOWHERE],
  ],
  stranger: { code: 'TM_AURA', becomes: NOWHERE, counted: 'bodytemperature.measurement_type' },
  page: (code) => [
    {
      source_device_id: 'a',
      measurement_type: code,
      sensor_location: 'SL_DISTAL',
      start_time: '2026-09-15T10:00:00.000',
      end_time: '2026-09-15T11:00:00.000',
      samples: [{ temperature_celsius: 36, recording_time_delta_milliseconds: 0 }],
    },
  ],
  becomes: places,
})
check({
  provider: 'POLAR',
  kind: 'exercises',
  of: 'sample-type, each with a value of 36',
  codes: [
    ['0', { 'heart_rate_data.detailed.hr_samples.0.bpm': 36 }],
    ['1', { 'movement_data.speed_samples.0.speed_meters_per_second': 10 }],
    ['2', { 'movement_data.cadence_samples.0.cadence_rpm': 36 }],
    ['3', { 'distance_data.detailed.elevation_samples.0.elev_meters': 36 }],
    ['4', { 'power_data.power_samples.0.watts': 36 }],
    ['8', { 'movement_data.cadence_samples.0.cadence_rpm': 36 }],
    ['10', { 'distance_data.detailed.distance_samples.0.distance_meters': 36 }],
    // Pedalling index, balance, air pressure, temperature: no field has them. Intervals between beats are the body's.
    ...['5', '6', '7', '9', '11'].map((code) => [code, NOWHERE] as const),
  ],
  stranger: { code: '99', becomes: NOWHERE, counted: 'exercise.sample_type' },
  page: (code) => [
    {
      id: '1',
      start_time: '2026-09-15T10:00:00',
      start_time_utc_offset: 120,
      duration: 'PT1H',
      samples: [{ 'recording-rate': 1, 'sample-type': code, data: '36' }],
    },
  ],
  becomes: (mapped) =>
    Object.fromEntries(
      [
        'heart_rate_data.detailed.hr_samples.0.bpm',
        'movement_data.speed_samples.0.speed_meters_per_second',
        'movement_data.cadence_samples.0.cadence_rpm',
        'distance_data.detailed.elevation_samples.0.elev_meters',
        'distance_data.detailed.distance_samples.0.distance_meters',
        'power_data.power_samples.0.watts',
      ].flatMap((path) => {
        const value = at('activity', path)(mapped)
        return value === undefined ? [] : [[path, value]]
      }),
    ),
})

const snapshot = 'heart_data.heart_rate_data'
check({
  provider: 'GARMIN',
  kind: 'healthSnapshot',
  of: 'summaryType',
  codes: [
    [
      'heart_rate',
      {
        [`${snapshot}.summary.avg_hr_bpm`]: 61,
        [`${snapshot}.summary.min_hr_bpm`]: 60,
        [`${snapshot}.summary.max_hr_bpm`]: 62,
        [`${snapshot}.detailed.hr_samples.bpm`]: 61,
      },
    ],
    [
      'rmssd_hrv',
      { [`${snapshot}.summary.avg_hrv_rmssd`]: 61, [`${snapshot}.detailed.hrv_samples_rmssd.hrv_rmssd`]: 61 },
    ],
    ['sdrr_hrv', { [`${snapshot}.summary.avg_hrv_sdnn`]: 61, [`${snapshot}.detailed.hrv_samples_sdnn.hrv_sdnn`]: 61 }],
    [
      'spo2',
      {
        'oxygen_data.avg_saturation_percentage': 61,
        'oxygen_data.saturation_samples.percentage': 61,
        'oxygen_data.saturation_samples.type': 0,
      },
    ],
    // The body has no place for them.
    ['respiration', NOWHERE],
    ['stress', NOWHERE],
  ],
  stranger: { code: 'aura', becomes: NOWHERE, counted: 'healthSnapshot.summaryType' },
  page: (summaryType) => [
    {
      userId: 'user',
      summaryId: 'x1-hs',
      calendarDate: '2026-09-15',
      startTimeInSeconds: START,
      durationInSeconds: 120,
      offsetStartTimeInSeconds: 7200,
      summaries: [{ summaryType, minValue: 60, maxValue: 62, avgValue: 61, epochSummaries: { '0': 61 } }],
    },
  ],
  becomes: places,
})
check({
  provider: 'GARMIN',
  kind: 'mct',
  of: 'currentPhaseType, whose words it goes by',
  codes: [
    ['MENSTRUAL', 'menstrual'],
    ['MENSTRUAL_PHASE', 'menstrual'],
    ['PERIOD', 'menstrual'],
    ['FOLLICULAR', 'follicular'],
    ['FERTILE', 'fertile'],
    ['FERTILE_WINDOW', 'fertile'],
    ['OVULATION', 'ovulation'],
    ['LUTEAL', 'luteal'],
    ['FIRST_TRIMESTER', 'first_trimester'],
    ['second trimester', 'second_trimester'],
    ['THIRD-TRIMESTER', 'third_trimester'],
    [null, null],
  ],
  stranger: { code: 'LUNAR', becomes: 'unknown', counted: 'mct.currentPhaseType' },
  page: (currentPhaseType) => [
    { userId: 'user', summaryId: 'x1', periodStartDate: '2026-09-10', dayInCycle: 6, currentPhaseType },
  ],
  becomes: at('menstruation', 'menstruation_data.current_phase'),
})

const ihealth = (list: string, unit: object, item: object) => ({
  ...unit,
  [list]: [{ DataID: 'a', DataSource: 'FromDevice', MDate: START + HOUR, TimeZone: '+0200', ...item }],
})
check({
  provider: 'IHEALTH',
  kind: 'bp',
  of: 'BPUnit',
  codes: [
    [0, 16],
    [1, 120.01],
  ],
  page: (BPUnit) => ihealth('BPDataList', { BPUnit }, { HP: 16, LP: 10, HR: 60, IsArr: 2 }),
  becomes: at('body', 'blood_pressure_data.blood_pressure_samples.0.systolic_bp'),
})
check({
  provider: 'IHEALTH',
  kind: 'bp',
  of: 'IsArr, which no field has',
  codes: [-1, 1, 2, 3].map((code) => [code, undefined] as const),
  page: (IsArr) => ihealth('BPDataList', { BPUnit: 0 }, { HP: 120, LP: 80, HR: 60, IsArr }),
  becomes: at('body', 'heart_data.afib_classification_samples'),
})
check({
  provider: 'IHEALTH',
  kind: 'weight',
  of: 'WeightUnit',
  codes: [
    [0, 10],
    [1, 4.536],
    [2, 63.503],
  ],
  page: (WeightUnit) => ihealth('WeightDataList', { WeightUnit }, { WeightValue: 10 }),
  becomes: weighed,
})
check({
  provider: 'IHEALTH',
  kind: 'glucose',
  of: 'BGUnit',
  codes: [
    [0, 5],
    [1, 90.091],
  ],
  page: (BGUnit) => ihealth('BGDataList', { BGUnit }, { BG: 5 }),
  becomes: at('body', 'glucose_data.blood_glucose_samples.0.blood_glucose_mg_per_dL'),
})

const omron = (list: string, item: object) => ({
  status: 0,
  result: {
    truncated: false,
    [list]: [
      {
        id: 'a',
        dateTime: '2026-09-15T10:00:00',
        dateTimeLocal: '2026-09-15T12:00:00',
        dateTimeUtcOffset: '+02:00',
        ...item,
      },
    ],
  },
})
check({
  provider: 'OMRON',
  kind: 'measurement',
  of: 'bloodPressureUnits',
  codes: [
    ['mmHg', 120],
    [null, 120],
  ],
  stranger: { code: 'psi', becomes: undefined, counted: 'measurement.bloodPressureUnits' },
  page: (bloodPressureUnits) => omron('bloodPressure', { systolic: 120, bloodPressureUnits }),
  becomes: at('body', 'blood_pressure_data.blood_pressure_samples.0.systolic_bp'),
})
check({
  provider: 'OMRON',
  kind: 'measurement',
  of: 'weightUnits',
  codes: [
    ['kg', 10],
    ['lb', 4.536],
    ['lbs', 4.536],
    [null, 10],
  ],
  stranger: { code: 'talents', becomes: undefined, counted: 'measurement.weightUnits' },
  page: (weightUnits) => omron('weight', { weight: 10, weightUnits }),
  becomes: weighed,
})

check({
  provider: 'FITBIT',
  kind: 'ecg',
  of: 'resultClassification of the old API',
  codes: [
    ['Normal Sinus Rhythm', 0],
    ['Atrial Fibrillation', 1],
    ['Inconclusive', 2],
    ['Inconclusive: High heart rate', 2],
    ['Inconclusive: Low heart rate', 2],
    ['Unreadable', null],
    ['Not Analyzed', null],
  ],
  stranger: { code: 'Poetic', becomes: null, counted: 'ecg.resultClassification' },
  page: (resultClassification) => ({
    ecgReadings: [{ startTime: '2026-09-15T09:41:16.750', averageHeartRate: 70, resultClassification }],
  }),
  becomes: at('body', 'heart_data.ecg_signal.0.afib_classification'),
})
check({
  provider: 'FITBIT',
  kind: 'body_timeseries',
  of: 'the old series of the body',
  codes: [
    ['body-weight', { 'measurements_data.day_avg_weight_kg': 22 }],
    ['body-fat', { 'measurements_data.day_avg_bodyfat_percentage': 22 }],
    ['body-bmi', { 'measurements_data.day_avg_bmi': 22 }],
  ],
  page: (name) => ({ [String(name)]: [{ dateTime: '2026-09-15', value: '22' }] }),
  becomes: places,
})
