import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('generate: every data type, shown or sent, for a user or a made-up one', async () => {
  for (const type of ['activity', 'athlete', 'body', 'daily', 'menstruation', 'nutrition', 'sleep']) {
    const answer = await api.asOperator('POST', '/admin/v1/generate', {
      json: { type, provider: 'oura', reference_id: 'demo' },
    })
    assert.equal(answer.status, 200, answer.text)
    const event = answer.json.event as {
      type: string
      user: { reference_id: string }
      data?: unknown[]
      athlete?: unknown
    }
    assert.deepEqual([event.type, event.user.reference_id], [type, 'demo'])
    assert.ok(type === 'athlete' ? event.athlete : event.data?.length === 1)
    assert.equal(answer.json.event_id, null)
  }
  const user = await api.addUser({ reference_id: 'real' })
  const sent = await api.asOperator('POST', '/admin/v1/generate', {
    json: { type: 'sleep', user_id: user.user_id, send: true },
  })
  assert.equal((sent.json.delivery_ids as string[]).length, 1)
  const event = await api.asOperator('GET', `/admin/v1/events/${sent.json.event_id}`)
  assert.deepEqual(event.json.body, sent.json.event)
  const same = { json: { type: 'sleep', user_id: user.user_id, person: 'ada', day: '2026-03-01' } }
  const [one, two] = [
    await api.asOperator('POST', '/admin/v1/generate', same),
    await api.asOperator('POST', '/admin/v1/generate', same),
  ]
  assert.deepEqual((one.json.event as { data: unknown }).data, (two.json.event as { data: unknown }).data)
  assert.equal(
    (await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', user_id: 'none' } })).status,
    404,
  )
  assert.equal((await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'steps' } })).status, 400)
  const blank = await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', provider: '' } })
  assert.deepEqual([blank.status, blank.json.message], [400, 'provider: is no source'])
  const misspelled = await api.asOperator('POST', '/admin/v1/generate', {
    json: { type: 'sleep', provider: 'fitbitt' },
  })
  assert.deepEqual([misspelled.status, misspelled.json.message], [400, 'provider: is no source; did you mean FITBIT?'])
  const onPhones = await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', provider: 'apple' } })
  assert.equal((onPhones.json.event as { user: { provider: string } }).user.provider, 'APPLE')
})

test('generate: in the style of the environment, as its events are', async () => {
  const generated = async (type: string): Promise<string> => {
    const { json } = await api.asOperator('POST', '/admin/v1/generate', { json: { type, person: 'ada' } })
    return JSON.stringify(json.event)
  }
  assert.match(await generated('sleep'), /"hr_samples":\[\{/)
  assert.match(await generated('menstruation'), /"current_phase":"/)
  const settings = { samples_enabled: false, menstruation_phase_style: 'number' }
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, { json: { settings } })
  assert.match(await generated('sleep'), /"hr_samples":\[\]/)
  assert.match(await generated('menstruation'), /"current_phase":\d/)
})
