import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../platform/log.ts'
import { startDelivering } from './deliver.ts'
import { openWorld, pause, stateOf, until } from './test-world.ts'

test('a destination whose secrets cannot be opened is tried once a second, however many events come', async (t) => {
  const world = await openWorld(t)
  const { ctx } = world
  const receiver = await world.receiver()
  const id = await world.destination(receiver.url, { signing_secret: 'a secret of its own' })
  const row = await ctx.db.one<{ sealed: string }>('SELECT secrets_sealed AS sealed FROM destinations WHERE id = $1', [
    id,
  ])
  const setSealed = (sealed: string) =>
    ctx.db.run('UPDATE destinations SET secrets_sealed = $2, updated_at = updated_at + 1 WHERE id = $1', [id, sealed])
  await setSealed(row!.sealed.replace(/^v1\.\w+/, 'v1.00000000'))
  const lines: string[] = []
  const log = { ...silentLog, error: (_fields: object, message: string) => void lines.push(message) }
  const loop = await startDelivering({ ...ctx, log }, { onlyProcess: true })
  t.after(() => loop.stop(100))
  const startedAt = performance.now()
  const events: string[] = []
  for (let i = 0; i < 40; i++) {
    events.push(...(await world.append({ type: 'daily' })))
    await pause(20)
  }
  const seconds = (performance.now() - startedAt) / 1000
  assert.ok(lines.length > 0 && lines.length <= seconds + 1, `${lines.length} lines in ${seconds} s`)
  // The key is there again.
  await setSealed(row!.sealed)
  await until(() => receiver.got.length === events.length, 'not all were sent')
  await until(async () => (await stateOf(world, events.at(-1)!)) === 'delivered 1', 'not settled')
})
