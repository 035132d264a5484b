// What differs between databases, and what a table is to them all.

export type ColumnType =
  | 'id' // up to 36 characters
  | 'key' // text that may stand in a primary key
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'instant' // bound as a Date
  | 'day' // YYYY-MM-DD
  | 'json' // to query
  | 'exact_json' // keeps the text as it came

export interface Column {
  name: string
  type: ColumnType
  required?: boolean
}

export interface Table {
  name: string
  columns: readonly Column[]
  primaryKey: readonly string[]
  /** Columns to look up by. */
  index?: readonly string[]
}

export type Value = string | number | boolean | Date | null
export type Row = Record<string, Value>

/** One transaction. */
export interface Session {
  query(sql: string, values: readonly Value[]): Promise<Row[]>
}

/** Connections to one database. */
export interface SqlClient {
  /**
   * Commits when `work` resolves: then it is durable. Rolls back when it throws. Where the server can be told, none of its
   * statements takes longer than `timeoutMs`: it says then what kept it, and waits no longer than we do.
   */
  transaction<Result>(work: (session: Session) => Promise<Result>, timeoutMs?: number): Promise<Result>
  /** Frees every socket, also of a server that hangs. */
  shut(): Promise<void>
}

export interface Dialect {
  types: Record<ColumnType, string>
  /** How many values one statement may carry. */
  mostValues: number
  /** `$1` or `?`; counted from 1. */
  parameter(position: number): string
  quoted(name: string): string
  /** With its schema. */
  table(name: string): string
  /** MySQL has no CREATE INDEX IF NOT EXISTS: there indexes stand inside CREATE TABLE. */
  indexesInside: boolean
  /** What follows the columns in CREATE TABLE. */
  tableOptions: string
  /** Statements after a table was made, which may run again. */
  afterTable(table: string): string[]
  /** Statements before any table is made. */
  prepare: readonly string[]
  /** A row when the table named by the only value exists where ours are. */
  exists: string
  /** Only one of all migrations at a time goes on, until the transaction ends or `unlock`. */
  lock: string
  unlock: string | null
  /** Rows whose key exists are replaced, unless the `newest` of what is there is greater. */
  upsert(table: Table, values: string, newest: string | null): string
  /** Rows whose key exists stay as they are. */
  insertMissing(table: Table, values: string): string
  /** For a table that somebody else made: nothing happens when it has the column. */
  addColumn(table: string, column: Column): string
}

/** `(…), (…)` for this many rows. */
export function valuesList(dialect: Dialect, columns: number, rows: number): string {
  let position = 0
  const row = (): string => `(${Array.from({ length: columns }, () => dialect.parameter(++position)).join(', ')})`
  return Array.from({ length: rows }, row).join(', ')
}

export function parameterList(dialect: Dialect, count: number, after = 0): string {
  return Array.from({ length: count }, (_, i) => dialect.parameter(after + i + 1)).join(', ')
}

export function columnList(dialect: Dialect, table: Table): string {
  return table.columns.map((column) => dialect.quoted(column.name)).join(', ')
}

/** Writes any number of rows with as few statements as the database takes. */
export async function writeRows(
  session: Session,
  dialect: Dialect,
  table: Table,
  rows: readonly Row[],
  statement: (values: string) => string,
): Promise<void> {
  const most = Math.floor(dialect.mostValues / table.columns.length)
  for (let i = 0; i < rows.length; i += most) {
    const part = rows.slice(i, i + most)
    await session.query(
      statement(valuesList(dialect, table.columns.length, part.length)),
      part.flatMap((row) => table.columns.map((column) => row[column.name] ?? null)),
    )
  }
}

export function insertInto(dialect: Dialect, table: Table): (values: string) => string {
  return (values) => `INSERT INTO ${dialect.table(table.name)} (${columnList(dialect, table)}) VALUES ${values}`
}
