// Certificates that are wrong, end, or are changed: what is said of them, and that nothing is left behind.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite, test } from 'node:test'
import { destinationTypes } from '../../src/destinations/index.ts'
import { rabbitmq, RabbitmqSettings } from '../../src/destinations/rabbitmq/index.ts'
import { redis, RedisSettings } from '../../src/destinations/redis/index.ts'
import { makeCertificates } from '../services/certificates.ts'
import { freePort } from '../services/free-port.ts'
import { atIpv6 } from '../services/ipv6.ts'
import { missingRabbitmq, PASSWORD as BROKER_PASSWORD, startRabbitmq } from '../services/rabbitmq.ts'
import { missingRedis, PASSWORD, startRedis } from '../services/redis.ts'
import { assertRetry } from './assertions.ts'
import { silentServer, testEvent, testWorld, until } from './events.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }
const path = (name: string): string =>
  fileURLToPath(new URL(`../../src/platform/fixtures/tls/${name}`, import.meta.url))
const pem = (name: string): string => readFileSync(path(name), 'utf8')

suite('certificates of ours that are no pair, or an authority that cannot be read', () => {
  const needed = { user: 'u', username: 'u', password: 'SECRET', stream: 's', topic: 't', routing_key: 'r' }
  const kinds = destinationTypes.filter(({ settings: { shape } }) => 'tls' in shape && 'client_key' in shape)
  assert.ok(kinds.length >= 6)
  for (const type of kinds) {
    test(`${type.id} is told before anything is connected`, async (t) => {
      let seen = 0
      const server = createServer((socket) => {
        seen++
        socket.destroy()
      }).listen(0, '127.0.0.1')
      t.after(() => server.close())
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const at = `127.0.0.1:${port}`
      const database = type.id === 'redis' ? 0 : 'd'
      const all: Record<string, unknown> = {
        ...needed,
        database,
        host: '127.0.0.1',
        port,
        hosts: [at],
        brokers: [at],
        tls: true,
      }
      const offered = Object.entries({ ...all, project_url: `http://${at}`, service_key: 'SECRET' })
      const told = async (certificates: Record<string, string>): Promise<string> => {
        const settings = {
          ...Object.fromEntries(offered.filter(([name]) => name in type.settings.shape)),
          ...certificates,
        }
        const sender = type.open(type.settings.parse(settings), testWorld(t, { allowPrivate: true }))
        t.after(() => sender.close())
        return assertRetry(await sender.send([testEvent(0)], NOW), settings)
      }
      assert.match(
        await told({ client_certificate: pem('client.pem'), client_key: pem('server.key.pem') }),
        /cannot be used \(ERR_OSSL_X509_KEY_VALUES_MISMATCH\): set client_certificate and client_key/,
      )
      assert.match(
        await told({ ca_certificate: pem('ca.pem').replace('M', '') }),
        /cannot be used \(ERR_OSSL_PEM_BAD_BASE64_DECODE\): set .* or the ca_certificate/,
      )
      assert.equal(seen, 0)
    })
  }
})

suite('a Redis at an address of IPv6', { skip: missingRedis() ?? false, timeout: 60_000 }, () => {
  test('is found with brackets as well, and its certificate names the address', async (t) => {
    const { ca, server } = makeCertificates('loam')
    const folder = mkdtempSync(join(tmpdir(), 'loam-tls-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const files = Object.entries({ cert: server.certificate, key: server.key, 'ca-cert': ca }).flatMap(
      ([name, text]) => {
        writeFileSync(join(folder, name), text)
        return [`--tls-${name}-file`, join(folder, name)]
      },
    )
    const port = await freePort()
    const started = await startRedis('--tls-port', String(port), ...files, '--tls-auth-clients', 'no')
    t.after(() => started.stop())
    for (const at of [{ host: '127.0.0.1', port }, ...(await atIpv6(t, port))]) {
      const settings = RedisSettings.parse({ ...at, password: PASSWORD, stream: 'health', ca_certificate: ca })
      const sender = redis.open(settings, testWorld(t, { allowPrivate: true }))
      t.after(() => sender.close())
      assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"delivered"/, at.host)
    }
  })
})

