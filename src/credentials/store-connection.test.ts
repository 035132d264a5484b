import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { oura } from '../connectors/oura/index.ts'
import { connectionById } from '../store/connections.ts'
import { putPage } from '../store/pages.ts'
import { startFlow } from './connect.ts'
import { storeConnection } from './store-connection.ts'

test('who signs in again waits for what is being stored of the old connection', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { ctx, environment } = api
  const old = await api.addUser({ provider: oura.id, provider_user_id: 'account' })
  const order: string[] = []
  let begun = (): void => {}
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  const storing = ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${old.user_id}`)
    begun()
    await new Promise((resolve) => setTimeout(resolve, 200))
    order.push('stored')
    tx.later([page(old.user_id, api.clock.now())])
  })
  await isBegun
  const nowhere = { sessionId: null, referenceId: null, successUrl: null, failureUrl: null, language: null }
  const flow = await startFlow(ctx, { environmentId: environment.id, provider: oura.id, ...nowhere })
  const next = { ...old, user_id: randomUUID(), provider_user_id: 'account' }
  const again = ctx.db.transaction(async (tx) => {
    assert.equal(await storeConnection(ctx, tx, oura, flow, next), true)
    order.push('connected')
  })
  await Promise.all([storing, again])
  assert.deepEqual(order, ['stored', 'connected'])
  assert.equal(await connectionById(ctx.db, old.user_id), null)
  assert.ok(await connectionById(ctx.db, next.user_id))
})

function page(userId: string, now: number) {
  return putPage({
    id: randomUUID(),
    user_id: userId,
    kind: 'sleep',
    request: '{}',
    question: 'q',
    digest: 'd',
    time_zone: null,
    run_at: now,
    received_at: now,
    body: { toPack: [Buffer.from('{}')] },
  })
}
