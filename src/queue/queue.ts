// Claim, complete, retry, recover: one engine for the inbound jobs and the outbound deliveries. A claimed row carries a
// lease id; whoever lost the lease can no longer change the row.
import { newId } from '../model/ids.ts'
import { type Database, type Sql, type Statement, skipLocked } from '../store/database.ts'
import { isUniqueViolation } from '../store/errors.ts'
import type { ServerTable } from '../store/servers.ts'

/** Somebody stopped the row, or has taken it over: what a step of ours did is undone, and nothing failed. */
export class LeaseLost extends Error {
  constructor() {
    super('the job is not ours any more')
  }
}

export interface Queue {
  table: 'jobs' | 'deliveries'
  /** Where the servers are listed whose loops work on it. */
  servers: ServerTable
  busy: 'running' | 'sending'
  /** Columns that name one lane: rows of one lane are claimed in the order of `next_at`. */
  laneColumns: readonly string[]
  /** A row is not claimed while another one with the same value in this column is busy. */
  exclusive: string | null
  /** The column that counts the processes in a row that ended at it. Whoever has too many is claimed alone: see suspects.ts. */
  crashes: string | null
  /** What a claim gives of each row. */
  returning: string
}

export const jobQueue: Queue = {
  table: 'jobs',
  servers: 'intake_servers',
  busy: 'running',
  laneColumns: ['lane'],
  exclusive: 'dedupe_key',
  crashes: 'crashes',
  returning: '*',
}

export const deliveryQueue: Queue = {
  table: 'deliveries',
  servers: 'deliver_servers',
  busy: 'sending',
  laneColumns: ['destination_id', 'lane'],
  exclusive: null,
  crashes: 'crashes',
  returning: '*, (SELECT byte_length FROM events e WHERE e.id = event_id) AS byte_length',
}

/** So many processes ended at a row: it is a suspect. */
export const SUSPECT_AFTER = 3
/** So many, the last ones while nothing else ran, over a quarter of an hour: it is the cause. Whoever is killed for other reasons is not at one thing so often. */
export const GUILTY_AFTER = 12

/** Given back at once. */
const MOST_RECOVERED = 1000

export type Attempt = 'counts' | 'is none' | 'succeeded'

export interface Lease {
  id: string
  leaseId: string
}

/** Takes up to `limit` due rows of one lane; with `untriedSince` only those that became due since and were never tried, with `suspects` those that wait to be tried alone. `attempts` of the rows already counts this one. */
export async function claim<Row>(
  db: Database,
  queue: Queue,
  lane: readonly string[],
  options: { limit: number; now: number; leaseMs: number; untriedSince?: number; leaseId?: string; suspects?: boolean },
): Promise<Row[]> {
  const laneClause = queue.laneColumns.map((column, i) => `c.${column} = $${i + 5}`).join(' AND ')
  const untried = options.untriedSince
  const untriedClause = untried === undefined ? '' : ` AND c.attempts = 0 AND c.next_at >= $${lane.length + 5}`
  const exclusiveClause =
    queue.exclusive === null
      ? ''
      : ` AND NOT EXISTS (SELECT 1 FROM ${queue.table} b WHERE b.${queue.exclusive} = c.${queue.exclusive}
            AND b.state = '${queue.busy}')`
  const suspectClause =
    options.suspects === true ? ` AND c.${queue.crashes} >= ${SUSPECT_AFTER}` : innocentClause(queue)
  const later = options.suspects === true ? `, next_at = ${laterIfItEnds('$3', queue.crashes!)}` : ''
  // A statement of its own: before a COMMIT it would lock what it takes, for as long as the way to us is cut.
  return db.all<Row>(
    `UPDATE ${queue.table} SET state = '${queue.busy}', lease_id = $1, lease_until = $2, attempts = attempts + 1${later}
       WHERE id IN (SELECT c.id FROM ${queue.table} c WHERE ${laneClause} AND c.state = 'pending' AND c.next_at <= $3
         ${untriedClause}${exclusiveClause}${suspectClause} ORDER BY c.next_at, c.id LIMIT $4${skipLocked(db)})
       RETURNING ${queue.returning}`,
    [
      options.leaseId ?? newId(),
      options.now + options.leaseMs,
      options.now,
      options.limit,
      ...lane,
      ...(untried === undefined ? [] : [untried]),
    ],
  )
}

/**
 * When a suspect is tried again if the process ends at it, in SQL: after 2 s, 4 s, 8 s, up to a quarter of an hour, so that a server
 * which it does end does other work in between.
 */
export function laterIfItEnds(now: string, crashes: string): string {
  return `${now} + 1000 * (1 << (${crashes} - ${SUSPECT_AFTER - 1}))`
}

/** Suspects stay where they are. The number stands in the statement as it stands in the index. */
export function innocentClause(queue: Queue): string {
  return queue.crashes === null ? '' : ` AND c.${queue.crashes} < ${SUSPECT_AFTER}`
}

/** Changes a row that we hold. The number of changed rows is 0 when the lease was lost. */
export function finish(
  queue: Queue,
  lease: Lease,
  state: string,
  now: number,
  details: { error?: string | null } = {},
): Statement {
  return {
    sql: `UPDATE ${queue.table} SET state = $3, finished_at = $4, last_error = $5, lease_id = NULL, lease_until = NULL
          WHERE id = $1 AND lease_id = $2`,
    params: [lease.id, lease.leaseId, state, now, details.error ?? null],
  }
}

