// While people move from one API of a source to the other, both have a client of their own, and both are refreshed.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { fitbit } from '../src/connectors/fitbit/index.ts'
import { legacy } from '../src/connectors/fitbit/legacy/index.ts'
import { freshAccessToken } from '../src/credentials/tokens.ts'
import { type Environment, type Gateway, openGateway } from './provider/gateway.ts'

let gateway: Gateway
let origin: string
/** As whom each address was asked for a token. */
const asked: string[] = []
const provider: Server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    const form = new URLSearchParams(text)
    const basic = request.headers.authorization?.replace('Basic ', '') ?? ''
    const client =
      form.get('client_secret') === null
        ? Buffer.from(basic, 'base64').toString()
        : `${form.get('client_id')}:${form.get('client_secret')}`
    asked.push(`${request.url} ${form.get('grant_type')} ${client}`)
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        access_token: `of ${request.url}`,
        refresh_token: 'next',
        expires_in: 3600,
        scope: 'sleep',
        user_id: 'ABC123',
      }),
    )
  })
})

before(async () => {
  gateway = await openGateway()
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
})
after(async () => {
  await gateway.stop()
  provider.closeAllConnections()
  provider.close()
})

async function put(env: Environment, change: object): Promise<{ status: number; body: Record<string, unknown> }> {
  return env.request('PUT', '/admin/v1/sources/FITBIT', change)
}

test('each API is refreshed as its own client, at its own hosts', async () => {
  const env = await gateway.environment()
  const before = await env.connect(legacy, 'two-apis')
  assert.equal((await put(env, { api: null })).status, 200)
  const since = await env.connect(fitbit, 'two-apis')
  const change = {
    client_id: 'google-id',
    client_secret: 'google-secret',
    credentials: { legacy_client_id: 'old-id', legacy_client_secret: 'old-secret' },
    hosts: { oauth: origin, 'legacy.api': `${origin}` },
  }
  const answer = await put(env, change)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.doesNotMatch(JSON.stringify(answer.body), /old-secret|google-secret/)
  const { ctx } = gateway.running
  await ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE environment_id = $1', [env.id])
  asked.length = 0
  const tokens = [await freshAccessToken(ctx, legacy, before.userId), await freshAccessToken(ctx, fitbit, since.userId)]
  assert.deepEqual(
    tokens.map(({ token }) => token),
    ['of /oauth2/token', 'of /token'],
  )
  assert.deepEqual(asked, [
    '/oauth2/token refresh_token old-id:old-secret',
    '/token refresh_token google-id:google-secret',
  ])
})

test('whoever has one client only keeps it for the API that it is for', async () => {
  const env = await gateway.environment()
  const { userId } = await env.connect(legacy, 'one-client')
  const { ctx } = gateway.running
  await put(env, { client_id: 'old-id', client_secret: 'old-secret', hosts: { api: origin } })
  await ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
  asked.length = 0
  assert.equal((await freshAccessToken(ctx, legacy, userId)).token, 'of /oauth2/token')
  assert.deepEqual(asked, ['/oauth2/token refresh_token old-id:old-secret'])
})

test('half a client is refused, and says which half is missing', async () => {
  const env = await gateway.environment()
  for (const [given, missing] of [
    ['legacy_client_id', 'legacy_client_secret'],
    ['legacy_client_secret', 'legacy_client_id'],
  ] as const) {
    const { status, body } = await put(env, { enabled: true, credentials: { [given]: 'x', [missing]: null } })
    assert.equal(status, 422)
    assert.match(JSON.stringify(body), new RegExp(`credentials.${missing}`))
  }
  const { status, body } = await put(env, { hosts: { 'legacy.elsewhere': origin } })
  assert.equal(status, 400)
  assert.match(JSON.stringify(body), /legacy\.api/)
})
