// What shares one commit on SQLite.
import type { Statement } from './database.ts'
import { type Answer, type Request, SqliteError, type SqliteThread } from './sqlite-thread.ts'

/** A transaction's turn at the writer: from its first change to its end. */
export interface Turn {
  /** Called when the writer is its own; resolves when it has said all it wants to. */
  use(ask: Ask): Promise<void>
  /** Its changes are durable. */
  committed(): void
  failed(error: unknown): void
  since: number
}

/** A transaction that knows all its changes beforehand: it needs no turn of its own. */
export interface Unit {
  statements: readonly Statement[]
  committed(changes: number[]): void
  failed(error: unknown): void
  since: number
}

export type Ask = (request: Request) => Promise<Answer>

/** What it met when somebody else kept the file to themselves for as long as SQLite waits; else null. */
export type LockedOut = SqliteError | null

/** A commit of their own, in one trip: the next may follow before this one's answer is here. */
export async function commitUnits(writer: SqliteThread, units: readonly Unit[]): Promise<LockedOut> {
  let answer: Answer
  try {
    answer = await writer.ask({ alone: units.map(({ statements }) => statements) })
  } catch (error) {
    for (const unit of units) unit.failed(error)
    return lockedOutBy(error)
  }
  for (const [i, unit] of units.entries()) {
    const result = answer.units[i]!
    if (result instanceof SqliteError) unit.failed(result)
    else unit.committed(result)
  }
  return null
}

function lockedOutBy(error: unknown): LockedOut {
  return error instanceof SqliteError && error.errcode === 5 ? error : null
}

/** What shares one commit. */
export class Group {
  readonly #writer: SqliteThread
  readonly #done: { committed(): void; failed(error: unknown): void }[] = []
  /** Control statements travel with the next request: no trip of their own. */
  #before: string[] = ['BEGIN IMMEDIATE']
  #begun = false
  #ended = false
  #lockedOut: LockedOut = null

  /** Committed or failed: nothing more can be part of it. */
  get isOver(): boolean {
    return this.#ended
  }

  get lockedOut(): LockedOut {
    return this.#lockedOut
  }

  constructor(writer: SqliteThread) {
    this.#writer = writer
  }

  readonly #ask: Ask = async (request) => {
    const before = this.#before
    this.#before = []
    try {
      const answer = await this.#writer.ask({ before, ...request })
      this.#begun = true
      return answer
    } catch (error) {
      const lockedOut = lockedOutBy(error)
      this.#lockedOut ??= lockedOut
      this.#begun ||= lockedOut === null
      throw error
    }
  }

  /** Many at once; `last` commits as well. */
  async run(units: readonly Unit[], last: boolean): Promise<void> {
    let answer: Answer
    try {
      const after = last ? ['COMMIT'] : []
      answer = await this.#ask({ units: units.map(({ statements }) => statements), after })
    } catch (error) {
      for (const unit of units) unit.failed(error)
      await this.#giveUp(error)
      return
    }
    for (const [i, unit] of units.entries()) {
      const result = answer.units[i]!
      if (result instanceof SqliteError) unit.failed(result)
      else this.#done.push({ committed: () => unit.committed(result), failed: (error) => unit.failed(error) })
    }
    if (last) this.#end()
  }

  /** Its turn, behind a savepoint of its own. */
  async give(turn: Turn): Promise<void> {
    this.#before.push('SAVEPOINT work')
    try {
      await turn.use(this.#ask)
      this.#before.push('RELEASE work')
      this.#done.push(turn)
    } catch (error) {
      turn.failed(error)
      // Not even BEGIN went through, or nothing was asked yet: start afresh.
      if (!this.#begun) this.#before = ['BEGIN IMMEDIATE']
      // Given up before it asked anything: its savepoint was never made.
      else if (this.#before.at(-1) === 'SAVEPOINT work') this.#before.pop()
      else this.#before.push('ROLLBACK TO work', 'RELEASE work')
    }
  }

  async commit(): Promise<void> {
    if (this.#ended || !this.#begun) return
    try {
      await this.#writer.ask({ before: [...this.#before, 'COMMIT'] })
    } catch (error) {
      await this.#giveUp(error)
      return
    }
    this.#end()
  }

  #end(): void {
    this.#ended = true
    for (const each of this.#done) each.committed()
  }

  async #giveUp(error: unknown): Promise<void> {
    this.#ended = true
    await this.#writer.ask({ before: ['ROLLBACK'] }).catch(() => {})
    for (const each of this.#done) each.failed(error)
  }
}
