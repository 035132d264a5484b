import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { authCancelledEvent } from '../../model/events.ts'
import { appendEvents } from '../../outbox/append.ts'
import { insertAttempt } from '../../store/deliveries.ts'
import { openTestApi, type Rows, rowsOf, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

async function addEvent(): Promise<string> {
  const body = authCancelledEvent({
    reason: 'access_denied',
    provider: 'OURA',
    userId: 'u',
    referenceId: null,
    widgetSessionId: null,
    flowId: 'f',
    createdAt: '2026-03-10T12:00:00.000000+00:00',
  })
  const [id] = await api.ctx.db.transaction((tx) =>
    appendEvents(api.ctx, tx, [{ environmentId: api.environment.id, connection: null, body, lane: 'live' }]),
  )
  return id!
}

test('events by the state of their deliveries: of anybody, and of one person', async () => {
  const user = await api.addUser()
  const made = async (userId?: string) => {
    const sent = await api.asOperator('POST', '/admin/v1/generate', {
      json: { type: 'body', user_id: userId, send: true },
    })
    return sent.json as { event_id: string; delivery_ids: string[] }
  }
  const [failed, , waiting] = [await made(user.user_id), await made(), await made(user.user_id)]
  await api.ctx.db.run(`UPDATE deliveries SET state = 'failed' WHERE id = $1`, [failed.delivery_ids[0]!])
  const ids = async (query: string) =>
    rowsOf(await api.asOperator('GET', `/admin/v1/events?type=body&${query}`)).map((row) => row.id)
  assert.deepEqual(await ids('state=failed'), [failed.event_id])
  assert.deepEqual(await ids(`state=pending&user_id=${user.user_id}`), [waiting.event_id])
  assert.equal((await ids('state=pending')).length, 2)
  assert.deepEqual(await ids('state=delivered'), [])
  const wrong = await api.asOperator('GET', '/admin/v1/events?state=done')
  assert.equal(wrong.status, 400)
  assert.match(String(wrong.json.message), /^state: .*pending.*failed/)
})

test('events and deliveries: listed, shown with body and attempts, sent again', async () => {
  const id = await addEvent()
  const list = await api.asOperator('GET', '/admin/v1/events?type=auth_cancelled')
  assert.equal(rowsOf(list)[0]!.id, id)
  const event = await api.asOperator('GET', `/admin/v1/events/${id}`)
  assert.equal((event.json.body as { reason: string }).reason, 'access_denied')
  const [delivery] = event.json.deliveries as Rows
  assert.equal(delivery!.destination_name, 'Inspector')
  await api.ctx.db.run(`UPDATE deliveries SET lease_id = 'lease-1' WHERE id = $1`, [String(delivery!.id)])
  await api.ctx.db.batch([
    insertAttempt(
      api.ctx.db.dialect,
      {
        id: 'a1',
        delivery_id: String(delivery!.id),
        number: 1,
        started_at: api.clock.now(),
        duration_ms: 12,
        outcome: 'retry',
        status: 500,
        error: 'the receiver answered 500',
        response: 'oops',
      },
      'lease-1',
    ),
  ])
  const shown = await api.asOperator('GET', `/admin/v1/deliveries/${delivery!.id}`)
  assert.deepEqual(
    (shown.json.attempt_log as Rows).map((attempt) => [attempt.number, attempt.status, attempt.response]),
    [[1, 500, 'oops']],
  )
  const resent = await api.asOperator('POST', `/admin/v1/deliveries/${delivery!.id}/resend`)
  assert.equal(resent.status, 202)
  const all = await api.asOperator('POST', `/admin/v1/events/${id}/resend`)
  assert.equal(all.status, 202)
  assert.equal((all.json.delivery_ids as string[]).length, 1)
  const deliveries = await api.asOperator('GET', '/admin/v1/deliveries?type=auth_cancelled&state=pending')
  assert.equal(rowsOf(deliveries).length, 3)
  const none = await api.asOperator('POST', `/admin/v1/events/${id}/resend`, { json: { destination_id: 'none' } })
  assert.equal(none.json.code, 'destination_not_found')
  assert.equal((await api.asOperator('GET', '/admin/v1/events/none')).status, 404)
  assert.equal((await api.asOperator('GET', '/admin/v1/deliveries/none')).status, 404)
  assert.equal((await api.asOperator('POST', '/admin/v1/deliveries/none/resend')).status, 404)
  const request = await api.asOperator('GET', `/admin/v1/events/${id}/request`)
  assert.equal(JSON.parse(Buffer.from(String(request.json.body_base64), 'base64').toString()).reason, 'access_denied')
  assert.match((request.json.headers as Record<string, string>)['terra-signature']!, /^t=\d+,v1=[0-9a-f]{64}$/)
})
