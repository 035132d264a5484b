// What every source must hold, over the whole catalogue against the sandbox's clouds: one joins by existing. What differs between
// them is read off the connector's own data, never off its name. LOAM_TEST_LONG=1 runs the storm whole, LOAM_TEST_SOURCES
// chooses (provider/chosen-sources.ts).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Connector } from '../../src/connectors/connector.ts'
import { connectors } from '../../src/connectors/index.ts'
import { freshAccessToken } from '../../src/credentials/tokens.ts'
import { LONGEST_MS } from '../../src/intake/coalesce.ts'
import { addDays, countDays } from '../../src/model/local-day.ts'
import type { Stats } from '../../src/simulator/kit/stats.ts'
import { chosenSources } from '../provider/chosen-sources.ts'
import {
  type Environment,
  type Gateway,
  nameOf,
  openGateway,
  playedSources,
  type StoredEvent,
  type StoredRecord,
} from '../provider/gateway.ts'

const LONG = process.env.LOAM_TEST_LONG === '1'
const STORM = LONG ? 10_000 : 300
const HISTORY_DAYS = 20
const DATA_TYPES = new Set(['activity', 'athlete', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'])

/** For answers that never come. Short, and long enough for a busy machine. */
const IMPATIENCE_MS = 2500

let gateway: Gateway
/** That was over everywhere when a source's tests began: where an hour has few requests, they may last past midnight. */
let lastDay: string
let people = 0
const played = playedSources()

test('every source of the catalogue has a cloud in the sandbox', () => {
  const without = connectors.filter((connector) => !played.includes(connector)).map(({ id }) => id)
  assert.deepEqual(without, [])
})

for (const connector of chosenSources()) {
  describe(nameOf(connector), () => {
    // One each: the people of one source are not in the way of the next.
    before(async () => {
      gateway = await openGateway()
      lastDay = addDays(new Date(gateway.now()).toISOString().slice(0, 10), -2)
    })
    after(() => gateway.stop())

    test('connecting: an auth event, tokens that are sealed; denying: no connection, and why', async () => {
      const env = await gateway.environment()
      const { userId, reason } = await env.connect(connector, somebody())
      assert.equal(reason, null)
      const row = (await env.connection(userId))!
      assert.equal(row.state, 'connected')
      assert.notEqual(row.provider_user_id, '')
      assert.ok(row.tokens_sealed !== null && !row.tokens_sealed.includes('SIM'))
      assert.deepEqual(typesOf(await env.events(userId)), ['auth'])
      const denied = await env.connect(connector, somebody(), { auto: 'deny' })
      assert.notEqual(denied.reason, null)
      assert.equal(await env.connection(denied.userId), null)
    })

    test('the same account again replaces the connection: user_reauth, then auth', async () => {
      const env = await gateway.environment()
      const who = somebody()
      const first = await env.connect(connector, who)
      const second = await env.connect(connector, who)
      assert.equal(await env.connection(first.userId), null)
      assert.deepEqual(typesOf(await env.events(second.userId)).sort(), ['auth', 'user_reauth'])
    })

    test('eight workers refresh a token once', async (t) => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      if (!(await endsByItself(env, userId))) return t.skip('its tokens do not end')
      await env.stats(connector, who, { reset: true })
      const { ctx } = gateway.running
      await ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
      const version = (await env.connection(userId))!.token_version
      const all = await Promise.all(Array.from({ length: 8 }, () => freshAccessToken(ctx, connector, userId)))
      assert.equal(new Set(all.map(({ token }) => token)).size, 1)
      assert.equal((await env.connection(userId))!.token_version, version + 1)
      assert.equal((await env.stats(connector, who)).refreshes, 1)
    })

    test('a new pair that never arrived: the connection recovers, or the person is asked to sign in again', async (t) => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      if (!(await endsByItself(env, userId)) || connector.auth.kind !== 'oauth2') return t.skip('nothing is refreshed')
      const { auth } = connector
      const { ctx } = gateway.running
      await ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
      await env.lever(connector, `fail?half=answer&path=${encodeURIComponent((auth.refresh ?? auth.token).path)}`)
      // Some take the old one a while longer: then the repeated call is answered.
      await freshAccessToken(ctx, connector, userId).catch(() => {})
      await read(env, userId, 1)
      const { state } = (await env.connection(userId))!
      const told = typesOf(await env.events(userId)).includes('connection_error')
      assert.ok(state === 'connected' || (state === 'degraded' && told), state)
      await env.lever(connector, 'heal')
    })

    const unlucky = somebody()
    let expected: string[] | null = null
    for (const [name, trouble] of [
      ['401', 'expire?person='],
      ['429', 'fail?status=429&retry_after=2'],
      ['500', 'fail?status=500'],
      ['an answer that breaks off', 'fail?half=connection'],
      ['half a page', 'fail?half=text'],
    ] as const) {
      test(`${name}: it passes, and all is read`, async (t) => {
        const env = await gateway.environment()
        expected ??= await reference(connector, unlucky)
        const { userId } = await env.connect(connector, unlucky)
        if (name === '401' && !(await endsByItself(env, userId))) return t.skip('its tokens do not end')
        await env.lever(connector, trouble.replace('person=', `person=${unlucky}`))
        const job = await read(env, userId, 3)
        await env.lever(connector, 'heal')
        assert.equal(job.state, 'done', job.last_error ?? '')
        assert.deepEqual(keysOf(await asked(env, userId)), expected)
      })
    }

    test('an answer that never comes: nobody waits for it for ever, and all is read', async (t) => {
      const other = await openGateway({ providerTimeoutMs: IMPATIENCE_MS })
      t.after(() => other.stop())
      other.jump((gateway.now() - other.now()) / 1000)
      const env = await other.environment()
      expected ??= await reference(connector, unlucky)
      const { userId } = await env.connect(connector, unlucky)
      await env.lever(connector, 'fail?hang=1')
      const job = await read(env, userId, 3)
      await env.lever(connector, 'heal')
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.deepEqual(keysOf(await asked(env, userId)), expected)
    })

    test('403: the others are read, and nothing is retried for ever', async () => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await env.lever(connector, 'fail?status=403')
      const job = await read(env, userId, 3)
      await env.lever(connector, 'heal')
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.equal((await env.connection(userId))!.state, 'connected')
    })

    test('the same days again: nothing changes, nothing is sent', async () => {
      const env = await gateway.environment()
      const userId = await somebodyWithRecords(env, connector, 5)
      const [records, events] = [await days(env, userId), await env.events(userId)]
      await read(env, userId, 5)
      assert.deepEqual(digestsOf(await days(env, userId)), digestsOf(records))
      const later = (await env.events(userId)).slice(events.length)
      const more = typesOf(later.filter(({ body }) => !isOfPresent(body)))
      assert.deepEqual(
        more.filter((type) => type !== 'athlete'),
        [],
      )
    })

    test('a forged notification is refused and starts nothing', async (t) => {
      if (connector.notifications === undefined) return t.skip('it sends none')
      const env = await gateway.environment()
      const { who } = await somebodyWithNews(env, connector)
      const forgedAt = gateway.now()
      const { statuses } = (await env.lever(connector, `forge?person=${who}`)) as { statuses: Record<string, number> }
      assert.ok(Object.keys(statuses).length > 0, 'nothing was sent')
      assert.ok(
        Object.keys(statuses).every((status) => status.startsWith('4')),
        JSON.stringify(statuses),
      )
      const since = await gateway.running.ctx.db.all(
        `SELECT kind FROM jobs WHERE environment_id = $1 AND created_at >= $2
           AND kind IN ('read', 'push', 'gone', 'unclaimed')`,
        [env.id, forgedAt],
      )
      assert.deepEqual(since, [])
    })

    test(`a storm of ${STORM} duplicates costs what one notification costs, and each change is told once`, async (t) => {
      if (connector.notifications === undefined) return t.skip('it sends none')
      const env = await gateway.environment()
      const { who, userId } = await somebodyWithNews(env, connector)
      await read(env, userId, 2)
      t.after(await stopDays(env, connector))
      const told = async (times: number) => {
        await env.stats(connector, who, { reset: true })
        const { accepted } = await env.lever(connector, `notify?person=${who}&times=${times}`)
        return Number(accepted)
      }
      await told(1)
      await settled(env)
      const once = callsOf(await env.stats(connector, who))
      // What is pushed with its data asks for nothing.
      assert.equal(Object.keys(once).length > 0, await hasReadAnnounced(userId), JSON.stringify(once))
      const begunAt = Date.now()
      const accepted = await told(STORM)
      const lastedMs = Date.now() - begunAt
      // A busy machine answers some too late for the provider, which sends them again.
      assert.ok(accepted >= STORM / 2, `${accepted} were accepted`)
      await settled(env)
      const spent = callsOf(await env.stats(connector, who))
      t.diagnostic(`${accepted} accepted in ${lastedMs} ms: ${JSON.stringify(spent)}`)
      // One reading, after the last copy; of a storm that lasts for longer than it may be put off one each time.
      const readings = 1 + Math.floor(lastedMs / LONGEST_MS)
      if (readings === 1) assert.deepEqual(spent, once)
      else for (const [kind, calls] of Object.entries(spent)) assert.ok(calls <= (once[kind] ?? 0) * readings, kind)
      assertToldOnce(await env.events(userId))
    })

    test(`${historyOf(connector)} days of history arrive whole and within the limits`, async () => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await env.stats(connector, who, { reset: true })
      const days = historyOf(connector)
      const job = await read(env, userId, days)
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.deepEqual(JSON.parse(job.progress!), { done: days, total: days })
      const stats = await env.stats(connector, who)
      const all = (await env.lever(connector, 'stats')) as unknown as Stats
      assert.equal(all.statuses['429'] ?? 0, 0, 'asked more often than is allowed')
      for (const [kind, read] of Object.entries(connector.reads)) {
        const longest = stats.kinds[kind]?.longestDays ?? 0
        // Days are local and windows are instants: one more day may be touched.
        assert.ok(longest <= (read.maxDays ?? 30) + 2, `${kind}: ${longest} days in one request`)
      }
      const records = await env.records(userId)
      for (const type of ['daily', 'sleep', 'activity', 'body']) assertEachOnce(type, records)
      if (givesDays(connector)) assertEveryDay(records, days)
      assertToldOnce(await env.events(userId))
    })

    test('ended by us: everything is gone, told, and ended at the provider', async () => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await read(env, userId, 1)
      await env.stats(connector, who, { reset: true })
      const answer = await env.request('DELETE', `/v2/auth/deauthenticateUser?user_id=${userId}`)
      assert.equal(answer.status, 200)
      await env.rest()
      assert.equal(await env.connection(userId), null)
      assert.deepEqual(await env.records(userId), [])
      assert.deepEqual(typesOf(await env.events(userId)), ['deauth'])
      if (connector.auth.kind === 'oauth2' && connector.auth.revoke !== undefined) {
        assert.equal((await env.stats(connector, who)).grantsEnded, 1)
      }
    })

    test('ended at the provider: told at once where it announces that, else with the next refusal', async () => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await env.lever(connector, `revoke?person=${who}`)
      await env.rest()
      const told = (await env.connection(userId))!.state
      if (told !== 'revoked') await read(env, userId, 1)
      const { state, tokens_sealed: tokens } = (await env.connection(userId))!
      const types = typesOf(await env.events(userId)).filter((type) => type !== 'auth')
      if (told === 'revoked') {
        assert.deepEqual(types, ['access_revoked'])
        assert.equal(tokens, null)
      } else {
        assert.equal(state, 'degraded')
        assert.deepEqual(types, ['connection_error'])
      }
    })

    test('what may be read changes: permission_change where the provider announces that', async (t) => {
      const env = await gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      const before = (await env.connection(userId))!.scopes?.split(',') ?? []
      if (before.length < 2) return t.skip('it has no scopes to choose from')
      const separator = connector.auth.kind === 'oauth2' ? connector.auth.scopeSeparator : ' '
      const left = before.slice(1)
      await env.lever(connector, `scopes?person=${who}&grant=${encodeURIComponent(left.join(separator))}`)
      await env.rest()
      const now = (await env.connection(userId))!.scopes?.split(',') ?? []
      const types = typesOf(await env.events(userId)).filter((type) => type === 'permission_change')
      assert.deepEqual(types, now.length === before.length ? [] : ['permission_change'])
    })

    test('the clock jumps a day ahead: tokens are refreshed, and reading goes on', async () => {
      const env = await gateway.environment()
      const { who, userId } = await somebodyWithNews(env, connector)
      await read(env, userId, 1)
      gateway.jump(86_400)
      const job = await read(env, userId, 2)
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.equal((await env.connection(userId))!.state, 'connected')
      if (connector.notifications !== undefined) {
        const told = await env.lever(connector, `notify?person=${who}`)
        assert.ok(Number(told.accepted) >= 1, JSON.stringify(told))
        await settled(env)
      }
    })
  })
}

