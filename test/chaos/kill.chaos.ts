// kill -9 at random points under load: while a push is committed, while events are sent, between an answer and its note.
import { test } from 'node:test'
import { ENGINES, rounds, skipOn } from './harness/forms.ts'
import { randomFor } from './harness/random.ts'
import { pause } from './harness/until.ts'
import { openWorld } from './harness/world.ts'

const KILLS = rounds(10, 200)

for (const engine of ENGINES) {
  test(`${engine}: ${KILLS} times kill -9 under load`, { skip: skipOn(engine) }, async (t) => {
    const world = await openWorld(t, engine, { roles: ['api', 'intake', 'deliver', 'deliver'], people: 10 })
    const random = randomFor(`kills ${engine}`)
    // What a receiver does when it is killed itself: it has the event, and nobody learns of it.
    world.sink.behave = () => (random.chance(0.03) ? 'take and reset' : random.chance(0.03) ? 500 : 200)
    world.load.start()
    for (let i = 0; i < KILLS; i++) {
      await pause(random.between(50, 1200))
      if (i % 5 === 4) await world.load.deleteSomeone()
      const server = random.pick(world.servers)
      await server.kill()
      await server.start()
    }
    await world.load.stop()
    await world.settle()
    await world.verify()
  })
}
