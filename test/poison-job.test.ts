// One read ends every process that is at it. What runs beside it is read nevertheless, and only that one is given up.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../src/config.ts'
import { startServer } from '../src/main.ts'
import { openKillable } from './killable-server.ts'
import { connectSomebody, quiet } from './somebody.ts'

const INNOCENT = 4
/** Longer than the poison needs. */
const ANSWER_MS = 400
const POISON = 'poison'

test('what ends each process is given up, and what ran beside it is done', { timeout: 180_000 }, async (t) => {
  const server = await openKillable('poison', { LOAM_SANDBOX: 'off' })
  t.after(() => server.close())
  const provider = createServer(({ url, headers }, response) => {
    if (!url!.includes('/usercollection/')) response.end('[]')
    else if (headers.authorization === `Bearer ${POISON}`) server.fall()
    else setTimeout(() => response.end('{"data": [], "next_token": null}'), ANSWER_MS)
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    provider.closeAllConnections()
    provider.close()
  })
  const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const first = await startServer(readConfig(server.settings, server.folder), 'all')
  const users: string[] = []
  for (const token of [POISON, ...Array.from({ length: INNOCENT }, (_, i) => `token-${i}`)])
    users.push((await connectSomebody(first.ctx, first.environment.id, quiet(first.ctx), token)).user_id)
  await first.stop()

  await server.start()
  const hosts = { api: origin, cloud: origin }
  await server.admin('PUT', '/sources/OURA', { enabled: true, client_id: 'x', client_secret: 'y', hosts })
  const jobs: string[] = []
  // The innocent ones are at it by the time that the poison is.
  for (const userId of users.toReversed()) {
    const { job_id: id } = await server.admin('POST', `/users/${userId}/backfill`, { days: 2, types: ['sleep'] })
    jobs.unshift(id!)
  }
  const states = (): Promise<string[]> =>
    Promise.all(jobs.map(async (id) => (await server.admin('GET', `/jobs/${id}`)).state!))
  let ends = 0
  const isOver = async (): Promise<boolean> => {
    const now = await states().catch(() => null)
    return now !== null && now.every((state) => state === 'done' || state === 'failed')
  }
  while (!(await isOver())) {
    assert.ok(ends < 20, 'it goes on ending processes')
    await sleep(50)
    if (await server.revive()) ends++
  }
  assert.deepEqual(await states(), ['failed', ...Array.from({ length: INNOCENT }, () => 'done')])
  assert.match(
    (await server.admin('GET', `/jobs/${jobs[0]}`)).last_error!,
    /^the process ended each time at this, 12 times/,
  )
  assert.equal(ends, 6)
})