/** Levers reach everyone of a name at a provider: no two tests share one. */
function somebody(): string {
  people++
  return `person-${people}`
}

/** Connected, and with something that the provider would announce; anybody where it announces nothing. */
async function somebodyWithNews(env: Environment, connector: Connector): Promise<{ who: string; userId: string }> {
  for (let tries = 0; tries < 20; tries++) {
    const who = somebody()
    const { userId } = await env.connect(connector, who)
    if (connector.notifications === undefined) return { who, userId }
    const { accepted } = await env.lever(connector, `notify?person=${who}`)
    await settled(env)
    if (Number(accepted) > 0) return { who, userId }
  }
  assert.fail(`${connector.id} announces nothing of anybody`)
}

/** Not everybody rows, and who does may have rested in these days. */
async function somebodyWithRecords(env: Environment, connector: Connector, span: number): Promise<string> {
  for (let tries = 0; tries < 20; tries++) {
    const { userId } = await env.connect(connector, somebody())
    await read(env, userId, span)
    if ((await days(env, userId)).length > 0) return userId
  }
  return assert.fail(`${connector.id} has nothing of anybody`)
}

/** The last days that were over everywhere. */
function read(env: Environment, userId: string, days: number) {
  return env.backfill(userId, { start: addDays(lastDay, 1 - days), end: lastDay })
}

