// Workouts that are planned through the API, with templates and without, and arrive at GARMIN.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openGarmin } from './garmin-server.ts'
import { at } from './provider/cloud.ts'

const server = await openGarmin()
after(() => server.close())
const { url, connect } = server
const keys = { ...server.keys, 'content-type': 'application/json' }

test('workouts are planned through the API, in numbers or words', async () => {
  const { userId } = await connect('planned')
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/v2${path}${path.includes('?') ? '&' : '?'}user_id=${userId}`, {
      method,
      headers: keys,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
  }
  const workout = {
    metadata: { name: 'Easy run', type: 8, planned_date: '2026-12-24' },
    steps: [
      {
        intensity: 'WARMUP',
        durations: [{ duration_type: 'TIME', seconds: 600 }],
        targets: [{ target_type: 'HEART_RATE', hr_bpm_low: 110, hr_bpm_high: 130 }],
      },
      {
        steps: [{ durations: [{ duration_type: 1, distance_meters: 1000 }] }],
        durations: [{ reps: 3, duration_type: 9 }],
      },
    ],
  }
  const made = await call('POST', '/plannedWorkout', { data: [workout] })
  assert.equal(made.status, 201, JSON.stringify(made.json))
  const [id] = made.json.log_ids as string[]
  const listed = await call('GET', '/plannedWorkout?start_date=2026-12-24&end_date=2026-12-24')
  const [plan] = listed.json.data as Record<string, unknown>[]
  assert.equal(plan?.planned_workout_id, id)
  assert.equal(at(plan, 'metadata.name'), 'Easy run')
  assert.equal(at(plan, 'details.steps.0.targets.0.hr_bpm_low'), 110)
  assert.equal(at(plan, 'steps.1.durations.0.reps'), 3)
  const moved = await call('PATCH', `/plannedWorkouts/${id}`, { planned_date: '2026-12-26' })
  assert.equal(moved.json.planned_date, '2026-12-26')
  const newer = await call('GET', '/plannedWorkouts?start_date=2026-12-26&end_date=2026-12-26')
  assert.equal((newer.json as unknown as unknown[]).length, 1)

  const refused = await call('POST', '/plannedWorkout', { data: [workout, { ...workout, steps: [] }] })
  assert.equal(refused.status, 400)
  assert.match(String(refused.json.message), /^data\.1\.steps: at least one/)
  assert.equal((refused.json.planned_ids as string[]).length, 1, 'what was planned before it is named')
  const wrong = await call('POST', '/plannedWorkout', { data: [{ ...workout, steps: [{ intensity: 'SOMEHOW' }] }] })
  assert.match(String(wrong.json.message), /^data\.0\.details\.steps\.0\.intensity/)

  const gone = await call('DELETE', '/plannedWorkout', {
    data: [id, '404404', ...(refused.json.planned_ids as string[])],
  })
  assert.equal(gone.status, 207)
  assert.deepEqual(
    (gone.json.processed_data as { response_code: number }[]).map((each) => each.response_code),
    [200, 404, 200],
  )
  assert.equal((await call('GET', `/plannedWorkouts/${id}`)).status, 404)
  assert.equal((await call('DELETE', `/plannedWorkouts/${id}`)).json.code, 'planned_workout_not_found')
})

const call = async (method: string, path: string, body?: unknown) => {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`${url}/v2${path}`, { method, headers: keys, ...sent })
  const text = await response.text()
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

const step = {
  completion_condition: { type: 'time', value: 600 },
  intensity_type: 'active',
  intensity_targets: [{ target_type: 'heart_rate_threshold_percentage', value_low: 80, value_high: 90 }],
}
const template = {
  name: 'Steady',
  sport: 'running',
  step_blocks: [{ completion_condition: { type: 'open' }, steps: [step] }],
}

test('a template is kept, planned, and takes with it what was planned from it', async () => {
  const { userId } = await connect('templates')
  const made = await call('POST', '/workouts', template)
  assert.equal(made.status, 200, JSON.stringify(made.json))
  const id = String(made.json.workout_id)
  assert.equal((await call('GET', `/workouts/${id}`)).json.name, 'Steady')
  assert.ok(
    ((await call('GET', '/workouts')).json as unknown as { workout_id: string }[]).some(
      (each) => each.workout_id === id,
    ),
  )
  const wrong = await call('POST', '/workouts', { ...template, step_blocks: [] })
  assert.equal(wrong.status, 400)
  assert.match(String(wrong.json.message), /step_blocks/)

  const loose = await call('POST', `/workouts/${id}/plan?user_id=${userId}`, { planned_date: '2027-01-02' })
  assert.equal(loose.status, 201, JSON.stringify(loose.json))
  assert.equal((loose.json.coercion_warnings as unknown[]).length, 1)
  const exact = await call('POST', `/workouts/${id}/plan?user_id=${userId}`, {
    planned_date: '2027-01-03',
    threshold_heart_rate: 170,
  })
  assert.equal(exact.json.coercion_warnings, undefined)
  const days = `user_id=${userId}&start_date=2027-01-01&end_date=2027-01-31`
  const listed = (await call('GET', `/plannedWorkouts?${days}`)).json as unknown as Record<string, unknown>[]
  assert.deepEqual(
    listed.map((each) => [each.workout_id, each.is_external, typeof each.coercion_warnings]),
    [
      [id, false, 'string'],
      [id, false, 'object'],
    ],
  )
  assert.equal(at(listed[1], 'details.steps.0.targets.0.hr_bpm_high'), 153)
  assert.equal((await call('DELETE', `/workouts/${id}`)).status, 204)
  assert.deepEqual((await call('GET', `/plannedWorkouts?${days}`)).json, [])
  assert.equal((await call('GET', `/workouts/${id}`)).json.code, 'workout_not_found')
})

test('a template or a person that goes while a workout is being planned takes it along', async () => {
  const late = (path: string) => fetch(`${url}/sandbox/garmin/_control/fail?delay=500&path=${path}`, { method: 'POST' })
  /** Its day is being entered at the provider when the other act comes. */
  async function planned(person: string, other: (workoutId: string, userId: string) => Promise<unknown>) {
    const { userId } = await connect(person)
    const made = await call('POST', '/workouts', template)
    assert.equal(made.status, 200, JSON.stringify(made.json))
    const id = String(made.json.workout_id)
    await late('/training-api/schedule')
    const planning = call('POST', `/workouts/${id}/plan?user_id=${userId}`, { planned_date: '2027-02-02' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    await other(id, userId)
    return { userId, id, answer: await planning }
  }
  const first = await planned('quick', async (id) => {
    assert.equal((await call('DELETE', `/workouts/${id}`)).status, 204)
  })
  assert.deepEqual([first.answer.status, first.answer.json.code], [404, 'workout_not_found'])
  const days = `user_id=${first.userId}&start_date=2027-02-01&end_date=2027-02-28`
  assert.deepEqual((await call('GET', `/plannedWorkouts?${days}`)).json, [])
  const second = await planned('leaving', async (_, userId) => {
    // The grant ends after the answer.
    await late('/user/registration')
    assert.equal((await call('DELETE', `/auth/deauthenticateUser?user_id=${userId}`)).status, 200)
  })
  assert.deepEqual([second.answer.status, second.answer.json.code], [404, 'user_not_found'])
  assert.equal((await call('DELETE', `/workouts/${second.id}`)).status, 204)
})
