import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import { newId } from '../model/ids.ts'
import { silentLog } from '../platform/log.ts'
import type { Database } from '../store/database.ts'
import type { JobRow } from '../store/jobs.ts'
import { announceServer, retireServer } from '../store/servers.ts'
import { enqueue } from './enqueue.ts'
import { claim, jobQueue } from './queue.ts'
import { LOOK_MS, Servers } from './servers.ts'
import { claimInTurns } from './share.ts'
import { Silence } from './silence.ts'

const NOW = 1_000_000

test('servers see each other, in one order, until they are silent for too long or say goodbye', async (t) => {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  const alive = async (id: string, now: number): Promise<string[]> =>
    (await announceServer(db, 'deliver_servers', id, now)).alive
  assert.deepEqual(await alive('b', 1000), ['b'])
  assert.deepEqual(await alive('a', 2000), ['a', 'b'])
  assert.deepEqual(await alive('b', 6000), ['a', 'b'])
  assert.deepEqual(await alive('b', 17_001), ['b'], 'a was silent')
  await announceServer(db, 'deliver_servers', 'a', 17_002)
  await retireServer(db, 'deliver_servers', 'a')
  assert.deepEqual(await alive('b', 17_003), ['b'])
})

test('a server is dead once nothing new was heard of it in as many looks as half a minute has', () => {
  const silence = new Silence()
  const looks = (times: number, words: Record<string, number>): string[] => {
    let dead: string[] = []
    for (let i = 0; i < times; i++) dead = silence.look(new Map(Object.entries(words)))
    return dead
  }
  assert.deepEqual(looks(6, { a: 1, b: 1 }), [])
  assert.deepEqual(looks(1, { a: 1, b: 2 }), ['a'])
  // However long nobody could look: it is the looks that count.
  assert.deepEqual(looks(6, { a: 2, b: 3 }), [])
  // Whoever went away and came back begins anew.
  assert.deepEqual(looks(1, { b: 4 }), [])
  assert.deepEqual(looks(6, { a: 2, b: 5 }), [])
  assert.deepEqual(looks(1, { a: 2, b: 5 }), ['a', 'b'])
})

interface World {
  db: Database
  /** Says what was given back. */
  warned: object[]
  server(): Servers
  /** Begins a job of each lane. */
  begin(nextLeaseId: () => string): Promise<void>
  /** By server, how many jobs each has under way. */
  held(): Promise<Record<string, number>>
}

async function openWorld(t: TestContext): Promise<World> {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  await db.run(
    `INSERT INTO environments (id, dev_id, name, kind, signing_secret_sealed, created_at) VALUES ('e', 'e', 'e', 'testing', '', 0)`,
  )
  const warned: object[] = []
  const log = { ...silentLog, warn: (fields: object): void => void warned.push(fields) }
  return {
    db,
    warned,
    server: () => new Servers(db, jobQueue, log),
    async begin(nextLeaseId) {
      const jobs = (['live', 'backfill'] as const).map((lane) => ({
        kind: 'read',
        lane,
        environmentId: 'e',
        userId: null,
        dedupeKey: newId(),
        payload: {},
        at: NOW,
      }))
      await db.transaction((tx) => enqueue(tx, jobs, NOW))
      const wanted = { limit: 1, now: NOW, leaseMs: 60_000 }
      const live = await claim<JobRow>(db, jobQueue, ['live'], { ...wanted, leaseId: nextLeaseId() })
      const history = await claimInTurns(db, 'backfill', { ...wanted, leaseId: nextLeaseId() })
      assert.equal(live.length + history.length, 2)
    },
    async held() {
      const rows = await db.all<{ lease_id: string }>(`SELECT lease_id FROM jobs WHERE state = 'running'`)
      const byServer = Map.groupBy(rows, ({ lease_id: lease }) => lease.split(':')[0]!)
      return Object.fromEntries([...byServer].map(([id, { length }]) => [id, length]))
    },
  }
}

test('what a server that fell silent held is given back; what one that lives holds is not, however long it takes', async (t) => {
  const { db, warned, server, begin, held } = await openWorld(t)
  const [dead, busy, looking] = [server(), server(), server()]
  const older = newId()
  await dead.announce(NOW)
  for (const each of [dead, busy]) await begin(() => each.nextLeaseId())
  // Of a version whose leases bear no name.
  await begin(() => older)
  const all = { [dead.id]: 2, [busy.id]: 2, [older]: 2 }
  assert.deepEqual(await held(), all)
  // Six times the same word, the first of them is new.
  for (let look = 0; look <= 6; look++) {
    assert.deepEqual(await held(), all, `look ${look}`)
    for (const each of [busy, looking]) await each.announce(NOW + look * LOOK_MS)
  }
  assert.deepEqual(await held(), { [busy.id]: 2, [older]: 2 })
  assert.deepEqual(warned, [{ server: dead.id, table: 'jobs', rows: 2 }])
  const listed = await db.all<{ id: string }>('SELECT id FROM intake_servers ORDER BY id')
  assert.deepEqual(listed.map(({ id }) => id).sort(), [busy.id, looking.id].sort())
  await looking.leave()
  assert.deepEqual(await busy.announce(NOW + 7 * LOOK_MS), [busy.id])
})

test('looks that waited for the database together are one: nobody is dead because it stood still', async (t) => {
  const { server, begin, held, warned } = await openWorld(t)
  const [other, looking] = [server(), server()]
  await other.announce(NOW)
  await begin(() => other.nextLeaseId())
  await Promise.all(Array.from({ length: 20 }, () => looking.announce(NOW)))
  assert.deepEqual(await held(), { [other.id]: 2 })
  assert.deepEqual(warned, [])
})

test('what a dead server has locked is not waited for: it is given back later, and the server is listed until then', async (t) => {
  const { db, warned, server, begin, held } = await openWorld(t)
  if (db.dialect === 'sqlite') return t.skip('SQLite has one server')
  const [dead, looking] = [server(), server()]
  await dead.announce(NOW)
  await begin(() => dead.nextLeaseId())
  const silent = 7
  await db.transaction(async (tx) => {
    // Its last transaction, whose end never came.
    await tx.run(`UPDATE jobs SET last_error = NULL WHERE lane = 'live'`)
    for (let look = 0; look < silent; look++) await looking.announce(NOW + look * LOOK_MS)
    assert.deepEqual(await held(), { [dead.id]: 1 })
  })
  await looking.announce(NOW + silent * LOOK_MS)
  assert.deepEqual(await held(), {})
  assert.deepEqual(
    warned,
    [1, 1].map((rows) => ({ server: dead.id, table: 'jobs', rows })),
  )
  assert.deepEqual(await looking.announce(NOW + 8 * LOOK_MS), [looking.id])
})