/** A profile is of the moment: it says when a device was last seen. */
async function days(env: Environment, userId: string): Promise<StoredRecord[]> {
  return (await asked(env, userId)).filter(({ type }) => type !== 'athlete')
}

/** Without the present day, which grows while a test runs: some providers send it by themselves. */
async function asked(env: Environment, userId: string): Promise<StoredRecord[]> {
  return (await env.records(userId)).filter(({ day }) => day <= lastDay)
}

function isOfPresent({ data = [] }: StoredEvent['body']): boolean {
  return data.length > 0 && data.every(({ metadata }) => String(metadata?.start_time).slice(0, 10) > lastDay)
}

/** What somebody reads for whom everything goes well. */
async function reference(connector: Connector, who: string): Promise<string[]> {
  const other = await gateway.environment()
  const { userId } = await other.connect(connector, who)
  await read(other, userId, 3)
  return keysOf(await asked(other, userId))
}

async function endsByItself(env: Environment, userId: string): Promise<boolean> {
  return (await env.connection(userId))!.token_expires_at !== null
}

/** Also what waits for quiet. */
async function settled(env: Environment): Promise<void> {
  await env.rest()
  gateway.jump(4)
  await env.rest()
}

function historyOf({ historyDays }: Connector): number {
  return Math.min(HISTORY_DAYS, historyDays ?? HISTORY_DAYS)
}

