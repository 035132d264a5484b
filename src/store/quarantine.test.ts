import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import { newId } from '../model/ids.ts'
import { expireQuarantined, putQuarantined } from './quarantine.ts'

test('the oldest go where there is more than may be kept', async (t) => {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  const row = { provider: 'OURA', variant: null, environment_ids: '[]', reason: 'x', headers: '{}' }
  // Random, so that it is as long packed.
  for (const at of [1, 2, 3, 4]) {
    await putQuarantined(db, { ...row, id: newId(), body: { toPack: [randomBytes(10_000)] }, received_at: at })
  }
  await expireQuarantined(db, 2, 25_000)
  const left = await db.all<{ at: number }>('SELECT received_at AS at FROM quarantined_notifications ORDER BY id')
  assert.deepEqual(
    left.map(({ at }) => at),
    [3, 4],
  )
})
