// What every source must hold, over the whole catalogue against the sandbox's clouds: one joins by existing. What differs between
// them is read off the connector's own data, never off its name. LOAM_TEST_LONG=1 runs the storm whole, LOAM_TEST_SOURCES
// chooses (provider/chosen-sources.ts).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectors } from '../../src/connectors/index.ts'
import { freshAccessToken, openTokens } from '../../src/credentials/tokens.ts'
import { LONGEST_MS } from '../../src/intake/coalesce.ts'
import type { Stats } from '../../src/simulator/kit/stats.ts'
import { chosenSources } from '../provider/chosen-sources.ts'
import { nameOf, openGateway, playedSources } from '../provider/gateway.ts'
import {
  assertEachOnce,
  assertToldOnce,
  callsOf,
  digestsOf,
  endsByItself,
  givesDays,
  historyOf,
  keysOf,
  openSource,
  somebody,
  type Source,
  typesOf,
} from './source.ts'

const LONG = process.env.LOAM_TEST_LONG === '1'
const STORM = LONG ? 10_000 : 300

/** For answers that never come. Short, and long enough for a busy machine. */
const IMPATIENCE_MS = 2500

let source: Source
const played = playedSources()

test('every source of the catalogue has a cloud in the sandbox', () => {
  const without = connectors.filter((connector) => !played.includes(connector)).map(({ id }) => id)
  assert.deepEqual(without, [])
})

