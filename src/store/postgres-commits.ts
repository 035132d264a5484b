// One commit for what arrives at the same time, on PostgreSQL: transactions that know all their changes beforehand.
import type pg from 'pg'
import type { Statement, Value } from './database.ts'
import { isUnavailable, Overloaded } from './errors.ts'
import { assertCommitted, inOneWrite, isRetryable, merged, send } from './postgres-query.ts'

/** Commits under way at a time: while these wait for the disk, the next ones gather. */
const MOST_FLUSHING = 3
const MOST_UNITS = 64
const MOST_TRIES = 3

export interface CommitLimits {
  /** Waiting or under way: more are refused at once. */
  mostUnits: number
  /** Of their parameters; one alone may be larger. */
  mostBytes: number
  /** Who waits longer for its turn is refused: shorter than providers wait for their answer. */
  mostWaitMs: number
}

const LIMITS: CommitLimits = { mostUnits: 10_000, mostBytes: 128 * 1024 * 1024, mostWaitMs: 5000 }

interface Unit {
  statements: readonly Statement[]
  /** Whether someone asks how many rows each statement changed: then they are sent as they are. */
  counted: boolean
  bytes: number
  since: number
  committed(changes: number[]): void
  failed(error: unknown): void
}

export class GroupCommit {
  readonly #pool: pg.Pool
  readonly #waiting: Unit[] = []
  readonly #limits: CommitLimits
  #flushing = 0
  #inside = 0
  #insideBytes = 0
  #isTimed = false

  constructor(pool: pg.Pool, limits: CommitLimits = LIMITS) {
    this.#pool = pool
    this.#limits = limits
  }

  /** Rejects with Overloaded, and nothing was sent, when the database stands still or does not keep up. */
  async add(statements: readonly Statement[], counted: boolean): Promise<number[]> {
    const { mostUnits, mostBytes, mostWaitMs } = this.#limits
    const bytes = bytesOf(statements)
    if (this.#inside >= mostUnits || (this.#inside > 0 && this.#insideBytes + bytes > mostBytes)) {
      throw new Overloaded(`too much waits for the database: ${this.#inside} commits, ${this.#insideBytes} bytes`)
    }
    this.#inside++
    this.#insideBytes += bytes
    try {
      return await new Promise<number[]>((committed, failed) => {
        this.#waiting.push({ statements, counted, bytes, since: performance.now(), committed, failed })
        if (this.#flushing < MOST_FLUSHING) void this.#flush()
        else if (!this.#isTimed) this.#refuseLateIn(mostWaitMs)
      })
    } finally {
      this.#inside--
      this.#insideBytes -= bytes
    }
  }

  #refuseLateIn(ms: number): void {
    this.#isTimed = true
    setTimeout(() => this.#refuseLate(), ms).unref()
  }

  /** Those that have waited as long as they may; looks again when the next one's time comes. */
  #refuseLate(): void {
    this.#isTimed = false
    const { mostWaitMs } = this.#limits
    const now = performance.now()
    const inTime = this.#waiting.findIndex(({ since }) => now - since < mostWaitMs)
    const late = this.#waiting.splice(0, inTime === -1 ? this.#waiting.length : inTime)
    for (const { failed } of late) failed(new Overloaded(`the database did not take it within ${mostWaitMs} ms`))
    const next = this.#waiting[0]
    if (next !== undefined) this.#refuseLateIn(mostWaitMs - (now - next.since))
  }

  async #flush(): Promise<void> {
    this.#flushing++
    // What else arrives in this turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, MOST_UNITS))
    this.#flushing--
  }

  async #commit(units: readonly Unit[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const changes = await this.#once(units)
        for (const [i, unit] of units.entries()) unit.committed(changes[i]!)
        return
      } catch (error) {
        if (attempt < MOST_TRIES && isRetryable(error)) continue
        if (units.length === 1 || isUnavailable(error)) {
          for (const unit of units) unit.failed(error)
          return
        }
        // One of them is to blame; the others are not harmed.
        for (const unit of units) await this.#commit([unit])
        return
      }
    }
  }

  async #once(units: readonly Unit[]): Promise<number[][]> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      const [begun, shared, counted, committed] = inOneWrite(client, () => [
        client.query('BEGIN'),
        send(client, merged(units.filter((unit) => !unit.counted).flatMap((unit) => unit.statements))),
        units.map((unit) => (unit.counted ? send(client, unit.statements) : Promise.resolve([]))),
        client.query('COMMIT'),
      ])
      const [, changes, end] = await allOf(Promise.all([begun, shared]), Promise.all(counted), committed)
      assertCommitted(end)
      return changes
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.release(broken)
    }
  }
}

function bytesOf(statements: readonly Statement[]): number {
  let bytes = 0
  for (const { params = [] } of statements) for (const value of params) bytes += sizeOf(value)
  return bytes
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  return 'toPack' in value ? value.toPack.reduce((sum, { length }) => sum + length, 0) : value.byteLength
}

/** The first failure in order, when all have ended: none is left behind on the connection. */
async function allOf<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c])
  return [await a, await b, await c]
}
