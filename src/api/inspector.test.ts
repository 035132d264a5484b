import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signatureHeader } from '../destinations/webhook/signature.ts'
import { expireInspector } from '../outbox/retention.ts'
import { listDestinations } from '../store/destinations.ts'
import { openTestApi, type TestApi } from './test-api.ts'

let api: TestApi
let bin: string
before(async () => {
  api = await openTestApi()
  const [inspector] = await listDestinations(api.ctx.db, api.environment.id)
  bin = String(JSON.parse(inspector!.settings).url).split('/').at(-1)!
})
after(() => api.dispose())

type Shown = {
  method: string
  path: string
  headers: Record<string, string>
  body_base64: string
  signature_valid: boolean | null
}[]

async function shown(name: string): Promise<Shown> {
  const answer = await api.asOperator('GET', `/admin/v1/inspector/${name}/requests`)
  return answer.json.data as Shown
}

test('takes every method and body, and shows them byte for byte', async () => {
  const body = Uint8Array.from([0xff, 0x00, 0x7b])
  const put = await api.call('PUT', '/inspect/my-bin?a=1', {
    body,
    headers: { 'x-mine': 'yes', 'content-encoding': 'br' },
  })
  assert.equal(put.status, 200)
  assert.equal((await api.call('GET', '/inspect/my-bin')).status, 200)
  const [get, first] = await shown('my-bin')
  assert.equal(get?.method, 'GET')
  assert.deepEqual([first?.method, first?.path, first?.headers['x-mine']], ['PUT', '/inspect/my-bin?a=1', 'yes'])
  assert.deepEqual([...Buffer.from(first!.body_base64, 'base64')], [...body])
  assert.equal(first?.signature_valid, null)
  const bins = await api.asOperator('GET', '/admin/v1/inspector')
  assert.ok(
    (bins.json.data as { bin: string; requests: number }[]).some((row) => row.bin === 'my-bin' && row.requests === 2),
  )
  assert.deepEqual((await api.asOperator('DELETE', '/admin/v1/inspector/my-bin/requests')).json, { deleted: 2 })
  assert.deepEqual(await shown('my-bin'), [])
})

test('of a person who was deleted it keeps nothing, of everybody two weeks', async () => {
  const { user_id: user } = await api.addUser()
  const { user_id: other } = await api.addUser()
  await api.asOperator('DELETE', `/admin/v1/inspector/${bin}/requests`)
  for (const id of [user, other]) {
    const event = {
      status: 'success',
      type: 'body',
      user: { user_id: id, reference_id: null },
      data: [{ weight_kg: 77 }],
    }
    for (const text of [JSON.stringify(event), JSON.stringify(event, null, 2)]) {
      assert.equal((await api.call('POST', `/inspect/${bin}`, { body: text })).status, 200)
    }
  }
  assert.equal((await api.asOperator('DELETE', `/admin/v1/users/${user}`)).status, 204)
  const left = (await shown(bin)).map((row) => Buffer.from(row.body_base64, 'base64').toString())
  assert.equal(left.length, 2)
  assert.ok(left.every((text) => text.includes(other)))
  api.clock.advance(13 * 86_400_000)
  assert.equal(await expireInspector(api.ctx), 0)
  api.clock.advance(2 * 86_400_000)
  assert.equal(await expireInspector(api.ctx), 2)
})

test('keeps no cookie: a browser that opens a bin sends the session of the dashboard along', async () => {
  await api.call('GET', `/inspect/${bin}`, { headers: { cookie: 'loam_session=opens-the-dashboard' } })
  assert.equal((await shown(bin))[0]!.headers.cookie, '[hidden]')
  const rows = await api.ctx.db.all<{ headers: string }>('SELECT headers FROM inspector_requests')
  assert.ok(!JSON.stringify(rows).includes('opens-the-dashboard'))
})

test('says whether the signature is right: secret, body and time', async () => {
  const body = '{"type":"sleep"}'
  const post = async (signature: string, sent = body) => {
    await api.call('POST', `/inspect/${bin}`, { body: sent, headers: { 'terra-signature': signature } })
    return (await shown(bin))[0]!.signature_valid
  }
  const sign = (secret: string, at = api.clock.now()) => signatureHeader(Buffer.from(body), [secret], at)
  assert.equal(await post(sign(api.signingSecret)), true)
  assert.equal(await post(signatureHeader(Buffer.from(body), ['old', api.signingSecret], api.clock.now())), true)
  assert.equal(await post(sign('another')), false)
  assert.equal(await post(sign(api.signingSecret), `${body} `), false)
  assert.equal(await post(sign(api.signingSecret, api.clock.now() - 301_000)), false)
  assert.equal(await post('nonsense'), false)
})

test("a destination's own secret counts, not the environment's", async () => {
  const url = `${api.ctx.publicUrl}/inspect/own-secret`
  const secret = 'a-secret-of-its-own-0123'
  await api.asOperator('POST', '/admin/v1/destinations', { json: { url, signing_secret: secret } })
  const post = async (by: string) => {
    const headers = { 'x-terra-signature': signatureHeader(Buffer.from('{}'), [by], api.clock.now()) }
    await api.call('POST', '/inspect/own-secret', { body: '{}', headers })
    return (await shown('own-secret'))[0]!.signature_valid
  }
  assert.equal(await post(secret), true)
  assert.equal(await post(api.signingSecret), false)
})

test('what strangers can store is bounded', async () => {
  assert.equal((await api.call('POST', '/inspect/a.b', { body: 'x' })).status, 400)
  assert.equal((await api.call('POST', '/inspect/large', { body: 'x'.repeat(5_000_001) })).status, 413)
  for (let i = 0; i < 100; i++) await api.call('POST', `/inspect/bin-${i}`, { body: 'x' })
  const more = await api.call('POST', '/inspect/one-more', { body: 'x' })
  assert.equal(more.json.code, 'too_many_bins')
  assert.equal((await api.call('POST', '/inspect/bin-7', { body: 'x' })).status, 200)
  assert.equal((await api.call('POST', `/inspect/${bin}`, { body: 'x' })).status, 200)
  for (let i = 0; i < 120; i++) await api.call('POST', '/inspect/bin-7', { body: String(i) })
  const rows = await api.ctx.db.one<{ n: number }>(`SELECT count(*) AS n FROM inspector_requests WHERE bin = 'bin-7'`)
  assert.ok(Number(rows?.n) <= 101)
})

test('without the sandbox only bins of a destination take anything', async () => {
  const plain = await openTestApi({ sandbox: false })
  try {
    assert.equal((await plain.call('POST', '/inspect/any', { body: 'x' })).json.code, 'bin_not_found')
    const made = await plain.asOperator('POST', '/admin/v1/inspector')
    assert.equal(made.status, 201)
    assert.equal((await plain.call('POST', `/inspect/${made.json.bin}`, { body: 'x' })).status, 200)
  } finally {
    await plain.dispose()
  }
})
