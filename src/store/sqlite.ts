// SQLite behind the store's interface: one writing and one reading thread, and one commit for all transactions that
// arrived together.
import type { Database, Statement, Transaction, Value } from './database.ts'
import { isForeignKeyViolation, Overloaded } from './errors.ts'
import { forgetRemembered } from './remembered.ts'
import { commitUnits, Group, type LockedOut, type Turn, type Unit } from './sqlite-group.ts'
import { SqliteThread } from './sqlite-thread.ts'
import { isQuery, LockTaken, SqliteTransaction } from './sqlite-transaction.ts'
import { MAX_WAIT_BEHIND_MS } from './sqlite-waits.ts'

const MAX_GROUP = 64
const MAX_GROUP_MS = 8
/** Changes that need no answer in between, in one trip. */
const MAX_UNITS = 256
const MAX_UNIT_STATEMENTS = 2000
/** A transaction that awaits something else than the database would hold everyone. */
const MAX_TRANSACTION_MS = 30_000
/** Of a transaction that others are in the way of. */
const MOST_TRIES = 5
/** Commits that know all their changes: while one is made, the next is there already, and the thread need not wait for us. */
const MOST_UNDER_WAY = 2

export async function openSqlite(path: string): Promise<Database> {
  const writer = new SqliteThread({ path, role: 'writer' })
  await writer.ask({})
  const reader = new SqliteThread({ path, role: 'reader' })
  await reader.ask({})
  return new SqliteDatabase(writer, reader)
}

class SqliteDatabase implements Database {
  readonly dialect = 'sqlite'
  readonly #writer: SqliteThread
  readonly #reader: SqliteThread
  readonly #queue: (Turn | Unit)[] = []
  readonly #locks = new Map<string, Promise<void>>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #open = new Set<Promise<unknown>>()
  readonly #underWay = new Set<Promise<void>>()
  #draining = false

  constructor(writer: SqliteThread, reader: SqliteThread) {
    this.#writer = writer
    this.#reader = reader
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    if (!isQuery(sql)) return this.transaction((tx) => tx.all<Row>(sql, params))
    return (await this.#reader.ask({ query: { sql, params } })).rows as Row[]
  }

  async one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null> {
    return (await this.all<Row>(sql, params))[0] ?? null
  }

  async run(sql: string, params?: readonly Value[]): Promise<number> {
    return (await this.batch([{ sql, params }]))[0]!
  }

  async batch(statements: readonly Statement[]): Promise<number[]> {
    if (statements.length === 0) return []
    return this.#watch(this.#unit(statements))
  }

  #unit(statements: readonly Statement[]): Promise<number[]> {
    return new Promise<number[]>((committed, failed) => {
      this.#queue.push({ statements, committed, failed, since: performance.now() })
      void this.#drain()
    })
  }

  #watch<T>(work: Promise<T>): Promise<T> {
    const watched = work.catch(() => {})
    this.#open.add(watched)
    void watched.finally(() => this.#open.delete(watched))
    return work
  }

