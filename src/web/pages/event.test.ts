import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDestination } from '../../api/admin/destinations.ts'
import { generate } from '../../api/admin/generate.ts'
import { openTestBrowser } from '../test-browser.ts'

test('an event: a part is called that, an attempt without a status has a word, and what is due has no next try', async (t) => {
  const browser = await openTestBrowser()
  t.after(() => browser.api.dispose())
  await browser.signIn()
  const { ctx, environment, clock } = browser.api
  await ctx.db.run('DELETE FROM destinations')
  const url = 'https://example.com/hook'
  for (const name of ['Stored', 'Refusing']) await createDestination(ctx, environment, { name, url })
  const { event_id: id, delivery_ids: ids } = await generate(ctx, environment, { type: 'sleep', send: true })
  const page = async () => (await browser.get(`/dashboard/events/${id}`)).text
  clock.advance(60_000)
  assert.doesNotMatch(await page(), /Next try/)

  const [stored, refusing] = ids
  const now = ctx.clock.now()
  await ctx.db.run(
    `UPDATE deliveries SET state = 'delivered', attempts = 1, sent_at = $2, duration_ms = 3 WHERE id = $1`,
    [stored!, now],
  )
  const part = JSON.stringify({ number: 2, of: 3, head: 1, from: 1, to: 2, tail: 3 })
  await ctx.db.run(`UPDATE deliveries SET state = 'failed', attempts = 1, part = $2 WHERE id = $1`, [refusing!, part])
  await ctx.db.run(
    `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, outcome, error, environment_id)
     VALUES ('a', $1, 1, $2, 0, 'rejected', 'the event has 5000 bytes', $3)`,
    [refusing!, now, environment.id],
  )
  const text = await page()
  assert.doesNotMatch(text, /No answer/)
  await ctx.db.run(`UPDATE deliveries SET last_error = 'the event has 5000 bytes' WHERE id = $1`, [refusing!])
  const { destination_id: where } = (await ctx.db.one<{ destination_id: string }>(
    'SELECT destination_id FROM deliveries WHERE id = $1',
    [refusing!],
  ))!
  assert.match((await browser.get(`/dashboard/destinations/${where}`)).text, /Failed[\s\S]*The event has 5000 bytes\./)
  assert.match(text, /Refusing<\/a\s*>, part 2 of 3/)
  assert.match(text, /Stored<\/a[\s\S]*<ol class="attempts">[\s\S]*?>Delivered</)
})