function givesDays(connector: Connector): boolean {
  return Object.values(connector.reads).some((each) => each.fetch !== undefined && each.types.includes('daily'))
}

const typesOf = (events: readonly StoredEvent[]): string[] => events.map(({ type }) => type)
const keysOf = (records: readonly { type: string; key: string }[]): string[] =>
  records.map(({ type, key }) => `${type} ${key}`)
const digestsOf = (records: readonly { type: string; key: string; digest: string }[]): string[] =>
  records.map(({ type, key, digest }) => `${type} ${key} ${digest}`)
const callsOf = ({ kinds }: Stats): Record<string, number> =>
  Object.fromEntries(Object.entries(kinds).map(([kind, { requests }]) => [kind, requests]))

/** Days that go on would be announced as well. What grew until now is; answers how the sandbox's time goes on. */
async function stopDays(env: Environment, connector: Connector): Promise<() => Promise<void>> {
  const since = gateway.now()
  await env.lever(connector, 'clock?rate=0')
  await env.lever(connector, 'tick')
  await settled(env)
  return async () => {
    await env.lever(connector, `clock?rate=1&advance=${(gateway.now() - since) / 1000}`)
  }
}

async function hasReadAnnounced(userId: string): Promise<boolean> {
  const jobs = `SELECT 1 FROM jobs WHERE user_id = $1 AND dedupe_key LIKE 'read:%' LIMIT 1`
  return (await gateway.running.ctx.db.one(jobs, [userId])) !== null
}

/** The very same version of a record is never sent twice. */
function assertToldOnce(events: readonly StoredEvent[]): void {
  const seen = new Set<string>()
  for (const { type, body } of events) {
    if (!DATA_TYPES.has(type)) continue
    for (const record of body.data ?? []) {
      const text = `${type} ${JSON.stringify(record)}`
      assert.ok(!seen.has(text), `the same ${type} was sent twice`)
      seen.add(text)
    }
  }
}

function assertEachOnce(
  type: string,
  records: readonly { type: string; body: { metadata: Record<string, unknown> } }[],
): void {
  const own = records.filter((record) => record.type === type)
  const ids = own.map(({ body }) => String(body.metadata.summary_id ?? body.metadata.start_time))
  assert.equal(new Set(ids).size, ids.length, `a ${type} is there twice`)
}

function assertEveryDay(records: readonly { type: string; day: string }[], days: number): void {
  // Where days come about only by what people note, the body is what is there every day.
  const type = records.filter((record) => record.type === 'daily').length >= days / 2 ? 'daily' : 'body'
  const own = records.filter((record) => record.type === type).map(({ day }) => day)
  const start = addDays(lastDay, 1 - days)
  const present = new Set(own.filter((day) => day >= start && day <= lastDay))
  assert.equal(present.size, countDays(start, lastDay), `${countDays(start, lastDay) - present.size} days are missing`)
}
