// What a day was like: levels of activity, stress, heart rate, tags; and in which units.
import { at, check } from './table.ts'

/** 2026-09-15 00:00 UTC. */
const START = 1_789_430_400
const HOUR = 3600

const levelOfDay = at('daily', 'active_durations_data.activity_levels_samples.0.activity_level')
const stressRating = at('daily', 'stress_data.stress_rating')

check({
  provider: 'OURA',
  kind: 'daily_activity',
  of: 'class_5_min',
  codes: ['0', '1', '2', '3', '4', '5'].map((code) => [code, Number(code)] as const),
  stranger: { code: '8', becomes: 0, counted: 'daily_activity.class_5_min' },
  page: (code) => ({
    data: [{ id: 'a', day: '2026-09-15', timestamp: '2026-09-15T04:00:00.000+02:00', class_5_min: code }],
    next_token: null,
  }),
  becomes: levelOfDay,
})
check({
  provider: 'OURA',
  kind: 'daily_stress',
  of: 'day_summary',
  codes: [
    ['restored', 1],
    ['normal', 2],
    ['stressful', 4],
    [null, null],
  ],
  stranger: { code: 'frantic', becomes: 0, counted: 'daily_stress.day_summary' },
  page: (code) => ({ data: [{ id: 'a', day: '2026-09-15', day_summary: code }], next_token: null }),
  becomes: stressRating,
})
check({
  provider: 'OURA',
  kind: 'heartrate',
  of: 'source',
  codes: [
    ['workout', 1],
    ['awake', 2],
    ['rest', 2],
    ['sleep', 2],
    ['live', 2],
    ['session', 2],
  ],
  stranger: { code: 'sauna', becomes: 0, counted: 'heartrate.source' },
  page: (source) => ({ data: [{ bpm: 60, source, timestamp: '2026-09-15T08:00:00+00:00' }], next_token: null }),
  becomes: at('daily', 'heart_rate_data.detailed.hr_samples.0.context'),
})
check({
  provider: 'OURA',
  kind: 'workout',
  of: 'source',
  codes: [
    ['manual', 2],
    ['autodetected', 1],
    ['confirmed', 1],
    ['workout_heart_rate', 1],
    [null, 0],
  ],
  stranger: { code: 'dreamt', becomes: 0, counted: 'workout.source' },
  page: (source) => ({
    data: [
      {
        id: 'a',
        day: '2026-09-15',
        activity: 'running',
        source,
        start_datetime: '2026-09-15T10:00:00.000+02:00',
        end_datetime: '2026-09-15T11:00:00.000+02:00',
      },
    ],
    next_token: null,
  }),
  becomes: at('activity', 'metadata.upload_type'),
})

check({
  provider: 'POLAR',
  kind: 'activities',
  of: 'activity zones',
  codes: [
    ['SLEEP', 1],
    ['SEDENTARY', 2],
    ['LIGHT', 3],
    ['MODERATE', 4],
    ['VIGOROUS', 5],
  ],
  stranger: { code: 'FRANTIC', becomes: 0, counted: 'activities.zone' },
  page: (zone) => [
    {
      start_time: '2026-09-15T00:00:00',
      end_time: '2026-09-15T23:59:59',
      samples: { date: '2026-09-15', activity_zones: { samples: [{ zone, timestamp: '2026-09-15T10:00:00' }] } },
    },
  ],
  becomes: levelOfDay,
})

const garmin = (fields: object) => [
  {
    userId: 'user',
    summaryId: 'x1',
    calendarDate: '2026-09-15',
    startTimeInSeconds: START,
    startTimeOffsetInSeconds: 7200,
    durationInSeconds: 900,
    activeTimeInSeconds: 900,
    ...fields,
  },
]
check({
  provider: 'GARMIN',
  kind: 'epochs',
  of: 'intensity',
  codes: [
    ['SEDENTARY', 2],
    ['ACTIVE', 4],
    ['HIGHLY_ACTIVE', 5],
  ],
  stranger: { code: 'FRANTIC', becomes: 0, counted: 'epochs.intensity' },
  page: (intensity) => garmin({ activityType: 'GENERIC', intensity }),
  becomes: levelOfDay,
})
check({
  provider: 'GARMIN',
  kind: 'dailies',
  of: 'stressQualifier',
  codes: ['', '_awake', '_AWAKE'].flatMap((suffix) => [
    [`unknown${suffix}`, 0] as const,
    [`calm${suffix}`, 1] as const,
    [`balanced${suffix}`, 2] as const,
    [`stressful${suffix}`, 3] as const,
    [`very_stressful${suffix}`, 4] as const,
  ]),
  stranger: { code: 'frantic', becomes: 0, counted: 'dailies.stressQualifier' },
  page: (stressQualifier) => garmin({ stressQualifier }),
  becomes: stressRating,
})

