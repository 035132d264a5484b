import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, suite, test } from 'node:test'
import type { OutgoingEvent, Sender, SendResult, World } from '../../src/destinations/destination.ts'
import { kafka, KafkaSettings } from '../../src/destinations/kafka/index.ts'
import { PrivateAddress } from '../../src/platform/network.ts'
import { type Kafka, missingKafka, NARROW, PASSWORD, startKafka, USER } from '../services/kafka.ts'
import { destinationSuite } from './destination-suite.ts'
import { pause, testEvent, testEvents, testWorld, textOf, until } from './events.ts'

const NOW = { signingSecrets: [], timeoutMs: 10_000 }
const newTopic = (): string => `place-${randomBytes(6).toString('hex')}`

/** Both suites of this file use one: it takes its time to start. */
let running: Promise<Kafka> | undefined
const shared = (): Promise<Kafka> => (running ??= startKafka())
after(async () => (await running)?.stop())

destinationSuite('kafka', {
  networked: true,
  // A lost answer may put it there twice; readers tell by the id.
  idempotent: false,
  missing: missingKafka,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server = await shared()
    return {
      async place() {
        const topic = newTopic()
        await server.createTopic(topic)
        const login = { sasl: 'scram-sha-256', username: USER, password: PASSWORD }
        return { brokers: [`127.0.0.1:${server.port}`], topic, ...login, tls: false }
      },
      async read({ topic }) {
        const messages = await server.read(String(topic))
        return messages.map(({ headers, value }) => ({ id: headers['event-id']!, body: value }))
      },
      at: (settings, { host, port }) => ({ ...settings, brokers: [`${host}:${port}`] }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: async () => undefined,
    }
  },
})

