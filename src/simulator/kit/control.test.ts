import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import type { Simulator } from '../simulator.ts'
import { client, openAcme } from './test-acme.ts'

test('fail: by status and path, a number of times; sign-in only when it is named', async () => {
  const world = openAcme()
  const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
  await world.lever('fail?status=503&times=2')
  assert.equal((await world.refresh(refresh!)).status, 200)
  assert.deepEqual(
    [await world.status(token!), await world.status(token!), await world.status(token!)],
    [503, 503, 200],
  )
  await world.lever('fail?status=500&path=/token')
  assert.equal(await world.status(token!), 200)
  assert.equal((await world.refresh('any')).status, 500)
  await world.lever('fail?status=429&times=100')
  await world.lever('heal')
  assert.equal(await world.status(token!), 200)
  const { error } = await world.lever('fail?half=some')
  assert.equal(error, 'half must be text, connection or answer')
})

test('fail: late, half of the text, a connection that ends, an answer that is lost', async () => {
  const world = openAcme()
  const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
  const server = await listening(world.simulator)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/letters`
  const ask = () => fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const whole = await (await ask()).text()
  await world.lever('fail?half=text')
  assert.equal(await (await ask()).text(), whole.slice(0, Math.floor(whole.length / 2)))
  await world.lever('fail?half=connection')
  await assert.rejects(async () => (await ask()).text())
  await world.lever('fail?delay=80')
  const at = performance.now()
  assert.equal(await (await ask()).text(), whole)
  assert.ok(performance.now() - at >= 79)
  await world.lever('fail?half=answer&path=/token')
  const form = new URLSearchParams({ ...client, grant_type: 'refresh_token', refresh_token: refresh! })
  await assert.rejects(async () =>
    (await fetch(url.replace('letters', 'token'), { method: 'POST', body: form })).text(),
  )
  assert.equal((await world.refresh(refresh!)).status, 400, 'rotated, and nobody heard of it')
  server.close()
  server.closeAllConnections()
})

test('expire, token-lifetime, scopes', async () => {
  const world = openAcme()
  const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
  await world.lever('scopes?person=ada&grant=numbers')
  assert.equal(await world.status(token!), 403)
  await world.lever('scopes?person=ada&grant=letters')
  await world.lever('expire?person=ada')
  assert.equal(await world.status(token!), 401)
  await world.lever('token-lifetime?seconds=5')
  const { body } = await world.refresh(refresh!)
  assert.equal(body.expires_in, 5)
  world.clock.advance(5000)
  assert.equal(await world.status(body.access_token!), 401)
})

test('limits: the tightest window refuses, by token or by application; a lever narrows them', async () => {
  const world = openAcme({
    limits: [
      { requests: 3, seconds: 60, per: 'token' },
      { requests: 4, seconds: 3600, per: 'application' },
    ],
  })
  const [ada, sam] = [await world.signIn('ada'), await world.signIn('sam')]
  const statuses = []
  for (const { access_token: token } of [ada, ada, ada, ada, sam]) statuses.push(await world.status(token!))
  assert.deepEqual(statuses, [200, 200, 200, 429, 429])
  world.clock.advance(3600_000 - 60_000)
  await world.lever('rate-limit?requests=1&seconds=10')
  const { access_token: token } = await world.signIn('noor')
  assert.deepEqual([await world.status(token!), await world.status(token!)], [200, 429])
  world.clock.advance(10_000)
  assert.equal(await world.status(token!), 200)
})

test('clock: ahead, and faster', async () => {
  const world = openAcme()
  const { access_token: token } = await world.signIn('ada')
  await world.lever('clock?advance=3600')
  assert.equal(await world.status(token!), 401)
  await world.lever('clock?rate=60')
  world.clock.advance(60_000)
  assert.deepEqual(await world.lever('clock'), { now: '2026-11-20T14:00:00.000Z' })
})

test('notify: a storm; what is not taken is tried again after pauses, and not for ever', async () => {
  const world = openAcme({ notifications: { retryAfterSeconds: [10, 60] } })
  await world.signIn('ada')
  assert.deepEqual(await world.lever('notify?person=ada&times=500&concurrency=50'), { accepted: 500 })
  assert.equal(world.sent.length, 500)
  assert.equal(new Set(world.sent.map(({ body }) => String(body))).size, 1)
  assert.deepEqual(await world.lever('forge?person=ada'), { statuses: { 200: 1 } })
  world.sent.length = 0
  world.answerWith(500)
  assert.deepEqual(await world.lever('notify?person=ada'), { accepted: 0 })
  const tries = []
  for (const seconds of [9, 1, 59, 1, 3600]) {
    world.clock.advance(seconds * 1000)
    await world.simulator.tick()
    tries.push(world.sent.length)
  }
  assert.deepEqual(tries, [1, 2, 2, 3, 3])
})

test('rewrite and delete take the newest item when none is named, and count versions', async () => {
  const world = openAcme()
  await world.signIn('ada')
  const item = { kind: 'letters', id: 'a' }
  assert.deepEqual(await world.lever('rewrite?person=ada'), {
    ...item,
    what: 'rewritten',
    day: '2026-11-20',
    times: 1,
  })
  assert.equal((await world.lever('rewrite?person=ada&kind=letters&id=a')).times, 2)
  assert.equal((await world.lever('delete?person=ada')).what, 'gone')
})

test('stats: what was asked, of whom, how far, and how tokens were used', async () => {
  const world = openAcme()
  const { access_token: token, refresh_token: refresh } = await world.signIn('ada')
  await world.status(token!, '/letters?from=2026-01-01&to=2026-01-30')
  await world.status(token!, '/letters?from=2025-12-31&to=2025-12-31')
  await world.refresh(refresh!)
  await world.refresh(refresh!)
  const stats = await world.lever('stats?person=ada')
  assert.deepEqual(stats.kinds, {
    letters: { requests: 2, longestDays: 30, firstDay: '2025-12-31', lastDay: '2026-01-30' },
  })
  assert.deepEqual([stats.codes, stats.refreshes], [1, 1])
  const all = await world.lever('stats?reset=1')
  assert.equal(all.refusedGrants, 1)
  assert.equal((await world.lever('stats')).requests, 0)
})

async function listening(simulator: Simulator): Promise<Server> {
  const server = createServer(getRequestListener((request) => simulator.handle(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
