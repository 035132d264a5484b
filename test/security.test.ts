// What docs/security.md says stands in the way of whom: that each answer has its test, and those that have no other place.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { connectors } from '../src/connectors/index.ts'
import { openTestApi, type TestApi } from '../src/api/test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test('every threat in docs/security.md names tests, and those are there', () => {
  const rows = text('docs/security.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| someone who'))
  assert.ok(rows.length >= 12)
  for (const row of rows) {
    const [, who, , shown] = row.split(/(?<!\\)\|/)
    const proofs = [...shown!.matchAll(/`([\w./-]+\.ts)` “([^”]+)”/g)]
    assert.ok(proofs.length > 0, `nothing shows what meets who${who}`)
    for (const [, path, name] of proofs) {
      assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), `there is no ${path}`)
      assert.ok(text(path!).includes(`test('${name}'`), `${path} has no test “${name}”`)
    }
  }
})

test('a sign-in is finished once, and by the browser that began it alone', async () => {
  api.respond(() => ({ status: 200, json: { access_token: 'a', refresh_token: 'r', expires_in: 3600, id: 'account' } }))
  const { json } = await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA')
  const leave = await api.call('GET', new URL(String(json.auth_url)).pathname)
  const target = new URL(leave.headers.get('location') ?? '')
  const cookie = (leave.headers.get('set-cookie') ?? '').split(';')[0]!
  const back = `/v2/auth/oura/oauth2?code=x&state=${target.searchParams.get('state')}`
  const reasonOf = (answer: { headers: Headers }) =>
    new URL(answer.headers.get('location') ?? '').searchParams.get('reason')
  assert.equal(reasonOf(await api.call('GET', back)), 'state_mismatch')
  const forged = cookie.replace(/=.*/, '=somebody-else')
  assert.equal(reasonOf(await api.call('GET', back, { headers: { cookie: forged } })), 'state_mismatch')
  assert.equal(api.sent.length, 0, 'no code was spent')
  const first = await api.call('GET', back, { headers: { cookie } })
  assert.ok(api.sent.length > 0, 'its own browser still can')
  assert.equal(reasonOf(first), null)
  const calls = api.sent.length
  // A reload, the way back, a second press: it is connected, so it says so, and spends nothing.
  for (const query of ['', '&error=access_denied']) {
    const again = await api.call('GET', back + query, { headers: { cookie } })
    assert.equal(again.headers.get('location'), first.headers.get('location'))
  }
  assert.equal(reasonOf(await api.call('GET', back)), 'state_mismatch', 'a used state opens nothing elsewhere')
  assert.equal(api.sent.length, calls)
})

