// Every command that talks to a server, against one that was started the same way.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Cli, openCli, openReceiver, type Ran, type Received, runWell, startServer } from './test-cli.ts'

type Row = Record<string, unknown>

let cli: Cli
let server: Awaited<ReturnType<typeof startServer>>
let userId: string

before(async () => {
  cli = openCli()
  server = await startServer(cli)
})
after(() => cli.dispose())

const rowsOf = (ran: Ran): Row[] => ran.json().data as Row[]
const loam = (...args: string[]): Promise<Ran> => runWell(cli, ...args)

test('start writes where it is for its owner alone', () => {
  const file = join(cli.folder, 'data', 'dev.json')
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Row
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual([profile.public_url, profile.dev_id], [server.url, server.devId])
})

test('quickstart connects a person of the sandbox and prints auth, then data', async () => {
  const ran = await loam('quickstart', '--offline', '--person', 'ada')
  const types = [...ran.stdout.matchAll(/^event +(\S+)/gm)].map(([, type]) => type)
  assert.equal(types[0], 'auth')
  for (const type of ['daily', 'sleep', 'activity']) assert.ok(types.includes(type), ran.stdout)
  assert.ok(ran.stdout.includes(`\nNext: the dashboard at ${server.url}/dashboard, or loam listen`), ran.stdout)
  userId = new URL(/^signed in +(\S+)/m.exec(ran.stdout)![1]!).searchParams.get('user_id')!
})

test('a source that asks for a password is connected in a browser, and quickstart says where', async () => {
  await loam('sources', 'enable', 'EIGHT')
  const ran = await cli.run(['quickstart', '--provider', 'EIGHT'])
  assert.equal(ran.code, 1)
  assert.match(
    ran.stderr,
    /^This sign-in asks for something to be typed: open \S+\/session\/\S+\/connect\/EIGHT in a browser\.$/m,
  )
})

