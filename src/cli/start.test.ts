// What a start says, and the commands that need none.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openDatabase } from '../store/open.ts'
import { openCli, runWell, startServer } from './test-cli.ts'

describe('without a server', () => {
  test('quickstart brings its own, and takes it away again', async () => {
    const other = openCli()
    const temporary = mkdtempSync(join(tmpdir(), 'loam-cli-test-'))
    const ran = await other.run(['quickstart', '--json'], { env: { TMPDIR: temporary } })
    const left = [...readdirSync(other.folder), ...readdirSync(temporary)]
    await other.dispose()
    rmSync(temporary, { recursive: true })
    assert.deepEqual([ran.code, ran.stderr], [0, ''])
    const types = ran.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    assert.equal(types[0], 'auth')
    assert.ok(types.includes('sleep'))
    assert.deepEqual(left, [])
  })

  test('db status reads the database that a server left, db copy copies it', async () => {
    const other = openCli()
    const one = await startServer(other)
    one.child.kill('SIGTERM')
    assert.equal((await one.ended).code, 0)
    const ran = await other.run(['db', 'status'])
    const copied = await other.run(['db', 'copy', 'copy.db'])
    const again = await other.run(['db', 'copy', 'copy.db'])
    const users = await other.run(['users', 'list'])
    const db = await openDatabase(`sqlite:${join(other.folder, 'data', 'loam.db')}`)
    await db.run(`INSERT INTO schema_migrations VALUES (9999, '9999_later', 'x', 0)`)
    await db.close()
    const ofNewer = await other.run(['db', 'status'])
    const examined = await other.run(['doctor'])
    await other.dispose()
    const newer = /sqlite, schema version 9999: of a newer Loam \(9999_later\); this one does not start on it$/m
    assert.match(ofNewer.stdout, newer)
    assert.match(examined.stdout, newer)
    assert.match(examined.stdout, /fix: install the newer version$/m)
    assert.deepEqual([copied.code, again.code], [0, 3], copied.stderr)
    assert.match(again.stderr, /is there already/)
    assert.match(ran.stdout, /^sqlite, schema version \d+: up to date$/m)
    assert.deepEqual([users.code, /does not answer: start it/.test(users.stderr)], [5, true])
  })
})

test('a database whose key is not the one given: the doctor says so, and a start writes nothing', async (t) => {
  const other = openCli()
  t.after(() => other.dispose())
  const one = await startServer(other)
  one.child.kill('SIGTERM')
  await one.ended
  const well = await other.run(['doctor'])
  const id = /^ok {4}encryption key: ([0-9a-f]{8}), .*encryption\.key: back it up$/m.exec(well.stdout)![1]
  const env = {
    LOAM_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'),
    LOAM_ADMIN_TOKEN: 'another-token-0123456789',
  }
  const examined = await other.run(['doctor'], { env })
  assert.match(
    examined.stdout,
    new RegExp(`FAIL {2}encryption key: [0-9a-f]{8}, from the settings: what is stored needs ${id}\n`),
  )
  assert.match(
    examined.stdout,
    new RegExp(`fix: give the key ${id} by LOAM_ENCRYPTION_KEY; where it is lost: docs/backup.md`),
  )
  const refused = await other.run(['start'], { env: { ...env, LOAM_PORT: '0' } })
  assert.match(refused.stderr, new RegExp(`needs the key ${id}, here is [0-9a-f]{8}: add it to LOAM_ENCRYPTION_KEY`))
  await startServer(other)
})

test('a data folder in which the server may not write is told with its setting', async (t) => {
  const other = openCli()
  t.after(() => other.dispose())
  // As good as a file of another user, and root is refused too.
  mkdirSync(join(other.folder, 'data', 'dev.json'), { recursive: true })
  const { code, stderr } = await other.run(['start'], { env: { LOAM_PORT: '0' } })
  assert.equal(code, 1)
  assert.match(stderr, /^Loam does not start: data\/dev\.json cannot be written \(EISDIR\): LOAM_DATA_DIR must belong/)
})

test(
  'an address of IPv6 is listened on, and leads the sandbox and the commands there',
  { skip: networkInterfaces()['lo']?.some(({ family }) => family === 'IPv6') ? false : 'this machine has no IPv6' },
  async (t) => {
    const other = openCli({ LOAM_HOST: '::1' })
    t.after(() => other.dispose())
    const one = await startServer(other)
    await runWell(other, 'users', 'list')
    assert.doesNotMatch(one.stdout(), /"level":50/, 'the clouds of the sandbox are called at that address')
  },
)

test('a stop is one, whatever it still waits for: a collector that takes no traces', async (t) => {
  let asked!: () => void
  const once = new Promise<void>((resolve) => (asked = resolve))
  const collector = createServer((_request, response) => {
    response.writeHead(503).end()
    asked()
  })
  t.after(() => collector.close())
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  const other = openCli()
  t.after(() => other.dispose())
  const env = { LOAM_PORT: '0', LOAM_DEV_ID: 'myself', LOAM_API_KEY: 'the-key-of-this-test', LOAM_LOG_LEVEL: 'error' }
  const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
  const one = other.spawn(['start', '--json'], { env: traced })
  const { url } = JSON.parse((await one.says(/^\{"url".*\}$/m))[0]) as { url: string }
  await fetch(`${url}/v2/subscriptions`, { headers: { 'dev-id': env.LOAM_DEV_ID, 'x-api-key': env.LOAM_API_KEY } })
  await once
  one.child.kill('SIGTERM')
  const { code, stderr } = await one.ended
  assert.deepEqual([code, stderr], [0, ''])
})

describe('the banner of a start', () => {
  test('shows the credentials to whoever runs npm start', async () => {
    const other = openCli()
    const env = { LOAM_PORT: '0', LOAM_API_KEY: 'the-key-of-this-test', npm_lifecycle_event: 'start' }
    const one = other.spawn(['start'], { env })
    await one.says(/loam doctor/)
    const text = one.stdout()
    await other.dispose()
    for (const expected of [
      /Dashboard +http:\/\/localhost:\d+\/in\/\S+/,
      /API base URL +http:\/\/localhost:\d+\/v2/,
      /dev-id +\S+/,
      /x-api-key +the-key-of-this-test/,
      /signing secret +\S{8,}/,
      /Next: +open the dashboard/,
    ]) {
      assert.match(text, expected)
    }
  })

  test('tells a log only how to see them', async () => {
    const other = openCli()
    const one = other.spawn(['start'], { env: { LOAM_PORT: '0', LOAM_API_KEY: 'the-key-of-this-test' } })
    await one.says(/loam doctor/)
    const text = one.stdout() + one.stderr()
    await other.dispose()
    assert.match(text, /loam keys show --reveal/)
    assert.ok(!text.includes('the-key-of-this-test'))
    assert.match(text, /Dashboard +http:\/\/localhost:\d+\/dashboard /)
    assert.doesNotMatch(text, /\/in\//, 'a link that signs in opens everything to whoever reads the log first')
  })
})
