// The levers below `/_control`, by the same names at every simulator. What they do is in ../README.md.
import type { Context as HonoContext, Hono } from 'hono'
import type { Failure } from './failures.ts'
import type { Grant } from './grants.ts'
import type { Kit } from './kit.ts'

/** One thing that a provider keeps of a person, as its notifications and pages name it. */
export interface Item {
  kind: string
  id: string
  day: string | null
}

export interface NotifyOrder {
  /** Who is to be told: one grant of the person. */
  grant: Grant
  what: 'create' | 'update' | 'delete'
  /** Null: whatever this provider would usually announce of that person. */
  kind: string | null
  id: string | null
  /** As somebody would send it who does not know the secret. */
  forged: boolean
  /** The lever's whole query, for what only this provider has. */
  query: Record<string, string>
}

export interface Levers {
  /** The person's newest items that can be rewritten and deleted, the oldest first. */
  items?: (personId: string, kind: string | null) => Promise<Item[]>
  /** Sends one notification to everyone subscribed. Answers the statuses that came back. */
  notify?: (order: NotifyOrder) => Promise<number[]>
  /** What is new or different since the last time is announced. Answers how much. */
  tick(): Promise<number>
  /** The person ended it, or changed what may be read: what the provider tells, if it tells. */
  tell?: (grant: Grant, what: 'revoked' | 'scopes') => Promise<void>
}

const CONCURRENCY = 16
const MAX_TIMES = 100_000

export function mountControl(app: Hono, kit: Kit, levers: Levers): void {
  const at = (name: string, work: (query: Record<string, string>) => Promise<object>) =>
    app.post(`/_control/${name}`, async (c) => answer(c, work))

  at('fail', async (query) => {
    kit.failures.order(failureOf(query))
    return { ok: true }
  })

  at('heal', async () => {
    kit.failures.clear()
    kit.rateLimit.set(null)
    await kit.grants.setLifetime(null)
    return { ok: true }
  })

  at('rate-limit', async ({ requests, seconds }) => {
    if (requests === undefined) kit.rateLimit.set(null)
    else
      kit.rateLimit.set({ requests: Number(requests), ...(seconds === undefined ? {} : { seconds: Number(seconds) }) })
    return { ok: true }
  })

  at('token-lifetime', async ({ seconds }) => {
    await kit.grants.setLifetime(seconds === undefined ? null : Number(seconds))
    return { ok: true }
  })

  at('expire', async ({ person = '' }) => {
    await kit.grants.expire(person)
    return { ok: true }
  })

  at('revoke', async ({ person = '' }) => {
    const grants = await kit.grants.ofPerson(person)
    for (const grant of grants) {
      await kit.grants.end(grant.clientId, person)
      await levers.tell?.(grant, 'revoked')
    }
    return { ended: grants.length }
  })

  at('scopes', async ({ person = '', grant: scopes = '' }) => {
    const grants = await kit.grants.ofPerson(person)
    const left = scopes.split(kit.rules.oauth.scopeSeparator).filter(Boolean)
    for (const grant of grants) {
      await kit.grants.setScopes(grant.clientId, person, left)
      await levers.tell?.({ ...grant, scopes: left }, 'scopes')
    }
    return { changed: grants.length }
  })

  at('clock', async ({ advance, rate }) => {
    await kit.clock.change({
      ...(advance === undefined ? {} : { aheadMs: Number(advance) * 1000 }),
      ...(rate === undefined ? {} : { rate: Number(rate) }),
    })
    return { now: new Date(kit.clock.now()).toISOString() }
  })

  at('callback', async ({ client_id: clientId = '', url = '', secret = null }) => {
    await kit.setCallback(clientId, url, secret)
    return { ok: true }
  })

  at('tick', async () => ({ sent: (await kit.notifier.retry()) + (await levers.tick()) }))

  at('notify', (query) => notify(kit, levers, query, false))
  at('forge', (query) => notify(kit, levers, query, true))

  at('rewrite', (query) => edit(kit, levers, query, 'rewritten'))
  at('delete', (query) => edit(kit, levers, query, 'gone'))

  at('stats', async ({ person, reset }) => {
    const stats = structuredClone(person === undefined ? kit.counting.all() : kit.counting.of(person))
    if (reset === '1') kit.counting.reset()
    return stats
  })
}

async function answer(c: HonoContext, work: (query: Record<string, string>) => Promise<object>): Promise<Response> {
  try {
    return c.json(await work(c.req.query()))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return c.json({ error: error.message }, 400)
  }
}

function failureOf(query: Record<string, string>): Failure {
  const { status, times = '1', path, retry_after: retryAfter, delay, half, hang } = query
  if (half !== undefined && half !== 'text' && half !== 'connection' && half !== 'answer') {
    throw new RangeError('half must be text, connection or answer')
  }
  return {
    status: status === undefined ? ((half ?? delay ?? hang) === undefined ? 500 : null) : Number(status),
    times: Number(times),
    path: path ?? null,
    retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
    delayMs: Number(delay ?? 0),
    half: half ?? null,
    hang: hang === '1',
  }
}

/** `times` and `concurrency` make it a storm: the very same notification again and again, only signed anew. */
async function notify(kit: Kit, levers: Levers, query: Record<string, string>, forged: boolean): Promise<object> {
  if (levers.notify === undefined) throw new RangeError(`${kit.rules.name} sends no notifications`)
  const { person = '', what, kind, id } = query
  const times = Math.min(Number(query.times ?? 1), MAX_TIMES)
  const statuses: Record<string, number> = {}
  const count = (status: number): void => {
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  for (const grant of await kit.grants.ofPerson(person)) {
    const order: NotifyOrder = {
      grant,
      what: what === 'create' || what === 'delete' ? what : 'update',
      kind: kind ?? null,
      id: id ?? null,
      forged,
      query,
    }
    const size = { copies: times - 1, concurrency: Number(query.concurrency ?? CONCURRENCY) }
    const told = async (): Promise<void> => (await levers.notify!(order)).forEach(count)
    for (const status of await kit.notifier.storm(grant.personId, size, told)) count(status)
  }
  if (forged) return { statuses }
  const accepted = Object.entries(statuses).reduce((sum, [status, n]) => (status.startsWith('2') ? sum + n : sum), 0)
  return { accepted }
}

async function edit(kit: Kit, levers: Levers, query: Record<string, string>, what: string): Promise<object> {
  const { person = '', kind, id } = query
  if (kind !== undefined && id !== undefined) return { day: null, ...(await kit.edits.add(person, { what, kind, id })) }
  const newest = (await levers.items?.(person, kind ?? null))?.findLast((each) => id === undefined || each.id === id)
  if (newest === undefined) throw new RangeError('this person has nothing to change: name kind and id')
  return { day: newest.day, ...(await kit.edits.add(person, { what, kind: newest.kind, id: newest.id })) }
}