test('a notification that nobody signed is answered the same whether or not its environment is there', async (t) => {
  const real = await openTestApi({ sandbox: false })
  t.after(() => real.dispose())
  // Of Fitbit's two APIs one.
  const json = { enabled: true, client_id: 'x', client_secret: 'y' }
  assert.equal((await real.asOperator('PUT', '/admin/v1/sources/FITBIT', { json })).status, 200)
  const made = await api.asOperator('POST', '/admin/v1/environments', { json: { name: 'no sources', kind: 'testing' } })
  const bare = String(made.json.dev_id)
  await api.ctx.db.run('DELETE FROM sources WHERE environment_id = (SELECT id FROM environments WHERE dev_id = $1)', [
    bare,
  ])
  const asked = [
    ['GET', ''],
    ['HEAD', ''],
    ['GET', '?challenge=x&verification_token=guess'],
    ['GET', '?hub.mode=subscribe&hub.challenge=x&hub.verify_token=guess'],
    ['GET', '?verify=guess'],
    ['GET', '?key=guess'],
    ['POST', '', '{}'],
    ['POST', '', 'not json'],
    ['POST', '', '{"type":"verification"}'],
    ['POST', '', '{"event":"PING"}'],
  ] as const
  const answers = async (at: TestApi, provider: string, devId: string): Promise<unknown[]> => {
    const all: unknown[] = []
    for (const [method, query, body] of asked) {
      for (const headers of [{}, { authorization: 'guess', 'x-fitbit-signature': 'guess' }]) {
        const init = { method, body, headers: { 'content-type': 'application/json', ...headers } }
        const answer = await at.request(`/v2/hooks/${provider.toLowerCase()}/${devId}${query}`, init)
        const named = [...answer.headers].filter(([name]) => name !== 'terra-reference')
        all.push([method, query, body, answer.status, named, await answer.text()])
      }
    }
    return all
  }
  for (const { id, notifications } of connectors) {
    if (notifications === undefined) continue
    const unknown = await answers(api, id, 'no-such-dev-id')
    assert.deepEqual(await answers(api, id, api.devId), unknown, id)
    assert.deepEqual(await answers(api, id, bare), unknown, `${id}, without the source`)
    if (id === 'FITBIT') assert.deepEqual(await answers(real, id, real.devId), unknown, 'one API of two')
  }
  const { values } = await api.ctx.metrics.notifications.get()
  const oura = values.filter(({ labels }) => labels.provider === 'OURA')
  assert.deepEqual(
    oura.map(({ labels, value }) => [labels.outcome, value]).sort(),
    // Of one's own environment a handshake with a wrong token is no forged notification.
    [
      ['refused', 2 * asked.length - 2],
      ['unaddressed', 2 * 2 * asked.length],
    ],
  )
  for (const { labels } of values) assert.deepEqual(Object.keys(labels).sort(), ['outcome', 'provider'])
})

test('a log line hides what it is handed by mistake', () => {
  const script = `import { createLog } from './src/platform/log.ts'
    const secret = 'top-secret-value'
    createLog('trace').info({ token: secret, headers: { authorization: secret, cookie: secret },
      source: { refreshToken: secret, apiKey: secret }, body: secret, code: secret, id: 'kept' }, 'hello')`
  const line = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  })
  assert.ok(!line.includes('top-secret-value'), line)
  assert.match(line, /"id":"kept"/)
})

test('nothing that is wrong, refused or broken puts a secret or a value into the log', async () => {
  const lines: string[] = []
  const note = (fields: object, message: string) => {
    const plain = (_: string, value: unknown) =>
      value instanceof Error ? [value.message, value.stack, value.cause] : value
    lines.push(`${JSON.stringify(fields, plain)} ${message}`)
  }
  api.ctx.log = { debug: note, info: note, warn: note, error: note }
  const { user_id: user } = await api.addUser()
  const secrets = [
    'provider-token-77',
    'guessed-token-77',
    'client-secret-77',
    'heart_rate_77',
    api.apiKey,
    api.adminToken,
  ]
  api.respond(() => ({ status: 500, json: { access_token: 'provider-token-77', bpm: 'heart_rate_77' } }))
  await api.call('POST', '/admin/v1/session', { json: { token: 'guessed-token-77' } })
  await api.asCustomer('GET', `/v2/sleep?user_id=${user}&start_date=2026-03-01&to_webhook=false`)
  await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { client_id: 'x', client_secret: 'client-secret-77' } })
  await api.asOperator('POST', '/admin/v1/keys/rotate', { json: {} })
  await api.call('POST', `/v2/hooks/oura/${api.devId}`, { body: '{"heart_rate_77":1}' })
  api.ctx.db.one = () => Promise.reject(new Error('the disk is gone'))
  assert.equal((await api.asOperator('GET', '/admin/v1/keys')).status, 500)
  assert.ok(
    lines.some((line) => line.includes('wrong admin token')) && lines.some((line) => line.includes('disk is gone')),
  )
  for (const secret of secrets) {
    assert.ok(
      !lines.some((line) => line.includes(secret)),
      `${secret} is in: ${lines.find((line) => line.includes(secret))}`,
    )
  }
})