for (const connector of chosenSources()) {
  describe(nameOf(connector), () => {
    // One each: the people of one source are not in the way of the next.
    before(async () => {
      source = await openSource(connector)
    })
    after(() => source.gateway.stop())

    test('connecting: an auth event, tokens that are sealed; denying: no connection, and why', async () => {
      const env = await source.gateway.environment()
      const { userId, reason } = await env.connect(connector, somebody())
      assert.equal(reason, null)
      const row = (await env.connection(userId))!
      assert.equal(row.state, 'connected')
      assert.notEqual(row.provider_user_id, '')
      // The whole token: three letters of it turn up by chance in one sealed text of some hundreds.
      assert.ok(!row.tokens_sealed!.includes(openTokens(source.gateway.running.ctx, row).accessToken))
      assert.deepEqual(typesOf(await env.events(userId)), ['auth'])
      const denied = await env.connect(connector, somebody(), { auto: 'deny' })
      assert.notEqual(denied.reason, null)
      assert.equal(await env.connection(denied.userId), null)
    })

    test('the same account again replaces the connection: user_reauth, then auth', async () => {
      const env = await source.gateway.environment()
      const who = somebody()
      const first = await env.connect(connector, who)
      const second = await env.connect(connector, who)
      assert.equal(await env.connection(first.userId), null)
      assert.deepEqual(typesOf(await env.events(second.userId)).sort(), ['auth', 'user_reauth'])
    })

    test('eight workers refresh a token once', async (t) => {
      const env = await source.gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      if (!(await endsByItself(env, userId))) return t.skip('its tokens do not end')
      await env.stats(connector, who, { reset: true })
      const { ctx } = source.gateway.running
      await ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
      const version = (await env.connection(userId))!.token_version
      const all = await Promise.all(Array.from({ length: 8 }, () => freshAccessToken(ctx, connector, userId)))
      assert.equal(new Set(all.map(({ token }) => token)).size, 1)
      assert.equal((await env.connection(userId))!.token_version, version + 1)
      assert.equal((await env.stats(connector, who)).refreshes, 1)
    })

    test('a new pair that never arrived: the connection recovers, or the person is asked to sign in again', async (t) => {
      const env = await source.gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      if (!(await endsByItself(env, userId)) || connector.auth.kind !== 'oauth2') return t.skip('nothing is refreshed')
      const { auth } = connector
      const { ctx } = source.gateway.running
      await ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
      await env.lever(connector, `fail?half=answer&path=${encodeURIComponent((auth.refresh ?? auth.token).path)}`)
      // Some take the old one a while longer: then the repeated call is answered.
      await freshAccessToken(ctx, connector, userId).catch(() => {})
      await source.read(env, userId, 1)
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
        const env = await source.gateway.environment()
        expected ??= await source.reference(unlucky)
        const { userId } = await env.connect(connector, unlucky)
        if (name === '401' && !(await endsByItself(env, userId))) return t.skip('its tokens do not end')
        await env.lever(connector, trouble.replace('person=', `person=${unlucky}`))
        const job = await source.read(env, userId, 3)
        await env.lever(connector, 'heal')
        assert.equal(job.state, 'done', job.last_error ?? '')
        assert.deepEqual(keysOf(await source.asked(env, userId)), expected)
      })
    }

    test('an answer that never comes: nobody waits for it for ever, and all is read', async (t) => {
      const other = await openGateway({ providerTimeoutMs: IMPATIENCE_MS })
      t.after(() => other.stop())
      other.jump((source.gateway.now() - other.now()) / 1000)
      const env = await other.environment()
      expected ??= await source.reference(unlucky)
      const { userId } = await env.connect(connector, unlucky)
      await env.lever(connector, 'fail?hang=1')
      const job = await source.read(env, userId, 3)
      await env.lever(connector, 'heal')
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.deepEqual(keysOf(await source.asked(env, userId)), expected)
    })

    test('403: the others are read, and nothing is retried for ever', async () => {
      const env = await source.gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await env.lever(connector, 'fail?status=403')
      const job = await source.read(env, userId, 3)
      await env.lever(connector, 'heal')
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.equal((await env.connection(userId))!.state, 'connected')
    })

    test('the same days again: nothing changes, nothing is sent', async () => {
      const env = await source.gateway.environment()
      const userId = await source.somebodyWithRecords(env, 5)
      const [records, events] = [await source.days(env, userId), await env.events(userId)]
      await source.read(env, userId, 5)
      assert.deepEqual(digestsOf(await source.days(env, userId)), digestsOf(records))
      const later = (await env.events(userId)).slice(events.length)
      const more = typesOf(later.filter(({ body }) => !source.isOfPresent(body)))
      assert.deepEqual(
        more.filter((type) => type !== 'athlete'),
        [],
      )
    })

    test('a forged notification is refused and starts nothing', async (t) => {
      if (connector.notifications === undefined) return t.skip('it sends none')
      const env = await source.gateway.environment()
      const { who } = await source.somebodyWithNews(env)
      const forgedAt = source.gateway.now()
      const { statuses } = (await env.lever(connector, `forge?person=${who}`)) as { statuses: Record<string, number> }
      assert.ok(Object.keys(statuses).length > 0, 'nothing was sent')
      assert.ok(
        Object.keys(statuses).every((status) => status.startsWith('4')),
        JSON.stringify(statuses),
      )
      const since = await source.gateway.running.ctx.db.all(
        `SELECT kind FROM jobs WHERE environment_id = $1 AND created_at >= $2
           AND kind IN ('read', 'push', 'gone', 'unclaimed')`,
        [env.id, forgedAt],
      )
      assert.deepEqual(since, [])
    })

    test(`a storm of ${STORM} duplicates costs what one notification costs, and each change is told once`, async (t) => {
      if (connector.notifications === undefined) return t.skip('it sends none')
      const env = await source.gateway.environment()
      const { who, userId } = await source.somebodyWithNews(env)
      await source.read(env, userId, 2)
      t.after(await source.stopDays(env))
      const told = async (times: number) => {
        await env.stats(connector, who, { reset: true })
        const { accepted } = await env.lever(connector, `notify?person=${who}&times=${times}`)
        return Number(accepted)
      }
      await told(1)
      await source.settled(env)
      const once = callsOf(await env.stats(connector, who))
      // What is pushed with its data asks for nothing.
      assert.equal(Object.keys(once).length > 0, await source.hasReadAnnounced(userId), JSON.stringify(once))
      const begunAt = Date.now()
      const accepted = await told(STORM)
      const lastedMs = Date.now() - begunAt
      // A busy machine answers some too late for the provider, which sends them again.
      assert.ok(accepted >= STORM / 2, `${accepted} were accepted`)
      await source.settled(env)
      const spent = callsOf(await env.stats(connector, who))
      t.diagnostic(`${accepted} accepted in ${lastedMs} ms: ${JSON.stringify(spent)}`)
      // One reading, after the last copy; of a storm that lasts for longer than it may be put off one each time.
      const readings = 1 + Math.floor(lastedMs / LONGEST_MS)
      if (readings === 1) assert.deepEqual(spent, once)
      else for (const [kind, calls] of Object.entries(spent)) assert.ok(calls <= (once[kind] ?? 0) * readings, kind)
      assertToldOnce(await env.events(userId))
    })

    test(`${historyOf(connector)} days of history arrive whole and within the limits`, async () => {
      const env = await source.gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await env.stats(connector, who, { reset: true })
      const days = historyOf(connector)
      const job = await source.read(env, userId, days)
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
      if (givesDays(connector)) source.assertEveryDay(records, days)
      assertToldOnce(await env.events(userId))
    })

    test('ended by us: everything is gone, told, and ended at the provider', async () => {
      const env = await source.gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await source.read(env, userId, 1)
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
      const env = await source.gateway.environment()
      const who = somebody()
      const { userId } = await env.connect(connector, who)
      await env.lever(connector, `revoke?person=${who}`)
      await env.rest()
      const told = (await env.connection(userId))!.state
      if (told !== 'revoked') await source.read(env, userId, 1)
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
      const env = await source.gateway.environment()
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
      const env = await source.gateway.environment()
      const { who, userId } = await source.somebodyWithNews(env)
      await source.read(env, userId, 1)
      source.gateway.jump(86_400)
      const job = await source.read(env, userId, 2)
      assert.equal(job.state, 'done', job.last_error ?? '')
      assert.equal((await env.connection(userId))!.state, 'connected')
      if (connector.notifications !== undefined) {
        const told = await env.lever(connector, `notify?person=${who}`)
        assert.ok(Number(told.accepted) >= 1, JSON.stringify(told))
        await source.settled(env)
      }
    })
  })
}
