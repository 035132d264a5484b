// What providers do: the same notification ten thousand times, to two servers at once, and payloads that nobody can read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENGINES, rounds, skipOn } from './harness/forms.ts'
import { until } from './harness/until.ts'
import { arrived, openWorld } from './harness/world.ts'

const COPIES = rounds(2000, 10_000)

/** Members of a day that is in no way one. `true` stands for the account. */
const POISON: readonly string[] = [
  '"steps": "many"',
  '"steps": -1e400',
  '"steps": NaN',
  '"steps": {"a": [[[[[1]]]]]}',
  '"__proto__": {"steps": 1}, "constructor": null',
  '"calendarDate": "2026-13-45"',
  '"startTimeInSeconds": 99999999999999999999',
  '"startTimeInSeconds": -1',
  '"summaryId": "nul\\u0000in it"',
  '"summaryId": "half a pair \\ud83d"',
  '"timeOffsetHeartRateSamples": [null, {"a": "b"}]',
  '"durationInSeconds": "0x10"',
]

for (const engine of ENGINES) {
  test(`${engine}: one push ${COPIES} times, 64 at once, is one event`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine, { roles: ['all', 'all'] })
    const { body, days } = world.load.compose(3)
    let left = COPIES
    await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        while (left-- > 0) assert.ok(await world.load.send(body, world.servers[i % world.servers.length]))
      }),
    )
    for (const day of days) world.ledger.accepted.add(day)
    await world.settle()
    for (const day of days) {
      const times = world.sink.receipts.filter((receipt) => receipt.days.includes(day)).length
      assert.equal(times, 1, `${day} came ${times} times`)
    }
    await world.verify()
  })

  test(`${engine}: what cannot be read harms nothing beside it`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine)
    const { account } = world.people[0]!
    for (const members of POISON) {
      // Beside two healthy days, of the same person and of another.
      const { body, days } = world.load.compose(2)
      const poisoned = body.replace('[', `[{"userId": "${account}", "calendarDate": "1980-01-01", ${members}},`)
      assert.ok(await world.load.send(poisoned), members)
      if (isJson(poisoned)) for (const day of days) world.ledger.accepted.add(day)
    }
    const bytes = Buffer.concat([
      Buffer.from('{"dailies": [{"userId": "'),
      Buffer.from([0xff, 0xfe, 0]),
      Buffer.from('"}]}'),
    ])
    for (const whole of [bytes, '', '[]', 'null', '{"dailies": 7}', '['.repeat(100_000)]) {
      assert.ok(await world.load.send(whole), String(whole).slice(0, 40))
    }
    world.load.start({ clients: 2 })
    await until(() => arrived(world.sink.receipts).size > 30, 'nothing arrives any more')
    await world.load.stop()
    await world.settle()
    await world.verify()
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
