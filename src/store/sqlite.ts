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

interface Work {
  run(transaction: Transaction): Promise<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface Finished {
  work: Work
  value: unknown
  hooks: (() => void)[]
}

class SqliteDatabase implements Database {
  readonly dialect = 'sqlite'
  readonly #writer: Thread
  readonly #reader: Thread
  readonly #queue: Work[] = []
  readonly #listeners = new Map<string, Set<() => void>>()
  #busy: Promise<void> | null = null

  constructor(writer: Thread, reader: Thread) {
    this.#writer = writer
    this.#reader = reader
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    if (!/^\s*(SELECT|WITH)\b/i.test(sql)) return this.transaction((tx) => tx.all<Row>(sql, params))
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

  transaction<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run, resolve: resolve as (value: unknown) => void, reject })
      this.#busy ??= this.#drain()
    })
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#commitGroup()
    } finally {
      // In the same tick as the last look at the queue: whoever comes a tick later must find nobody busy.
      this.#busy = null
    }
  }

  /** Runs what waits, one after another, each behind a savepoint of its own; then one commit for all. */
  async #commitGroup(): Promise<void> {
    const startedAt = performance.now()
    const finished: Finished[] = []
    // Control statements travel with the next request: no trip of their own.
    let before: string[] = ['BEGIN IMMEDIATE']
    let begun = false
    const ask = async (
      request: Omit<SqliteRequest, 'id' | 'before'>,
    ): Promise<{ rows: unknown[]; changes: number[] }> => {
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
      const work = this.#queue.shift()!
      count++
      before.push('SAVEPOINT work')
      const transaction = new SqliteTransaction(ask)
      try {
        const value = await within(work.run(transaction), MAX_TRANSACTION_MS)
        transaction.end()
        before.push('RELEASE work')
        finished.push({ work, value, hooks: transaction.hooks })
      } catch (error) {
        transaction.end()
        work.reject(error)
        if (!begun) {
          // Not even BEGIN went through, or nothing was asked yet: start afresh.
          before = ['BEGIN IMMEDIATE']
          continue
        }
        before = before.filter((sql) => sql !== 'SAVEPOINT work')
        before.push('ROLLBACK TO work', 'RELEASE work')
      }
    }
    try {
      if (begun) await this.#writer.ask({ before: [...before, 'COMMIT'] })
    } catch (error) {
      await this.#writer.ask({ before: ['ROLLBACK'] }).catch(() => {})
      for (const { work } of finished) work.reject(error)
      return
    }
    for (const { work, value, hooks } of finished) {
      work.resolve(value)
      for (const hook of hooks) hook()
    }
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
    await this.#busy
    await this.#reader.close()
    await this.#writer.close()
  }
}

type Ask = (request: Omit<SqliteRequest, 'id' | 'before'>) => Promise<{ rows: unknown[]; changes: number[] }>

class SqliteTransaction implements Transaction {
  readonly dialect = 'sqlite'
  readonly hooks: (() => void)[] = []
  readonly #ask: Ask
  #ended = false

  constructor(ask: Ask) {
    this.#ask = ask
  }

  end(): void {
    this.#ended = true
  }

  #send(request: Omit<SqliteRequest, 'id' | 'before'>): ReturnType<Ask> {
    if (this.#ended) throw new Error('this transaction has ended')
    return this.#ask(request)
  }

  async all<Row>(sql: string, params?: readonly Value[]): Promise<Row[]> {
    return (await this.#send({ query: { sql, params } })).rows as Row[]
  }

  async one<Row>(sql: string, params?: readonly Value[]): Promise<Row | null> {
    return (await this.all<Row>(sql, params))[0] ?? null
  }

  async run(sql: string, params?: readonly Value[]): Promise<number> {
    return (await this.#send({ batch: [{ sql, params }] })).changes[0]!
  }

  async batch(statements: readonly Statement[]): Promise<number[]> {
    if (statements.length === 0) return []
    return (await this.#send({ batch: statements })).changes
  }

  async lock(): Promise<void> {}

  afterCommit(work: () => void): void {
    this.hooks.push(work)
  }
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
