// One source under test: a gateway of its own, people at its cloud, and what is read and told of them.
import assert from 'node:assert/strict'
import type { Connector } from '../../src/connectors/connector.ts'
import { addDays, countDays } from '../../src/model/local-day.ts'
import type { Stats } from '../../src/simulator/kit/stats.ts'
import { type Environment, openGateway, type StoredEvent, type StoredRecord } from '../provider/gateway.ts'

const HISTORY_DAYS = 20
const DATA_TYPES = new Set(['activity', 'athlete', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'])

let people = 0

export type Source = Awaited<ReturnType<typeof openSource>>

export async function openSource(connector: Connector) {
  const gateway = await openGateway()
  /**
   * That was over everywhere when a source's tests began, and that nothing announced of the present reaches: a night of today may be
   * read with the day before it, which lists what began in the evening before that.
   */
  const lastDay = addDays(new Date(gateway.now()).toISOString().slice(0, 10), -4)

  /** Connected, and with something that the provider would announce; anybody where it announces nothing. */
  async function somebodyWithNews(env: Environment): Promise<{ who: string; userId: string }> {
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
  async function somebodyWithRecords(env: Environment, span: number): Promise<string> {
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
  async function reference(who: string): Promise<string[]> {
    const other = await gateway.environment()
    const { userId } = await other.connect(connector, who)
    await read(other, userId, 3)
    return keysOf(await asked(other, userId))
  }

  /** Also what waits for quiet. */
  async function settled(env: Environment): Promise<void> {
    await env.rest()
    gateway.jump(4)
    await env.rest()
  }

  /** Days that go on would be announced as well. What grew until now is; answers how the sandbox's time goes on. */
  async function stopDays(env: Environment): Promise<() => Promise<void>> {
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

  function assertEveryDay(records: readonly { type: string; day: string }[], days: number): void {
    // Where days come about only by what people note, the body is what is there every day.
    const type = records.filter((record) => record.type === 'daily').length >= days / 2 ? 'daily' : 'body'
    const own = records.filter((record) => record.type === type).map(({ day }) => day)
    const start = addDays(lastDay, 1 - days)
    const present = new Set(own.filter((day) => day >= start && day <= lastDay))
    assert.equal(
      present.size,
      countDays(start, lastDay),
      `${countDays(start, lastDay) - present.size} days are missing`,
    )
  }

  return {
    gateway,
    somebodyWithNews,
    somebodyWithRecords,
    read,
    days,
    asked,
    isOfPresent,
    reference,
    settled,
    stopDays,
    hasReadAnnounced,
    assertEveryDay,
  }
}

/** Levers reach everyone of a name at a provider: no two tests share one. */
export function somebody(): string {
  people++
  return `person-${people}`
}

export async function endsByItself(env: Environment, userId: string): Promise<boolean> {
  return (await env.connection(userId))!.token_expires_at !== null
}

export function historyOf({ historyDays }: Connector): number {
  return Math.min(HISTORY_DAYS, historyDays ?? HISTORY_DAYS)
}

export function givesDays(connector: Connector): boolean {
  return Object.values(connector.reads).some((each) => each.fetch !== undefined && each.types.includes('daily'))
}

export const typesOf = (events: readonly StoredEvent[]): string[] => events.map(({ type }) => type)
export const keysOf = (records: readonly { type: string; key: string }[]): string[] =>
  records.map(({ type, key }) => `${type} ${key}`)
export const digestsOf = (records: readonly { type: string; key: string; digest: string }[]): string[] =>
  records.map(({ type, key, digest }) => `${type} ${key} ${digest}`)
export const callsOf = ({ kinds }: Stats): Record<string, number> =>
  Object.fromEntries(Object.entries(kinds).map(([kind, { requests }]) => [kind, requests]))

/** The very same version of a record is never sent twice. */
export function assertToldOnce(events: readonly StoredEvent[]): void {
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

export function assertEachOnce(
  type: string,
  records: readonly { type: string; body: { metadata: Record<string, unknown> } }[],
): void {
  const own = records.filter((record) => record.type === type)
  const ids = own.map(({ body }) => String(body.metadata.summary_id ?? body.metadata.start_time))
  assert.equal(new Set(ids).size, ids.length, `a ${type} is there twice`)
}
