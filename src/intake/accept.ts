// What notifications said, as work for the loop: all that one request brought is committed at once.
import { hash } from 'node:crypto'
import type { Change, Gone, Listed, Page, Wanted } from '../connectors/connector.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { isSomebodySigningIn } from '../store/auth-flows.ts'
import { type ConnectionRow, connectionsOfAccounts, holdersOfRecord } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import type { JobRow } from '../store/jobs.ts'
import { traceOf } from '../store/traced.ts'
import { keyText } from '../normalize/keys.ts'
import type { FetchOrder } from './fetch.ts'
import type { JobResult } from './jobs.ts'
import { jobOfPush, jobOfSaid, type Push, pushOf } from './push-job.ts'
import { readingOf, soonest } from './coalesce.ts'
import { storeAtOnce } from './at-once.ts'
import { Gathered } from './lookups.ts'
import { digestOf, type PageDigest } from './page-digest.ts'

/** What one notification says to the environments that it is for. */
export interface Told {
  provider: string
  variant: string | null
  environmentIds: readonly string[]
  changes: readonly Change[]
}

/** Pages of one connection that are stored together: few enough, and small enough, to hold in memory as records. */
const PAGES_PER_JOB = 200
const BYTES_PER_JOB = 2_000_000
/** Garmin's first push may come before the person is back from its consent page. */
const WAIT_FOR_ACCOUNT_MS = 10 * 60_000
const LOOK_AGAIN_MS = 5000

interface Work {
  /** Stored as it comes where that goes. */
  pushes: Push[]
  jobs: NewJob[]
}

/** Commits the work, done or to be done, before the provider hears that we have it. `at`: when it was received. */
export async function acceptChanges(ctx: Context, told: readonly Told[], at: number): Promise<void> {
  const work: Work = { pushes: [], jobs: [] }
  for (const each of told) await addWork(ctx, each, at, work)
  const later = await storeAtOnce(ctx, work.pushes)
  const jobs = [...work.jobs, ...later.map((each) => jobOfPush(each.push, each.at))]
  if (jobs.length > 0) await ctx.db.transaction((tx) => enqueue(tx, jobs, ctx.clock.now(), traceOf(ctx)))
}

/** The accounts of all notifications that come at the same time are looked up together. */
const accounts = new WeakMap<Database, Gathered<ConnectionRow>>()

function connectionsOf(db: Database, provider: string, accountIds: readonly string[]): Promise<ConnectionRow[]> {
  let gathered = accounts.get(db)
  if (gathered === undefined) {
    gathered = new Gathered(
      (keys) => connectionsOfAccounts(db, keys),
      (row) => [row.provider, row.provider_user_id],
    )
    accounts.set(db, gathered)
  }
  return gathered.rowsOf(accountIds.map((id) => [provider, id]))
}

async function addWork(ctx: Context, told: Told, at: number, work: Work): Promise<void> {
  const byAccount = new Map<string, Change[]>()
  for (const change of told.changes) {
    if (change.what === 'gone' && change.providerUserId === null) {
      for (const environmentId of told.environmentIds) {
        const gone: GonePayload = { provider: told.provider, gone: change.gone, at }
        work.jobs.push(job({ kind: 'gone', environmentId, payload: gone, at }))
      }
      continue
    }
    const account = change.providerUserId!
    const changes = byAccount.get(account)
    if (changes === undefined) byAccount.set(account, [change])
    else changes.push(change)
  }
  const known = new Map<string, Set<string>>()
  const accountIds = [...byAccount.keys()]
  for (const connection of await connectionsOf(ctx.db, told.provider, accountIds)) {
    if (connection.variant !== told.variant || !told.environmentIds.includes(connection.environment_id)) continue
    const account = connection.provider_user_id
    known.set(account, (known.get(account) ?? new Set()).add(connection.environment_id))
    // What came after the person ended it is not ours to read.
    if (connection.state !== 'revoked') addWorkFor(connection, byAccount.get(account)!, at, work)
  }
  for (const environmentId of told.environmentIds) {
    const unknown = accountIds.filter((account) => known.get(account)?.has(environmentId) !== true)
    if (unknown.length > 0) work.jobs.push(...(await unclaimed(ctx, told, environmentId, unknown, byAccount, at)))
  }
}

