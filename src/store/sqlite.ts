// SQLite behind the store's interface: one writing and one reading thread, and one commit for all transactions that
// arrived together.
import { Worker } from 'node:worker_threads'
import type { Database, Statement, Transaction, Value } from './database.ts'
import type { SqliteRequest, SqliteResponse, SqliteWorkerData } from './sqlite-worker.ts'

const MAX_GROUP = 64
const MAX_GROUP_MS = 8
/** A transaction that awaits something else than the database would hold everyone. */
const MAX_TRANSACTION_MS = 30_000

export class SqliteError extends Error {
  readonly code: string | undefined
  readonly errcode: number | undefined

  constructor(message: string, code: string | undefined, errcode: number | undefined) {
    super(message)
    this.name = 'SqliteError'
    this.code = code
    this.errcode = errcode
  }
}

export async function openSqlite(path: string): Promise<Database> {
  const writer = new Thread({ path, role: 'writer' })
  await writer.ask({ before: [] })
  const reader = new Thread({ path, role: 'reader' })
  await reader.ask({ before: [] })
  return new SqliteDatabase(writer, reader)
}

/** Requests to one worker thread, answered in order. */
class Thread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (response: SqliteResponse) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #dead: Error | null = null

  constructor(data: SqliteWorkerData) {
    this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: data })
    this.#worker.on('message', (response: SqliteResponse) => {
      const waiting = this.#waiting.get(response.id)
      this.#waiting.delete(response.id)
      waiting?.resolve(response)
    })
    this.#worker.on('error', (error) => this.#die(error as Error))
    this.#worker.on('exit', () => this.#die(new Error('the database thread has ended')))
    this.#worker.unref()
  }

  #die(error: Error): void {
    this.#dead ??= error
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead)
    this.#waiting.clear()
  }

  async ask(request: Omit<SqliteRequest, 'id'>): Promise<{ rows: unknown[]; changes: number[] }> {
    if (this.#dead !== null) throw this.#dead
    const id = this.#nextId++
    const response = await new Promise<SqliteResponse>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      if (this.#waiting.size === 1) this.#worker.ref()
      this.#worker.postMessage({ id, ...request })
    }).finally(() => {
      if (this.#waiting.size === 0) this.#worker.unref()
    })
    if ('error' in response) throw new SqliteError(response.error.message, response.error.code, response.error.errcode)
    return { rows: response.rows ?? [], changes: response.changes }
  }

  async close(): Promise<void> {
    if (this.#dead !== null) return
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.ref()
    this.#worker.postMessage('close')
    await ended
  }
}

/** A transaction's turn at the writer: from its first change to its end. */
interface Turn {
  /** Called when the writer is its own; resolves when it has said all it wants to. */
  use(ask: Ask): Promise<void>
  /** Its changes are durable. */
  committed(): void
  failed(error: unknown): void
}

type Ask = (request: Omit<SqliteRequest, 'id' | 'before'>) => Promise<{ rows: unknown[]; changes: number[] }>

class SqliteDatabase implements Database {
  readonly dialect = 'sqlite'
  readonly #writer: Thread
  readonly #reader: Thread
  readonly #queue: Turn[] = []
  readonly #locks = new Map<string, Promise<void>>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #open = new Set<Promise<unknown>>()
  #draining = false

  constructor(writer: Thread, reader: Thread) {
    this.#writer = writer
    this.#reader = reader
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    if (!isQuery(sql)) return this.transaction((tx) => tx.all<Row>(sql, params))
    return (await this.#reader.ask({ before: [], query: { sql, params } })).rows as Row[]
  }

  async one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null> {
    return (await this.all<Row>(sql, params))[0] ?? null
  }

  run(sql: string, params?: readonly Value[]): Promise<number> {
    return this.transaction((tx) => tx.run(sql, params))
  }

  batch(statements: readonly Statement[]): Promise<number[]> {
    return this.transaction((tx) => tx.batch(statements))
  }

  /**
   * Until its first change a transaction reads what is committed, beside all others; its locks keep that true for what
   * it is about to change. From the first change on it has the writer for itself.
   */
  transaction<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    const work = this.#transact(run)
    const watched = work.catch(() => {})
    this.#open.add(watched)
    void watched.finally(() => this.#open.delete(watched))
    return work
  }

  async #transact<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = new SqliteTransaction({
      read: async (request) => this.#reader.ask({ before: [], ...request }),
      enter: (turn) => {
        this.#queue.push(turn)
        void this.#drain()
      },
      lock: (key) => this.#lock(key),
      tryLock: (key) => this.#tryLock(key),
    })
    try {
      const value = await within(run(transaction), MAX_TRANSACTION_MS)
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
      while (this.#queue.length > 0) await this.#commitGroup()
    } finally {
      this.#draining = false
    }
  }

  /** Runs what waits, one after another, each behind a savepoint of its own; then one commit for all. */
  async #commitGroup(): Promise<void> {
    const startedAt = performance.now()
    const done: Turn[] = []
    // Control statements travel with the next request: no trip of their own.
    let before: string[] = ['BEGIN IMMEDIATE']
    let begun = false
    const ask: Ask = async (request) => {
      const first = before
      before = []
      try {
        const answer = await this.#writer.ask({ before: first, ...request })
        begun = true
        return answer
      } catch (error) {
        begun ||= (error as SqliteError).errcode !== 5
        throw error
      }
    }
    let count = 0
    while (this.#queue.length > 0 && count < MAX_GROUP && performance.now() - startedAt < MAX_GROUP_MS) {
      const turn = this.#queue.shift()!
      count++
      before.push('SAVEPOINT work')
      try {
        await turn.use(ask)
        before.push('RELEASE work')
        done.push(turn)
      } catch (error) {
        turn.failed(error)
        if (!begun) {
          // Not even BEGIN went through, or nothing was asked yet: start afresh.
          before = ['BEGIN IMMEDIATE']
          continue
        }
        // Given up before it asked anything: its savepoint was never made.
        if (before.at(-1) === 'SAVEPOINT work') before.pop()
        else before.push('ROLLBACK TO work', 'RELEASE work')
      }
    }
    try {
      if (begun) await this.#writer.ask({ before: [...before, 'COMMIT'] })
    } catch (error) {
      await this.#writer.ask({ before: ['ROLLBACK'] }).catch(() => {})
      for (const turn of done) turn.failed(error)
      return
    }
    for (const turn of done) turn.committed()
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

interface Access {
  read: Ask
  enter(turn: Turn): void
  lock(key: string): Promise<() => void>
  tryLock(key: string): (() => void) | null
}

class SqliteTransaction implements Transaction {
  readonly dialect = 'sqlite'
  readonly hooks: (() => void)[] = []
  readonly undo: (() => void)[] = []
  readonly #access: Access
  readonly #later: Statement[] = []
  readonly #unlocks: (() => void)[] = []
  /** The writer, once this transaction has it. */
  #ask: Promise<Ask> | null = null
  #finish: ((error: unknown) => void) | null = null
  #durable: Promise<void> | null = null
  #ended = false

  constructor(access: Access) {
    this.#access = access
  }

  /** Waits for the writer and keeps it until `commit` or `rollBack`. */
  #enter(): Promise<Ask> {
    this.#ask ??= new Promise<Ask>((got, lost) => {
      this.#durable = new Promise<void>((committed, failed) => {
        this.#access.enter({
          use: (ask) =>
            new Promise<void>((resolve, reject) => {
              // Given up while it waited for its turn.
              if (this.#ended) return reject(new Error('this transaction has ended'))
              this.#finish = (error) => (error === null ? resolve() : reject(error))
              got(ask)
            }),
          committed,
          failed(error) {
            lost(error)
            failed(error)
          },
        })
      })
      this.#durable.catch(() => {})
    })
    return this.#ask
  }

  async commit(): Promise<void> {
    if (this.#later.length > 0) await this.#change({ batch: this.#later })
    this.#ended = true
    this.#finish?.(null)
    await this.#durable
  }

  rollBack(error: unknown): void {
    this.#ended = true
    this.#finish?.(error)
  }

  unlock(): void {
    for (const unlock of this.#unlocks) unlock()
  }

  async #change(request: Omit<SqliteRequest, 'id' | 'before'>): ReturnType<Ask> {
    if (this.#ended) throw new Error('this transaction has ended')
    const ask = await this.#enter()
    return ask(request)
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    if (this.#ended) throw new Error('this transaction has ended')
    const query = { sql, params }
    const onlyReads = this.#ask === null && isQuery(sql)
    return (await (onlyReads ? this.#access.read({ query }) : this.#change({ query }))).rows as Row[]
  }

  async one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null> {
    return (await this.all<Row>(sql, params))[0] ?? null
  }

  async run(sql: string, params?: readonly Value[]): Promise<number> {
    return (await this.#change({ batch: [{ sql, params }] })).changes[0]!
  }

  async batch(statements: readonly Statement[]): Promise<number[]> {
    if (statements.length === 0) return []
    return (await this.#change({ batch: statements })).changes
  }

  async lock(key: string): Promise<void> {
    if (this.#ask === null) {
      this.#unlocks.push(await this.#access.lock(key))
      return
    }
    // Whoever holds the lock may be waiting for the writer that we have.
    const unlock = this.#access.tryLock(key)
    if (unlock === null) throw new Error(`lock ${key} before the first change of a transaction`)
    this.#unlocks.push(unlock)
  }

  later(statements: readonly Statement[]): void {
    this.#later.push(...statements)
  }

  afterCommit(work: () => void): void {
    this.hooks.push(work)
  }

  afterRollback(work: () => void): void {
    this.undo.push(work)
  }
}

function isQuery(sql: string): boolean {
  return /^\s*SELECT\b/i.test(sql)
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a transaction took longer than ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