check({
  provider: 'SUUNTO',
  kind: 'recovery',
  of: 'StressState, which no field has',
  codes: [0, 1, 2, 3, 4].map((state) => [state, 60] as const),
  stranger: { code: 9, becomes: 60, counted: 'StressState' },
  page: (StressState) => [{ timestamp: '2026-09-15T10:00:00+02:00', entryData: { Balance: 0.6, StressState } }],
  becomes: at('daily', 'stress_data.body_battery_samples.0.level'),
})
check({
  provider: 'SUUNTO',
  kind: 'daily_activity_statistics',
  of: 'Name',
  codes: [
    ['stepcount', [4184, null]],
    ['energyconsumption', [null, 1]],
  ],
  stranger: { code: 'smiles', becomes: [undefined, undefined], counted: 'statistic' },
  page: (Name) => [{ Name, Sources: [{ Samples: [{ TimeISO8601: '2026-09-15T00:00:00+02:00', Value: 4184 }] }] }],
  becomes: (mapped) => [
    at('daily', 'distance_data.steps')(mapped),
    at('daily', 'calories_data.total_burned_calories')(mapped),
  ],
})

check({
  provider: 'IHEALTH',
  kind: 'activity',
  of: 'DataSource',
  codes: [
    ['Manual', 2],
    ['FromDevice', 1],
  ],
  stranger: { code: 'FromDream', becomes: 0, counted: 'DataSource' },
  page: (DataSource) => ({
    DistanceUnit: 0,
    ARDataList: [{ DataID: 'a', DataSource, MDate: START + HOUR, TimeZone: '+0200', Steps: 100 }],
  }),
  becomes: at('daily', 'metadata.upload_type'),
})
check({
  provider: 'IHEALTH',
  kind: 'activity',
  of: 'DistanceUnit',
  codes: [
    [0, 2000],
    [1, 3218.688],
  ],
  page: (DistanceUnit) => ({
    DistanceUnit,
    ARDataList: [
      { DataID: 'a', DataSource: 'Manual', MDate: START + HOUR, TimeZone: '+0200', Steps: 1, DistanceTraveled: 2 },
    ],
  }),
  becomes: at('daily', 'distance_data.distance_meters'),
})

const omron = (fields: object) => ({
  status: 0,
  result: {
    truncated: false,
    activity: [
      {
        id: 'a',
        dateTime: '2026-09-15T10:00:00',
        dateTimeLocal: '2026-09-15T12:00:00',
        dateTimeUtcOffset: '+02:00',
        steps: 100,
        ...fields,
      },
    ],
  },
})
check({
  provider: 'OMRON',
  kind: 'measurement',
  of: 'distanceUnits',
  codes: [
    ['km', 2000],
    ['mi', 3218.688],
    ['m', 2],
  ],
  stranger: { code: 'parsec', becomes: null, counted: 'measurement.distanceUnits' },
  page: (distanceUnits) => omron({ distance: 2, distanceUnits }),
  becomes: at('daily', 'distance_data.distance_meters'),
})
check({
  provider: 'OMRON',
  kind: 'measurement',
  of: 'caloriesUnits',
  codes: [
    ['kcal', 418.4],
    ['kJ', 100],
  ],
  stranger: { code: 'eV', becomes: null, counted: 'measurement.caloriesUnits' },
  page: (caloriesUnits) => omron({ calories: 418.4, caloriesUnits }),
  becomes: at('daily', 'calories_data.net_activity_calories'),
})
check({
  provider: 'OMRON',
  kind: 'measurement',
  of: 'aerobicWalkingTimeUnits',
  codes: [
    ['minutes', 120],
    ['seconds', 2],
    ['hours', 7200],
  ],
  stranger: { code: 'fortnights', becomes: null, counted: 'measurement.aerobicWalkingTimeUnits' },
  page: (aerobicWalkingTimeUnits) => omron({ aerobicWalkingTime: 2, aerobicWalkingTimeUnits }),
  becomes: at('daily', 'active_durations_data.moderate_intensity_seconds'),
})

const dexcomEvent = (fields: object) => ({
  recordType: 'event',
  records: [
    {
      recordId: 'e1',
      systemTime: '2026-09-15T08:00:00Z',
      displayTime: '2026-09-15T10:00:00+02:00',
      eventStatus: 'created',
      value: '2',
      ...fields,
    },
  ],
})
check({
  provider: 'DEXCOM',
  kind: 'events',
  of: 'health',
  codes: ['illness', 'stress', 'highSymptoms', 'lowSymptoms', 'cycle', 'alcohol'].map((code) => [code, code] as const),
  page: (eventSubType) => dexcomEvent({ eventType: 'health', eventSubType }),
  becomes: at('daily', 'tag_data.tags.0.tag_name'),
})
check({
  provider: 'DEXCOM',
  kind: 'events',
  of: 'eventType',
  codes: [
    ['carbs', ['nutrition']],
    ['insulin', ['body']],
    ['exercise', ['activity']],
    ['health', ['daily']],
    ['bloodGlucose', ['body']],
    ['notes', ['daily']],
    ['note', ['daily']],
    ['unknown', []],
  ],
  stranger: { code: 'sneeze', becomes: [], counted: 'event_type' },
  page: (eventType) => dexcomEvent({ eventType }),
  becomes: (mapped) => mapped.map(({ type }) => type),
})

