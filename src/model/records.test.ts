// fixtures/ holds the keys of the quickstart's three example payloads, and of the API's published document of
// 17 July 2026: a receiver that was written against either finds each of them, at its place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DATA_TYPES, DATA_TYPES_WITH_SAMPLES, type DataType } from './data-type.ts'
import published from './fixtures/published-keys.json' with { type: 'json' }
import quickstartActivity from './fixtures/quickstart-activity.json' with { type: 'json' }
import quickstartDaily from './fixtures/quickstart-daily.json' with { type: 'json' }
import quickstartSleep from './fixtures/quickstart-sleep.json' with { type: 'json' }
import { PlannedWorkout } from './planned-workout.ts'
import {
  complete,
  type DeepPartial,
  emptyRecord,
  identityKey,
  isSampleList,
  type RecordOf,
  recordSchemas,
  withoutSamples,
} from './records.ts'

/** `a.b[].c` of every place of a value. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const place = path === '' ? name : `${path}.${name}`
    return [place, ...pathsOf(member, place)]
  })
}

/** The record with one empty item in each list of objects, so that their keys can be seen. */
function oneOfEach<T extends DataType>(type: T): RecordOf<T> {
  return complete(type, oneItemEach(recordSchemas[type]) as DeepPartial<RecordOf<T>>)
}

function oneItemEach(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodArray) {
    const element = schema.element as z.ZodType
    return element instanceof z.ZodObject ? [oneItemEach(element)] : undefined
  }
  if (!(schema instanceof z.ZodObject)) return undefined
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, member]) => [name, oneItemEach(member as z.ZodType)]),
  )
}

const missing = (wanted: readonly string[], has: readonly string[]) => wanted.filter((path) => !has.includes(path))

for (const [type, keys] of [
  ['activity', quickstartActivity],
  ['daily', quickstartDaily],
  ['sleep', quickstartSleep],
] as const) {
  test(`${type} has every key of the quickstart's example`, () => {
    assert.ok(keys.length > 70)
    assert.deepEqual(missing(keys, pathsOf(oneOfEach(type))), [])
  })
}

for (const type of DATA_TYPES) {
  test(`${type} has every published key`, () => {
    assert.deepEqual(missing(published[type], pathsOf(oneOfEach(type))), [])
  })
}

test('a planned workout has every published key', () => {
  const paths = (schema: z.ZodType, path: string, depth: number): string[] => {
    if (schema instanceof z.ZodArray) return paths(schema.element as z.ZodType, `${path}[]`, depth)
    if (!(schema instanceof z.ZodObject) || depth > 6) return []
    return Object.entries(schema.shape).flatMap(([name, member]) => {
      const place = path === '' ? name : `${path}.${name}`
      return [place, ...paths(member as z.ZodType, place, depth + 1)]
    })
  }
  assert.deepEqual(missing(published.planned_workout, paths(PlannedWorkout, '', 0)), [])
})

test('every field says what it means', () => {
  const silent: string[] = []
  const check = (schema: z.ZodType, path: string): void => {
    if ((schema.description ?? '') === '' && !path.endsWith('[]')) silent.push(path)
    if (schema instanceof z.ZodArray) check(schema.element as z.ZodType, `${path}[]`)
    if (schema instanceof z.ZodObject) {
      for (const [name, member] of Object.entries(schema.shape)) check(member as z.ZodType, `${path}.${name}`)
    }
  }
  for (const type of DATA_TYPES) check(recordSchemas[type], type)
  assert.deepEqual(silent, [])
})

/** What only data can say. */
const TIMES_AND_IDS = new Set(['metadata.start_time', 'metadata.end_time', 'metadata.summary_id'])

for (const type of DATA_TYPES) {
  test(`an empty ${type} lacks its times and id, and nothing else`, () => {
    const parsed = recordSchemas[type].safeParse(emptyRecord(type))
    const problems = parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'))
    assert.deepEqual(
      problems.filter((path) => !TIMES_AND_IDS.has(path)),
      [],
    )
    assert.equal(problems.length, { athlete: 0, activity: 3, sleep: 3 }[type as string] ?? 2)
  })
}

test('scalars that nobody gave are null, lists empty, objects there; required codes say unknown', () => {
  const activity = emptyRecord('activity')
  assert.equal(activity.metadata.type, 4)
  assert.equal(activity.metadata.upload_type, 0)
  assert.equal(activity.metadata.name, null)
  assert.deepEqual(activity.lap_data, { laps: [] })
  assert.deepEqual(activity.position_data.start_pos_lat_lng_deg, [])
  assert.equal(activity.data_enrichment.stress_contributors, null)
  assert.equal(activity.distance_data.summary.elevation.gain_actual_meters, null)
})

test('a skeleton is nobody else’s', () => {
  emptyRecord('daily').heart_rate_data.detailed.hr_samples.push({} as never)
  assert.deepEqual(emptyRecord('daily').heart_rate_data.detailed.hr_samples, [])
})

