import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import type { OutgoingEvent, SendResult } from '../../src/destinations/destination.ts'
import { sqs } from '../../src/destinations/sqs/index.ts'
import { missingSqs, type Sqs, startSqs } from '../services/sqs.ts'
import { assertDelivered } from './assertions.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testEvents, testWorld, textOf } from './events.ts'
import type { Settings } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 10_000 }

async function place(server: Sqs, ending = ''): Promise<Settings> {
  const url = await server.createQueue(`place-${randomBytes(6).toString('hex')}${ending}`)
  return { queue_url: url, access_key_id: 'loam', secret_access_key: 'SECRET-of-sqs' }
}

destinationSuite('sqs', {
  networked: true,
  // A standard queue takes a repeat as another message; readers tell by the id.
  idempotent: false,
  missing: missingSqs,
  // moto takes any; what AWS answers is tested below.
  wrongCredentials: null,
  async start() {
    const server = await startSqs()
    return {
      place: () => place(server),
      async read({ queue_url: url }) {
        const found = await server.messages(String(url))
        return found.map(({ body, attributes }) => ({ id: attributes['event-id']!, body }))
      },
      at: (settings, { host, port }) => ({ ...settings, queue_url: `http://${host}:${port}/123456789012/queue` }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})

function sending(t: TestContext, settings: Settings, world = {}) {
  const sender = sqs.open(sqs.settings.parse(settings), { ...testWorld(t, { allowPrivate: true }), ...world })
  return (events: OutgoingEvent[]): Promise<SendResult[]> => sender.send(events, NOW)
}

suite('what only SQS has', { skip: missingSqs() ?? false, timeout: 60_000 }, () => {
  test('FIFO queues: grouped by user, and a repeat is dropped', async (t) => {
    const server = await startSqs()
    t.after(() => server.stop())
    const settings = await place(server, '.fifo')
    const user = randomUUID()
    const events = testEvents(4, user)
    const send = sending(t, settings)
    assertDelivered(await send(events), 4)
    assertDelivered(await send(events), 4)
    const found = await server.messages(String(settings.queue_url))
    assert.deepEqual(
      found.map(({ body, group }) => [body, group]),
      events.map((event) => [textOf(event), user]),
    )
  })

  test('pointers, where payloads are served; what is too large is refused alone', async (t) => {
    const server = await startSqs()
    t.after(() => server.stop())
    const settings = await place(server)
    const payloadUrl = async ({ id }: { id: string }) => ({ url: `https://loam.example/${id}`, expiresInSeconds: 600 })
    const event = testEvent(0, undefined, 500_000)
    assertDelivered(await sending(t, settings, { payloadUrl })([event]), 1)
    const [message] = await server.messages(String(settings.queue_url))
    const pointer = JSON.parse(message!.body) as Record<string, unknown>
    assert.deepEqual(
      [pointer.type, pointer.url, pointer.payload_reference, pointer.user_id],
      ['s3_payload', `https://loam.example/${event.id}`, event.reference, event.userId],
    )
    const results = await sending(t, settings)([testEvent(1), event, testEvent(2)])
    assert.deepEqual(
      results.map(({ next }) => next),
      ['delivered', 'rejected', 'delivered'],
    )
    // More than one request may carry.
    const large = Array.from({ length: 4 }, (_, i) => testEvent(i, undefined, 100_000))
    assertDelivered(await sending(t, settings)(large), 4)
    assert.equal((await server.messages(String(settings.queue_url))).length, 7)
  })
})

test(
  'a queue that takes less than it did refuses what is too large, and no other',
  { skip: missingSqs() ?? false },
  async (t) => {
    const server = await startSqs()
    t.after(() => server.stop())
    const settings = await place(server)
    const url = String(settings.queue_url)
    await server.limitMessages(url, 4096)
    const events = [testEvent(0), testEvent(1, undefined, 10_000), testEvent(2)]
    const results = await sending(t, settings)(events)
    assert.match(
      JSON.stringify(results),
      /"delivered".*"retry".*raise its MaximumMessageSize, or lower max_message_bytes here.*"refused":true.*"delivered"/,
    )
    assert.equal((await server.messages(url)).length, 2)
  },
)

test('what AWS answers is said by what to do', async (t) => {
  const answers = [
    [403, { __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'SECRET' }],
    [400, { __type: 'com.amazonaws.sqs#QueueDoesNotExist' }],
    [503, {}],
    [400, { __type: 'com.amazonaws.sqs#InvalidParameterValue', message: 'a SECRET of another parameter is invalid' }],
    [
      200,
      {
        Successful: [{ Id: '0', MessageId: 'm' }],
        Failed: [{ Id: '1', Code: 'InvalidMessageContents', SenderFault: true }],
      },
    ],
  ] as const
  let asked = 0
  const server = createServer((request, response) => {
    request.resume()
    const [status, body] = answers[asked++]!
    response.writeHead(status, { 'retry-after': '7' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/1/queue`
  const send = sending(t, { queue_url: url, access_key_id: 'a', secret_access_key: 'SECRET' })
  const said = async (): Promise<string> => {
    const results = JSON.stringify(await send([testEvent(0), testEvent(1), testEvent(2)]))
    assert.ok(!results.includes('SECRET'))
    return results
  }
  assert.match(await said(), /"retry".*InvalidSignatureException.*secret_access_key or the region is wrong/)
  assert.match(await said(), /"retry".*QueueDoesNotExist.*correct queue_url/)
  assert.match(await said(), /"retry".*503.*"afterSeconds":7.*"slowDown":true/)
  assert.match(await said(), /^\[\{"next":"retry"[^[]*InvalidParameterValue/)
  assert.match(await said(), /"delivered".*"rejected".*InvalidMessageContents.*"retry".*did not say/)
})
