// One commit for what arrives at the same time, on PostgreSQL: transactions that know all their changes beforehand.
import type pg from 'pg'
import type { Statement } from './database.ts'
import { isUnavailable } from './errors.ts'
import { assertCommitted, inOneWrite, isRetryable, merged, send } from './postgres-query.ts'

/** Commits under way at a time: while these wait for the disk, the next ones gather. */
const MOST_FLUSHING = 3
const MOST_UNITS = 64
const MOST_TRIES = 3

interface Unit {
  statements: readonly Statement[]
  /** Whether someone asks how many rows each statement changed: then they are sent as they are. */
  counted: boolean
  committed(changes: number[]): void
  failed(error: unknown): void
}

export class GroupCommit {
  readonly #pool: pg.Pool
  readonly #waiting: Unit[] = []
  #flushing = 0

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  add(statements: readonly Statement[], counted: boolean): Promise<number[]> {
    return new Promise((committed, failed) => {
      this.#waiting.push({ statements, counted, committed, failed })
      if (this.#flushing < MOST_FLUSHING) void this.#flush()
    })
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

/** The first failure in order, when all have ended: none is left behind on the connection. */
async function allOf<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c])
  return [await a, await b, await c]
}
