// What somebody changes about the tables at night: one event that a new rule refuses holds up no other, is told with what is in
// the way, and arrives by itself once that is undone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import type { SendResult } from '../../src/destinations/destination.ts'
import { all, daily, event, NOW } from './database-events.ts'
import type { SqlPlace } from './sql-modes.ts'
import type { Settings } from './stage.ts'

interface Change {
  name: string
  alter: string
  undo: string
  /** Of the message. */
  told: RegExp
}

type Placed = (t: TestContext, changed?: Settings) => Promise<SqlPlace>

/** Changes of `loam_daily` after which a day of 100 steps is taken, and one of 40 000 is not. */
export function alteredTables(place: Placed, changes: readonly Change[]): void {
  for (const { name, alter, undo, told } of changes) {
    test(`a table that was changed, ${name}: the event waits, the others go`, async (t) => {
      const { open, rows } = await place(t, { mode: 'upsert' })
      const sender = open()
      await all(sender, [daily(randomUUID(), 1)])
      await rows(alter)
      const [few, many] = [daily(randomUUID(), 2, { steps: 100 }), daily(randomUUID(), 2, { steps: 40_000 })]
      const [taken, refused] = await sender.send([few, many], NOW)
      assert.equal(taken!.next, 'delivered', JSON.stringify(taken))
      assert.match(waits(refused!), told)
      assert.doesNotMatch(waits(refused!), /40000|40_000|4e\+?04/)
      await rows(undo)
      await all(sender, [many])
      assert.equal((await rows('SELECT 1 FROM loam_daily WHERE steps >= 100')).length, 2)
    })
  }

  test('an index that somebody added keeps no event out silently', async (t) => {
    const { open, rows } = await place(t, { mode: 'upsert' })
    const sender = open()
    await all(sender, [daily(randomUUID(), 1)])
    await rows('ALTER TABLE loam_events ADD CONSTRAINT one_each UNIQUE (user_id)')
    const user = randomUUID()
    const [first, second, other] = [1, 2, 3].map((at) =>
      event('rate_limit_hit', at === 3 ? randomUUID() : user, at, {}),
    )
    const results = await sender.send([first!, second!, other!], NOW)
    const arrived = await rows('SELECT event_id FROM loam_events')
    for (const [i, each] of [first!, second!, other!].entries()) {
      const isThere = arrived.some(({ event_id: id }) => id === each.id)
      assert.equal(results[i]!.next, isThere ? 'delivered' : 'retry', JSON.stringify(results))
    }
    await rows('ALTER TABLE loam_events DROP CONSTRAINT one_each')
    await all(sender, [first!, second!, other!])
    assert.equal((await rows('SELECT 1 FROM loam_events')).length, 3)
  })
}

/** By the schedule, and the destination counts as being there. */
function waits(result: SendResult): string {
  assert.ok(result.next === 'retry' && result.refused === true, JSON.stringify(result))
  return JSON.stringify(result)
}