  /**
   * Until its first change a transaction reads what is committed, beside all others; its locks keep that true for what
   * it is about to change. From the first change on it has the writer for itself.
   */
  transaction<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#watch(this.#transact(run))
  }

  async #transact<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(run)
      } catch (error) {
        if (attempt >= MOST_TRIES || !(await this.#isOver(error))) throw error
      }
    }
  }

  /** Two transactions were in each other's way: waits for the other, then the same again will do. False: that was not it. */
  async #isOver(error: unknown): Promise<boolean> {
    if (error instanceof LockTaken) {
      await this.#locks.get(error.key)
      return true
    }
    if (!isForeignKeyViolation(error)) return false
    // The commit that deletes what it refers to may still be under way.
    await this.#unit([]).catch(() => {})
    forgetRemembered()
    return true
  }

  async #once<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = new SqliteTransaction({
      read: (request) => this.#reader.ask(request),
      once: (statements) => this.#unit(statements),
      enter: (turn) => {
        this.#queue.push(turn)
        void this.#drain()
      },
      lock: (key) => this.#lock(key),
      tryLock: (key) => this.#tryLock(key),
    })
    try {
      const value = await within(run(transaction), MAX_TRANSACTION_MS, () => transaction.hasWriter)
      await transaction.commit()
      for (const hook of transaction.hooks) hook()
      return value
    } catch (error) {
      transaction.rollBack(error)
      for (const hook of transaction.undo) hook()
      throw error
    } finally {
      transaction.unlock()
    }
  }

  async #lock(key: string): Promise<() => void> {
    for (let held = this.#locks.get(key); held !== undefined; held = this.#locks.get(key)) await held
    return this.#tryLock(key)!
  }

  #tryLock(key: string): (() => void) | null {
    if (this.#locks.has(key)) return null
    let release!: () => void
    this.#locks.set(key, new Promise<void>((resolve) => (release = resolve)))
    return () => {
      this.#locks.delete(key)
      release()
    }
  }

  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    try {
      while (this.#queue.length > 0) {
        const areUnits = this.#queue.every((each) => 'statements' in each)
        if (this.#underWay.size > (areUnits ? MOST_UNDER_WAY - 1 : 0)) await Promise.race(this.#underWay)
        else if (areUnits) this.#commitUnits()
        else await this.#commitGroup()
      }
    } finally {
      this.#draining = false
    }
  }

  #commitUnits(): void {
    const work = commitUnits(this.#writer, this.#nextUnits()).then((lockedOut) => {
      this.#underWay.delete(work)
      this.#failLate(lockedOut)
    })
    this.#underWay.add(work)
  }

  /** Runs what waits: what knows its changes together, the others one after another behind savepoints; then one commit. */
  async #commitGroup(): Promise<void> {
    const group = new Group(this.#writer)
    const startedAt = performance.now()
    let count = 0
    const mayGoOn = (): boolean => count < MAX_GROUP && performance.now() - startedAt < MAX_GROUP_MS
    while (this.#queue.length > 0 && !group.isOver && mayGoOn()) {
      count++
      const units = this.#nextUnits()
      // The commit travels with the last ones.
      if (units.length > 0) await group.run(units, this.#queue.length === 0)
      else await group.give(this.#queue.shift() as Turn)
    }
    await group.commit()
    this.#failLate(group.lockedOut)
  }

  /** Else each of many would wait for the lock, one after the other. */
  #failLate(error: LockedOut): void {
    if (error === null) return
    const before = performance.now() - MAX_WAIT_BEHIND_MS
    const inTime = this.#queue.findIndex(({ since }) => since > before)
    const late = this.#queue.splice(0, inTime === -1 ? this.#queue.length : inTime)
    for (const each of late) each.failed(error)
  }

  #nextUnits(): Unit[] {
    let count = 0
    let statements = 0
    for (const next of this.#queue) {
      if (!('statements' in next)) break
      statements += next.statements.length
      if (count > 0 && (count >= MAX_UNITS || statements > MAX_UNIT_STATEMENTS)) break
      count++
    }
    return this.#queue.splice(0, count) as Unit[]
  }

  notify(channel: string): void {
    for (const wake of this.#listeners.get(channel) ?? []) wake()
  }

  listen(channel: string, wake: () => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(wake))
    return () => listeners.delete(wake)
  }

  now(): Promise<number> {
    return Promise.resolve(Date.now())
  }

  async close(): Promise<void> {
    await Promise.all(this.#open)
    await this.#reader.close()
    await this.#writer.close()
  }
}

/** Who had no turn by then failed in nothing. */
async function within<T>(work: Promise<T>, ms: number, hadTurn: () => boolean): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const end = (): void => {
      const seconds = ms / 1000
      if (hadTurn()) reject(new Error(`a transaction took longer than ${seconds} s`))
      else reject(new Overloaded(`a transaction waited longer than ${seconds} s for its turn`))
    }
    timer = setTimeout(end, ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
