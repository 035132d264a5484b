// Every order in which two deliver servers, their crashes, the end of a lease and the sweep can come between each other,
// over the SQL that runs in production. What must hold in each of them, by the name that a failure begins with:
//
//   one holder     no two servers hold a lease that has not ended, and a lease that was lost changes nothing
//   nothing lost   an honest server that comes afterwards always brings the delivery to its end
//   no early end   a delivery is `delivered` only if it was sent
//   known twice    it is sent twice only if a server crashed, was taken for dead, kept a lease beyond its end, or was told to
//                  try again
//   in order       what waits for another delivery is not sent before that one has ended
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { claim, deliveryQueue, recover, recoverFrom } from '../src/queue/queue.ts'
import { type DeliveryRow, insertDelivery, releaseNext } from '../src/store/deliveries.ts'
import { confirmLeases, giveBackDeliveries, settleDeliveries } from '../src/store/held-deliveries.ts'
import { insertDestination, NEW_DESTINATION } from '../src/store/destinations.ts'
import { insertEnvironment } from '../src/store/environments.ts'
import { openTestDatabase } from './database.ts'

const LEASE_MS = 1000
const START = 1_000_000
const { db, dispose } = await openTestDatabase()
after(dispose)
await insertEnvironment(db, {
  id: 'environment',
  dev_id: 'dev',
  name: 'Test',
  kind: 'testing',
  signing_secret_sealed: '',
  settings: '{}',
  created_at: START,
})
await insertDestination(db, {
  ...NEW_DESTINATION,
  id: 'destination',
  environment_id: 'environment',
  type: 'webhook',
  name: 'Test',
  settings: '{}',
  secrets_sealed: '',
  created_at: START,
  updated_at: START,
})

type Step = 'claim' | 'confirm' | 'send' | 'settle' | 'retry' | 'give back' | 'lease ends' | 'sweep' | 'A is dead'

interface Actor {
  name: string
  steps: readonly Step[]
  /** Dies before this step: what it held is never told to anyone. */
  crashBefore?: number
}

interface Held {
  row: DeliveryRow
  sent: boolean
}

/** One world: a delivery and the one that waits for it. */
class World {
  now = START
  readonly held = new Map<string, Held>()
  readonly sends: { id: string; by: string }[] = []
  endedLeases = 0
  /** The others gave back what it held, whether it lives or not. */
  takenForDead = new Set<string>()
  leases = 0
  crashes = 0
  retries = 0

  async begin(handedTo: string | null): Promise<void> {
    const rows = [delivery('first', null), delivery('second', 'first')]
    if (handedTo !== null) {
      // Committed under a lease of the process that made it, and handed over in memory.
      Object.assign(rows[0]!, {
        state: 'sending',
        attempts: 1,
        lease_id: `${handedTo}:handed`,
        lease_until: this.now + LEASE_MS,
      })
      this.held.set(handedTo, { row: rows[0]!, sent: false })
    }
    await db.batch([{ sql: 'DELETE FROM deliveries', params: [] }, ...rows.map(insertDelivery)])
  }

  async step(actor: Actor, step: Step): Promise<void> {
    if (step === 'lease ends') {
      this.now += LEASE_MS + 1
      if (this.held.size > 0) this.endedLeases++
      return
    }
    if (step === 'sweep') {
      await recover(db, deliveryQueue, this.now)
      return
    }
    if (step === 'A is dead') {
      await recoverFrom(db, deliveryQueue, 'A')
      if (this.held.has('A')) this.takenForDead.add('A')
      return
    }
    if (step === 'claim') {
      if (!this.held.has(actor.name)) await this.claim(actor)
      return
    }
    const held = this.held.get(actor.name)
    if (held === undefined) return
    if (step === 'confirm') {
      const ours = await confirmLeases(db, [held.row], this.now + LEASE_MS)
      if (ours.size === 0) this.held.delete(actor.name)
      else held.row.lease_until = this.now + LEASE_MS
    } else if (step === 'send') {
      held.sent = true
      this.sends.push({ id: held.row.id, by: actor.name })
    } else {
      this.held.delete(actor.name)
      await this.end(held, step)
    }
  }

  async claim(actor: Actor): Promise<void> {
    const [row] = await claim<DeliveryRow>(db, deliveryQueue, ['destination', 'live'], {
      limit: 1,
      now: this.now,
      leaseMs: LEASE_MS,
      leaseId: `${actor.name}:${this.leases++}`,
    })
    if (row === undefined) return
    for (const [name, { row: other }] of this.held) {
      const stillOurs = other.id === row.id && Number(other.lease_until) >= this.now && !this.takenForDead.has(name)
      assert.ok(!stillOurs, `one holder: ${actor.name} was given what ${name} holds`)
    }
    if (row.id === 'second') assert.equal(await stateOf('first'), 'delivered', 'in order: the second before the first')
    this.held.set(actor.name, { row, sent: false })
  }

  async end({ row, sent }: Held, step: Step): Promise<void> {
    const before = await stateOf(row.id)
    const lease = { id: row.id, lease_id: row.lease_id! }
    const ours = (await leaseOf(row.id)) === row.lease_id
    if (step === 'give back' && !sent) await db.batch(giveBackDeliveries([lease]))
    else {
      const delivered = step === 'settle' && sent
      if (step === 'retry') this.retries++
      const statements = settleDeliveries(db.dialect, [
        {
          ...lease,
          state: delivered ? 'delivered' : 'pending',
          next_at: delivered ? null : this.now,
          finished_at: delivered ? this.now : null,
          last_status: null,
          last_error: null,
          sent_at: null,
          duration_ms: null,
          response: null,
        },
      ])
      // As the loop does it: the next is let go by an outcome that took effect.
      const [changed] = await db.batch(statements)
      if (delivered && changed === 1) await db.batch(releaseNext(db.dialect, [row.id], this.now))
    }
    if (!ours) assert.equal(await stateOf(row.id), before, 'one holder: a lost lease changed the delivery')
  }

