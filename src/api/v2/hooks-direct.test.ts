// A notification that goes the short way is taken and answered as on the way of all requests.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { listen } from '../../platform/http-server.ts'
import { createApi } from '../app.ts'
import { openTestApi, type TestApi } from '../test-api.ts'
import { directHooks } from './hooks-direct.ts'

interface Way {
  url: string
  port: number
  close(): void
}

let api: TestApi
let short: Way
let long: Way
/** Requests that went the short way. */
let direct = 0

before(async () => {
  api = await openTestApi()
  for (const [source, client] of Object.entries({ GARMIN: 'our-garmin', OURA: 'our-oura', GOOGLE: 'our-google' })) {
    const json = { enabled: true, client_id: client, client_secret: 'our-secret' }
    assert.equal((await api.asOperator('PUT', `/admin/v1/sources/${source}`, { json })).status, 200)
  }
  const { fetch } = createApi(api.ctx)
  const handler = directHooks(api.ctx)
  short = await open({
    fetch,
    direct(...asked) {
      const taken = handler(...asked)
      if (taken) direct++
      return taken
    },
  })
  long = await open({ fetch })
})
after(async () => {
  for (const way of [short, long]) way.close()
  await api.dispose()
})

async function open(app: Parameters<typeof listen>[1]): Promise<Way> {
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, app)
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, port, close }
}

async function hookOf(source: string): Promise<string> {
  const { hook_url: hook } = (await api.asOperator('GET', `/admin/v1/sources/${source}`)).json
  const { pathname, search } = new URL(String(hook))
  return pathname + search
}

/** What differs from one request to the next is left out, and how an empty body is written. */
async function told(way: Way, path: string, init: RequestInit): Promise<object> {
  const response = await fetch(`${way.url}${path}`, init)
  const {
    date,
    'terra-reference': reference,
    'content-length': _length,
    'transfer-encoding': _encoding,
    ...headers
  } = Object.fromEntries(response.headers)
  assert.match(reference ?? '', /^[0-9a-f-]{36}$/)
  assert.ok(date)
  return { status: response.status, headers, text: (await response.text()).replaceAll(reference!, 'REFERENCE') }
}

async function sameOnBoth(path: string, init: RequestInit): Promise<{ status: number }> {
  const [a, b] = [await told(short, path, init), await told(long, path, init)]
  assert.deepEqual(a, b)
  return a as { status: number }
}

const daily = (account: string, steps: number): string =>
  JSON.stringify({
    dailies: [
      {
        userId: account,
        summaryId: `s${steps}`,
        calendarDate: '2026-03-08',
        startTimeInSeconds: 1_772_928_000,
        startTimeOffsetInSeconds: 3600,
        durationInSeconds: 86_400,
        steps,
      },
    ],
  })

test('what comes the short way is stored before it is answered, as what comes the long way', async () => {
  const { user_id: userId, provider_user_id: account } = await api.addUser({ provider: 'GARMIN' })
  const hook = await hookOf('GARMIN')
  const headers = { 'content-type': 'application/json', 'garmin-client-id': 'our-garmin' }
  const jobs = async (): Promise<number> =>
    (await api.ctx.db.all('SELECT id FROM jobs WHERE user_id = $1', [userId])).length
  const before = direct
  for (const [i, { url }] of [short, long].entries()) {
    const had = await jobs()
    const answer = await fetch(`${url}${hook}`, { method: 'POST', headers, body: daily(account, 1000 + i) })
    assert.deepEqual([answer.status, await answer.text()], [200, ''])
    assert.equal(await jobs(), had + 1)
  }
  assert.equal(direct, before + 1)
})

test('answers are the same on both ways', async () => {
  const garmin = await hookOf('GARMIN')
  const key = garmin.split('?')[1]
  const headers = { 'garmin-client-id': 'our-garmin' }
  const post = (body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { ...headers, ...more },
    body,
  })
  const cases: [status: number, path: string, init: RequestInit][] = [
    [200, garmin, post('{"dailies":[]}')],
    [200, `/api${garmin}`, post('{"dailies":[]}')],
    [200, garmin, post('no JSON')],
    [200, garmin, post(gzipSync('{"dailies":[]}'), { 'content-encoding': 'gzip' })],
    [401, garmin, { method: 'POST', body: '{}' }],
    [401, garmin.split('?')[0]!, post('{}')],
    [401, await hookOf('OURA'), post('{}')],
    [401, await hookOf('GOOGLE'), post('{}')],
    [401, `/v2/hooks/garmin?${key}`, { method: 'POST', body: '{}' }],
    [404, '/v2/hooks/nobody/testing-dev', post('{}')],
    [404, '/v2/hooks/garmin/a/b', post('{}')],
    // Not the short way's: they are passed on.
    [200, garmin, { method: 'GET', headers }],
    [413, await hookOf('OURA'), post(' '.repeat(2_000_001))],
    [401, `/v2/hooks/garmin/testing%2Ddev?key=a%20b`, post('{}')],
  ]
  for (const [status, path, init] of cases) assert.equal((await sameOnBoth(path, init)).status, status, path)
})

