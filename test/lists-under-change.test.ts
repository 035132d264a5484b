// Somebody pages through a list while rows are added, changed and deleted: what was there all the while is seen once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld, type World } from '../src/deliver/test-world.ts'
import { newId } from '../src/model/ids.ts'
import { enqueue } from '../src/queue/enqueue.ts'
import { auditStatement } from '../src/store/audit.ts'
import { decodeCursor } from '../src/store/paging.ts'

interface List {
  path: string
  table: string
  key: string
  /** Makes a row change without leaving the list. */
  change: string
  add(world: World): Promise<unknown>
}

const BIN = 'bin'
const lists: Record<string, List> = {
  events: {
    path: 'events?type=body',
    table: 'events',
    key: 'id',
    change: 'record_count = record_count + 1',
    add: (world) => world.append({ type: 'body' }, { type: 'sleep' }),
  },
  deliveries: {
    path: 'deliveries?type=body',
    table: 'deliveries',
    key: 'id',
    change: `state = 'failed', attempts = attempts + 1, next_at = next_at + 1`,
    add: (world) => world.append({ type: 'body' }),
  },
  users: {
    path: 'users?provider=OURA',
    table: 'connections',
    key: 'user_id',
    change: `state = 'degraded', reference_id = 'changed'`,
    add: (world) => world.api.addUser(),
  },
  jobs: {
    path: 'jobs?kind=read',
    table: 'jobs',
    key: 'id',
    change: 'next_at = next_at + 1, attempts = attempts + 1',
    add: ({ ctx, api }) => {
      const job = { kind: 'read', lane: 'live', environmentId: api.environment.id, dedupeKey: newId() } as const
      const { now } = api.clock
      return ctx.db.transaction((tx) => enqueue(tx, [{ ...job, userId: null, payload: {}, at: now() }], now()))
    },
  },
  audit: {
    path: 'audit?action=user.removed',
    table: 'audit_log',
    key: 'id',
    change: `subject = 'changed'`,
    add: ({ ctx, api }) =>
      ctx.db.batch([auditStatement(ctx, { action: 'user.removed', environmentId: api.environment.id })]),
  },
  inspector: {
    path: `inspector/${BIN}/requests?`,
    table: 'inspector_requests',
    key: 'id',
    change: `method = 'PUT'`,
    add: ({ api }) => api.call('POST', `/inspector/${BIN}`, { json: { type: 'body' } }),
  },
}

for (const [name, { path, table, key, change, add }] of Object.entries(lists)) {
  test(`${name}: what was there all the while is seen once, whatever comes, changes and goes`, async (t) => {
    const world = await openWorld(t)
    await world.destination('https://receiver.example/')
    const { db } = world.ctx
    const ids = async (): Promise<Set<string>> =>
      new Set((await db.all<{ id: string }>(`SELECT ${key} AS id FROM ${table}`)).map(({ id }) => id))
    // Several of one millisecond each.
    for (let i = 0; i < 23; i++) {
      if (i % 4 === 0) world.api.clock.advance(1)
      await add(world)
    }
    const seen: string[] = []
    let stay: Set<string> | null = null
    for (let cursor = ''; ;) {
      const query = `${path}&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { status, json, text } = await world.api.asOperator('GET', `/admin/v1/${query}`)
      assert.equal(status, 200, text)
      seen.push(...(json.data as Record<string, string>[]).map((row) => row[key] ?? row.id!))
      stay = stay === null ? await all(world) : stay.intersection(await ids())
      if (json.next_cursor === null) break
      cursor = String(json.next_cursor)
      // The row that the cursor names goes, one that was not seen yet, and the newest.
      const { id } = decodeCursor(cursor)!
      const unseen = [...stay].filter((each) => !seen.includes(each))
      for (const gone of [id, unseen.at(unseen.length >> 1), [...(await ids())].sort().at(-1)]) {
        if (gone !== undefined && seen.length % 2 === 1) await db.run(`DELETE FROM ${table} WHERE ${key} = $1`, [gone])
      }
      await db.run(`UPDATE ${table} SET ${change}`)
      if (seen.length % 4 === 0) world.api.clock.advance(-2)
      await add(world)
    }
    assert.equal(new Set(seen).size, seen.length, 'twice')
    const missed = [...stay.intersection(await ids())].filter((id) => !seen.includes(id))
    assert.deepEqual(missed, [])
  })

  /** All of the list, on one page. */
  async function all({ api }: World): Promise<Set<string>> {
    const { json } = await api.asOperator('GET', `/admin/v1/${path}&limit=200`)
    assert.equal(json.next_cursor, null)
    return new Set((json.data as Record<string, string>[]).map((row) => row[key] ?? row.id!))
  }
}
