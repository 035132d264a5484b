// A thread with an SQLite connection, from outside: requests, answered in order.
import { Worker } from 'node:worker_threads'
import type { Statement } from './database.ts'
import type {
  SqliteAnswers,
  SqliteFailure,
  SqliteRequest,
  SqliteResponse,
  SqliteWorkerData,
  Wire,
} from './sqlite-worker.ts'
import { sharedNow } from './sqlite-waits.ts'

/** Texts that are made up as they are needed (lists of any length) must not fill the memory. */
const MOST_KNOWN_TEXTS = 2000
/** Messages: the thread need not wait until we have read its answer. */
const MOST_UNDER_WAY = 2

export class SqliteError extends Error {
  readonly code: string | undefined
  readonly errcode: number | undefined

  constructor({ message, code, errcode }: SqliteFailure) {
    super(message)
    this.name = 'SqliteError'
    this.code = code
    this.errcode = errcode
  }
}

export interface Request {
  before?: readonly string[]
  query?: Statement
  batch?: readonly Statement[]
  units?: readonly (readonly Statement[])[]
  alone?: readonly (readonly Statement[])[]
  after?: readonly string[]
}

export interface Answer {
  rows: unknown[]
  changes: number[]
  /** For each unit: how many rows its statements changed, or why it is not there. */
  units: (number[] | SqliteError)[]
}

export class SqliteThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  readonly #texts = new Map<string, number>()
  #learn: [number, string][] = []
  #gathered: SqliteRequest[] = []
  #underWay = 0
  #nextId = 1
  #dead: Error | null = null
  /** It has answered. */
  #isUp = false
  #closing = false

  constructor(data: SqliteWorkerData) {
    this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: data })
    this.#worker.on('message', ({ answers, isLast }: SqliteAnswers) => {
      if (isLast) this.#underWay--
      for (const answer of answers) this.#take(answer)
      this.#post()
    })
    this.#worker.on('error', (error) => this.#die(error as Error))
    this.#worker.on('exit', () => this.#die(new Error('the database thread has ended')))
    this.#worker.unref()
  }

  #die(error: Error): void {
    // A process without its database answers nobody: it ends, and whoever started it starts it again.
    if (this.#isUp && !this.#closing && this.#dead === null) {
      queueMicrotask(() => {
        throw error
      })
    }
    this.#dead ??= error
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead)
    this.#waiting.clear()
  }

  #take(response: SqliteResponse): void {
    const waiting = this.#waiting.get(response.id)
    this.#waiting.delete(response.id)
    this.#isUp = true
    // Else the process could end, in the middle of its own end.
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref()
    if ('error' in response) waiting?.reject(new SqliteError(response.error))
    else {
      const { rows, changes, units } = response
      waiting?.resolve({
        rows: rows ?? [],
        changes,
        units: units.map((unit) => (Array.isArray(unit) ? unit : new SqliteError(unit))),
      })
    }
  }

  ask({ before = [], query, batch, units, alone, after }: Request): Promise<Answer> {
    if (this.#dead !== null) return Promise.reject(this.#dead)
    const id = this.#nextId++
    const request: SqliteRequest = {
      id,
      before,
      query: query === undefined ? undefined : this.#wire(query),
      batch: batch?.map((statement) => this.#wire(statement)),
      units: units === undefined ? undefined : this.#wires(units),
      alone: alone === undefined ? undefined : { units: this.#wires(alone), askedAt: sharedNow() },
      after,
      learn: this.#learn,
    }
    this.#learn = []
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      if (this.#waiting.size === 1) this.#worker.ref()
      this.#gathered.push(request)
      this.#post()
    })
  }

  /** At once, unless the next message is there already when the thread has done the last. What is asked meanwhile gathers: one message for all of it costs as much as for one. */
  #post(): void {
    if (this.#underWay === MOST_UNDER_WAY || this.#gathered.length === 0) return
    this.#underWay++
    this.#worker.postMessage(this.#gathered)
    this.#gathered = []
  }

  #wires(units: readonly (readonly Statement[])[]): Wire[][] {
    return units.map((unit) => unit.map((statement) => this.#wire(statement)))
  }

  #wire({ sql, params = [] }: Statement): Wire {
    let number = this.#texts.get(sql)
    if (number === undefined) {
      if (this.#texts.size >= MOST_KNOWN_TEXTS) return [sql, params]
      number = this.#texts.size
      this.#texts.set(sql, number)
      this.#learn.push([number, sql])
    }
    return [number, params]
  }

  async close(): Promise<void> {
    if (this.#dead !== null) return
    this.#closing = true
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.ref()
    this.#worker.postMessage('close')
    await ended
  }
}