describe('users', () => {
  test('list and show', async () => {
    const [list, table, show] = await Promise.all([
      loam('users', 'list', '--json', '--provider', 'oura'),
      loam('users', 'list'),
      loam('users', 'show', userId),
    ])
    assert.deepEqual(
      rowsOf(list).map((row) => row.user_id),
      [userId],
    )
    assert.ok(table.stdout.includes(userId) && table.stdout.split('\n').every((line) => line.length <= 80))
    assert.match(show.stdout, /^reference_id +my_first_connection$/m)
    assert.match(show.stdout, /^records +.*sleep/m)
  })

  test('someone who is not there is named by the API, with a page to read', async () => {
    const ran = await cli.run(['users', 'show', 'nobody'])
    assert.equal(ran.code, 3)
    assert.match(ran.stderr, /not found[\s\S]*\ncode: \w+\ndocs: http\S+\/docs\/errors#\w+\nreference: /)
  })
})

describe('migrate', () => {
  test('check says what stands in the way, and fails while something does', async () => {
    const ran = await cli.run(['migrate', 'fitbit', 'check'])
    assert.equal(ran.code, 1)
    assert.match(ran.stdout, /^0 wait for consent, 0 have both, 0 use the new API\.$/m)
    assert.match(ran.stdout, /^! restricted_scopes: /m)
  })

  test('list and links of nobody; a person who is none of the old API', async () => {
    assert.match((await loam('migrate', 'fitbit', 'list')).stdout, /^No connections of the old API\.$/m)
    assert.deepEqual((await loam('migrate', 'fitbit', 'links', '--json')).json().data, [])
    const ran = await cli.run(['migrate', 'fitbit', 'compare', userId])
    assert.equal(ran.code, 3)
    assert.match(ran.stderr, /is no connection of FITBIT's old API/)
  })
})

describe('events and deliveries', () => {
  test('list, in pages', async () => {
    const first = await loam('events', 'list', '--json', '--limit', '2', '--user', userId)
    const next = first.json().next_cursor as string
    const second = await loam('events', 'list', '--json', '--limit', '2', '--user', userId, '--cursor', next)
    const ids = [...rowsOf(first), ...rowsOf(second)].map((row) => row.id)
    assert.equal(new Set(ids).size, 4)
    const table = await loam('events', 'list', '--type', 'auth')
    assert.match(table.stdout, / auth +0 +my_first/)
    assert.match((await loam('events', 'list', '--type', 'nutrition')).stdout, /^No events\.$/m)
    assert.match((await loam('events', 'list', '--state', 'failed')).stdout, /^No events\.$/m)
  })

  test('show one with its body, resend it, see the delivery with its attempts', async () => {
    const [auth] = rowsOf(await loam('events', 'list', '--json', '--type', 'auth'))
    const shown = (await loam('events', 'show', String(auth!.id), '--json')).json()
    assert.equal((shown.body as Row).type, 'auth')
    const before = (shown.deliveries as Row[]).length
    assert.match((await loam('events', 'resend', String(auth!.id))).stdout, /^Queued for 1 destination\./)
    const [newest] = rowsOf(await loam('deliveries', 'list', '--json', '--type', 'auth', '--limit', '1'))
    assert.match((await loam('deliveries', 'resend', String(newest!.id))).stdout, /^Queued as /)
    const again = (await loam('events', 'show', String(auth!.id), '--json')).json()
    assert.equal((again.deliveries as Row[]).length, before + 2)
    await until(async () => /delivered +200/.test((await loam('deliveries', 'show', String(newest!.id))).stdout))
    assert.match((await loam('deliveries', 'list', '--state', 'delivered')).stdout, / delivered +200 +-$/m)
  })
})

test('sources: list, off, on, credentials from standard input, and without them again', async () => {
  assert.match((await loam('sources', 'list')).stdout, /^OURA +Oura +yes +the built-in simulator$/m)
  assert.match((await loam('sources', 'disable', 'oura')).stdout, /^OURA is off\.$/m)
  assert.match((await loam('sources', 'enable', 'OURA')).stdout, /^OURA is on; it runs against the built-in simulator/)
  const given = await cli.run(['sources', 'credentials', 'OURA', '--client-id', 'app', '--client-secret', '-'], {
    stdin: 'a secret that no history keeps\n',
  })
  assert.match(given.stdout, /runs against its own credentials[\s\S]*redirect URL +http\S+\/v2\/auth\/oura\/oauth2/)
  assert.match((await loam('sources', 'credentials', 'OURA', '--remove')).stdout, /the built-in simulator/)
  const none = await cli.run(['sources', 'credentials', 'OURA'])
  assert.equal(none.code, 4)
})

test('keys: hidden, revealed, rotated with an overlap', async () => {
  const hidden = await loam('keys', 'show')
  assert.match(hidden.stdout, /^x-api-key +\*{4}/m)
  const revealed = (await loam('keys', 'show', '--reveal', '--json')).json()
  const [key] = revealed.api_keys as Row[]
  assert.ok(!hidden.stdout.includes(String(key!.api_key)) && !hidden.stdout.includes(String(revealed.admin_token)))
  const rotated = (await loam('keys', 'rotate', '--overlap', '60', '--json')).json()
  const after = (await loam('keys', 'show', '--reveal', '--json')).json().api_keys as Row[]
  assert.deepEqual(
    after.map((each) => each.api_key),
    [rotated.api_key, key!.api_key],
  )
  assert.match((await loam('keys', 'rotate', '--signing-secret', '--overlap', '0')).stdout, /The old one has ended/)
})

test('generate shows an event, or sends it', async () => {
  const shown = await loam('generate', 'sleep', '--person', 'noor', '--day', '2026-03-10', '--count', '2')
  const event = JSON.parse(shown.stdout) as { type: string; data: unknown[] }
  assert.deepEqual([event.type, event.data.length], ['sleep', 2])
  const unknown = await cli.run(['generate', 'dreams'])
  assert.deepEqual([unknown.code, /menstruation/.test(unknown.stderr)], [3, true], unknown.stderr)
  const sent = await loam('generate', 'activity', '--user', userId, '--send', '--json')
  assert.equal((sent.json().delivery_ids as string[]).length, 1)
})

test('environments: another one has its own users, and --env acts on it', async () => {
  const made = (await loam('environments', 'create', 'Staging', '--kind', 'staging', '--json')).json()
  const devId = String(made.dev_id)
  assert.match((await loam('environments', 'list')).stdout, new RegExp(`^${devId} +Staging +staging`, 'm'))
  assert.deepEqual(rowsOf(await loam('users', 'list', '--json', '--env', devId)), [])
  assert.equal((await loam('keys', 'show', '--json', '--env', devId)).json().dev_id, devId)
  const wrong = await cli.run(['users', 'list', '--env', 'nobody'])
  assert.deepEqual([wrong.code, /nobody/.test(wrong.stderr)], [3, true])
})

test('a type, a kind or a source that does not exist is refused with what there is: nothing would ever be found', async () => {
  for (const [args, said] of [
    [['listen', '--events', 'sleep,slep'], /^--events: there is no slep; there are auth, .*, sleep, /],
    [['events', 'list', '--type', 'slep'], /^type: there is no slep; there are auth, .*, sleep, /],
    [['deliveries', 'list', '--type', 'slep'], /^type: there is no slep; there are auth, .*, sleep, /],
    [['events', 'list', '--provider', 'oora'], /^provider: is no source; did you mean OURA\?/],
    [['users', 'list', '--provider', 'oora'], /^provider: is no source; did you mean OURA\?/],
    [['renormalize', '--kind', 'slep'], /^kind: no source has such a page/],
  ] as const) {
    const ran = await cli.run([...args])
    assert.deepEqual([ran.code, ran.stdout], [3, ''], args.join(' '))
    assert.match(ran.stderr, said)
  }
  assert.deepEqual(rowsOf(await loam('events', 'list', '--provider', 'garmin', '--json')), [])
})

test('listen forwards the bytes and headers of a delivery, and says what came back', async () => {
  const receiver = await openReceiver((body) => (body.type === 'daily' ? 500 : 200))
  const secret = (await loam('listen', '--print-secret')).stdout.trim()
  assert.deepEqual((await loam('listen', '--print-secret', '--json')).json(), { signing_secret: secret })
  const place = receiver.url.replace('http://', '')
  const listening = cli.spawn(['listen', '--forward-to', `${place}/consumeTerraWebhook`, '--events', 'sleep,daily'])
  await listening.says(/Listening at /)
  await loam('generate', 'body', '--send')
  await loam('generate', 'sleep', '--send')
  await listening.says(/ {2}sleep .*-> {2}200 +\d+ ms/)
  await loam('generate', 'daily', '--send')
  await listening.says(/ {2}daily .*-> {2}500 .* no idea what this is$/m)
  listening.child.kill('SIGINT')
  assert.equal((await listening.ended).code, 0)
  await receiver.close()
  assert.deepEqual(
    receiver.requests.map(({ body }) => (JSON.parse(body.toString('utf8')) as Row).type),
    ['sleep', 'daily'],
  )
  const [{ path, headers, body }] = receiver.requests as [Received]
  assert.equal(path, '/consumeTerraWebhook')
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['terra-signature']))!
  assert.equal(createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex'), v1)
  const [inspected] = await deliveredBodies('sleep')
  assert.equal(body.toString('utf8'), inspected)
  for (const name of ['terra-reference', 'x-terra-trace-id', 'x-terra-signature']) assert.ok(headers[name], name)
})

test('backfill waits for the end, and gives the job', async () => {
  const ran = await loam('backfill', userId, '--from', '2026-05-01', '--to', '2026-05-20', '--types', 'sleep', '--json')
  const job = ran.json()
  assert.deepEqual([job.state, job.start_date, job.end_date], ['done', '2026-05-01', '2026-05-20'])
  const queued = await loam('backfill', userId, '--from', '2026-04-01', '--to', '2026-04-02', '--no-wait')
  assert.match(queued.stdout, /^Queued 2026-04-01 to 2026-04-02 as job /)
  const wrong = await cli.run(['backfill', userId, '--from', '2026-05-02', '--to', '2026-05-01'])
  assert.equal(wrong.code, 3)
})

test('db status and doctor while the server holds the database', async () => {
  const status = (await loam('db', 'status', '--json')).json()
  assert.deepEqual([status.engine, status.state], ['sqlite', 'current'])
  const { checks } = (await loam('doctor', '--json')).json() as { checks: Row[] }
  assert.deepEqual(
    checks.filter((check) => check.state === 'fail'),
    [],
  )
  for (const name of ['settings', 'database', 'clock', 'callbacks', `source OURA of ${server.devId}`]) {
    assert.ok(
      checks.some((check) => check.name === name),
      name,
    )
  }
})

test('deauth, without being asked when no one is there to answer', async () => {
  assert.match((await loam('users', 'deauth', userId)).stdout, /^Disconnected /)
  assert.deepEqual(rowsOf(await loam('users', 'list', '--json')), [])
  const [event] = rowsOf(await loam('events', 'list', '--json', '--limit', '1'))
  assert.equal(event!.type, 'deauth')
})

test('a wrong token is told apart from a server that is not there', async () => {
  const env = { LOAM_PUBLIC_URL: `${server.url}/`, LOAM_ADMIN_TOKEN: 'not-the-admin-token' }
  const ran = await cli.run(['users', 'list'], { env })
  assert.equal(ran.code, 2)
  assert.match(ran.stderr, /admin token/i)
})

/** What the built-in inspector got for the newest event of a type. */
async function deliveredBodies(type: string): Promise<string[]> {
  const [event] = rowsOf(await loam('events', 'list', '--json', '--type', type, '--limit', '1'))
  const [destination] = rowsOf(await loam('destinations', 'list', '--json'))
  const bin = String(destination!.target).split('/').at(-1)!
  const { admin_token: token } = (await loam('keys', 'show', '--reveal', '--json')).json()
  const response = await fetch(`${server.url}/admin/v1/inspector/${bin}/requests?limit=200`, {
    headers: { authorization: `Bearer ${String(token)}` },
  })
  const { data } = (await response.json()) as { data: { headers: Row; body_base64: string }[] }
  return data
    .filter((request) => request.headers['x-terra-trace-id'] === event!.trace_id)
    .map((request) => Buffer.from(request.body_base64, 'base64').toString('utf8'))
}

async function until(probe: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    if (await probe()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('did not come true')
}