suite('a RabbitMQ that speaks TLS', { timeout: 180_000 }, () => {
  const login = { host: '127.0.0.1', username: 'loam', routing_key: 'health', ca_certificate: pem('ca.pem') }

  test('gets events, also on a certificate of ours', { skip: missingRabbitmq() ?? false }, async (t) => {
    const port = await freePort()
    const server = await startRabbitmq([
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      `ssl_options.cacertfile = ${path('ca.pem')}`,
      `ssl_options.certfile = ${path('server.pem')}`,
      `ssl_options.keyfile = ${path('server.key.pem')}`,
      'ssl_options.verify = verify_peer',
      'ssl_options.fail_if_no_peer_cert = true',
    ])
    t.after(() => server.stop())
    const connection = await server.connect()
    await (await connection.createChannel()).assertQueue('health')
    await connection.close()
    const send = async (more: Record<string, unknown>): Promise<string> => {
      const settings = RabbitmqSettings.parse({ ...login, port, password: BROKER_PASSWORD, ...more })
      const sender = rabbitmq.open(settings, testWorld(t, { allowPrivate: true }))
      t.after(() => sender.close())
      return JSON.stringify(await sender.send([testEvent(0)], NOW))
    }
    assert.match(await send({}), /"retry".*(set client_certificate and client_key|check that TLS is set as it expects)/)
    const ours = { client_certificate: pem('client.pem'), client_key: pem('client.key.pem') }
    assert.match(await send(ours), /"delivered"/)
    assert.match(await send({ ...ours, ca_certificate: null }), /"retry".*give the authority that signed it/)
  })

  test('hears nothing in plain text, and no socket stays', async (t) => {
    const silent = await silentServer(t)
    const settings = RabbitmqSettings.parse({ ...login, port: silent.port, password: 'SECRET' })
    const sender = rabbitmq.open(settings, testWorld(t, { allowPrivate: true }))
    assert.match(JSON.stringify(await sender.send([testEvent(0)], { ...NOW, timeoutMs: 500 })), /"retry"/)
    await sender.close()
    await until('its socket is closed', () => silent.open() === 0)
    assert.equal(silent.seen(), 1)
    // A record of TLS that holds a handshake.
    assert.deepEqual(
      silent.heard().map((bytes) => bytes[0]),
      [0x16],
    )
  })
})

suite('the certificate of a Redis', { skip: missingRedis() ?? false, timeout: 60_000 }, () => {
  test('that ends, is for other names or wants one of ours is told, and what is mended there is found', async (t) => {
    const port = await freePort()
    const files = (name: string): string[] => [
      'tls-cert-file',
      path(`${name}.pem`),
      'tls-key-file',
      path(`${name}.key.pem`),
    ]
    const given = [
      'tls-port',
      String(port),
      ...files('server'),
      'tls-ca-cert-file',
      path('ca.pem'),
      'tls-auth-clients',
      'no',
    ]
    const server = await startRedis(...given.map((word, i) => (i % 2 === 0 ? `--${word}` : word)))
    t.after(() => server.stop())
    const settings = {
      host: '127.0.0.1',
      port,
      password: PASSWORD,
      stream: 'health',
      ca_certificate: pem('ca.pem') + pem('expired.pem'),
    }
    const open = (more: Record<string, unknown> = {}) => {
      const sender = redis.open(RedisSettings.parse({ ...settings, ...more }), testWorld(t, { allowPrivate: true }))
      t.after(() => sender.close())
      return async (): Promise<string> => JSON.stringify(await sender.send([testEvent(0)], NOW))
    }
    const send = open()
    assert.match(await send(), /"delivered"/)
    const administrator = server.client()
    const set = async (...words: string[]): Promise<void> => {
      await administrator.config('SET', ...(words as [string, string]))
      await administrator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    }
    await set(...files('expired'))
    assert.match(await open()(), /"retry".*has expired \(CERT_HAS_EXPIRED\): renew it there/)
    assert.match(await send(), /"retry"/)
    assert.match(await send(), /"retry".*has expired \(CERT_HAS_EXPIRED\): renew it there/)
    await set(...files('server'))
    assert.match(await send(), /"delivered"/)
    // The same address in a spelling that its certificate does not have.
    assert.match(await open({ host: '127.1' })(), /"retry".*is for other names \(\w+\): give a host that it names/)
    await set('tls-auth-clients', 'yes')
    // A reset can be there before its word.
    assert.match(await open()(), /"retry".*(set client_certificate and client_key|check that TLS is set as it expects)/)
    const ours = { client_certificate: pem('client.pem'), client_key: pem('client.key.pem') }
    assert.match(await open(ours)(), /"delivered"/)
  })
})
