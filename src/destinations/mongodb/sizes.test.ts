import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('a server that begins with zeros is no MongoDB, and ends no process', () => {
  // A process of its own: it would never be heard of again.
  const script = `
    import { createServer } from 'node:net'
    import { mongodb, MongodbSettings } from '${new URL('./index.ts', import.meta.url).href}'
    import { createNetwork } from '${new URL('../../platform/network.ts', import.meta.url).href}'
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.write(Buffer.alloc(64)))
    })
    server.listen(0, '127.0.0.1', async () => {
      const hosts = ['127.0.0.1:' + server.address().port]
      const sender = mongodb.open(MongodbSettings.parse({ hosts, database: 'x', tls: false }), {
        network: createNetwork({ allowPrivate: true }),
      })
      const event = { id: 'x', type: 'healthcheck', body: Buffer.from('{}') }
      const [result] = await sender.send([event], { signingSecrets: [], timeoutMs: 3000 })
      console.log(result.next)
      process.exit()
    })`
  const ran = spawnSync(process.execPath, ['-e', script], { timeout: 20_000, encoding: 'utf8' })
  assert.equal(ran.stdout, 'retry\n', ran.stderr)
})