const sleep = {
  metadata: { summary_id: 'id', start_time: '2026-01-12T22:00:00.000000+01:00', is_nap: false },
  sleep_durations_data: {
    asleep: { duration_deep_sleep_state_seconds: 0 },
    hypnogram_samples: [{ timestamp: '2026-01-12T22:00:00.000000+01:00', level: 4 }],
  },
  heart_rate_data: { detailed: { hr_samples: [{ bpm: 50 }] }, summary: null },
  device_data: undefined,
} satisfies DeepPartial<RecordOf<'sleep'>>

test('complete keeps what is given, zeros too, and fills what is not', () => {
  const record = complete('sleep', sleep)
  assert.equal(record.sleep_durations_data.asleep.duration_deep_sleep_state_seconds, 0)
  assert.equal(record.sleep_durations_data.asleep.duration_REM_sleep_state_seconds, null)
  assert.deepEqual(record.heart_rate_data.detailed.hr_samples, [
    { timestamp: null, bpm: 50, timer_duration_seconds: null, context: null },
  ])
  assert.deepEqual(record.heart_rate_data.summary.hr_zone_data, [])
  assert.deepEqual(record.device_data, emptyRecord('sleep').device_data)
  assert.ok(recordSchemas.sleep.safeParse(record).success)
})

test('complete leaves what it was given alone, and changes nothing the second time', () => {
  const before = structuredClone(sleep)
  const once = complete('sleep', sleep)
  assert.deepEqual(sleep, before)
  assert.deepEqual(complete('sleep', once), once)
  for (const type of DATA_TYPES) {
    const full = oneOfEach(type)
    assert.deepEqual(complete(type, full as DeepPartial<RecordOf<typeof type>>), full)
  }
})

test('what has no place is refused, and its place named', () => {
  const refused = (record: unknown, message: RegExp) =>
    assert.throws(() => complete('daily', record as DeepPartial<RecordOf<'daily'>>), message)
  refused({ steps: 1 }, /daily has no field steps/)
  refused({ distance_data: { summary: { steps: 1 } } }, /daily\.distance_data has no field summary/)
  refused(
    { heart_rate_data: { detailed: { hr_samples: [{ bpm: 50 }, { bpm: 51, hr: 51 }] } } },
    /daily\.heart_rate_data\.detailed\.hr_samples\[1\] has no field hr/,
  )
  refused({ tag_data: { tags: {} } }, /daily\.tag_data\.tags must be a list/)
  refused({ tag_data: [] }, /daily\.tag_data must be an object/)
  refused({ tag_data: { tags: ['swim'] } }, /daily\.tag_data\.tags\[0\] must be an object/)
  // A key inherited by every object is no key of a record.
  refused({ toString: 1 }, /daily has no field toString/)
  assert.ok(complete('daily', { steps: undefined } as DeepPartial<RecordOf<'daily'>>))
})

test('the end of what has none is its start; of a day, the start of the next', () => {
  const start = '2026-12-31T00:00:00.000000+01:00'
  assert.equal(complete('activity', { metadata: { start_time: start } }).metadata.end_time, start)
  assert.equal(complete('sleep', { metadata: { start_time: start, end_time: null } }).metadata.end_time, start)
  const day = complete('daily', { metadata: { start_time: start } })
  assert.equal(day.metadata.end_time, '2027-01-01T00:00:00.000000+01:00')
  const given = complete('daily', { metadata: { start_time: start, end_time: 'given' } })
  assert.equal(given.metadata.end_time, 'given')
  assert.equal(complete('body', {}).metadata.end_time, null)
})

test('a meal has a quantity: the entry as it is, when nobody said how much', () => {
  const { meals } = complete('nutrition', {
    meals: [{ name: 'soup' }, { quantity: { unit: 1 } }, { quantity: { unit: 1, amount: 0 } }],
  })
  assert.deepEqual(
    meals.map((meal) => meal.quantity),
    [
      { unit: 0, amount: 1 },
      { unit: 0, amount: 1 },
      { unit: 1, amount: 0 },
    ],
  )
  assert.deepEqual([meals[0]!.name, meals[0]!.id, meals[0]!.timestamp, meals[0]!.type], ['soup', '', '', 0])
})

test('an activity has its totals in both places, whichever was given', () => {
  const flat = complete('activity', { distance_data: { steps: 10, elevation: { gain_actual_meters: 5 } } })
  assert.equal(flat.distance_data.summary.steps, 10)
  assert.equal(flat.distance_data.summary.elevation.gain_actual_meters, 5)
  const nested = complete('activity', { distance_data: { summary: { distance_meters: 0, swimming: { num_laps: 3 } } } })
  assert.equal(nested.distance_data.distance_meters, 0)
  assert.equal(nested.distance_data.swimming.num_laps, 3)
  const torn = complete('activity', { distance_data: { steps: 1, summary: { steps: 2 } } })
  assert.deepEqual([torn.distance_data.steps, torn.distance_data.summary.steps], [2, 2])
})

