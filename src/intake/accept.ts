// What notifications said, as work for the loop: all that one request brought is committed at once.
import { createHash } from 'node:crypto'
import type { Change, Gone, Listed, Page, Wanted } from '../connectors/connector.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { isSomebodySigningIn } from '../store/auth-flows.ts'
import { type ConnectionRow, connectionsOfAccounts, holdersOfRecord } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { JobRow } from '../store/jobs.ts'
import { keyText } from '../normalize/keys.ts'
import type { FetchOrder } from './fetch.ts'
import type { JobResult } from './jobs.ts'
import type { PushPayload } from './push-job.ts'
import { soonest } from './coalesce.ts'

/** What one notification says to the environments that it is for. */
export interface Told {
  provider: string
  variant: string | null
  environmentIds: readonly string[]
  changes: readonly Change[]
}

/** Pages of one connection that are stored together: few enough to hold in memory as records. */
const PAGES_PER_JOB = 200
const ACCOUNTS_AT_ONCE = 500
/** Garmin's first push may come before the person is back from its consent page. */
const WAIT_FOR_ACCOUNT_MS = 10 * 60_000
const LOOK_AGAIN_MS = 5000

/** Commits the work before the provider hears that we have it. `at`: when it was received. */
export async function acceptChanges(ctx: Context, told: readonly Told[], at: number): Promise<void> {
  const jobs: NewJob[] = []
  for (const each of told) jobs.push(...(await jobsOf(ctx, each, at)))
  const now = ctx.clock.now()
  if (jobs.length > 0) await ctx.db.transaction((tx) => enqueue(tx, jobs, now))
}

async function jobsOf(ctx: Context, told: Told, at: number): Promise<NewJob[]> {
  const byAccount = new Map<string, Change[]>()
  const jobs: NewJob[] = []
  for (const change of told.changes) {
    if (change.what === 'gone' && change.providerUserId === null) {
      for (const environmentId of told.environmentIds) {
        const gone: GonePayload = { provider: told.provider, gone: change.gone, at }
        jobs.push(job({ kind: 'gone', environmentId, userId: null, payload: gone, dedupe: 'gone', at }))
      }
      continue
    }
    const account = change.providerUserId!
    const changes = byAccount.get(account)
    if (changes === undefined) byAccount.set(account, [change])
    else changes.push(change)
  }
  const known = new Map<string, Set<string>>()
  const accounts = [...byAccount.keys()]
  for (let i = 0; i < accounts.length; i += ACCOUNTS_AT_ONCE) {
    const slice = accounts.slice(i, i + ACCOUNTS_AT_ONCE)
    for (const connection of await connectionsOfAccounts(ctx.db, told.provider, slice)) {
      if (connection.variant !== told.variant || !told.environmentIds.includes(connection.environment_id)) continue
      const account = connection.provider_user_id
      known.set(account, (known.get(account) ?? new Set()).add(connection.environment_id))
      // What came after the person ended it is not ours to read.
      if (connection.state !== 'revoked') jobs.push(...jobsOfConnection(connection, byAccount.get(account)!, at))
    }
  }
  for (const environmentId of told.environmentIds) {
    const unknown = accounts.filter((account) => known.get(account)?.has(environmentId) !== true)
    if (unknown.length > 0) jobs.push(...(await unclaimed(ctx, told, environmentId, unknown, byAccount, at)))
  }
  return jobs
}

function jobsOfConnection(connection: ConnectionRow, changes: readonly Change[], at: number): NewJob[] {
  const owner = { environmentId: connection.environment_id, userId: connection.user_id, at }
  const jobs: NewJob[] = []
  const pages: { page: Page; listed: readonly Listed['listed'][] }[] = []
  const gone: Gone['gone'][] = []
  let scopes: string[] | null = null
  let revoked = false
  for (const change of changes) {
    if (change.what === 'page') pages.push({ page: change.page, listed: change.listed ?? [] })
    else if (change.what === 'gone') gone.push(change.gone)
    else if (change.what === 'scopes') scopes = change.scopes
    else if (change.what === 'revoked') revoked = true
    else {
      const order: FetchOrder = { kind: change.kind, wanted: change.wanted }
      const key = `read:${connection.user_id}:${change.kind}:${wantedText(change.wanted)}`
      jobs.push({
        ...owner,
        kind: 'read',
        lane: 'live',
        dedupeKey: key,
        payload: { orders: [order] },
        at: soonest(key, at),
      })
    }
  }
  for (let i = 0; i < pages.length; i += PAGES_PER_JOB) {
    const some = pages.slice(i, i + PAGES_PER_JOB)
    const payload: PushPayload = {
      at,
      pages: some.map(({ page }) => page),
      listed: some.flatMap(({ page, listed }) => listed.map(({ type, days }) => ({ kind: page.kind, type, ...days }))),
      gone: [],
      scopes: null,
      revoked: false,
    }
    jobs.push(job({ ...owner, kind: 'push', payload, dedupe: 'push' }))
  }
  if (gone.length > 0 || scopes !== null || revoked) {
    const payload: PushPayload = { at, pages: [], listed: [], gone, scopes, revoked }
    jobs.push(job({ ...owner, kind: 'push', payload, dedupe: 'push' }))
  }
  return jobs
}

