// Users whom somebody gave less than is needed: a test of the destination names what is missing, and no more than that.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { all, daily, event, NOW } from './database-events.ts'
import { testEvent } from './events.ts'
import type { SqlPlace } from './sql-modes.ts'
import type { Settings } from './stage.ts'

type Placed = (t: TestContext, changed?: Settings) => Promise<SqlPlace>

interface Words {
  user(name: string): string
  /** On all tables, or on one. */
  grant(name: string, rights: string, table?: string): string
}

export function rightsOfUsers(place: Placed, words: Words): void {
  async function narrow(t: TestContext, settings: Settings) {
    const { open, rows } = await place(t, settings)
    // The tables are there, made by somebody who may.
    await all(open(), [daily(randomUUID(), 1)])
    const user = `narrow_${randomBytes(4).toString('hex')}`
    await rows(words.user(user))
    const sender = open({ user })
    return {
      sender,
      rows,
      grant: (rights: string, table?: string) => rows(words.grant(user, rights, table)),
      said: async (sent = testEvent(4)): Promise<string> => JSON.stringify(await sender.send([sent], NOW)),
    }
  }

  test('a user without UPDATE and DELETE is named by a test, and goes on when it has them', async (t) => {
    const { sender, rows, grant, said } = await narrow(t, { on_deauth: 'delete' })
    const user = randomUUID()
    const rest = 'DELETE on terra_data_payloads, terra_other_payloads, terra_payloads"'
    await grant('SELECT, INSERT')
    for (const sent of [testEvent(4), daily(user, 1)]) {
      assert.match(await said(sent), new RegExp(`"retry".*grant them: UPDATE on terra_users; ${rest}`))
    }
    await grant('UPDATE', 'terra_users')
    await all(sender, [daily(user, 1)])
    for (const sent of [testEvent(4), event('deauth', user, 2, { status: 'success' })]) {
      assert.match(await said(sent), new RegExp(`"retry".*grant them: ${rest}`))
    }
    await grant('DELETE')
    await all(sender, [testEvent(4), event('deauth', user, 2, { status: 'success' })])
    assert.equal((await rows(`SELECT 1 FROM terra_data_payloads WHERE user_id = '${user}'`)).length, 0)
  })

  test('a user who may do what is asked of it needs no more', async (t) => {
    const { sender, grant } = await narrow(t, {})
    await grant('INSERT')
    await grant('SELECT', 'loam_schema')
    await grant('SELECT, UPDATE', 'terra_users')
    await grant('SELECT', 'terra_payloads')
    await all(sender, [testEvent(4), daily(randomUUID(), 1)])
  })

  test('the newest states want all four rights on their tables', async (t) => {
    const { sender, grant, said } = await narrow(t, { mode: 'upsert' })
    await grant('SELECT, INSERT')
    const records = 'loam_activity, loam_athlete, loam_body, .*'
    assert.match(
      await said(),
      new RegExp(
        `grant them: UPDATE on loam_users, loam_deleted, loam_events; UPDATE, DELETE on ${records}loam_sleep"`,
      ),
    )
    await grant('UPDATE, DELETE')
    await all(sender, [testEvent(4), daily(randomUUID(), 1)])
  })
}
