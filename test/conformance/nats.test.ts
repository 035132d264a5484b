import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { suite, test } from 'node:test'
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream'
import { nats, NatsSettings } from '../../src/destinations/nats/index.ts'
import { makeCertificates } from '../services/certificates.ts'
import { atIpv6 } from '../services/ipv6.ts'
import { missingNats, type Nats, PASSWORD, startNats } from '../services/nats.ts'
import { destinationSuite } from './destination-suite.ts'
import { HERE, testEvent, testWorld } from './events.ts'
import type { Arrived, Settings } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }

async function place(server: Nats): Promise<Settings> {
  const name = `place_${randomBytes(6).toString('hex')}`
  await server.addStream(name, `${name}.>`)
  const subject = `${name}.{type}`
  return { host: '127.0.0.1', port: server.port, username: 'loam', password: PASSWORD, subject, tls: false }
}

async function read(server: Nats, { subject }: Settings): Promise<Arrived[]> {
  const connection = await server.connect()
  const { streams } = await jetstreamManager(connection)
  const name = String(subject).split('.')[0]!
  const { state } = await streams.info(name)
  const arrived: Arrived[] = []
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await streams.getMessage(name, { seq })
    if (message !== null) arrived.push({ id: message.header.get('event-id'), body: message.string() })
  }
  await connection.close()
  return arrived
}

