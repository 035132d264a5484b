// Stages of sleep and what sort of sleep it was. Levels: 0 unknown, 1 awake, 2 asleep, 3 out of bed, 4 light, 5 deep, 6 REM. Who
// recorded it: 1 the person, 2 the device, 3 tentative, 4 indeterminate.
import { at, check, level } from './table.ts'

const uploadType = at('sleep', 'metadata.upload_type')
const isNap = at('sleep', 'metadata.is_nap')
/** 2026-09-15 00:00 UTC. */
const START = 1_789_430_400
const HOUR = 3600

const ouraNight = (fields: object) => ({
  data: [
    {
      id: 'night',
      day: '2026-09-15',
      type: 'long_sleep',
      bedtime_start: '2026-09-15T00:00:00.000+02:00',
      bedtime_end: '2026-09-15T07:00:00.000+02:00',
      ...fields,
    },
  ],
  next_token: null,
})
for (const cells of ['sleep_phase_5_min', 'sleep_phase_30_sec']) {
  check({
    provider: 'OURA',
    kind: 'sleep',
    of: cells,
    codes: [
      ['1', 5],
      ['2', 4],
      ['3', 6],
      ['4', 1],
    ],
    stranger: { code: '7', becomes: 0, counted: 'sleep.phase' },
    page: (code) => ouraNight({ [cells]: code }),
    becomes: level,
  })
}
check({
  provider: 'OURA',
  kind: 'sleep',
  of: 'type',
  codes: [
    ['long_sleep', false],
    ['sleep', true],
    ['late_nap', true],
    // No sleep at all, and one that was removed.
    ['rest', undefined],
    ['deleted', undefined],
  ],
  stranger: { code: 'siesta', becomes: null, counted: 'sleep.type' },
  page: (code) => ouraNight({ type: code }),
  becomes: isNap,
})

check({
  provider: 'POLAR',
  kind: 'sleep',
  of: 'the hypnogram',
  codes: [
    [0, 1],
    [1, 6],
    [2, 4],
    [3, 4],
    [4, 5],
    [5, 0],
  ],
  stranger: { code: 9, becomes: 0, counted: 'sleep.hypnogram' },
  page: (code) => ({
    polar_user: 'https://www.polaraccesslink.com/v3/users/1',
    date: '2026-09-15',
    sleep_start_time: '2026-09-14T23:00:00+02:00',
    sleep_end_time: '2026-09-15T07:00:00+02:00',
    hypnogram: { '23:00': code },
  }),
  becomes: level,
})
check({
  provider: 'POLAR',
  kind: 'nightly_recharge',
  of: 'its status',
  codes: [1, 2, 3, 4, 5, 6].map((status) => [status, status] as const),
  stranger: { code: 9, becomes: 0, counted: 'nightly_recharge.status' },
  page: (code) => ({
    polar_user: 'https://www.polaraccesslink.com/v3/users/1',
    date: '2026-09-15',
    nightly_recharge_status: code,
  }),
  becomes: at('sleep', 'readiness_data.recovery_level'),
})

check({
  provider: 'WHOOP',
  kind: 'sleep_stream',
  of: 'is_sleeping',
  codes: [
    [true, 2],
    [false, 1],
    // Nothing was said of it.
    [null, undefined],
  ],
  request: { sleep_id: 'night', day: '2026-09-15' },
  page: (code) => ({ stream: [{ timestamp: '2026-09-15T01:00:00.000Z', hr: 52, is_sleeping: code }] }),
  becomes: level,
})

const garminNight = (fields: object) => [
  {
    userId: 'user',
    summaryId: 'x1-night',
    calendarDate: '2026-09-15',
    startTimeInSeconds: START,
    startTimeOffsetInSeconds: 7200,
    durationInSeconds: 7 * HOUR,
    ...fields,
  },
]
check({
  provider: 'GARMIN',
  kind: 'sleeps',
  of: 'sleepLevelsMap',
  codes: [
    ['unmeasurable', 0],
    ['awake', 1],
    ['light', 4],
    ['deep', 5],
    ['rem', 6],
  ],
  // Never counted as sleep: a time of which nobody knows what it was is no sample.
  stranger: { code: 'trance', becomes: undefined, counted: 'sleeps.sleepLevelsMap' },
  page: (code) =>
    garminNight({
      sleepLevelsMap: { [String(code)]: [{ startTimeInSeconds: START, endTimeInSeconds: START + 7 * HOUR }] },
    }),
  becomes: level,
})
check({
  provider: 'GARMIN',
  kind: 'sleeps',
  of: 'validation',
  codes: [
    ['MANUAL', 1],
    ['DEVICE', 2],
    ['OFF_WRIST', 4],
    ['AUTO_TENTATIVE', 3],
    ['AUTO_FINAL', 2],
    ['AUTO_MANUAL', 2],
    ['ENHANCED_TENTATIVE', 3],
    ['ENHANCED_FINAL', 2],
    ['enhanced_tentative', 3],
  ],
  // Whatever else it is called, a device took it.
  stranger: { code: 'SOMETHING_NEW', becomes: 2, counted: null },
  page: (code) => garminNight({ validation: code }),
  becomes: uploadType,
})

