import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld } from '../deliver/test-world.ts'
import { newId } from '../model/ids.ts'
import { deliveriesOfEvent, insertAttempt } from './deliveries.ts'

test('of a delivery that is deleted in the moment in which its attempt is written, no attempt stays', async (t) => {
  const world = await openWorld(t)
  await world.destination('https://receiver.example/')
  const [eventId] = await world.append({ type: 'sleep' })
  const { db } = world.ctx
  await db.run(`UPDATE deliveries SET lease_id = 'ours' WHERE event_id = $1`, [eventId!])
  const [delivery] = await deliveriesOfEvent(db, eventId!)
  const about = { id: newId(), delivery_id: delivery!.id, number: 1, started_at: 1, duration_ms: 1 }
  const attempt = { ...about, outcome: 'retry', status: 500, error: 'no', response: 'a reading' } as const
  let written: Promise<unknown> = Promise.resolve()
  await db.transaction(async (tx) => {
    await tx.run('DELETE FROM deliveries WHERE event_id = $1', [eventId!])
    // Begins before the deletion is there for others, and cannot end before it.
    written = db.batch([insertAttempt(db.dialect, attempt, 'ours')])
    if (db.dialect === 'postgres') await tx.all('SELECT pg_sleep(0.2)')
  })
  await written
  assert.deepEqual(await db.all('SELECT id FROM attempts'), [])
})