destinationSuite('nats', {
  networked: true,
  idempotent: true,
  missing: missingNats,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server = await startNats()
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

suite('what only NATS has', { skip: missingNats() ?? false, timeout: 60_000 }, () => {
  test('a subject that no stream listens to is told, and the type is part of the subject', async (t) => {
    const server = await startNats()
    t.after(() => server.stop())
    const settings = await place(server)
    const send = async (subject: unknown): Promise<string> => {
      const sender = nats.open(NatsSettings.parse({ ...settings, subject }), testWorld(t, { allowPrivate: true }))
      const results = await sender.send([testEvent(0)], NOW)
      await sender.close()
      return JSON.stringify(results)
    }
    assert.match(await send('nowhere.{type}'), /"retry".*no stream that listens to nowhere\./)
    assert.match(await send(settings.subject), /"delivered"/)
    const connection = await server.connect()
    const { streams } = await jetstreamManager(connection)
    const name = String(settings.subject).split('.')[0]!
    const message = await streams.getMessage(name, { seq: 1 })
    assert.equal(message?.subject, `${name}.${testEvent(0).type}`)
    assert.match(await send(`${name}.{provider}.{user_id}`), /"delivered"/)
    assert.match((await streams.getMessage(name, { seq: 2 }))!.subject, new RegExp(`^${name}\\.OURA\\.[0-9a-f-]{36}$`))
    await connection.close()
  })

  test('what the user may not do is told by its right', async (t) => {
    const user = (name: string, may: string): string => `{ user: ${name}, password: SECRET, permissions: { ${may} } }`
    const others = [
      user('silent', 'publish: [elsewhere]'),
      user('deaf', 'publish: ["*.daily"], subscribe: [elsewhere]'),
      user('both', 'publish: ["*.daily"], subscribe: ["_INBOX.>"]'),
    ]
    const server = await startNats({ others })
    t.after(() => server.stop())
    const settings = await place(server)
    const send = async (username: string): Promise<string> => {
      const changed = NatsSettings.parse({ ...settings, username, password: 'SECRET' })
      const sender = nats.open(changed, testWorld(t, { allowPrivate: true }))
      t.after(() => sender.close())
      return JSON.stringify(await sender.send([testEvent(0)], NOW))
    }
    assert.match(await send('silent'), /"retry".*may not publish to place_/)
    assert.match(await send('deaf'), /"retry".*may not subscribe to _INBOX/)
    assert.match(await send('both'), /"delivered"/)
  })

  for (const token of [undefined, 'SECRET-token']) {
    test(`TLS: verified, with a certificate of ours, and a ${token === undefined ? 'user' : 'token'}`, async (t) => {
      const certificates = makeCertificates('loam')
      const server = await startNats({ certificates, ...(token === undefined ? {} : { token }) })
      t.after(() => server.stop())
      const { ca, client } = certificates
      const login = token === undefined ? {} : { username: null, password: null, token }
      const ours = { client_certificate: client.certificate, client_key: client.key, ca_certificate: ca }
      const settings = { ...(await place(server)), ...login, ...ours, tls: true }
      const world = testWorld(t, { allowPrivate: true, names: HERE })
      const send = async (more: Settings): Promise<string> => {
        const sender = nats.open(NatsSettings.parse({ ...settings, ...more }), world)
        t.after(() => sender.close())
        return JSON.stringify(await sender.send([testEvent(0)], NOW))
      }
      for (const more of [{}, { host: 'localhost' }, { host: 'localhost.' }, ...(await atIpv6(t, server.port))]) {
        assert.match(await send(more), /"delivered"/)
      }
      assert.match(await send({ host: '127.1' }), /"retry".*is for other names/)
      assert.match(await send({ ca_certificate: null }), /"retry".*give the authority that signed it/)
      const none = { client_certificate: null, client_key: null }
      assert.match(
        await send(none),
        /"retry".*(set client_certificate and client_key|check that TLS is set as it expects)/,
      )
      const wrong = token === undefined ? { password: 'SECRET-but-wrong' } : { token: 'SECRET-but-wrong' }
      assert.match(await send(wrong), /"retry".*the user, the password or the token is wrong/)
    })
  }

  test('with TLS on, a server that offers none hears no password', async (t) => {
    const heard: Buffer[] = []
    const server = createServer((socket) => {
      socket.write('INFO {"server_id":"x","version":"2.10.0","proto":1,"headers":true,"max_payload":1048576}\r\n')
      socket.on('data', (bytes) => heard.push(bytes))
      socket.on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const login = { username: 'loam', password: 'SECRET' }
    const settings = NatsSettings.parse({ host: '127.0.0.1', port, ...login })
    const sender = nats.open(settings, testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"retry".*offers no TLS: switch tls off/)
    assert.equal(Buffer.concat(heard).toString('latin1'), '')
  })

  test('an event that is larger than a stream takes waits, and the others go', async (t) => {
    const server = await startNats()
    t.after(() => server.stop())
    const settings = await place(server)
    const connection = await server.connect()
    t.after(() => connection.close())
    const { streams } = await jetstreamManager(connection)
    await streams.update(String(settings.subject).split('.')[0]!, { max_msg_size: 20_000 })
    const sender = nats.open(NatsSettings.parse(settings), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const results = await sender.send([testEvent(0), testEvent(1, undefined, 60_000)], NOW)
    assert.match(JSON.stringify(results), /"delivered".*"retry".*or set max_bytes here.*"refused":true/)
  })

  test('a stream that takes no more says why: it is full, or sealed', async (t) => {
    const server = await startNats()
    t.after(() => server.stop())
    const settings = await place(server)
    const connection = await server.connect()
    t.after(() => connection.close())
    const { streams } = await jetstreamManager(connection)
    const name = String(settings.subject).split('.')[0]!
    const sender = nats.open(NatsSettings.parse(settings), testWorld(t, { allowPrivate: true }))
    t.after(() => sender.close())
    const event = testEvent(0)
    const sent = async (): Promise<string> => JSON.stringify(await sender.send([event], NOW))
    await streams.update(name, { max_bytes: 10, discard: DiscardPolicy.New })
    assert.match(await sent(), /"retry".*the stream of .* is full: raise its limits/)
    await streams.update(name, { max_bytes: -1 })
    assert.match(await sent(), /"delivered"/)
    // The library's type has it only for what the server says.
    await streams.update(name, { sealed: true } as object)
    assert.match(await sent(), /"retry".*the stream of .* is sealed: create another one/)
  })
})