check({
  provider: 'FITBIT',
  kind: 'heart',
  of: 'zones of the old API',
  codes: [
    ['Out of Range', 0],
    ['Fat Burn', 1],
    ['Cardio', 2],
    ['Peak', 3],
    // One of the person's own, by whatever name.
    ['Custom Zone', 6],
  ],
  page: (name) => ({
    'activities-heart': [{ dateTime: '2026-09-15', value: { heartRateZones: [{ name, minutes: 12 }] } }],
  }),
  becomes: at('daily', 'heart_rate_data.summary.hr_zone_data.0.zone'),
})
check({
  provider: 'FITBIT',
  kind: 'activity_timeseries',
  of: 'the old series of days',
  codes: [
    ['steps', { 'distance_data.steps': 2 }],
    ['distance', { 'distance_data.distance_meters': 2000 }],
    ['floors', { 'distance_data.floors_climbed': 2 }],
    ['elevation', { 'distance_data.elevation.gain_actual_meters': 2 }],
    ['calories', { 'calories_data.total_burned_calories': 2 }],
    ['caloriesBMR', { 'calories_data.BMR_calories': 2 }],
    ['minutesSedentary', { 'active_durations_data.inactivity_seconds': 120 }],
    ['minutesLightlyActive', { 'active_durations_data.low_intensity_seconds': 120 }],
    ['minutesFairlyActive', { 'active_durations_data.moderate_intensity_seconds': 120 }],
    ['minutesVeryActive', { 'active_durations_data.vigorous_intensity_seconds': 120 }],
    // No field has these.
    ['activityCalories', {}],
    ['tracker-steps', {}],
  ],
  stranger: { code: 'smiles', becomes: {}, counted: 'activities' },
  page: (resource) => ({ [`activities-${resource}`]: [{ dateTime: '2026-09-15', value: '2' }] }),
  becomes: (mapped) =>
    Object.fromEntries(
      [
        'distance_data.steps',
        'distance_data.distance_meters',
        'distance_data.floors_climbed',
        'distance_data.elevation.gain_actual_meters',
        'calories_data.total_burned_calories',
        'calories_data.BMR_calories',
        'active_durations_data.inactivity_seconds',
        'active_durations_data.low_intensity_seconds',
        'active_durations_data.moderate_intensity_seconds',
        'active_durations_data.vigorous_intensity_seconds',
      ].flatMap((path) => {
        const value = at('daily', path)(mapped)
        return value === undefined ? [] : [[path, value]]
      }),
    ),
})

const WITHINGS_ZONES = ['hr_zone_0', 'hr_zone_1', 'hr_zone_2', 'hr_zone_3']
check({
  provider: 'WITHINGS',
  kind: 'activity',
  of: 'its zones',
  codes: WITHINGS_ZONES.map((field, i) => [field, [{ zone: i, seconds: 600 }]] as const),
  page: (field) => ({
    status: 0,
    body: {
      activities: [{ date: '2026-09-15', timezone: 'Europe/Berlin', deviceid: 'a', brand: 1, [String(field)]: 600 }],
    },
  }),
  becomes: (mapped) =>
    (at('daily', 'heart_rate_data.summary.hr_zone_data')(mapped) as { zone: number; duration_seconds: number }[]).map(
      ({ zone, duration_seconds: seconds }) => ({ zone, seconds }),
    ),
})
check({
  provider: 'WITHINGS',
  kind: 'workouts',
  of: 'attrib',
  codes: [
    [0, 1],
    // Perhaps somebody else's.
    [1, undefined],
    [2, 2],
    [4, 2],
    [7, 1],
    [8, 1],
    [15, 1],
  ],
  stranger: { code: 99, becomes: 0, counted: 'workouts.attrib' },
  page: (attrib) => ({
    status: 0,
    body: {
      series: [{ id: 1, category: 2, attrib, startdate: START, enddate: START + 60, timezone: 'Europe/Berlin' }],
    },
  }),
  becomes: at('activity', 'metadata.upload_type'),
})
check({
  provider: 'CONCEPT2',
  kind: 'results',
  of: "a piece's type",
  codes: [
    ['time', 'TIME'],
    ['distance', 'DISTANCE'],
    ['calorie', 'CALORIES'],
    ['wattminute', null],
    [null, null],
  ],
  stranger: { code: 'songs', becomes: null, counted: 'interval.type' },
  page: (code) => ({
    data: [
      {
        id: 1,
        type: 'rower',
        date: '2026-09-15 10:00:00',
        timezone: 'Europe/Berlin',
        time: 600,
        workout: { intervals: [{ type: code, time: 600, distance: 100 }] },
      },
    ],
  }),
  becomes: at('activity', 'lap_data.laps.0.trigger_method'),
})
check({
  provider: 'WAHOO',
  kind: 'user',
  of: 'gender',
  codes: [
    [0, 'male'],
    [1, 'female'],
    [2, 'other'],
    [3, null],
  ],
  stranger: { code: 9, becomes: null, counted: 'gender' },
  page: (gender) => ({ id: 1, gender }),
  becomes: at('athlete', 'gender'),
})