for (const form of ['metric_data', 'metrics'] as const) {
  const entry = (night: object) => [{ type: form === 'metrics' ? 'sleep' : 'Sleep', object: night }]
  const day = (night: object) => ({
    data:
      form === 'metrics'
        ? { metrics: { '2026-09-15': entry(night) }, latest_time_zone: 'Europe/Berlin' }
        : { metric_data: entry(night) },
    error: null,
    status: 200,
  })
  const bedtime = { bedtime_start: START, bedtime_end: START + 7 * HOUR }
  check({
    provider: 'ULTRAHUMAN',
    kind: 'metrics',
    of: `sleep_graph (${form})`,
    codes: [
      ['awake', 1],
      ['light_sleep', 4],
      ['deep_sleep', 5],
      ['rem_sleep', 6],
    ],
    stranger: { code: 'dreaming', becomes: 0, counted: 'sleep_stage' },
    request: { date: '2026-09-15' },
    page: (code) => day({ ...bedtime, sleep_graph: { data: [{ start: START, end: START + HOUR, type: code }] } }),
    becomes: level,
  })
  check({
    provider: 'ULTRAHUMAN',
    kind: 'metrics',
    of: `sleep_stages (${form})`,
    codes: [
      ['awake', [600, null, null, null]],
      ['light_sleep', [null, 600, null, null]],
      ['deep_sleep', [null, null, 600, null]],
      ['rem_sleep', [null, null, null, 600]],
    ],
    stranger: { code: 'dreaming', becomes: [null, null, null, null], counted: 'sleep_stage' },
    request: { date: '2026-09-15' },
    page: (code) => day({ ...bedtime, sleep_stages: [{ type: code, stage_time: 600, percentage: 2 }] }),
    becomes: (mapped) => [
      at('sleep', 'sleep_durations_data.awake.duration_awake_state_seconds')(mapped),
      at('sleep', 'sleep_durations_data.asleep.duration_light_sleep_state_seconds')(mapped),
      at('sleep', 'sleep_durations_data.asleep.duration_deep_sleep_state_seconds')(mapped),
      at('sleep', 'sleep_durations_data.asleep.duration_REM_sleep_state_seconds')(mapped),
    ],
  })
}

const eightNight = (session: object) => ({
  days: [
    {
      day: '2026-09-15',
      mainSessionId: String(START),
      sessions: [{ id: String(START), ts: '2026-09-15T00:00:00.000Z', duration: HOUR, timezone: 'UTC', ...session }],
    },
  ],
})
check({
  provider: 'EIGHT',
  kind: 'trends',
  of: 'stages',
  codes: [
    ['awake', 1],
    ['asleep', 2],
    ['out', 3],
    ['light', 4],
    ['deep', 5],
    ['rem', 6],
  ],
  stranger: { code: 'levitating', becomes: 0, counted: 'session.stage' },
  page: (code) => eightNight({ stages: [{ stage: code, duration: HOUR }] }),
  becomes: level,
})
check({
  provider: 'EIGHT',
  kind: 'trends',
  of: 'snoring',
  codes: [
    ['none', [0, 0]],
    ['light', [1, 600]],
    ['medium', [1, 600]],
    ['heavy', [1, 600]],
  ],
  page: (code) => eightNight({ snoring: [{ intensity: code, duration: 600 }] }),
  becomes: (mapped) => [
    at('sleep', 'respiration_data.snoring_data.num_snoring_events')(mapped),
    at('sleep', 'respiration_data.snoring_data.total_snoring_duration_seconds')(mapped),
  ],
})

const withingsStage = (state: unknown) => ({
  status: 0,
  body: {
    series: [
      { startdate: START, enddate: START + HOUR, state, model: 'Sleep Monitor', model_id: 63, hash_deviceid: 'a' },
      { startdate: START + HOUR, enddate: START + 2 * HOUR, state: 1, model: 'Sleep Monitor', hash_deviceid: 'a' },
    ],
  },
})
check({
  provider: 'WITHINGS',
  kind: 'sleep',
  of: 'state',
  codes: [
    [0, 1],
    [1, 4],
    [2, 5],
    [3, 6],
    [4, 2],
    [5, 2],
    [15, 3],
  ],
  stranger: { code: 8, becomes: 0, counted: 'sleep.state' },
  page: withingsStage,
  becomes: level,
})