  async finish(): Promise<void> {
    const honest = { name: 'honest', steps: [] }
    this.held.clear()
    for (let i = 0; i < 4; i++) {
      this.now += LEASE_MS + 1
      await recover(db, deliveryQueue, this.now)
      for (const step of ['claim', 'send', 'settle'] as const) await this.step(honest, step)
    }
    for (const id of ['first', 'second']) {
      assert.equal(await stateOf(id), 'delivered', `nothing lost: ${id}`)
      const sends = this.sends.filter((each) => each.id === id).length
      assert.ok(sends >= 1, `no early end: ${id} is delivered and was never sent`)
      if (this.crashes + this.endedLeases + this.retries + this.takenForDead.size === 0)
        assert.equal(sends, 1, `known twice: ${id} was sent ${sends} times`)
    }
    const order = this.sends.map((each) => each.id)
    assert.ok(order.indexOf('first') < order.indexOf('second'), 'in order: the second before the first')
  }
}

function delivery(id: string, afterId: string | null): DeliveryRow {
  return {
    id,
    event_id: 'event',
    environment_id: 'environment',
    destination_id: 'destination',
    lane: 'live',
    after_id: afterId,
    order_key: null,
    order_no: null,
    state: afterId === null ? 'pending' : 'waiting',
    attempts: 0,
    next_at: START,
    lease_id: null,
    lease_until: null,
    last_status: null,
    last_error: null,
    created_at: START,
    finished_at: null,
    sent_at: null,
    duration_ms: null,
    part: null,
    response: null,
  }
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await db.one<{ state: string }>('SELECT state FROM deliveries WHERE id = $1', [id]))?.state
}

async function leaseOf(id: string): Promise<string | null | undefined> {
  return (await db.one<{ lease_id: string | null }>('SELECT lease_id FROM deliveries WHERE id = $1', [id]))?.lease_id
}

/** Every order of the actors' steps that keeps each actor's own. */
function* interleavings(actors: readonly Actor[], done: number[] = actors.map(() => 0)): Generator<number[]> {
  let any = false
  for (const [i, actor] of actors.entries()) {
    if (done[i]! >= actor.steps.length) continue
    any = true
    const next = done.with(i, done[i]! + 1)
    for (const rest of interleavings(actors, next)) yield [i, ...rest]
  }
  if (!any) yield []
}

async function play(actors: readonly Actor[], order: readonly number[], handedTo: string | null): Promise<void> {
  const world = new World()
  await world.begin(handedTo)
  const done = actors.map(() => 0)
  const told: string[] = []
  try {
    for (const i of order) {
      const actor = actors[i]!
      const at = done[i]!++
      if (actor.crashBefore !== undefined && at >= actor.crashBefore) {
        if (at === actor.crashBefore && world.held.has(actor.name)) {
          world.crashes++
          told.push(`${actor.name} dies`)
        }
        continue
      }
      told.push(`${actor.name} ${actor.steps[at]}`)
      await world.step(actor, actor.steps[at]!)
    }
    await world.finish()
  } catch (error) {
    throw new Error(`after: ${told.join(', ')}`, { cause: error })
  }
}

/** CI plays all of them, a laptop some: a prime, so that no step is always passed over. */
const EVERY = process.env.CI === 'true' ? 1 : 13

const time: Actor = { name: 'time', steps: ['lease ends', 'sweep'] }

/** What each server does; the first of a pair may be the one that the delivery was handed to at its commit. */
const CASES: { name: string; actors: Actor[]; handedTo?: string }[] = [
  {
    name: 'two servers, one of which may die before it sends or before it says so',
    actors: [
      { name: 'A', steps: ['claim', 'send', 'settle'] },
      { name: 'B', steps: ['claim', 'send', 'settle'] },
      time,
    ],
  },
  {
    name: 'handed over at the commit, confirmed before it is sent',
    actors: [
      { name: 'A', steps: ['confirm', 'send', 'settle'] },
      { name: 'B', steps: ['claim', 'send', 'settle'] },
      time,
    ],
    handedTo: 'A',
  },
  {
    name: 'a server is taken for dead, and is, or is not and goes on',
    actors: [
      { name: 'A', steps: ['confirm', 'send', 'settle', 'claim'] },
      { name: 'B', steps: ['claim', 'send', 'settle'] },
      { name: 'witness', steps: ['A is dead', 'sweep'] },
    ],
    handedTo: 'A',
  },
  {
    name: 'a server that fails and tries again beside one that shuts down',
    actors: [
      { name: 'A', steps: ['claim', 'send', 'retry', 'claim'] },
      { name: 'B', steps: ['claim', 'give back'] },
      time,
    ],
  },
]

for (const { name, actors, handedTo = null } of CASES) {
  test(name, async () => {
    let [played, orders] = [0, 0]
    const first = actors[0]!
    for (const crashBefore of [undefined, ...first.steps.keys()]) {
      const cast = [{ ...first, ...(crashBefore !== undefined && { crashBefore }) }, ...actors.slice(1)]
      for (const order of interleavings(cast)) {
        if (orders++ % EVERY !== 0) continue
        await play(cast, order, handedTo)
        played++
      }
    }
    assert.ok(played > 500 / EVERY, `${played} orders of ${orders}`)
  })
}
