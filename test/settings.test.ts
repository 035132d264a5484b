// Settings that nothing else starts a server with, each seen from outside.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCli, startedServer } from '../src/cli/test-cli.ts'

const TOKEN = 'the-token-of-the-settings'

test('where events may go, what is printed, who is a stranger: as the settings say', async (t) => {
  const cli = openCli()
  t.after(() => cli.dispose())
  const env = {
    LOAM_PORT: '0',
    LOAM_ADMIN_TOKEN: TOKEN,
    LOAM_STDOUT: 'events',
    LOAM_DESTINATION_FOLDER: 'events',
    LOAM_DESTINATION_PORTS: '443,4000-4999',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: '10.0.0.0/8',
    LOAM_TRUSTED_PROXIES: '1',
    LOAM_STRANGERS_PER_MINUTE: '2',
  }
  const server = cli.spawn(['start', '--json'], { env })
  const { url } = await startedServer(server)
  const ask = async (path: string, json: object): Promise<{ status: number; body: Record<string, unknown> }> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}/admin/v1${path}`, { method: 'POST', headers, body: JSON.stringify(json) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  await t.test('private addresses and ports', async () => {
    const urls = ['http://10.1.2.3:4100/', 'http://10.1.2.3:5000/', 'http://192.168.1.2:4100/']
    const answers: Awaited<ReturnType<typeof ask>>[] = []
    for (const to of urls) answers.push(await ask('/destinations', { url: to }))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 400, 400],
    )
    assert.match(String(answers[1]!.body.message), /LOAM_DESTINATION_PORTS/)
    assert.match(String(answers[2]!.body.message), /LOAM_ALLOW_PRIVATE_DESTINATIONS/)
  })

  await t.test('events in a folder and on the standard output, the log beside it', async () => {
    for (const json of [{ type: 'file', settings: { folder: 'mine' } }, { type: 'stdout' }]) {
      assert.equal((await ask('/destinations', json)).status, 201)
    }
    await ask('/generate', { type: 'sleep', send: true })
    await server.says(/^\{.*"event_type":"sleep"/m)
    assert.ok(!server.stdout().includes('destination created'))
    assert.match(server.stderr(), /"msg":"destination created"/)
    const folder = join(cli.folder, 'events', 'mine')
    const written = (): string => {
      const names = existsSync(folder) ? readdirSync(folder) : []
      return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
    }
    for (let i = 0; i < 200 && !written().includes('"sleep"'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.match(written(), /"event_type":"sleep"/)
  })

  await t.test('strangers, by the address that the proxy names', async () => {
    const stranger = async (address: string): Promise<number> => {
      const headers = { 'x-forwarded-for': `203.0.113.1, ${address}`, 'dev-id': 'nobody', 'x-api-key': 'wrong' }
      return (await fetch(`${url}/v2/userInfo?reference_id=a`, { headers })).status
    }
    const statuses: number[] = []
    for (const last of [7, 7, 7, 8]) statuses.push(await stranger(`198.51.100.${last}`))
    assert.deepEqual(statuses, [401, 401, 429, 401])
  })
})
