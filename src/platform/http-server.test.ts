import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closedDoor } from './http-server.ts'

test('until what is behind the door is ready, everybody is told to come again, under a reference', async () => {
  const door = closedDoor()
  const ask = async (): Promise<Response> => door.fetch(new Request('http://127.0.0.1/v2/userInfo'))
  const early = await ask()
  assert.equal(early.status, 503)
  assert.equal(early.headers.get('retry-after'), '1')
  assert.match(early.headers.get('terra-reference') ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(await early.json(), { status: 'error', message: 'starting' })
  door.open({ fetch: () => new Response('open') })
  assert.equal(await (await ask()).text(), 'open')
})
