import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { appendEvents } from '../../outbox/append.ts'
import { encodeCursor } from '../../store/paging.ts'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
const shutdown = new AbortController()
before(async () => {
  api = await openTestApi({ shutdown: shutdown.signal })
})
after(() => api.dispose())

interface Message {
  id: string
  event: string
  data: Record<string, unknown>
}

/** Reads `count` messages, then leaves. */
async function read(path: string, count: number, headers: Record<string, string> = {}): Promise<Message[]> {
  const response = await api.request(path, { headers: { authorization: `Bearer ${api.adminToken}`, ...headers } })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const messages: Message[] = []
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const frames = text.split('\n\n')
    text = frames.pop()!
    for (const frame of frames) {
      if (frame.startsWith(':')) continue
      const fields = Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)))
      messages.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data) })
    }
    if (messages.length >= count) break
  }
  return messages
}

const cursorAt = (at: number): string => encodeCursor({ at, id: '-' })!
const send = (type: string) => api.asOperator('POST', '/admin/v1/generate', { json: { type, send: true } })

test('events arrive as they are made, and the stream resumes where it was left', async () => {
  const first = read('/admin/v1/events/stream', 2)
  await send('sleep')
  await send('daily')
  const messages = await first
  assert.deepEqual(
    messages.map((message) => [message.event, message.data.type]),
    [
      ['event', 'sleep'],
      ['event', 'daily'],
    ],
  )
  api.clock.advance(60_000)
  await send('body')
  const resumed = await read('/admin/v1/events/stream', 2, { 'last-event-id': messages[0]!.id })
  assert.deepEqual(
    resumed.map((message) => message.data.type),
    ['daily', 'body'],
  )
})

/** In one commit, each of a millisecond of its own. */
async function sendMany(count: number): Promise<string[]> {
  const about = { environmentId: api.environment.id, connection: null, lane: 'live', body: { type: 'body' } } as const
  const ids = await api.ctx.db.transaction((tx) =>
    appendEvents(
      api.ctx,
      tx,
      Array.from({ length: count }, () => about),
    ),
  )
  return ids
}

test('a burst arrives whole and in order, live and for who comes back after it', { timeout: 60_000 }, async () => {
  const [before] = await read('/admin/v1/events/stream', 1, { 'last-event-id': cursorAt(api.clock.now() - 1) })
  api.clock.advance(60_000)
  const live = read('/admin/v1/events/stream', 4500)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const ids = await sendMany(4500)
  const idsOf = (messages: Message[]): unknown[] => messages.map(({ data }) => data.id)
  assert.deepEqual(idsOf(await live), ids)
  const resumed = await read('/admin/v1/events/stream', 4500, { 'last-event-id': before!.id })
  assert.deepEqual(idsOf(resumed), ids)
})

test('who is cut off before anything came misses nothing: a stream begins with an id to resume at', async () => {
  api.clock.advance(60_000)
  const response = await api.request('/admin/v1/events/stream', {
    headers: { authorization: `Bearer ${api.adminToken}` },
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const [, id] = /^: connected\nid: (\S+)\n\n/.exec((await reader.read()).value!)!
  await reader.cancel()
  await send('sleep')
  api.clock.advance(3600_000)
  const [message] = await read('/admin/v1/events/stream', 1, { 'last-event-id': id! })
  assert.equal(message!.data.type, 'sleep')
})

test('a bin is followed live', async () => {
  const following = read('/admin/v1/inspector/live/stream', 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  await api.call('POST', '/inspect/live', { body: 'hello' })
  const [message] = await following
  assert.equal(message?.event, 'request')
  assert.equal(Buffer.from(String(message?.data.body_base64), 'base64').toString(), 'hello')
})

test('streams end at shutdown', async () => {
  const response = await api.request('/admin/v1/events/stream', {
    headers: { authorization: `Bearer ${api.adminToken}` },
  })
  shutdown.abort()
  assert.match(await response.text(), /^: connected/)
})

test('streams want the admin token', async () => {
  assert.equal((await api.call('GET', '/admin/v1/events/stream')).status, 401)
})
