import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cli, openCli, openReceiver, type Ran, runWell, startServer } from './test-cli.ts'

let cli: Cli

before(async () => {
  cli = openCli()
  await startServer(cli)
})
after(() => cli.dispose())

const loam = (...args: string[]): Promise<Ran> => runWell(cli, ...args)

test('add, list, test, remove', async () => {
  const receiver = await openReceiver(() => 204)
  const added = (await loam('destinations', 'add', receiver.url, '--name', 'Mine', '--json')).json()
  assert.equal(typeof added.signing_secret, 'string')
  const id = String(added.id)
  assert.match((await loam('destinations', 'list')).stdout, new RegExp(`${id} +webhook +active`))
  assert.match((await loam('destinations', 'test', id)).stdout, /^delivered: .*\(\d+ ms\)$/m)
  assert.equal(receiver.requests.length, 1)
  await receiver.close()
  const refused = await cli.run(['destinations', 'test', id])
  assert.deepEqual([refused.code, refused.stdout.startsWith('retry: ')], [1, true])
  assert.match((await loam('destinations', 'remove', id)).stdout, /^Removed /)
  assert.ok(!(await loam('destinations', 'list')).stdout.includes(id))
})

test('how it is sent to: pace, patience, order, people; paused, resumed, with a new secret', async () => {
  const options = ['--rate', '30/m', '--concurrency', '3', '--timeout', '20', '--retry-delays', '5,60']
  const more = ['--strict-order', '--no-pause-on-gone', '--disable-after', '72', '--user-ids', 'a,b']
  const added = (await loam('destinations', 'add', 'https://example.com/', ...options, ...more, '--json')).json()
  const { delivery, user_ids, id } = added as { delivery: Record<string, unknown>; user_ids: string[]; id: string }
  assert.deepEqual(user_ids, ['a', 'b'])
  const { rate_per_minute, rate_per_second, concurrency, timeout_seconds, retry_delays_seconds } = delivery
  assert.deepEqual([rate_per_minute, rate_per_second, concurrency, timeout_seconds], [30, null, 3, 20])
  assert.deepEqual(retry_delays_seconds, [5, 60])
  const { strict_order, pause_on_gone, disable_after_hours } = delivery
  assert.deepEqual([strict_order, pause_on_gone, disable_after_hours], [true, false, 72])
  const changed = (await loam('destinations', 'change', id, '--rate', '5/s', '--no-strict-order', '--json')).json()
  const { strict_order: strict, ...paced } = changed.delivery as Record<string, unknown>
  assert.deepEqual([paced.rate_per_second, paced.rate_per_minute, strict], [5, null, false])
  assert.deepEqual([paced.concurrency, paced.pause_on_gone], [3, false], 'the rest stays')
  const large = ['--max-bytes', '2048', '--max-records', '7', '--oversize', 'ping', '--expires-in', '99']
  const lists = ['--event-types', 'auth,sleep', '--providers', 'oura', '--reference-ids', 'r']
  const rest = ['--backfill-concurrency', '2', '--retry-delays', '', ...large, ...lists]
  const again = (await loam('destinations', 'change', id, ...rest, '--json')).json()
  const { max_bytes, max_records, oversize, expires_in, ...tries } = again.delivery as Record<string, unknown>
  assert.deepEqual([max_bytes, max_records, oversize, expires_in], [2048, 7, 'ping', 99])
  assert.deepEqual([tries.backfill_concurrency, tries.retry_delays_seconds], [2, []])
  assert.deepEqual([again.event_types, again.providers, again.reference_ids], [['auth', 'sleep'], ['OURA'], ['r']])
  assert.match((await loam('destinations', 'pause', id)).stdout, /is paused\.$/m)
  assert.match((await loam('destinations', 'resume', id)).stdout, /is active\.$/m)
  const rotated = (await loam('destinations', 'rotate-secret', id, '--overlap', '60')).stdout
  assert.match(rotated, /^signing secret {2}[0-9a-f]{48}\nThe old one signs until 20/)
  const wrong = await cli.run(['destinations', 'add', 'https://example.com/', '--rate', 'fast'])
  assert.match(wrong.stderr, /like 50\/s or 30\/m/)
  await loam('destinations', 'remove', id)
})

test('what cannot be added is refused, with the reason', async () => {
  const runs = await Promise.all([
    cli.run(['destinations', 'add', 'not a url']),
    cli.run(['destinations', 'add', '--settings', '{"url":']),
    cli.run(['destinations', 'add', 'http://localhost:9999', '--event-types', 'dreams']),
  ])
  assert.deepEqual(
    runs.map((ran) => ran.code),
    [3, 3, 3],
  )
  assert.match(runs[2]!.stderr, /there is no dreams; there are .*sleep/)
})
