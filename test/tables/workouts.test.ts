// Workouts: each code of each source's list. The lists lie in `workouts/`, one line for each type of the contract, by its number and
// its name there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { activityTypeNames } from '../../src/model/enumerations.ts'
import { at, check, type Table } from './table.ts'

const UNKNOWN = 4
const OTHER = 108
/** 2026-09-15 00:00 UTC. */
const START = 1_789_430_400

function listOf(name: string): [code: string, type: number][] {
  return linesOf(name).flatMap((line) => {
    const [, number, contract, codes] = /^(\d+) (.+?): (.+)$/.exec(line)!
    assert.equal(activityTypeNames[Number(number)], contract, 'the name that the contract has for this number')
    return codes!.split(', ').map((code): [string, number] => [code, Number(number)])
  })
}

function linesOf(name: string): string[] {
  return readFileSync(new URL(`workouts/${name}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
}

const type = at('activity', 'metadata.type')

function workouts(table: Omit<Table, 'becomes' | 'codes'> & { codes?: Table['codes'] }): void {
  check({ becomes: type, ...table, codes: table.codes ?? listOf(table.provider.toLowerCase()) })
}

const ouraWorkout = (fields: object) => ({
  data: [
    {
      id: '1',
      day: '2026-09-15',
      source: 'manual',
      start_datetime: '2026-09-15T10:00:00.000+02:00',
      end_datetime: '2026-09-15T11:00:00.000+02:00',
      ...fields,
    },
  ],
  next_token: null,
})
workouts({
  provider: 'OURA',
  kind: 'workout',
  of: 'activity',
  stranger: { code: 'levitating', becomes: OTHER, counted: 'workout.activity' },
  page: (activity) => ouraWorkout({ activity }),
})
workouts({
  provider: 'OURA',
  kind: 'session',
  of: 'type',
  codes: [
    ['meditation', 45],
    ['breathing', 122],
    ['rest', 3],
    ['relaxation', 3],
    ['body_status', OTHER],
    // Comes as a sleep too.
    ['nap', undefined],
  ],
  stranger: { code: 'trance', becomes: OTHER, counted: 'session.type' },
  page: (code) => ouraWorkout({ source: undefined, type: code }),
})

const whoopWorkout = (sport: object) => ({
  records: [
    {
      id: '7c1a2b52-0000-4000-8000-000000000001',
      user_id: 1,
      start: '2026-09-15T08:00:00.000Z',
      end: '2026-09-15T09:00:00.000Z',
      timezone_offset: '+02:00',
      score_state: 'PENDING_SCORE',
      ...sport,
    },
  ],
})
workouts({
  provider: 'WHOOP',
  kind: 'workout',
  of: 'sport_name',
  stranger: { code: 'levitating', becomes: OTHER, counted: 'workout.sport_name' },
  page: (code) => whoopWorkout({ sport_name: code }),
})
workouts({
  provider: 'WHOOP',
  kind: 'workout',
  of: 'sport_name in the other spellings',
  codes: listOf('whoop').map(([name, number]) => [name.toUpperCase().replaceAll(' ', '_'), number] as const),
  page: (code) => whoopWorkout({ sport_name: code }),
})
const byName = new Map(listOf('whoop'))
workouts({
  provider: 'WHOOP',
  kind: 'workout',
  of: 'sport_id of version 1',
  codes: linesOf('whoop-numbers').map((line) => {
    const [, number, name] = /^(-?\d+) (.+)$/.exec(line)!
    return [Number(number), byName.get(name!)] as const
  }),
  stranger: { code: 9999, becomes: OTHER, counted: 'workout.sport_id' },
  page: (code) => whoopWorkout({ sport_name: null, sport_id: code }),
})

const polarExercise = (fields: object) => [
  { id: '1', start_time: '2026-09-15T10:00:00', start_time_utc_offset: 120, duration: 'PT1H', ...fields },
]
workouts({
  provider: 'POLAR',
  kind: 'exercises',
  of: 'detailed_sport_info',
  stranger: { code: 'LEVITATING', becomes: OTHER, counted: 'exercise.detailed_sport_info' },
  page: (code) => polarExercise({ sport: 'OTHER', detailed_sport_info: code }),
})
workouts({
  provider: 'POLAR',
  kind: 'exercises',
  of: 'sport, where there is nothing more particular',
  codes: [
    ['RUNNING', 8],
    ['OTHER', OTHER],
    [null, UNKNOWN],
  ],
  page: (sport) => polarExercise({ sport }),
})

workouts({
  provider: 'SUUNTO',
  kind: 'workouts',
  of: 'activityId',
  stranger: { code: 9999, becomes: UNKNOWN, counted: 'activityId' },
  page: (code) => ({
    payload: [{ workoutKey: '1', activityId: Number(code), startTime: START * 1000, totalTime: 60, stopTime: null }],
  }),
})
workouts({
  provider: 'COROS',
  kind: 'sport',
  of: 'mode and subMode',
  stranger: { code: 999, becomes: OTHER, counted: 'mode' },
  page: (code) => ({
    result: '0000',
    data: [
      {
        labelId: '1',
        mode: Math.floor(Number(code) / 10),
        subMode: Number(code) % 10,
        startTime: START,
        endTime: START + 60,
        startTimezone: 8,
        endTimezone: 8,
      },
    ],
  }),
})
workouts({
  provider: 'WAHOO',
  kind: 'workouts',
  of: 'workout_type_id',
  stranger: { code: 9999, becomes: UNKNOWN, counted: 'workout_type_id' },
  page: (code) => ({
    workouts: [
      {
        id: 1,
        starts: '2026-09-15T08:00:00.000Z',
        workout_type_id: Number(code),
        workout_summary: { id: 2, duration_total_accum: '60.0', manual: false },
      },
    ],
  }),
})
workouts({
  provider: 'STRAVA',
  kind: 'activity',
  of: 'sport_type',
  stranger: { code: 'Levitate', becomes: UNKNOWN, counted: 'activity.sport_type' },
  page: (code) => ({
    id: 1,
    sport_type: code,
    start_date: '2026-09-15T08:00:00Z',
    start_date_local: '2026-09-15T10:00:00Z',
    elapsed_time: 60,
    utc_offset: 7200,
  }),
})
for (const kind of ['activities', 'manuallyUpdatedActivities']) {
  workouts({
    provider: 'GARMIN',
    kind,
    of: 'activityType',
    stranger: { code: 'LEVITATING', becomes: OTHER, counted: `${kind}.activityType` },
    page: (code) => [
      {
        userId: 'user',
        summaryId: 'x1',
        activityId: 1,
        activityType: code,
        startTimeInSeconds: START,
        startTimeOffsetInSeconds: 7200,
        durationInSeconds: 60,
      },
    ],
  })
}
const fitbitLog = (fields: object) => ({
  activities: [
    { logId: 1, startTime: '2026-09-15T10:00:00.000+02:00', originalDuration: 60_000, logType: 'manual', ...fields },
  ],
  pagination: { next: '' },
})
workouts({
  provider: 'FITBIT',
  kind: 'activity_log_list',
  of: 'activityName of the old API',
  codes: listOf('fitbit').filter(([code]) => !code.startsWith('id:')),
  stranger: { code: 'Levitating', becomes: OTHER, counted: 'activityName' },
  // As people read it.
  page: (code) => fitbitLog({ activityName: String(code).replace(/^./, (first) => first.toUpperCase()) }),
})
workouts({
  provider: 'FITBIT',
  kind: 'activity_log_list',
  of: 'activityTypeId of the old API',
  codes: listOf('fitbit').filter(([code]) => code.startsWith('id:')),
  page: (code) => fitbitLog({ activityTypeId: Number(String(code).slice('id:'.length)) }),
})
for (const provider of ['GOOGLE', 'FITBIT']) {
  workouts({
    provider,
    kind: 'exercise',
    of: 'exerciseType',
    codes: listOf('google'),
    stranger: { code: 'LEVITATION', becomes: OTHER, counted: 'exerciseType' },
    page: (exerciseType) => ({
      dataPoints: [
        {
          name: 'users/me/dataTypes/exercise/dataPoints/1',
          dataSource: { recordingMethod: 'ACTIVELY_MEASURED', platform: 'FITBIT' },
          exercise: {
            interval: {
              startTime: '2026-09-15T08:00:00Z',
              startUtcOffset: '7200s',
              endTime: '2026-09-15T09:00:00Z',
              endUtcOffset: '7200s',
            },
            exerciseType,
          },
        },
      ],
    }),
  })
}
const WITHINGS_NO_ACTIVITY = '128'
workouts({
  provider: 'WITHINGS',
  kind: 'workouts',
  of: 'category',
  codes: listOf('withings').map(([code, number]) => [code, code === WITHINGS_NO_ACTIVITY ? undefined : number]),
  stranger: { code: 9999, becomes: OTHER, counted: 'workouts.category' },
  page: (code) => ({
    status: 0,
    body: {
      series: [
        { id: 1, category: Number(code), attrib: 0, startdate: START, enddate: START + 60, timezone: 'Europe/Berlin' },
      ],
    },
  }),
})
workouts({
  provider: 'HAMMERHEAD',
  kind: 'activity',
  of: 'activityType',
  codes: [
    ['RIDE', 1],
    ['EBIKE', 152],
    ['MOUNTAIN_BIKE', 15],
    ['GRAVEL', 150],
    ['EMOUNTAIN_BIKE', 153],
    ['VELOMOBILE', 1],
    // Its file will say.
    [null, null],
  ],
  stranger: { code: 'HOVERBIKE', becomes: 1, counted: 'activityType' },
  page: (activityType) => ({ id: '1.activity.a', createdAt: '2026-09-15T10:00:00.000Z', activityType }),
})
workouts({
  provider: 'CONCEPT2',
  kind: 'results',
  of: 'type',
  codes: [
    ['rower', 54],
    ['skierg', 103],
    ['bike', 18],
    ['dynamic', 54],
    ['slides', 54],
    ['paddle', 129],
    ['water', 53],
    ['snow', 67],
    ['rollerski', 70],
    ['multierg', 54],
    [null, UNKNOWN],
  ],
  stranger: { code: 'hovererg', becomes: UNKNOWN, counted: 'result.type' },
  page: (code) => ({
    data: [{ id: 1, type: code, date: '2026-09-15 10:00:00', timezone: 'Europe/Berlin', time: 600 }],
  }),
})
workouts({
  provider: 'IHEALTH',
  kind: 'sport',
  of: 'SportName, whose words it goes by',
  codes: [
    ['Running', 8],
    ['Treadmill running', 8],
    ['Swimming', 82],
    ['Cycling', 1],
    ['Bike', 1],
    ['Walking', 7],
    ['Hiking', 35],
    ['Basketball', 12],
    ['American football', 27],
    ['Football', 29],
    ['Soccer', 29],
    ['Table tennis', 85],
    ['Ping pong', 85],
    ['Tennis', 87],
    ['Badminton', 10],
    ['Volleyball', 89],
    ['Baseball', 11],
    ['Climbing', 52],
    ['Jogging', 56],
    ['Yoga', 100],
    ['Golf', 32],
    ['Dancing', 24],
    ['Rowing', 53],
    ['Skiing', 65],
    ['Boxing', 20],
    [null, UNKNOWN],
  ],
  stranger: { code: 'Levitating', becomes: OTHER, counted: 'sport.SportName' },
  page: (SportName) => ({
    SPORTDataList: [
      {
        DataID: '1',
        DataSource: 'Manual',
        SportName,
        SportStartTime: START,
        SportEndTime: START + 60,
        TimeZone: '+0200',
      },
    ],
  }),
})
workouts({
  provider: 'DEXCOM',
  kind: 'events',
  of: 'exercise, whose strength has no place',
  codes: [
    ['light', OTHER],
    ['medium', OTHER],
    ['heavy', OTHER],
  ],
  page: (eventSubType) => ({
    recordType: 'event',
    records: [
      {
        recordId: 'e1',
        systemTime: '2026-09-15T08:00:00Z',
        displayTime: '2026-09-15T10:00:00+02:00',
        eventStatus: 'created',
        eventType: 'exercise',
        eventSubType,
        value: '30',
      },
    ],
  }),
})
