// Destinations whose names nobody resolves: their name server takes the question and keeps silent.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startNameServer } from '../services/dns.ts'
import { atEnd } from './harness/cleanup.ts'
import { ENGINES, LONG, skipOn, skipWithoutRoot } from './harness/forms.ts'
import { pause, until } from './harness/until.ts'
import { arrived, DELIVERY, openWorld, temporary } from './harness/world.ts'

/** Where name servers are asked, nobody else listens: an address of loopback that is this test's own. */
const NAME_SERVER = '127.53.0.53'
const SILENT = LONG ? 100 : 20
const TIMEOUT_SECONDS = 2
/** From the push to the receiver, beside everything that waits for a name. */
const PROMPT_MS = 5000

interface Outcome {
  destination_id: string
  last_error: string
}

for (const engine of ENGINES) {
  const skip = skipOn(engine) || skipWithoutRoot
  test(`${engine}: the names of many destinations are never resolved`, { skip }, async (t) => {
    const names = await startNameServer({ host: NAME_SERVER, port: 53 })
    atEnd(t, () => names.close())
    names.tell = (name) => (name === 'sink.chaos' ? ['127.0.0.1'] : name.endsWith('silent.chaos') ? 'silent' : 'none')
    const file = join(temporary(t), 'resolv.conf')
    writeFileSync(file, `nameserver ${NAME_SERVER}\n`, { mode: 0o644 })
    // The server has a resolver of its own; everybody else keeps theirs.
    const within = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', file]
    const url = ({ url }: { url: string }): string => url.replace('127.0.0.1', 'sink.chaos')
    const world = await openWorld(t, engine, { within, url })
    const create = async (target: object): Promise<string> =>
      (await world.entry.admin<{ id: string }>('POST', '/destinations', target)).id
    const delivery = { ...DELIVERY, timeout_seconds: TIMEOUT_SECONDS }
    const webhooks = Array.from({ length: SILENT }, (_, i) => `http://${i}.silent.chaos/`)
    const silent = await Promise.all([
      ...webhooks.map((each) => create({ type: 'webhook', url: each, delivery })),
      // No HTTP; and it waits for longer than names are looked for.
      create({ type: 'redis', settings: { host: 'redis.silent.chaos', stream: 'events' } }),
    ])

    world.load.start()
    // Each connection is a new one, so that the receiver's own name is asked for all the time.
    const hangingUp = setInterval(() => world.sink.hangUp(), 20)
    atEnd(t, () => clearInterval(hangingUp))
    const failed = `SELECT DISTINCT destination_id, last_error FROM deliveries WHERE last_error IS NOT NULL
      AND destination_id <> '${world.destinationId}'`
    const outcomes = async (): Promise<Outcome[]> => await world.engine.query<Outcome>(failed)
    await until(async () => {
      const of = new Set((await outcomes()).map((each) => each.destination_id))
      return silent.every((id) => of.has(id))
    }, 'not every attempt failed')
    assert.deepEqual(
      (await outcomes()).filter(
        ({ last_error: error }) => !/name .*silent\.chaos.* was not resolved in time/.test(error),
      ),
      [],
    )
    const slowest = `SELECT max(attempts.duration_ms) AS ms FROM attempts JOIN deliveries ON deliveries.id = delivery_id
      WHERE destination_id IN (${silent.slice(0, SILENT).map((id) => `'${id}'`)})`
    const ms = Number((await world.engine.query<{ ms: number }>(slowest))[0]!.ms)
    assert.ok(ms >= TIMEOUT_SECONDS * 1000 - 50 && ms < TIMEOUT_SECONDS * 1000 + 2000, `an attempt took ${ms} ms`)

    // The others are as quick as ever, and so is what takes a thread.
    await pause(LONG ? 30_000 : 3000)
    const asked = names.asked.filter((each) => each.endsWith(' sink.chaos')).length
    assert.ok(asked > 20, `the receiver's name was asked for ${asked} times`)
    const pushed = world.ledger.accepted.size
    await until(() => world.ledger.accepted.size > pushed + 20, 'nothing is accepted', PROMPT_MS)
    const since = [...world.ledger.accepted].slice(pushed)
    await until(() => since.every((day) => arrived(world.sink.receipts).has(day)), 'others are held up', PROMPT_MS)

    await world.load.stop()
    for (const id of silent) await world.entry.admin('DELETE', `/destinations/${id}`)
    await world.settle()
    await world.verify()
  })
}
