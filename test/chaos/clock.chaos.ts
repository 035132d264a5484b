// Clocks that are set while everything runs: nothing is lost, sent twice or tried in a storm, and leases do not end.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ENGINES, rounds, skipOn } from './harness/forms.ts'
import { randomFor } from './harness/random.ts'
import { pause, until } from './harness/until.ts'
import { arrived, openWorld, temporary } from './harness/world.ts'

const MINUTE = 60_000
const STEPS = [2 * 60 * MINUTE, -5 * MINUTE, 5 * MINUTE, -2 * 60 * MINUTE, 26 * 60 * MINUTE, 0]
const PRELOAD = fileURLToPath(new URL('./harness/stepping-clock.ts', import.meta.url))

for (const engine of ENGINES) {
  test(`${engine}: the clock of the servers is set, ahead and back`, { skip: skipOn(engine) }, async (t) => {
    const clock = join(temporary(t), 'clock')
    const set = (aheadMs: number): void => writeFileSync(clock, String(aheadMs))
    set(0)
    const env = { NODE_OPTIONS: `--import=${PRELOAD}`, LOAM_CHAOS_CLOCK: clock }
    const world = await openWorld(t, engine, { roles: ['all', 'deliver'], env })
    const random = randomFor(`clock ${engine}`)
    world.load.start()
    for (let i = 0; i < rounds(1, 10); i++) {
      for (const step of STEPS) {
        set(step)
        await pause(random.between(500, 2000))
        const before = arrived(world.sink.receipts).size
        await until(() => arrived(world.sink.receipts).size > before + 5, `nothing new arrives at ${step / MINUTE} min`)
      }
    }
    await world.load.stop()
    await world.settle()
    const traces = world.sink.receipts.map(({ trace }) => trace)
    assert.equal(traces.length, new Set(traces).size, 'something was sent twice')
    await world.verify()
  })
}
