// Receivers that fail in every way, each request in another; and one whose name is gone for a while.
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ENGINES, LONG, skipOn, skipWithoutRoot } from './harness/forms.ts'
import { randomFor } from './harness/random.ts'
import type { Fault } from './harness/sink.ts'
import { pause, until } from './harness/until.ts'
import { openWorld, temporary } from './harness/world.ts'

const FAULTS: readonly Fault[] = ['hang', 'drip', 'reset', 'take and reset', 301, 302, 404, 410, 413, 429, 500, 503]

for (const engine of ENGINES) {
  test(`${engine}: each request meets another fault, or none`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine, { roles: ['all', 'deliver'], delivery: { timeout_seconds: 1 } })
    const random = randomFor(`faults ${engine}`)
    world.sink.behave = () => (random.chance(0.35) ? random.pick(FAULTS) : 200)
    world.load.start({ clients: 4, pauseMs: 200 })
    await until(
      () => new Set(world.sink.receipts.map(({ fault }) => fault)).size === FAULTS.length + 1,
      'not every fault was met',
    )
    await pause(LONG ? 60_000 : 3000)
    await world.load.stop()
    world.sink.behave = () => 200
    await world.settle()
    await world.verify()
  })

  const skip = skipOn(engine) || skipWithoutRoot
  test(`${engine}: the receiver's name vanishes and comes back`, { skip }, async (t) => {
    const folder = temporary(t)
    const hosts = join(folder, 'hosts')
    const name = (there: boolean): void => writeFileSync(hosts, `127.0.0.1 localhost${there ? ' sink.chaos' : ''}\n`)
    name(true)
    chmodSync(hosts, 0o644)
    // The server has names of hosts of its own; everybody else keeps theirs.
    const within = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts]
    const url = ({ url }: { url: string }): string => url.replace('127.0.0.1', 'sink.chaos')
    const world = await openWorld(t, engine, { within, url, people: 3 })
    world.load.start({ clients: 2 })
    await until(() => world.sink.receipts.length > 10, 'nothing arrives')
    name(false)
    world.sink.hangUp()
    const failed = `SELECT count(*) AS n FROM deliveries WHERE last_error LIKE '%sink.chaos%'
      AND destination_id = '${world.destinationId}'`
    await until(async () => {
      world.sink.hangUp()
      return Number((await world.engine.query<{ n: number }>(failed))[0]!.n) > 0
    }, 'nobody notices that the name is gone')
    await world.load.stop()
    name(true)
    await world.settle()
    await world.verify()
  })
}
