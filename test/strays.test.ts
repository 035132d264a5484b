// A destination's library that throws in what a socket calls: the process goes on, and so do the other destinations.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCli, openReceiver, runWell, startServer } from '../src/cli/test-cli.ts'

test(
  'a PostgreSQL that wants a login which its client does not know ends no server',
  { timeout: 60_000 },
  async (t) => {
    const cli = openCli({ LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on' })
    t.after(() => cli.dispose())
    const server = await startServer(cli)
    const odd = createServer((socket) => {
      socket.on('error', () => undefined)
      // AuthenticationGSS.
      socket.once('data', () => socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 7])))
    }).listen(0, '127.0.0.1')
    t.after(() => odd.close())
    await once(odd, 'listening')
    const { port } = odd.address() as AddressInfo
    const { admin_token: token } = JSON.parse(readFileSync(join(cli.folder, 'data', 'dev.json'), 'utf8'))
    const admin = async (method: string, path: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${server.url}/admin/v1${path}`, { method, headers, body: JSON.stringify(body) })
      return (await answer.json()) as { id: string; message: string; data: { state: string; last_error: string }[] }
    }
    const settings = { host: '127.0.0.1', port, database: 'x', user: 'x', password: 'x', tls: false }
    const { id } = await admin('POST', '/destinations', { type: 'postgres', settings })
    const receiver = await openReceiver(() => 200)
    t.after(() => receiver.close())
    await runWell(cli, 'destinations', 'add', receiver.url)

    assert.match((await admin('POST', `/destinations/${id}/test`)).message, /its client library failed/)
    await runWell(cli, 'generate', 'body', '--send')
    const [, line] = await server.says(/(.*threw past everybody.*)/)
    assert.equal(JSON.parse(line!).destinationId, id)
    for (;;) {
      const [delivery] = (await admin('GET', `/deliveries?destination_id=${id}`)).data
      if (delivery!.last_error !== null) {
        assert.deepEqual([delivery!.state, /its client library failed/.test(delivery!.last_error)], ['pending', true])
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.equal(receiver.requests.length, 1, 'the others have it')
    server.child.kill('SIGTERM')
    assert.equal((await server.ended).code, 0)
  },
)