const fitbitNight = (fields: object) => ({
  sleep: [
    {
      logId: 1,
      dateOfSleep: '2026-09-15',
      startTime: '2026-09-15T00:00:00.000',
      endTime: '2026-09-15T07:00:00.000',
      duration: 7 * HOUR * 1000,
      isMainSleep: true,
      ...fields,
    },
  ],
})
check({
  provider: 'FITBIT',
  kind: 'sleep',
  of: 'levels of the old API',
  codes: [
    ['wake', 1],
    ['awake', 1],
    ['restless', 1],
    ['asleep', 2],
    ['light', 4],
    ['deep', 5],
    ['rem', 6],
  ],
  stranger: { code: 'floating', becomes: 0, counted: 'sleep.level' },
  page: (code) =>
    fitbitNight({
      type: 'stages',
      levels: { data: [{ dateTime: '2026-09-15T00:00:00.000', level: code, seconds: 7 * HOUR }], summary: {} },
    }),
  becomes: level,
})
check({
  provider: 'FITBIT',
  kind: 'sleep',
  of: 'minutes of version 1 of the old API',
  codes: [
    ['1', 2],
    ['2', 1],
    ['3', 1],
  ],
  stranger: { code: '8', becomes: 0, counted: 'sleep.minuteData' },
  page: (code) => fitbitNight({ minuteData: [{ dateTime: '00:00:00', value: code }] }),
  becomes: level,
})
check({
  provider: 'FITBIT',
  kind: 'sleep',
  of: 'logType of the old API',
  codes: [
    ['manual', 1],
    ['auto_detected', 2],
  ],
  stranger: { code: 'imported', becomes: 0, counted: 'sleep.logType' },
  page: (code) => fitbitNight({ logType: code, type: 'classic' }),
  becomes: uploadType,
})

const googleNight = (sleep: object, recordingMethod = 'PASSIVELY_MEASURED') => ({
  dataPoints: [
    {
      name: 'users/me/dataTypes/sleep/dataPoints/1',
      dataSource: { recordingMethod, platform: 'FITBIT' },
      sleep: {
        interval: {
          startTime: '2026-09-15T00:00:00Z',
          startUtcOffset: '7200s',
          endTime: '2026-09-15T07:00:00Z',
          endUtcOffset: '7200s',
        },
        type: 'STAGES',
        ...sleep,
      },
    },
  ],
})
const stretch = (type: unknown) => ({
  startTime: '2026-09-15T00:00:00Z',
  startUtcOffset: '7200s',
  endTime: '2026-09-15T07:00:00Z',
  endUtcOffset: '7200s',
  ...(type === undefined ? {} : { type }),
})
for (const provider of ['GOOGLE', 'FITBIT']) {
  check({
    provider,
    kind: 'sleep',
    of: 'stages',
    codes: [
      ['AWAKE', 1],
      ['RESTLESS', 1],
      ['ASLEEP', 2],
      ['LIGHT', 4],
      ['DEEP', 5],
      ['REM', 6],
      ['SLEEP_STAGE_TYPE_UNSPECIFIED', 0],
    ],
    stranger: { code: 'TRANCE', becomes: 0, counted: 'sleep.stage' },
    page: (code) => googleNight({ stages: [stretch(code)] }),
    becomes: level,
  })
}
check({
  provider: 'GOOGLE',
  kind: 'sleep',
  of: 'recordingMethod',
  codes: [
    ['MANUAL', 1],
    ['PASSIVELY_MEASURED', 2],
    ['ACTIVELY_MEASURED', 2],
    ['DERIVED', 2],
    ['UNKNOWN', 2],
    ['RECORDING_METHOD_UNSPECIFIED', 2],
  ],
  page: (code) => googleNight({}, String(code)),
  becomes: uploadType,
})

check({
  provider: 'IHEALTH',
  kind: 'sleep',
  of: 'DataSource',
  codes: [
    ['Manual', 1],
    ['FromDevice', 2],
  ],
  stranger: { code: 'FromDream', becomes: 0, counted: 'DataSource' },
  page: (code) => ({
    SRDataList: [
      {
        DataID: 'night',
        DataSource: code,
        StartTime: START,
        EndTime: START + 7 * HOUR,
        HoursSlept: 400,
        TimeZone: '+0200',
      },
    ],
  }),
  becomes: uploadType,
})