suite('what only Kafka has', { skip: missingKafka() ?? false, timeout: 180_000 }, () => {
  async function place(more: Record<string, unknown> = {}, config: Record<string, string> = {}) {
    const server = await shared()
    const topic = newTopic()
    await server.createTopic(topic, 6, config)
    const login = { sasl: 'plain', username: USER, password: PASSWORD, tls: false }
    return {
      server,
      topic,
      settings: KafkaSettings.parse({ brokers: [`127.0.0.1:${server.port}`], topic, ...login, ...more }),
    }
  }

  test('a user stays in one partition and in order, and headers say what it is', async (t) => {
    const { server, topic, settings } = await place()
    const sender = kafka.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const users = Array.from({ length: 8 }, () => testEvents(4))
    for (let i = 0; i < 4; i++) {
      const results = await sender.send(
        users.map((events) => events[i]!),
        NOW,
      )
      assert.ok(results.every(({ next }) => next === 'delivered'))
    }
    const messages = await server.read(topic)
    assert.ok(new Set(messages.map(({ partition }) => partition)).size > 1)
    for (const events of users) {
      const those = messages.filter(({ key }) => key === events[0]!.userId)
      assert.equal(new Set(those.map(({ partition }) => partition)).size, 1)
      assert.deepEqual(
        those.map(({ headers }) => headers['event-id']),
        events.map(({ id }) => id),
      )
    }
    const [event] = users[0]!
    const { headers } = messages.find((message) => message.headers['event-id'] === event!.id)!
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      'terra-reference': event!.reference,
      'x-terra-trace-id': event!.traceId,
      'x-terra-ordering-timestamp': String(event!.orderingAt),
      'event-id': event!.id,
      'event-type': 'daily',
    })
  })

  test('an event that is too large for the topic fails alone', async (t) => {
    const { server, topic, settings } = await place({}, { 'max.message.bytes': '20000' })
    const sender = kafka.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const events = [testEvent(0), testEvent(1, undefined, 60_000), testEvent(2)]
    const results = await onceLed(sender, events)
    assert.deepEqual(
      results.map(({ next }) => next),
      ['delivered', 'retry', 'delivered'],
    )
    assert.match(
      JSON.stringify(results[1]),
      /raise max\.message\.bytes of the topic, or lower max_message_bytes here.*"refused":true/,
    )
    const arrived = new Set((await server.read(topic)).map(({ headers }) => headers['event-id']))
    assert.deepEqual(arrived, new Set([events[0]!.id, events[2]!.id]))
  })

  test('a topic that takes more than usual takes a large event whole', async (t) => {
    const { server, topic, settings } = await place(
      { max_message_bytes: 5_000_000 },
      { 'max.message.bytes': '5000000' },
    )
    const sender = kafka.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const large = testEvent(0, undefined, 4_900_000)
    assert.ok(large.body.byteLength < kafka.maxEventBytes!(settings))
    assert.match(JSON.stringify(await onceLed(sender, [large])), /^\[\{"next":"delivered"/)
    assert.equal((await server.read(topic)).filter(({ value }) => value === textOf(large)).length, 1)
  })

  test('a compacted topic takes no event of nobody: it says so, and waits', async (t) => {
    const { settings } = await place({}, { 'cleanup.policy': 'compact' })
    const sender = kafka.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const results = await onceLed(sender, [testEvent(0), testEvent(4), testEvent(1)])
    assert.match(JSON.stringify(results), /"delivered".*"retry".*INVALID_RECORD.*cleanup\.policy.*"delivered"/)
  })

  test('a topic that is deleted in between is told by its name, and made again', async (t) => {
    const { server, topic, settings } = await place()
    const sender = kafka.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    assert.equal((await sender.send([testEvent(0)], NOW))[0]!.next, 'delivered')
    await server.deleteTopic(topic)
    const event = testEvent(1)
    for (let tries = 0; tries < 20; tries++) {
      const [result] = await sender.send([event], NOW)
      if (result!.next === 'delivered') break
      assert.match(JSON.stringify(result), /"retry".*(there is no such topic|NOT_LEADER)/)
      await pause(250)
    }
    await until('it is there', async () => (await server.read(topic)).some(({ value }) => value === textOf(event)))
  })

  test('a topic that takes no message of this time names the clock', async (t) => {
    const { settings } = await place({}, { 'message.timestamp.before.max.ms': '1' })
    const sender = kafka.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    // What arrives within a millisecond is taken.
    await until('one is refused', async () => {
      const results = JSON.stringify(await onceLed(sender, [testEvent(0)]))
      return /"retry".*INVALID_TIMESTAMP\): the topic takes no messages of this time/.test(results)
    })
  })

  test('pointers say where the event lies; a sign of life goes as it is', async (t) => {
    const { server, topic, settings } = await place({ message: 'pointer' })
    const world: World = {
      ...testWorld(t, { allowPrivate: true }),
      payloadUrl: async ({ id }) => ({ url: `https://payloads.example.com/${id}`, expiresInSeconds: 600 }),
    }
    assert.equal(kafka.maxEventBytes!(settings), Number.POSITIVE_INFINITY)
    const sender = kafka.open(settings, world)
    t.after(() => sender.close())
    const [large, healthcheck] = [testEvent(0, undefined, 3_000_000), testEvent(4)]
    await sender.send([large, healthcheck], NOW)
    const values = (await server.read(topic)).map(({ value }) => value)
    assert.deepEqual(
      values.filter((value) => value !== textOf(healthcheck)).map((value) => JSON.parse(value)),
      [
        {
          type: 's3_payload',
          status: 'success',
          url: `https://payloads.example.com/${large.id}`,
          expires_in: 600,
          payload_reference: large.reference,
          user_id: large.userId,
          reference_id: large.referenceId,
          version: '2022-03-16',
        },
      ],
    )
    assert.equal(values.length, 2)
  })

  test('SCRAM-SHA-512 over TLS, with an authority of its own; without it the certificate is refused', async (t) => {
    const { server, topic, settings } = await place()
    const secure = { ...settings, sasl: 'scram-sha-512' as const, tls: true, brokers: [`localhost:${server.tlsPort}`] }
    const world = testWorld(t, { allowPrivate: true })
    const trusting = kafka.open({ ...secure, ca_certificate: server.certificates.ca }, world)
    t.after(() => trusting.close())
    assert.deepEqual(await trusting.send([testEvent(0)], NOW), [{ next: 'delivered', status: null, response: null }])
    assert.equal((await server.read(topic)).length, 1)
    const wary = kafka.open(secure, world)
    t.after(() => wary.close())
    assert.match(JSON.stringify(await wary.send([testEvent(1)], NOW)), /"retry".*certificate of localhost/)
    const guarded = kafka.open(secure, testWorld(t, { allowPrivate: false }))
    t.after(() => guarded.close())
    assert.match(JSON.stringify(await guarded.send([testEvent(2)], NOW)), /localhost is a private address/)
  })

  test('sasl over TLS, whichever; who is given no TLS hangs up, and says nothing of the user', async (t) => {
    const { server, settings } = await place()
    const world = testWorld(t, { allowPrivate: true })
    const send = async (more: Record<string, unknown>): Promise<string> => {
      const brokers = [`localhost:${server.tlsPort}`]
      const changed = { ...settings, tls: true, ca_certificate: server.certificates.ca, brokers, ...more }
      const sender = kafka.open(KafkaSettings.parse(changed), world)
      t.after(() => sender.close())
      return JSON.stringify(await sender.send([testEvent(0)], NOW))
    }
    for (const sasl of ['plain', 'scram-sha-256', 'scram-sha-512']) {
      assert.match(await send({ sasl }), /"delivered"/)
      assert.match(await send({ sasl, password: 'SECRET-but-wrong' }), /"retry".*SASL_AUTHENTICATION_FAILED/)
    }
    assert.match(await send({ tls: false }), /"retry".*check that TLS, client_certificate and sasl are set/)
  })

  test('a certificate of ours in place of a user, and an address in place of a name', async (t) => {
    const { server, settings } = await place()
    const world = testWorld(t, { allowPrivate: true })
    const { ca, client } = server.certificates
    const login = { sasl: 'none', username: null, password: null, tls: true, ca_certificate: ca }
    const send = async (more: Record<string, unknown>): Promise<string> => {
      const changed = KafkaSettings.parse({ ...settings, ...login, brokers: [server.certified], ...more })
      const sender = kafka.open(changed, world)
      t.after(() => sender.close())
      return JSON.stringify(await sender.send([testEvent(0)], NOW))
    }
    assert.match(await send({ client_certificate: client.certificate, client_key: client.key }), /"delivered"/)
    assert.match(
      await send({}),
      /"retry".*did not accept our certificate, or that there is none.*set client_certificate/,
    )
    assert.match(await send({ tls: false }), /"retry".*wants TLS: switch tls on/)
  })

  test('rights that are missing are told, and go on when they are there', async (t) => {
    const { server, topic, settings } = await place({ username: NARROW })
    const missing = newTopic()
    const [there, made] = [topic, missing].map((each) =>
      kafka.open({ ...settings, topic: each }, testWorld(t, { allowPrivate: true })),
    )
    for (const sender of [there!, made!]) t.after(() => sender.close())
    const told = /"retry".*it needs WRITE and DESCRIBE on the topic, and/
    const send = async (sender: Sender): Promise<string> => JSON.stringify(await onceLed(sender, [testEvent(4)]))
    assert.match(await send(there!), told)
    await server.allow('DESCRIBE', topic)
    assert.match(await send(there!), told)
    await server.allow('WRITE', topic)
    await until('it may write', async () => /"delivered"/.test(await send(there!)))
    await server.allow('WRITE', missing)
    assert.match(await send(made!), /"retry".*and CREATE where it is to be made/)
    await server.allow('CREATE', missing)
    await until('it may make the topic', async () => /"delivered"/.test(await send(made!)))
  })

  test('brokers that a broker names are guarded as well', async (t) => {
    const { server, settings } = await place()
    const world = testWorld(t, { allowPrivate: true })
    // The first one may be reached by its name; the address that it names for itself may not.
    const network = {
      ...world.network,
      check(host: string) {
        if (host === '127.0.0.1') throw new PrivateAddress(host)
      },
    }
    const brokers = [`localhost:${server.port}`]
    const sender = kafka.open({ ...settings, brokers }, { ...world, network })
    t.after(() => sender.close())
    assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"retry".*127\.0\.0\.1 is a private address/)
  })
})

/** For a moment nobody leads the partitions of a topic that was just made. */
async function onceLed(sender: Sender, events: readonly OutgoingEvent[]): Promise<SendResult[]> {
  for (let tries = 0; ; tries++) {
    const results = await sender.send(events, NOW)
    if (tries === 20 || !JSON.stringify(results).includes('NOT_LEADER')) return results
    await pause(250)
  }
}
