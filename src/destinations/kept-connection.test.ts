import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { keptConnection, silent, TimedOut } from './kept-connection.ts'

function counted(idleMs = 20) {
  const shut: number[] = []
  let opened = 0
  const kept = keptConnection<{ number: number }>({
    open: async () => ({ number: ++opened }),
    shut: (client) => void shut.push(client.number),
    survives: (error) => (error as Error).message === 'said no',
    idleMs,
  })
  return { kept, shut, opened: () => opened }
}

test('what runs at a time shares one connection; when idle it goes, and the next use opens another', async () => {
  const { kept, shut, opened } = counted()
  assert.equal(opened(), 0)
  const numbers = await Promise.all([1, 2, 3].map(() => kept.use(1000, async (client) => client.number)))
  assert.deepEqual(numbers, [1, 1, 1])
  await sleep(60)
  assert.deepEqual(shut, [1])
  assert.equal(await kept.use(1000, async (client) => client.number), 2)
  await kept.close()
  assert.deepEqual(shut, [1, 2])
})

test('a failure ends the connection for the next one, but not under those who use it; a refusal does not', async () => {
  const { kept, shut } = counted(1000)
  await assert.rejects(kept.use(1000, () => Promise.reject(new Error('said no'))))
  assert.equal(await kept.use(1000, async (client) => client.number), 1)
  const slow = kept.use(1000, async (client) => {
    await sleep(40)
    assert.deepEqual(shut, [])
    return client.number
  })
  await assert.rejects(kept.use(1000, () => Promise.reject(new Error('broken pipe'))))
  assert.equal(await kept.use(1000, async (client) => client.number), 2)
  assert.equal(await slow, 1)
  await sleep(5)
  assert.deepEqual(shut, [1])
  await kept.close()
})

test('one that takes too long ends the connection, but not under those who are still in time', async () => {
  const { kept, shut } = counted(1000)
  let finish!: (text: string) => void
  const inTime = kept.use(10_000, () => new Promise<string>((resolve) => (finish = resolve)))
  await assert.rejects(
    kept.use(20, () => new Promise(() => undefined)),
    TimedOut,
  )
  assert.equal(await kept.use(1000, async (client) => client.number), 2)
  assert.deepEqual(shut, [])
  finish('stored')
  assert.equal(await inTime, 'stored')
  await sleep(5)
  assert.deepEqual(shut, [1])
  await kept.close()
})

test('what hangs ends in time and is shut at once; an opening that failed is tried again', async () => {
  const { kept, shut } = counted(1000)
  await assert.rejects(
    kept.use(20, () => new Promise(() => undefined)),
    TimedOut,
  )
  await sleep(5)
  assert.deepEqual(shut, [1])
  await kept.close()
  let tries = 0
  const failing = keptConnection<string>({
    open: async () => (++tries === 1 ? Promise.reject(new Error('refused')) : 'open'),
    shut: () => undefined,
    // As a server that says no while we log in or make tables.
    survives: () => true,
  })
  await assert.rejects(
    failing.use(100, async () => undefined),
    /refused/,
  )
  assert.equal(await failing.use(100, async (client) => client), 'open')
  await failing.close()
})

test('what hangs while it opens is told that nobody wants it, and only that', async () => {
  let told = 0
  let hangs = true
  const kept = keptConnection<{ works: true }>({
    open: (unwanted) =>
      new Promise((resolve, reject) => {
        unwanted.addEventListener('abort', () => {
          told++
          reject(new Error('let go'))
        })
        if (!hangs) resolve({ works: true })
      }),
    shut: () => undefined,
  })
  await assert.rejects(
    kept.use(20, async () => 1),
    TimedOut,
  )
  assert.equal(told, 1)
  hangs = false
  assert.equal(await kept.use(1000, async () => 2), 2)
  await kept.close()
  assert.equal(told, 1)
})

test('who never answered is told where to look, and who once did is not', async () => {
  const never = keptConnection<number>({ open: () => new Promise(() => undefined), shut: () => undefined })
  const said = async (kept: { use: typeof never.use }): Promise<string> =>
    kept.use(10, () => new Promise<never>(() => undefined)).catch((error: unknown) => silent('db:5432', error))
  const late = 'db:5432 did not answer: nothing came back within 0 s'
  assert.equal(await said(never), `${late}; check its host and port, and that TLS is set as it expects`)
  const once = keptConnection<number>({ open: async () => 1, shut: () => undefined })
  assert.equal(await said(once), late)
  const refused = new Error('timeout', { cause: new Error('inner') })
  const fails = keptConnection<number>({ open: () => Promise.reject(refused), shut: () => undefined })
  await assert.rejects(fails.use(1000, async () => 1))
  assert.match(silent('db:5432', refused.cause), /^db:5432 did not answer in time; check its host/)
})
