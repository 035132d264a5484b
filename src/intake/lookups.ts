// Questions of one turn of the event loop, as one question: whoever shares a transaction shares its trips to the database.
import { type ConnectionRow, connectionsOfUsers } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import { type AnswerRow, latestAnswersTo } from '../store/pages.ts'
import { type PartRow, partsByKeys, recordsByKeys, type RecordRow } from '../store/records.ts'

type Key = readonly string[]

/** Rows by their keys. */
export class Gathered<Row> {
  readonly #load: (keys: readonly Key[]) => Promise<Row[]>
  readonly #keyOf: (row: Row) => Key
  #wanted = new Map<string, Key>()
  #next: Promise<Map<string, Row[]>> | null = null

  constructor(load: (keys: readonly Key[]) => Promise<Row[]>, keyOf: (row: Row) => Key) {
    this.#load = load
    this.#keyOf = keyOf
  }

  /** `keys` are different ones. */
  async rowsOf(keys: readonly Key[]): Promise<Row[]> {
    if (keys.length === 0) return []
    for (const key of keys) this.#wanted.set(nameOf(key), key)
    const rows = await (this.#next ??= this.#ask())
    return keys.flatMap((key) => rows.get(nameOf(key)) ?? [])
  }

  async #ask(): Promise<Map<string, Row[]>> {
    await new Promise((resolve) => setImmediate(resolve))
    const keys = [...this.#wanted.values()]
    this.#wanted = new Map()
    this.#next = null
    return Map.groupBy(await this.#load(keys), (row) => nameOf(this.#keyOf(row)))
  }
}

/** What records are made anew from. */
export class Lookups {
  readonly #connections: Gathered<ConnectionRow>
  readonly #answers: Gathered<AnswerRow>
  readonly #parts: Gathered<PartRow>
  readonly #records: Gathered<RecordRow>

  constructor(sql: Sql) {
    this.#connections = new Gathered(
      (keys) => connectionsOfUsers(sql, keys.flat()),
      (row) => [row.user_id],
    )
    this.#answers = new Gathered(
      (keys) => latestAnswersTo(sql, keys),
      (row) => [row.user_id, row.question],
    )
    this.#parts = new Gathered(
      (keys) => partsByKeys(sql, keys),
      (row) => [row.user_id, row.type, row.key],
    )
    this.#records = new Gathered(
      (keys) => recordsByKeys(sql, keys),
      (row) => [row.user_id, row.type, row.key],
    )
  }

  async connection(userId: string): Promise<ConnectionRow | null> {
    return (await this.#connections.rowsOf([[userId]]))[0] ?? null
  }

  /** The latest answer to each of these questions. */
  async latestAnswers(userId: string, questions: Iterable<string>): Promise<Map<string, AnswerRow>> {
    const rows = await this.#answers.rowsOf([...new Set(questions)].map((question) => [userId, question]))
    return new Map(rows.map((row) => [row.question, row]))
  }

  partsOf(userId: string, type: string, keys: Iterable<string>): Promise<PartRow[]> {
    return this.#parts.rowsOf([...new Set(keys)].map((key) => [userId, type, key]))
  }

  recordsOf(userId: string, type: string, keys: Iterable<string>): Promise<RecordRow[]> {
    return this.#records.rowsOf([...new Set(keys)].map((key) => [userId, type, key]))
  }
}

function nameOf(key: Key): string {
  return key.join('\n')
}