test('a body that ends too early harms nobody, and one in pieces is whole', async () => {
  const hook = await hookOf('GARMIN')
  const head = (length: number): string =>
    `POST ${hook} HTTP/1.1\r\nhost: x\r\ngarmin-client-id: our-garmin\r\ncontent-length: ${length}\r\n\r\n`
  const before = direct
  await new Promise<void>((resolve) => {
    const socket = connect(short.port, '127.0.0.1', () => socket.write(`${head(100)}{"dai`, () => socket.destroy()))
    socket.once('close', () => resolve())
  })
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(short.port, '127.0.0.1', async () => {
      socket.write(`${head(14)}{"dai`)
      await new Promise((later) => setTimeout(later, 20))
      socket.write('lies":[]}')
    })
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
    socket.once('error', reject)
  })
  assert.match(answer, /^HTTP\/1\.1 200 OK/)
  assert.equal(direct, before + 2)
})

test('what fails is told in one form, and nothing was acknowledged', async () => {
  const hook = await hookOf('GARMIN')
  const init = { method: 'POST', headers: { 'garmin-client-id': 'our-garmin' }, body: daily('somebody', 3000) }
  await api.ctx.db.run('ALTER TABLE connections RENAME TO away')
  try {
    assert.equal((await sameOnBoth(hook, init)).status, 500)
  } finally {
    await api.ctx.db.run('ALTER TABLE away RENAME TO connections')
  }
})

test('a large push is read by several jobs, none of which is large', async () => {
  const { user_id: userId, provider_user_id: account } = await api.addUser({ provider: 'GARMIN' })
  const samples = Array.from({ length: 9000 }, (_, i) => ({ startTimeInSeconds: 1_777_905_000 + i, heartRate: 100 }))
  const details = [1, 2, 3, 4, 5, 6].map((n) => ({
    userId: account,
    summaryId: `${n}-detail`,
    summary: { activityType: 'RUNNING', startTimeInSeconds: 1_777_905_000, durationInSeconds: 9000 },
    samples,
  }))
  const body = JSON.stringify({ activityDetails: details })
  const headers = { 'content-type': 'application/json', 'garmin-client-id': 'our-garmin' }
  assert.equal((await fetch(`${long.url}${await hookOf('GARMIN')}`, { method: 'POST', headers, body })).status, 200)
  const jobs = await api.ctx.db.all<{ payload: string }>('SELECT payload FROM jobs WHERE user_id = $1', [userId])
  assert.equal(jobs.length, 2)
  assert.ok(jobs.every(({ payload }) => payload.length < 2_100_000))
  assert.equal(
    jobs.reduce((sum, { payload }) => sum + (JSON.parse(payload) as { pages: unknown[] }).pages.length, 0),
    details.length,
  )
})

test('large bodies that would fill the memory together come in one after the other', async () => {
  const hook = await hookOf('GARMIN')
  const first = connect(long.port, '127.0.0.1')
  first.write(`POST ${hook} HTTP/1.1\r\nhost: x\r\ngarmin-client-id: our-garmin\r\ncontent-length: 60000000\r\n`)
  first.write('expect: 100-continue\r\n\r\n')
  assert.match(String(await once(first, 'data')), /^HTTP\/1\.1 100 /)
  first.write('{')
  const ask = (length: number): Promise<number | null> =>
    fetch(`${long.url}${hook}`, {
      method: 'POST',
      headers: { 'garmin-client-id': 'our-garmin' },
      body: `{"dailies":[]${' '.repeat(length)}}`,
    }).then(
      ({ status }) => status,
      // Who is answered in the middle of a body may find the connection closed before the answer.
      () => null,
    )
  await until(async () => (await ask(50_000_000)) === 503)
  assert.equal(await ask(6_000_000), 200)
  first.destroy()
  await until(async () => (await ask(50_000_000)) === 200)
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    if (await holds()) return
    await new Promise((later) => setTimeout(later, 20))
  }
  assert.fail('it did not come to that')
}