/** Due again at `nextAt`. This attempt counts, or is taken back, or succeeded: then those before it are forgotten too. */
export function retryAt(
  queue: Queue,
  lease: Lease,
  nextAt: number,
  details: { error: string | null; attempt?: Attempt },
): Statement {
  const attempts = { counts: '', 'is none': ', attempts = attempts - 1', succeeded: ', attempts = 0' }[
    details.attempt ?? 'counts'
  ]
  // Whatever came of it: the process is there.
  const crashes = queue.crashes === null ? '' : `, ${queue.crashes} = 0`
  return {
    sql: `UPDATE ${queue.table} SET state = 'pending', next_at = $3, last_error = $4, lease_id = NULL, lease_until = NULL${attempts}${crashes}
          WHERE id = $1 AND lease_id = $2`,
    params: [lease.id, lease.leaseId, nextAt, details.error],
  }
}

/** Keeps a long piece of work ours. False when the lease is lost: stop. */
export async function extend(db: Database, queue: Queue, lease: Lease, until: number): Promise<boolean> {
  const changed = await db.run(`UPDATE ${queue.table} SET lease_until = $3 WHERE id = $1 AND lease_id = $2`, [
    lease.id,
    lease.leaseId,
    until,
  ])
  return changed === 1
}

/**
 * Gives back what crashed workers held: every row whose lease ended before `now`, but those that `isHeld` knows to be in
 * this process. At the start of the only process on a SQLite file every lease is dead: pass Infinity.
 */
export async function recover(
  db: Database,
  queue: Queue,
  now: number,
  isHeld: (id: string) => boolean = () => false,
): Promise<number> {
  const before = Number.isFinite(now) ? now : Number.MAX_SAFE_INTEGER
  const dead = await db.all<Leased>(
    `SELECT id, lease_id, lease_until FROM ${queue.table} WHERE state = '${queue.busy}' AND lease_until < $1
     LIMIT ${MOST_RECOVERED}${skipLocked(db)}`,
    [before],
  )
  const lost = dead.filter((row) => !isHeld(row.id))
  for (const row of lost) await giveBack(db, queue, row)
  return lost.length
}

/**
 * Gives back what a server held of which it is known that it is dead; ids of its leases begin with `holder` and a colon. What its
 * last transaction has locked is not waited for: `all` is false then, and it is free once the database has noticed.
 */
export async function recoverFrom(db: Database, queue: Queue, holder: string): Promise<{ rows: number; all: boolean }> {
  const its = `FROM ${queue.table} WHERE state = '${queue.busy}' AND lease_id LIKE $1 LIMIT`
  for (let rows = 0; ;) {
    const dead = await db.all<Leased>(`SELECT id, lease_id, lease_until ${its} ${MOST_RECOVERED}${skipLocked(db)}`, [
      `${holder}:%`,
    ])
    for (const row of dead) await giveBack(db, queue, row)
    rows += dead.length
    if (dead.length === MOST_RECOVERED) continue
    return { rows, all: (await db.one(`SELECT id ${its} 1`, [`${holder}:%`])) === null }
  }
}

interface Leased {
  id: string
  lease_id: string
  lease_until: number
}

async function giveBack(db: Database, queue: Queue, row: Leased): Promise<void> {
  // Nobody saw the end of that attempt: it is none.
  const crashed = queue.crashes === null ? '' : `, attempts = attempts - 1, ${queue.crashes} = ${queue.crashes} + 1`
  try {
    await db.run(
      `UPDATE ${queue.table} SET state = 'pending', lease_id = NULL, lease_until = NULL${crashed}
       WHERE id = $1 AND lease_id = $2 AND lease_until = $3`,
      // A late holder that extends it in this moment keeps it.
      [row.id, row.lease_id, row.lease_until],
    )
  } catch (error) {
    // Its twin waits already and will do the same work, with the same crashes behind it.
    if (!isUniqueViolation(error)) throw error
    const its = `FROM ${queue.table} d WHERE d.id = $1 AND d.lease_id = $2`
    if (queue.exclusive !== null && queue.crashes !== null)
      await db.run(
        `UPDATE ${queue.table} SET ${queue.crashes} = (SELECT d.${queue.crashes} + 1 ${its})
         WHERE state = 'pending' AND ${queue.exclusive} = (SELECT d.${queue.exclusive} ${its})`,
        [row.id, row.lease_id],
      )
    await db.run(`DELETE FROM ${queue.table} WHERE id = $1 AND lease_id = $2`, [row.id, row.lease_id])
  }
}

/** When the next row of this lane becomes due; null when none waits. */
export async function nextDueAt(sql: Sql, queue: Queue, lane: readonly string[]): Promise<number | null> {
  const laneClause = queue.laneColumns.map((column, i) => `${column} = $${i + 1}`).join(' AND ')
  const row = await sql.one<{ at: number | null }>(
    `SELECT min(next_at) AS at FROM ${queue.table} WHERE ${laneClause} AND state = 'pending'`,
    [...lane],
  )
  return row?.at ?? null
}
