import type { Statement, Transaction, Value } from './database.ts'
import type { Ask, Turn } from './sqlite-group.ts'
import type { Request } from './sqlite-thread.ts'

/** What a transaction needs of the database that opened it. */
interface Access {
  read: Ask
  once(statements: readonly Statement[]): Promise<number[]>
  enter(turn: Turn): void
  lock(key: string): Promise<() => void>
  tryLock(key: string): (() => void) | null
}

/** Once it has the writer a transaction cannot wait: it gives all back, and begins again when the lock is free. */
export class LockTaken extends Error {
  readonly key: string

  constructor(key: string) {
    super(`lock ${key} before the first change of a transaction`)
    this.key = key
  }
}

export class SqliteTransaction implements Transaction {
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

  get hasWriter(): boolean {
    return this.#finish !== null
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
          since: performance.now(),
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
    if (this.#later.length > 0) {
      if (this.#ask === null) {
        this.#ended = true
        await this.#access.once(this.#later)
        return
      }
      await this.#change({ batch: this.#later })
    }
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

  async #change(request: Request): ReturnType<Ask> {
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
    if (unlock === null) throw new LockTaken(key)
    this.#unlocks.push(unlock)
  }

  lockFree(keys: readonly string[]): Promise<boolean[]> {
    return Promise.resolve(
      keys.map((key) => {
        const unlock = this.#access.tryLock(key)
        if (unlock !== null) this.#unlocks.push(unlock)
        return unlock !== null
      }),
    )
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

export function isQuery(sql: string): boolean {
  return /^\s*SELECT\b/i.test(sql)
}
