import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const WRITES = [
  ['POST', '/activity'],
  ['POST', '/body'],
  ['DELETE', '/body'],
  ['POST', '/nutrition'],
  ['DELETE', '/nutrition'],
  ['POST', '/plannedWorkout'],
  ['GET', '/plannedWorkout'],
  ['DELETE', '/plannedWorkout'],
  ['POST', '/workouts/1/plan'],
  ['GET', '/plannedWorkouts'],
  ['PATCH', '/plannedWorkouts/1'],
  ['POST', '/routes/1/push'],
  ['GET', '/pushedRoutes'],
] as const

for (const [method, path] of WRITES) {
  test(`${method} ${path} says that the source does not take it`, async () => {
    const user = await api.addUser()
    const json = method === 'GET' ? undefined : { data: [] }
    const answer = await api.asCustomer(method, `/v2${path}?user_id=${user.user_id}`, { json })
    assert.equal(answer.status, 400)
    assert.equal(answer.json.code, 'provider_cannot_write')
    assert.match(String(answer.json.message), /^OURA: Oura does not take /)
    assert.equal((await api.asCustomer(method, `/v2${path}?user_id=nobody`, { json })).status, 404)
    assert.equal((await api.asCustomer(method, `/v2${path}`, { json })).json.code, 'invalid_request')
    assert.equal((await api.call(method, `/v2${path}`, { json })).status, 401)
  })
}