/** Two with the same content are one while they wait: `at` is left out of what is compared. */
function job(order: {
  kind: string
  environmentId: string
  userId: string | null
  payload: { at: number }
  dedupe: string
  at: number
}): NewJob {
  const { at: _, ...content } = order.payload
  const text = JSON.stringify(content)
  const owner = order.userId ?? order.environmentId
  const dedupeKey = `${order.dedupe}:${owner}:${createHash('sha256').update(text).digest('base64url')}`
  return {
    kind: order.kind,
    lane: 'live',
    environmentId: order.environmentId,
    userId: order.userId,
    dedupeKey,
    payload: null,
    payloadText: `{"at":${order.payload.at},${text.slice(1)}`,
    at: soonest(dedupeKey, order.at),
  }
}

interface UnclaimedPayload extends Told {
  at: number
}

/**
 * Events come for everyone who ever authorized the application, most of them not ours any more. Only while somebody is
 * signing in can an unknown account be ours in a moment: then what was said of it waits.
 */
async function unclaimed(
  ctx: Context,
  told: Told,
  environmentId: string,
  accounts: readonly string[],
  byAccount: ReadonlyMap<string, readonly Change[]>,
  at: number,
): Promise<NewJob[]> {
  if (!(await isSomebodySigningIn(ctx.db, environmentId, told.provider, ctx.clock.now()))) {
    dropped(ctx, told.provider, accounts.length)
    return []
  }
  return accounts.flatMap((account) => {
    const { provider, variant } = told
    // The end of an earlier connection is none of the next one's.
    const changes = byAccount.get(account)!.filter(({ what }) => what === 'page' || what === 'changed')
    if (changes.length === 0) return []
    const payload: UnclaimedPayload = { at, provider, variant, environmentIds: [environmentId], changes }
    return {
      ...job({ kind: 'unclaimed', environmentId, userId: null, payload, dedupe: 'unclaimed', at }),
      at: at + LOOK_AGAIN_MS,
    }
  })
}

/** The job that looks again whether an account has become ours. */
export async function runUnclaimed(ctx: Context, row: JobRow): Promise<JobResult> {
  const payload = JSON.parse(row.payload) as UnclaimedPayload
  const { providerUserId } = payload.changes[0]!
  const found = await connectionsOfAccounts(ctx.db, payload.provider, [providerUserId!])
  const now = ctx.clock.now()
  if (found.some((connection) => payload.environmentIds.includes(connection.environment_id))) {
    await acceptChanges(ctx, [payload], payload.at)
    return 'done'
  }
  if (now - payload.at >= WAIT_FOR_ACCOUNT_MS) {
    dropped(ctx, payload.provider, 1)
    return 'done'
  }
  return { again: now + LOOK_AGAIN_MS }
}

function dropped(ctx: Context, provider: string, count: number): void {
  ctx.metrics.notifications.inc({ provider, outcome: 'unknown_account' }, count)
}

interface GonePayload {
  at: number
  provider: string
  gone: Gone['gone']
}

/** The job behind a deletion that names a record and nobody: whoever has it loses it. */
export async function runGone(ctx: Context, row: JobRow): Promise<JobResult> {
  const { provider, gone, at } = JSON.parse(row.payload) as GonePayload
  const record = { type: gone.type, key: keyText('id' in gone ? { id: gone.id } : { day: gone.day }) }
  const holders = await holdersOfRecord(ctx.db, row.environment_id!, provider, record)
  const jobs = holders.flatMap((connection) =>
    jobsOfConnection(connection, [{ what: 'gone', providerUserId: connection.provider_user_id, gone }], at),
  )
  if (jobs.length > 0) await ctx.db.transaction((tx) => enqueue(tx, jobs, ctx.clock.now()))
  return 'done'
}

function wantedText(wanted: Wanted): string {
  return createHash('sha256').update(JSON.stringify(wanted)).digest('base64url').slice(0, 22)
}
