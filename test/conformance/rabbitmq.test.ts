import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { rabbitmq, RabbitmqSettings } from '../../src/destinations/rabbitmq/index.ts'
import { missingRabbitmq, PASSWORD, type Rabbitmq, startRabbitmq } from '../services/rabbitmq.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testWorld } from './events.ts'
import type { Arrived, Settings } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }

async function place(server: Rabbitmq): Promise<Settings> {
  const queue = `place-${randomBytes(6).toString('hex')}`
  const connection = await server.connect()
  const channel = await connection.createChannel()
  await channel.assertQueue(queue, { durable: true })
  await connection.close()
  return { host: '127.0.0.1', port: server.port, username: 'loam', password: PASSWORD, routing_key: queue, tls: false }
}

/** Takes nothing away: whatever is read goes back when the channel closes. */
async function read(server: Rabbitmq, { routing_key: queue }: Settings): Promise<Arrived[]> {
  const connection = await server.connect()
  const channel = await connection.createChannel()
  const arrived: Arrived[] = []
  for (;;) {
    const message = await channel.get(String(queue), { noAck: false })
    if (message === false) break
    arrived.push({ id: String(message.properties.messageId), body: message.content.toString('utf8') })
  }
  await connection.close()
  return arrived
}

destinationSuite('rabbitmq', {
  networked: true,
  // A lost confirmation may put it there twice; readers tell by the message's id.
  idempotent: false,
  missing: missingRabbitmq,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server = await startRabbitmq()
    return {
      place: () => place(server),
      read: (settings) => read(server, settings),
      at: (settings, address) => ({ ...settings, ...address }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})

suite('what only RabbitMQ has', { skip: missingRabbitmq() ?? false, timeout: 120_000 }, () => {
  test('a message that is too large for the broker takes no other one with it', async (t) => {
    const server = await startRabbitmq(['max_message_size = 20000'])
    t.after(() => server.stop())
    const settings = await place(server)
    const sender = rabbitmq.open(RabbitmqSettings.parse(settings), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const events = [testEvent(0), testEvent(1, undefined, 60_000), testEvent(2)]
    const results = await sender.send(events, NOW)
    assert.match(
      JSON.stringify(results),
      /"delivered".*"retry".*raise max_message_size, or set max_bytes here.*"refused":true.*"delivered"/,
    )
    const arrived = new Set((await read(server, settings)).map(({ id }) => id))
    assert.deepEqual(arrived, new Set([events[0]!.id, events[2]!.id]))
  })

  test('a virtual host of an odd name, an exchange that routes by what an event is, and a quorum queue', async (t) => {
    const virtual_host = 'health%2Fund/ünd 100%'
    const server = await startRabbitmq([], [virtual_host])
    t.after(() => server.stop())
    const connection = await server.connect(virtual_host)
    const channel = await connection.createChannel()
    await channel.assertExchange('events', 'topic')
    await channel.assertQueue('daily', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await channel.bindQueue('daily', 'events', 'of.OURA.daily.*')
    const login = { host: '127.0.0.1', port: server.port, username: 'loam', password: PASSWORD, tls: false }
    const routed = { virtual_host, exchange: 'events', routing_key: 'of.{provider}.{type}.{user_id}' }
    const sender = rabbitmq.open(RabbitmqSettings.parse({ ...login, ...routed }), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const event = testEvent(0)
    assert.match(JSON.stringify(await sender.send([event], NOW)), /"delivered"/)
    const message = await channel.get('daily', { noAck: true })
    assert.ok(message !== false)
    assert.equal(message.fields.routingKey, `of.OURA.daily.${event.userId}`)
    await connection.close()
    const { messageId, type, deliveryMode, headers } = message.properties
    assert.deepEqual([messageId, type, deliveryMode, headers!['event-id']], [event.id, 'daily', 2, event.id])
    assert.match(
      JSON.stringify(await sender.send([testEvent(4)], NOW)),
      /"retry".*no queue for of\.OURA\.healthcheck\.none/,
    )
  })

  test('a message that no queue takes is no delivery; an exchange that is not there is told', async (t) => {
    const server = await startRabbitmq()
    t.after(() => server.stop())
    const settings = await place(server)
    const send = async (more: Settings): Promise<string> => {
      const sender = rabbitmq.open(
        RabbitmqSettings.parse({ ...settings, ...more }),
        testWorld(t, { allowPrivate: true }),
      )
      const results = await sender.send([testEvent(0)], NOW)
      await sender.close()
      return JSON.stringify(results)
    }
    assert.match(await send({ routing_key: 'nowhere.{type}' }), /"retry".*no queue for nowhere\./)
    assert.match(await send({ exchange: 'not-there' }), /"retry".*no such exchange/)
    assert.match(await send({ virtual_host: 'other' }), /"retry".*virtual host/)
    assert.match(await send({}), /"delivered"/)
  })
})