test('two spellings of one value are equal', () => {
  const daily = complete('daily', { active_durations_data: { activity_levels_samples: [{ activity_level: 3 }] } })
  assert.equal(daily.active_durations_data.activity_levels_samples[0]!.level, 3)
  const body = complete('body', {
    glucose_data: { day_avg_blood_glucose_mg_per_dl: 90 },
    heart_data: { ecg_signal: [{ afib_classfication: 1 }], afib_classification_samples: [{ afib_classification: 0 }] },
  })
  assert.equal(body.glucose_data.day_avg_blood_glucose_mg_per_dL, 90)
  assert.equal(body.heart_data.ecg_signal[0]!.afib_classification, 1)
  assert.equal(body.heart_data.afib_classification_samples[0]!.afib_classfication, 0)
  const nutrition = complete('nutrition', {
    meals: [{ macros: { sodium_mg: 5 } }],
    summary: { micros: { sodium_mg: 9 } },
  })
  assert.equal(nutrition.meals[0]!.micros.sodium_mg, 5)
  assert.equal(nutrition.summary.macros.sodium_mg, 9)
})

test('without samples: series are empty, everything else is untouched', () => {
  const full = complete('activity', {
    metadata: { name: 'Run' },
    lap_data: { laps: [{ distance_meters: 400 }] },
    heart_rate_data: {
      summary: { avg_hr_bpm: 140, hr_zone_data: [{ zone: 1 }] },
      detailed: {
        hr_samples: [{ bpm: 1 }],
        hrv_samples_rmssd: [{ hrv_rmssd: 1 }],
        hrv_samples_sdnn: [{ hrv_sdnn: 1 }],
      },
    },
    position_data: { start_pos_lat_lng_deg: [1, 2], position_samples: [{ coords_lat_lng_deg: [1, 2] }] },
    polyline_map_data: { summary_polyline: 'abc' },
    stress_data: { samples: [{ level: 1 }] },
    tag_data: { tags: [{ tag_name: 'race' }] },
  })
  const short = withoutSamples(full)
  assert.deepEqual(short.heart_rate_data.detailed, { hr_samples: [], hrv_samples_rmssd: [], hrv_samples_sdnn: [] })
  assert.deepEqual(short.position_data.position_samples, [])
  assert.deepEqual(short.stress_data.samples, [])
  assert.deepEqual(short.lap_data, full.lap_data)
  assert.deepEqual(short.heart_rate_data.summary, full.heart_rate_data.summary)
  assert.deepEqual(short.position_data.start_pos_lat_lng_deg, [1, 2])
  assert.deepEqual(short.polyline_map_data, full.polyline_map_data)
  assert.deepEqual(short.tag_data, full.tag_data)
  assert.equal(full.heart_rate_data.detailed.hr_samples.length, 1)
})

test('the types that have series', () => {
  const withSeries = DATA_TYPES.filter((type) =>
    pathsOf(emptyRecord(type)).some((path) => isSampleList(path.split('.').at(-1)!)),
  )
  assert.deepEqual(withSeries, [...DATA_TYPES_WITH_SAMPLES])
})

test('every list is known either as a series or as one that stays', () => {
  const staying = new Set<string>()
  const visit = (schema: z.ZodType, name: string): void => {
    if (schema instanceof z.ZodArray) {
      if (!isSampleList(name)) staying.add(name)
      visit(schema.element as z.ZodType, '')
    } else if (schema instanceof z.ZodObject) {
      for (const [member, type] of Object.entries(schema.shape)) visit(type as z.ZodType, member)
    }
  }
  for (const type of DATA_TYPES) visit(recordSchemas[type], '')
  assert.deepEqual([...staying].sort(), [
    'center_pos_lat_lng_deg',
    'coords_lat_lng_deg',
    'daily_patterns',
    'data_provided',
    'devices',
    'ecg_signal',
    'end_pos_lat_lng_deg',
    'hr_zone_data',
    'intervals',
    'laps',
    'meals',
    'measurements',
    'menstruation_flow',
    'other_devices',
    'start_pos_lat_lng_deg',
    'tags',
  ])
})

test('what identifies a record', () => {
  const metadata = { summary_id: 'id-1', start_time: '2026-01-12T23:30:00.000000-08:00' }
  assert.equal(identityKey('activity', { metadata }), 'id-1')
  assert.equal(identityKey('sleep', { metadata }), 'id-1')
  for (const type of ['daily', 'body', 'nutrition', 'menstruation'] as const) {
    // The day as it is written: in UTC it would be the 13th.
    assert.equal(identityKey(type, { metadata }), '2026-01-12')
  }
  assert.equal(identityKey('athlete', {}), 'athlete')
  assert.equal(identityKey('planned_workout', { planned_workout_id: '2048' }), '2048')
  assert.throws(() => identityKey('sleep', emptyRecord('sleep')), /sleep has nothing that identifies it/)
})

test('unknown codes are legal, fractions of a code are not', () => {
  const activity = (type: number) =>
    complete('activity', { metadata: { summary_id: 'a', start_time: 'x', end_time: 'y', type } })
  assert.ok(recordSchemas.activity.safeParse(activity(9999)).success)
  assert.ok(!recordSchemas.activity.safeParse(activity(1.5)).success)
})
