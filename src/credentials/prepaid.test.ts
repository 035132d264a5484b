import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { connectorById } from '../connectors/index.ts'
import { ProviderError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import type { Application } from './client.ts'
import { pace } from './pace.ts'
import { type Shape, TooMuchAtOnce, withCallsTaken } from './prepaid.ts'

/** An application of its own at the provider, 100 calls a minute of which history gets 80. */
async function open(t: TestContext) {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const connector = { ...connectorById('WHOOP')!, limits: { application: { requests: 100, perSeconds: 60 } } }
  const client = { id: randomUUID(), secret: 'secret' }
  const application = { connector, variant: null, client } as unknown as Application
  return { ctx: api.ctx, application, advance: (ms: number) => api.clock.advance(ms) }
}

const shape = (): Shape => ({ userId: randomUUID(), lane: 'backfill', like: `test ${randomUUID()}`, least: 7 })

/** Makes `calls`, as all who read at the same time do: one by one. */
function reading(ctx: Context, application: Application, about: Shape, calls: number): Promise<number> {
  return withCallsTaken(ctx, application, about, async (prepaid) => {
    for (let i = 0; i < calls; i++) {
      await pace(ctx, application, { userId: about.userId, lane: about.lane, prepaid })
      await new Promise((resolve) => setImmediate(resolve))
    }
    return calls
  })
}

const ended = (each: PromiseSettledResult<unknown>): boolean => each.status === 'fulfilled'

test('many who read at once end one after another: whoever begins has the calls for it', async (t) => {
  const { ctx, application, advance } = await open(t)
  const about = shape()
  let left = 12
  let windows = 0
  for (; left > 0; windows++) {
    assert.ok(windows < 6, `${left} have not ended`)
    const results = await Promise.allSettled(Array.from({ length: left }, () => reading(ctx, application, about, 20)))
    left -= results.filter(ended).length
    advance(64_000)
  }
  // 240 calls are three windows; in the first nobody knew what it takes.
  assert.ok(windows <= 5, `${windows}`)
})

test('what was taken and not needed is there for others', async (t) => {
  const { ctx, application } = await open(t)
  const about = shape()
  await reading(ctx, application, about, 30)
  for (let i = 0; i < 40; i++) await reading(ctx, application, about, 1)
  await reading(ctx, application, about, 10)
  await assert.rejects(reading(ctx, application, about, 1), (error: unknown) => {
    assert.ok(error instanceof ProviderError && error.rateLimited && error.next === 'retry')
    return true
  })
})

test('what does not fit into a window alone is said to be too much', async (t) => {
  const { ctx, application, advance } = await open(t)
  const about = shape()
  const outcomes: boolean[] = []
  for (let i = 0; i < 3; i++) {
    await assert.rejects(reading(ctx, application, about, 90), (error: unknown) => {
      outcomes.push(error instanceof TooMuchAtOnce)
      return error instanceof ProviderError && error.rateLimited
    })
    advance(64_000)
  }
  assert.deepEqual(outcomes, [false, true, true])
})