function addWorkFor(connection: ConnectionRow, changes: readonly Change[], at: number, work: Work): void {
  const pages: PushedPage[] = []
  const gone: Gone['gone'][] = []
  let scopes: string[] | null = null
  let revoked = false
  for (const change of changes) {
    if (change.what === 'page') {
      pages.push({ page: change.page, listed: change.listed ?? [], digest: digestOf(change.page) })
    } else if (change.what === 'gone') gone.push(change.gone)
    else if (change.what === 'scopes') scopes = change.scopes
    else if (change.what === 'revoked') revoked = true
    else {
      const order: FetchOrder = { kind: change.kind, wanted: change.wanted }
      const key = `read:${connection.user_id}:${change.kind}:${wantedText(change.wanted)}`
      work.jobs.push({
        environmentId: connection.environment_id,
        userId: connection.user_id,
        kind: 'read',
        lane: 'live',
        dedupeKey: key,
        payload: { orders: [order] },
        ...readingOf(key, at),
      })
    }
  }
  for (const some of jobfuls(pages, ({ digest }) => digest.content.length)) {
    const push = {
      connection,
      at,
      pages: some.map(({ page }) => page),
      digests: some.map(({ digest }) => digest),
      listed: some.flatMap(({ page, listed }) => listed.map(({ type, days }) => ({ kind: page.kind, type, ...days }))),
    }
    work.pushes.push(pushOf(push))
  }
  if (gone.length > 0 || scopes !== null || revoked) {
    work.jobs.push(jobOfSaid(connection, { gone, scopes, revoked }, at))
  }
}

interface PushedPage {
  page: Page
  listed: readonly Listed['listed'][]
  digest: PageDigest
}

/** What one job takes of them. */
function jobfuls<Item>(items: readonly Item[], bytesOf: (item: Item) => number): Item[][] {
  const jobs: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (jobs.length === 0 || jobs.at(-1)!.length === PAGES_PER_JOB || bytes + size > BYTES_PER_JOB) {
      jobs.push([])
      bytes = 0
    }
    jobs.at(-1)!.push(item)
    bytes += size
  }
  return jobs
}

/** Of nobody that we know yet. Two with the same content are one while they wait: `at` is left out of what is compared. */
function job(order: {
  kind: 'gone' | 'unclaimed'
  environmentId: string
  payload: { at: number }
  at: number
}): NewJob {
  const { kind, environmentId, payload } = order
  const { at: _, ...content } = payload
  const dedupeKey = `${kind}:${environmentId}:${hash('sha256', JSON.stringify(content), 'base64url')}`
  return { kind, lane: 'live', environmentId, userId: null, dedupeKey, payload, at: soonest(dedupeKey, order.at) }
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
    return jobfuls(changes, (change) => JSON.stringify(change).length).map((some) => {
      const payload: UnclaimedPayload = { at, provider, variant, environmentIds: [environmentId], changes: some }
      return { ...job({ kind: 'unclaimed', environmentId, payload, at }), at: at + LOOK_AGAIN_MS }
    })
  })
}

/** The job that looks again whether an account has become ours. */
export async function runUnclaimed(ctx: Context, row: JobRow): Promise<JobResult> {
  const payload = JSON.parse(row.payload) as UnclaimedPayload
  const { providerUserId } = payload.changes[0]!
  const found = await connectionsOfAccounts(ctx.db, [[payload.provider, providerUserId!]])
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
  const said = { gone: [gone], scopes: null, revoked: false }
  const jobs = holders.map((connection) => jobOfSaid(connection, said, at))
  if (jobs.length > 0) await ctx.db.transaction((tx) => enqueue(tx, jobs, ctx.clock.now(), traceOf(ctx)))
  return 'done'
}

function wantedText(wanted: Wanted): string {
  return hash('sha256', JSON.stringify(wanted), 'base64url').slice(0, 22)
}
